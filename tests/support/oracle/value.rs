//! Values as they are compared: of fields, of groups, and those that are asked for.

use std::cmp::Ordering;

use chrono::{DateTime, NaiveDate, SubsecRound as _, Utc};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{
    decimal,
    leaf::leaf,
    noun::{Noun, global_id},
};
use crate::rows::Cell;

/// What is not null. Values of one kind are in the order of the API.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Value {
    /// By bytes.
    Text(String),
    Whole(i128),
    Real(Real),
    /// False before true.
    Truth(bool),
    Instant(DateTime<Utc>),
    Day(NaiveDate),
    /// By the place where it is declared.
    Choice(usize, String),
    /// By its digits.
    Id(Uuid),
    /// By currency, then by minor units.
    Money(String, i128),
}

/// A floating-point number that is one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Real(pub(super) f64);

impl Ord for Real {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.partial_cmp(&other.0).expect("it is a number")
    }
}

impl PartialOrd for Real {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Real {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Real {}

impl Real {
    /// The nearest one.
    pub(super) fn near(number: i128) -> Self {
        Self(number.to_string().parse().expect("it is a number"))
    }
}

impl Value {
    /// How the value compares with what is asked for; `None` where they differ and neither is
    /// larger.
    pub(super) fn compare(&self, operand: &Json) -> Option<Ordering> {
        let or_none = |is: bool| is.then_some(Ordering::Equal);
        match (self, operand) {
            (Self::Text(text), Json::String(other)) => Some(text.as_bytes().cmp(other.as_bytes())),
            (Self::Whole(number), Json::Number(other)) => {
                Some(number.cmp(&other.as_i64().expect("a whole number").into()))
            }
            (Self::Real(number), Json::Number(other)) => {
                Some(number.cmp(&Real(other.as_f64().expect("a number"))))
            }
            (Self::Truth(value), Json::Bool(other)) => Some(value.cmp(other)),
            (Self::Instant(instant), Json::String(other)) => {
                let other: DateTime<Utc> = other.parse().expect("an instant");
                // The database keeps microseconds, and so does a test.
                Some(instant.cmp(&other.trunc_subsecs(6)))
            }
            (Self::Day(day), Json::String(other)) => Some(day.cmp(&other.parse().expect("a day"))),
            (Self::Choice(_, name), Json::String(other)) => or_none(name == other),
            (Self::Id(id), Json::String(text)) => {
                or_none(Noun::of_id(text).is_some_and(|(_, it)| it == *id))
            }
            (Self::Money(currency, minor), Json::Object(other)) => {
                let text = |name: &str| other.get(name).and_then(Json::as_str);
                let (amount, other) = (text("amount"), text("currency"));
                let same = other == Some(currency.as_str());
                same.then(|| decimal::compare(*minor, currency, amount.expect("an amount")))
            }
            _ => panic!("{self:?} does not compare with {operand}"),
        }
    }

    /// As a scalar; an id is one of `noun`.
    pub(super) fn shown(&self, noun: &Noun) -> Json {
        match self {
            Self::Text(text) | Self::Choice(_, text) => json!(text),
            Self::Whole(number) => json!(i64::try_from(*number).expect("a number of 64 bits")),
            Self::Real(Real(number)) => json!(number),
            Self::Truth(value) => json!(value),
            Self::Instant(instant) => leaf(&Cell::Instant(*instant)),
            Self::Day(day) => leaf(&Cell::Day(*day)),
            Self::Id(id) => json!(global_id(noun, *id)),
            Self::Money(..) => panic!("an amount is an object"),
        }
    }
}
