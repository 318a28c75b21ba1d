//! Numbers of many rows at once.

use std::collections::BTreeSet;

use crate::rows::Row;

use super::{
    Oracle,
    group::Dimension,
    noun::Noun,
    value::{Real, Value},
};

/// Rows that are looked at together.
#[derive(Debug)]
pub(super) struct Heap<'a> {
    pub(super) noun: &'static Noun,
    pub(super) rows: Vec<&'a Row>,
    /// What they have in common, where they are a group.
    pub(super) key: Vec<(Dimension, Option<Value>)>,
}

/// What can be made of the values of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    CountDistinct,
    Sum,
    Avg,
    Min,
    Max,
}

impl Function {
    /// The function of that name.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "countDistinct" => Self::CountDistinct,
            "sum" => Self::Sum,
            "avg" => Self::Avg,
            "min" => Self::Min,
            "max" => Self::Max,
            _ => return None,
        })
    }

    /// The last part of the name of the type of its results.
    pub(super) fn results(self) -> &'static str {
        match self {
            Self::CountDistinct => "CountDistinct",
            Self::Sum | Self::Avg => "Numbers",
            Self::Min | Self::Max => "Bounds",
        }
    }
}

impl Heap<'_> {
    /// How many rows.
    pub(super) fn count(&self) -> Value {
        counted(self.rows.len())
    }

    /// What `function` makes of the values of `field`, those of null left out.
    pub(super) fn result(&self, oracle: &Oracle, function: Function, field: &str) -> Option<Value> {
        let rows = self.rows.iter();
        let values = rows.filter_map(|row| oracle.value(self.noun, row, field));
        let mut values: Vec<_> = values.collect();
        values.sort();
        if function == Function::CountDistinct {
            values.dedup();
            // Who may not know to what a row refers may not know how many there are either.
            return Some(counted(values.len()));
        }
        let currencies: BTreeSet<_> = values.iter().filter_map(currency).collect();
        if currencies.len() > 1 {
            return None;
        }
        match function {
            Function::Min => values.first().cloned(),
            Function::Max => values.last().cloned(),
            _ => total(&values, function),
        }
    }
}

fn counted(count: usize) -> Value {
    Value::Whole(i128::try_from(count).expect("few rows"))
}

fn currency(value: &Value) -> Option<&str> {
    match value {
        Value::Money(currency, _) => Some(currency),
        _ => None,
    }
}

/// The sum or the average; none of no values.
fn total(values: &[Value], function: Function) -> Option<Value> {
    let number = |value: &Value| match value {
        Value::Whole(number) | Value::Money(_, number) => *number,
        _ => panic!("{value:?} is no number"),
    };
    let sum: i128 = values.iter().map(number).sum();
    let count = i128::try_from(values.len()).expect("few values");
    Some(match (values.first()?, function) {
        (Value::Money(currency, _), Function::Sum) => Value::Money(currency.clone(), sum),
        (Value::Money(currency, _), _) => {
            // The sum divided by the count, and a half, rounded down.
            let average = (2 * sum + count).div_euclid(2 * count);
            Value::Money(currency.clone(), average)
        }
        (_, Function::Sum) => Value::Real(Real::near(sum)),
        _ => Value::Real(Real(Real::near(sum).0 / Real::near(count).0)),
    })
}
