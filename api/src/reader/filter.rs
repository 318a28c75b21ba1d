//! Which rows of a list: what must hold of them, of the row that they point to, and of those that
//! point to them.

use chrono::{DateTime, NaiveDate, Utc};
use iso_currency::Currency;
use sea_orm::Value;
use uuid::Uuid;

use crate::{calendar::Relative, dataset::Field};

/// What must hold: clauses, put together. It has two values: what cannot be told does not hold.
#[derive(Clone, Debug)]
pub enum Logic<C> {
    /// Each of these holds; also when there are none.
    All(Vec<Self>),
    /// One of these holds.
    Any(Vec<Self>),
    /// This does not hold.
    Not(Box<Self>),
    /// This holds.
    Is(C),
}

/// How many rows a relation to many is taken to have.
const MANY: u64 = 10;

/// Which rows.
pub type Filter = Logic<Clause>;

/// Something that holds for a row or does not.
#[derive(Clone, Debug)]
pub struct Clause {
    /// The field or relation that it is about.
    pub field: &'static Field,
    /// Where the caller wrote it, such as `filter.account.name`.
    pub path: String,
    /// What it says of it.
    pub demand: Demand,
}

/// What is said of a field or a relation.
#[derive(Clone, Debug)]
pub enum Demand {
    /// This holds of its value.
    Value(Test),
    /// The one related row is there, and this holds for it.
    One(Box<Filter>),
    /// For some related row this holds.
    Some(Box<Filter>),
    /// For no related row this holds.
    None(Box<Filter>),
    /// For every related row this holds.
    Every(Box<Filter>),
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
    /// It is one of these two, or lies between them.
    Between(Operand, Operand),
    /// It has this text in it.
    Contains(String),
    /// It begins with this text.
    StartsWith(String),
    /// It ends with this text.
    EndsWith(String),
    /// It matches this regular expression, which means the same to both databases.
    Matches(String),
    /// The amount is one of these.
    Amount(Vec<Amount>),
    /// The amount is none of these.
    NotAmount(Vec<Amount>),
    /// The amount is in this currency, and has no fewer minor units than the one and no more than the
    /// other.
    Amounts(Currency, Option<i128>, Option<i128>),
    /// It lies in a span of time that moves with the clock.
    Within(Span),
    /// It is absent, or is not.
    IsNull(bool),
}

/// An amount of money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amount {
    /// Its currency.
    pub currency: Currency,
    /// In minor units of the currency. A sum may be more than a row can have.
    pub minor: i128,
}

/// A span of time that moves with the clock: what was said, and what it means now.
#[derive(Clone, Debug)]
pub struct Span {
    /// What was said.
    pub said: Relative,
    /// From here on.
    pub from: Operand,
    /// Until here.
    pub until: Operand,
    /// Whether `until` itself is out.
    pub open: bool,
}

/// What a value is compared with.
#[derive(Clone, Debug)]
pub enum Operand {
    /// A text, or a value of an enumeration.
    Text(String),
    /// A number.
    Int(i32),
    /// A number with a fraction.
    Float(f64),
    /// True or false.
    Boolean(bool),
    /// An instant.
    Instant(DateTime<Utc>),
    /// A day.
    Day(NaiveDate),
    /// The id of a row.
    Id(Uuid),
}

impl<C> Default for Logic<C> {
    /// What always holds.
    fn default() -> Self {
        Self::All(Vec::new())
    }
}

impl Filter {
    /// The rows whose field `id` is one of `ids`.
    #[must_use]
    pub fn of_ids(id: &'static Field, ids: &[Uuid]) -> Self {
        let ids = ids.iter().copied().map(Operand::Id).collect();
        Self::Is(Clause {
            field: id,
            path: id.name.to_owned(),
            demand: Demand::Value(Test::In(ids)),
        })
    }

    /// How many related rows are looked for; what is asked of many is asked [`MANY`] times.
    pub(super) fn relations(&self) -> u64 {
        match self {
            Self::All(parts) | Self::Any(parts) => parts
                .iter()
                .map(Self::relations)
                .fold(0, u64::saturating_add),
            Self::Not(part) => part.relations(),
            Self::Is(clause) => match &clause.demand {
                Demand::Value(_) => 0,
                Demand::One(filter) => filter.relations().saturating_add(1),
                Demand::Some(filter) | Demand::None(filter) | Demand::Every(filter) => {
                    filter.relations().saturating_mul(MANY).saturating_add(1)
                }
            },
        }
    }
}

impl From<&Operand> for Value {
    fn from(operand: &Operand) -> Self {
        match operand {
            Operand::Text(text) => text.as_str().into(),
            Operand::Int(number) => (*number).into(),
            Operand::Float(number) => (*number).into(),
            Operand::Boolean(value) => (*value).into(),
            Operand::Instant(instant) => (*instant).into(),
            Operand::Day(day) => (*day).into(),
            Operand::Id(id) => (*id).into(),
        }
    }
}
