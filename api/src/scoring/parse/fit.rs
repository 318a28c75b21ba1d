//! Reading what a criterion says of who somebody is.

use serde_json::Value as Json;

use super::{MOST_POINTS, MOST_WORDS, OPERATORS, Reader};
use crate::{
    error::Problem,
    scoring::{
        criteria::{Fit, Operator, Test},
        fact::{FIELDS, Field},
    },
};

impl<'s> Reader<'s, '_> {
    pub(super) fn fit(&mut self) -> Option<Test> {
        let points = self.number("points", -MOST_POINTS, MOST_POINTS);
        let points = if self.said.contains_key("points") {
            points
        } else {
            self.complain("points", "points are required")
        };
        let name = self.said.get("field").and_then(Json::as_str);
        let known = FIELDS.iter().find(|(known, _)| Some(*known) == name);
        let Some((_, field)) = known else {
            let names = FIELDS.iter().map(|(name, _)| *name);
            let problem = Problem::validation(self.at("field"), "there is no such field");
            self.problems.push(problem.allowing(names));
            return None;
        };
        let operator = self.operator(*field);
        Some(Test::Fit(Fit {
            field: *field,
            operator: operator?,
            points: points?,
        }))
    }

    fn operator(&mut self, field: Field) -> Option<Operator> {
        let name = self.said.get("operator").and_then(Json::as_str);
        match name {
            Some("present") => match self.said.get("value") {
                None | Some(Json::Bool(true)) => Some(Operator::Present),
                Some(_) => self.complain("value", "nothing is said by this of `present`"),
            },
            Some("gte" | "lte") if field.is_ordered() => {
                let Some(number) = self.said.get("value").and_then(Json::as_i64) else {
                    return self.complain("value", "a whole number is required");
                };
                Some(if name == Some("gte") {
                    Operator::AtLeast(number)
                } else {
                    Operator::AtMost(number)
                })
            }
            Some("contains") if field.is_text() => Some(Operator::Contains(self.words(field)?)),
            Some("eq" | "in") if field.is_text() || field.values().is_some() => {
                Some(Operator::Is(self.words(field)?))
            }
            Some("eq" | "in") if field == Field::TargetTier => self.numbers(),
            Some(other) if OPERATORS.contains(&other) => {
                let problem = format!("`{other}` does not go with {}", field.name());
                self.complain("operator", &problem)
            }
            _ => {
                let problem = Problem::validation(self.at("operator"), "there is no such operator");
                self.problems.push(problem.allowing(OPERATORS));
                None
            }
        }
    }

    /// One value, or a list of them.
    fn values(&mut self) -> Option<Vec<&'s Json>> {
        let values = match self.said.get("value") {
            Some(Json::Array(values)) => values.iter().collect(),
            Some(value) => vec![value],
            None => Vec::new(),
        };
        if values.is_empty() || values.len() > MOST_WORDS {
            let problem = format!("a value, or a list of 1 to {MOST_WORDS}, is required");
            return self.complain("value", &problem);
        }
        Some(values)
    }

    fn words(&mut self, field: Field) -> Option<Vec<String>> {
        let words = self.values()?.into_iter().map(|value| {
            let word = value.as_str()?.trim();
            (!word.is_empty() && word.chars().count() <= 200).then_some(word)
        });
        let Some(words) = words.collect::<Option<Vec<_>>>() else {
            return self.complain("value", "texts of 1 to 200 characters are required");
        };
        if let Some(known) = field.values()
            && let Some(strange) = words
                .iter()
                .find(|word| !known.iter().any(|it| it == **word))
        {
            let problem = format!("{} is never {strange}", field.name());
            let problem = Problem::validation(self.at("value"), &problem);
            self.problems.push(problem.allowing(known));
            return None;
        }
        Some(words.into_iter().map(str::to_owned).collect())
    }

    fn numbers(&mut self) -> Option<Operator> {
        let values = self.values()?;
        let numbers: Option<Vec<i64>> = values.into_iter().map(Json::as_i64).collect();
        match numbers {
            Some(numbers) => Some(Operator::Equals(numbers)),
            None => self.complain("value", "whole numbers are required"),
        }
    }
}
