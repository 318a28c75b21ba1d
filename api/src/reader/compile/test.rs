//! Tests of a value, as conditions.

use std::collections::BTreeMap;

use super::{
    super::filter::{Amount, Operand, Test},
    Compiler,
    scope::{NEVER, any},
};

impl Compiler<'_> {
    /// That the value at `column` passes `test`; an amount has its currency in another column.
    pub(super) fn passes(&mut self, column: &str, currency: Option<&str>, test: &Test) -> String {
        let mut compare =
            |operator: &str, value: &Operand| format!("{column} {operator} {}", self.bind(value));
        match test {
            Test::Equals(value) => compare("=", value),
            Test::Differs(value) => compare("<>", value),
            Test::Less(value) => compare("<", value),
            Test::LessOrEqual(value) => compare("<=", value),
            Test::Greater(value) => compare(">", value),
            Test::GreaterOrEqual(value) => compare(">=", value),
            Test::Between(from, to) => {
                format!("{} AND {}", compare(">=", from), compare("<=", to))
            }
            Test::Within(span) => {
                let until = if span.open { "<" } else { "<=" };
                let from = compare(">=", &span.from);
                format!("{from} AND {}", compare(until, &span.until))
            }
            Test::In(values) if values.is_empty() => NEVER.to_owned(),
            Test::NotIn(values) if values.is_empty() => format!("{column} IS NOT NULL"),
            Test::In(values) => format!("{column} IN ({})", self.bind_all(values)),
            Test::NotIn(values) => format!("{column} NOT IN ({})", self.bind_all(values)),
            Test::IsNull(true) => format!("{column} IS NULL"),
            Test::IsNull(false) => format!("{column} IS NOT NULL"),
            Test::Contains(_) | Test::StartsWith(_) | Test::EndsWith(_) | Test::Matches(_) => {
                self.text_passes(column, test)
            }
            Test::Amount(_) | Test::NotAmount(_) | Test::Amounts(..) => {
                self.amount_passes(column, currency.unwrap_or("NULL"), test)
            }
        }
    }

    fn text_passes(&mut self, column: &str, test: &Test) -> String {
        match test {
            Test::Contains(part) | Test::StartsWith(part) | Test::EndsWith(part)
                if part.is_empty() =>
            {
                format!("{column} IS NOT NULL")
            }
            Test::Contains(part) => {
                let part = self.bind(part.as_str());
                self.dialect.contains(column, &part)
            }
            Test::StartsWith(start) => self.starts_with(column, start),
            Test::EndsWith(end) => {
                let bound = self.bind(end.as_str());
                self.dialect.ends_with(column, &bound, end.chars().count())
            }
            Test::Matches(pattern) => {
                let pattern = self.bind(pattern.as_str());
                self.dialect.matches(column, &pattern)
            }
            _ => NEVER.to_owned(),
        }
    }

    fn amount_passes(&mut self, column: &str, currency: &str, test: &Test) -> String {
        match test {
            Test::Amount(amounts) => self.is_amount(column, currency, amounts),
            Test::NotAmount(amounts) => format!(
                "{column} IS NOT NULL AND NOT ({})",
                self.is_amount(column, currency, amounts)
            ),
            Test::Amounts(code, from, to) => {
                let mut conditions = vec![
                    format!("{currency} = '{}'", code.code()),
                    format!("{column} IS NOT NULL"),
                ];
                for (operator, end, never) in [(">=", from, 1), ("<=", to, -1)] {
                    let Some(end) = end else { continue };
                    match i64::try_from(*end) {
                        Ok(end) => {
                            let end = self.bind(end);
                            conditions.push(format!("{column} {operator} {end}"));
                        }
                        // Beyond what a row can have.
                        Err(_) if end.signum() == never => conditions.push(NEVER.to_owned()),
                        Err(_) => {}
                    }
                }
                conditions.join(" AND ")
            }
            _ => NEVER.to_owned(),
        }
    }

    /// That a text begins with `text`: it lies in the range of those that do, which an index knows.
    fn starts_with(&mut self, column: &str, text: &str) -> String {
        let from = format!("{column} >= {}", self.bind(text));
        match after_all_that_start_with(text) {
            Some(end) => format!("{from} AND {column} < {}", self.bind(end)),
            None => from,
        }
    }

    /// That the amount is one of these: currency by currency, because a database reads only so many
    /// alternatives.
    fn is_amount(&mut self, column: &str, currency: &str, amounts: &[Amount]) -> String {
        let mut by_currency = BTreeMap::<&str, Vec<String>>::new();
        for amount in amounts {
            if let Ok(minor) = i64::try_from(amount.minor) {
                let minor = self.bind(minor);
                let code = amount.currency.code();
                by_currency.entry(code).or_default().push(minor);
            }
        }
        let each = by_currency.into_iter().map(|(code, minors)| {
            let minors = minors.join(", ");
            format!("{currency} = '{code}' AND {column} IN ({minors})")
        });
        let each: Vec<_> = each.collect();
        any(&each)
    }
}

/// The first text by bytes that lies behind all that start with `text`.
fn after_all_that_start_with(text: &str) -> Option<String> {
    let mut end = text.to_owned();
    while let Some(last) = end.pop() {
        // Not `last + 1`: there are no characters between U+D7FF and U+E000.
        if let Some(next) = (last..=char::MAX).nth(1) {
            end.push(next);
            return Some(end);
        }
    }
    None
}
