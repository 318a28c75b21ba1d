//! What the values of a field are, as arguments speak of them.

use crate::dataset::{Enumeration, Field, Kind};

/// What the values of a field are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Domain {
    /// The ids of rows of that entity.
    Id(&'static str),
    /// Texts.
    Text,
    /// Numbers of 32 bits.
    Int,
    /// Numbers with a fraction, of aggregates only.
    Float,
    /// True and false.
    Boolean,
    /// The values of an enumeration.
    Choice(&'static Enumeration),
    /// Instants.
    Instant,
    /// Days.
    Day,
    /// Amounts of money.
    Money,
}

impl Domain {
    /// What the values of `field`, a field of `entity`, are; `None` where nothing is done with them but
    /// to show them.
    pub(super) fn of(entity: &'static str, field: &'static Field) -> Option<Self> {
        Some(match &field.kind {
            Kind::Id => Self::Id(entity),
            Kind::ForeignId { target, .. } => Self::Id(target),
            Kind::Text(_) => Self::Text,
            Kind::Int(_) => Self::Int,
            Kind::Boolean(_) => Self::Boolean,
            Kind::Choice(_, choice) => Self::Choice(choice),
            Kind::Instant(_) => Self::Instant,
            Kind::Day(_) => Self::Day,
            Kind::Money { .. } => Self::Money,
            _ => return None,
        })
    }

    /// The GraphQL type of a value that is an argument.
    pub(super) fn input_type(self) -> &'static str {
        match self {
            Self::Money => "MoneyInput",
            other => other.name(),
        }
    }

    /// The GraphQL type of a value.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Id(_) => "ID",
            Self::Text => "String",
            Self::Int => "Int",
            Self::Float => "Float",
            Self::Boolean => "Boolean",
            Self::Choice(choice) => choice.name,
            Self::Instant => "DateTime",
            Self::Day => "Date",
            Self::Money => "Money",
        }
    }

    /// The input type with the tests of such a value.
    pub(super) fn filter_type(self) -> String {
        format!("{}Filter", self.name())
    }

    /// Whether lists are ordered by such values, as one finds them in a list.
    pub(super) fn is_ordered(self) -> bool {
        !matches!(self, Self::Id(_))
    }

    /// Whether one such value is smaller than another, for those who look for a range.
    pub(super) fn has_ranges(self) -> bool {
        !matches!(self, Self::Id(_) | Self::Boolean | Self::Choice(_))
    }
}
