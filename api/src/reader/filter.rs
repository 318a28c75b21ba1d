//! Which rows of a list: conditions on its fields, all of which must hold.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::Value;
use uuid::Uuid;

use crate::dataset::Field;

/// Conditions, all of which must hold.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// The conditions.
    pub conditions: Vec<Condition>,
    /// What it demands, by which a cursor knows the list that it belongs to.
    pub fingerprint: String,
}

impl Filter {
    /// A filter with `conditions`. However a caller writes it, the same demands are the same list:
    /// in another order, with variables, or as an empty object.
    #[must_use]
    pub fn of(conditions: Vec<Condition>) -> Self {
        let mut demands: Vec<_> = conditions
            .iter()
            .map(|condition| format!("{} {:?}", condition.field.name, condition.test))
            .collect();
        demands.sort();
        Self {
            conditions,
            fingerprint: demands.join(" "),
        }
    }
}

/// A condition on a field.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The field.
    pub field: &'static Field,
    /// What must hold of its value.
    pub test: Test,
}

/// What must hold of a value. Null passes [`Test::IsNull`] and nothing else.
#[derive(Clone, Debug)]
pub enum Test {
    /// It is this.
    Equals(Operand),
    /// It is something else.
    Differs(Operand),
    /// It is one of these.
    In(Vec<Operand>),
    /// It is none of these.
    NotIn(Vec<Operand>),
    /// It is smaller.
    Less(Operand),
    /// It is smaller or equal.
    LessOrEqual(Operand),
    /// It is greater.
    Greater(Operand),
    /// It is greater or equal.
    GreaterOrEqual(Operand),
    /// It is absent, or is not.
    IsNull(bool),
}

/// What a value is compared with.
#[derive(Clone, Debug)]
pub enum Operand {
    /// A text, or a value of an enumeration.
    Text(String),
    /// A number.
    Int(i32),
    /// True or false.
    Boolean(bool),
    /// An instant.
    Instant(DateTime<Utc>),
    /// A day.
    Day(NaiveDate),
    /// The id of a row.
    Id(Uuid),
}

impl From<&Operand> for Value {
    fn from(operand: &Operand) -> Self {
        match operand {
            Operand::Text(text) => text.as_str().into(),
            Operand::Int(number) => (*number).into(),
            Operand::Boolean(value) => (*value).into(),
            Operand::Instant(instant) => (*instant).into(),
            Operand::Day(day) => (*day).into(),
            Operand::Id(id) => (*id).into(),
        }
    }
}
