//! What is known of a lead when it is scored: fields of its own and of its account, and its touches.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use entity::{
    account::{AccountChannel, AccountLifecycle},
    lead::LeadSource,
    touch::TouchKind,
};
use sea_orm::ActiveEnum;
use uuid::Uuid;

/// A field that a criterion can be about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    /// What they are called at work.
    JobTitle,
    /// Their company, as they gave it.
    CompanyName,
    /// How it came to us.
    Source,
    /// The account's country.
    Country,
    /// The account's line of business.
    Industry,
    /// How many people work there.
    EmployeeBand,
    /// The band of what the account turns over in a year.
    AnnualRevenueBand,
    /// Who sells to the account.
    Channel,
    /// How far the account is on the way to being a customer.
    Lifecycle,
    /// How much we want the account: 1 is most.
    TargetTier,
}

/// The fields, by the names that the dataset gives them.
pub const FIELDS: [(&str, Field); 10] = [
    ("jobTitle", Field::JobTitle),
    ("companyName", Field::CompanyName),
    ("source", Field::Source),
    ("country", Field::Country),
    ("industry", Field::Industry),
    ("employeeBand", Field::EmployeeBand),
    ("annualRevenueBand", Field::AnnualRevenueBand),
    ("channel", Field::Channel),
    ("lifecycle", Field::Lifecycle),
    ("targetTier", Field::TargetTier),
];

impl Field {
    /// Its name in the dataset.
    #[must_use]
    pub fn name(self) -> &'static str {
        let known = FIELDS.iter().find(|(_, field)| *field == self);
        known.map_or("", |(name, _)| name)
    }

    /// Whether it is the account's: then what it says is for those who see the account.
    #[must_use]
    pub fn is_of_account(self) -> bool {
        !matches!(self, Self::JobTitle | Self::CompanyName | Self::Source)
    }

    /// Whether its values have an order.
    #[must_use]
    pub fn is_ordered(self) -> bool {
        matches!(
            self,
            Self::EmployeeBand | Self::AnnualRevenueBand | Self::TargetTier
        )
    }

    /// Whether its values are words that somebody wrote.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(
            self,
            Self::JobTitle
                | Self::CompanyName
                | Self::Country
                | Self::Industry
                | Self::EmployeeBand
        )
    }

    /// All values that it can have, where they can be counted.
    #[must_use]
    pub fn values(self) -> Option<Vec<String>> {
        match self {
            Self::Source => Some(LeadSource::values()),
            Self::Channel => Some(AccountChannel::values()),
            Self::Lifecycle => Some(AccountLifecycle::values()),
            _ => None,
        }
    }
}

/// What a field says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fact {
    /// A word.
    Text(String),
    /// From this number to that one; none: without an end.
    Range(i64, Option<i64>),
}

/// Where the bands of amounts begin, in whole units of their currency: those that `MoneyBand` shows.
const BANDS: [i64; 10] = [
    0, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000,
];

impl Fact {
    /// The band of an amount, in whole units: `digits` of `minor` stand behind the point.
    #[must_use]
    pub fn band(minor: i64, digits: u16) -> Self {
        let unit = 10_i64.saturating_pow(u32::from(digits));
        let end = BANDS
            .iter()
            .find(|edge| minor < edge.saturating_mul(unit))
            .copied();
        let from = BANDS
            .iter()
            .rev()
            .find(|edge| minor >= edge.saturating_mul(unit))
            .copied();
        Self::Range(from.unwrap_or(i64::MIN), end)
    }

    /// A number.
    #[must_use]
    pub fn number(number: i64) -> Self {
        Self::Range(number, Some(number))
    }

    /// The numbers in a range such as `200-499`, `1,000+` or `10 000`; none where there are none.
    #[must_use]
    pub fn range(text: &str) -> Option<Self> {
        let numbers = text.split(['-', '–', '+']).map(|part| {
            let digits: String = part.chars().filter(char::is_ascii_digit).collect();
            digits.parse::<i64>().ok()
        });
        let numbers: Vec<i64> = numbers.flatten().collect();
        let open = text.contains('+');
        match *numbers.as_slice() {
            [from] if open => Some(Self::Range(from, None)),
            [from] => Some(Self::number(from)),
            [from, to] if from <= to => Some(Self::Range(from, Some(to))),
            _ => None,
        }
    }
}

/// What is known of a lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    values: BTreeMap<Field, Fact>,
}

impl Facts {
    /// With what `field` says; nothing where it says nothing.
    #[must_use]
    pub fn with(mut self, field: Field, fact: Option<Fact>) -> Self {
        if let Some(fact) = fact {
            self.values.insert(field, fact);
        }
        self
    }

    /// With a word, but not with an empty one.
    #[must_use]
    pub fn with_text(self, field: Field, text: Option<String>) -> Self {
        let text = text.filter(|text| !text.trim().is_empty());
        self.with(field, text.map(Fact::Text))
    }

    /// What a field says.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<&Fact> {
        self.values.get(&field)
    }
}

/// Something that a lead has done, or that was done with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touch {
    /// Its id.
    pub id: Uuid,
    /// What happened.
    pub kind: TouchKind,
    /// UTC; when it happened.
    pub at: DateTime<Utc>,
    /// UTC; since when the hub knew whose it is: not before it happened.
    pub known_at: DateTime<Utc>,
}
