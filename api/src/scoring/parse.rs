//! Reading a definition as people write it: everything that is wrong with it at once, each with its place.

mod behaviour;
mod fit;

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::{
    criteria::{Criterion, Definition},
    score::LIMIT,
};
use crate::error::Problem;

/// So many criteria may a definition have.
const MOST_CRITERIA: usize = 50;
/// So many points may a criterion be worth, up or down.
const MOST_POINTS: i64 = 100;
/// So far back may be looked: five years.
const MOST_DAYS: i64 = 1_826;
/// So many words may stand in a list.
const MOST_WORDS: usize = 100;

/// What can be said of any criterion.
const COMMON: [&str; 4] = ["key", "label", "points", "required"];
/// What can be said of a field.
const OF_FIELD: [&str; 3] = ["field", "operator", "value"];
/// What can be said of touches.
const OF_TOUCHES: [&str; 6] = [
    "touches",
    "withinDays",
    "atLeast",
    "pointsEach",
    "maxPoints",
    "halfLifeDays",
];
const OPERATORS: [&str; 6] = ["eq", "in", "gte", "lte", "contains", "present"];

/// The definition that `criteria` and `threshold` say; `at` is where both stand, such as `input.`.
///
/// # Errors
///
/// Everything that is wrong with it.
pub fn parse(criteria: &Json, threshold: i64, at: &str) -> Result<Definition, Vec<Problem>> {
    let mut problems = Vec::new();
    let criteria = read_criteria(criteria, &format!("{at}criteria"), &mut problems);
    let path = format!("{at}threshold");
    let threshold = i32::try_from(threshold)
        .ok()
        .filter(|it| (1..=100).contains(it));
    if threshold.is_none() {
        problems.push(Problem::validation(&path, "1 to 100 is required"));
    }
    let most: i32 = criteria.iter().map(|criterion| criterion.test.most()).sum();
    if problems.is_empty() && threshold.is_some_and(|threshold| most < threshold) {
        let problem = format!("no lead can reach it: all criteria together are {most} points");
        problems.push(Problem::validation(path, &problem));
    }
    match threshold {
        Some(threshold) if problems.is_empty() => Ok(Definition {
            criteria,
            threshold,
        }),
        _ => Err(problems),
    }
}

fn read_criteria(json: &Json, path: &str, problems: &mut Vec<Problem>) -> Vec<Criterion> {
    let Some(items) = json.as_array().filter(|items| !items.is_empty()) else {
        problems.push(Problem::validation(path, "a list of criteria is required"));
        return Vec::new();
    };
    if items.len() > MOST_CRITERIA {
        let problem = format!("{MOST_CRITERIA} criteria are allowed");
        problems.push(Problem::validation(path, &problem));
        return Vec::new();
    }
    let mut keys = BTreeSet::new();
    let mut criteria = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let path = format!("{path}.{index}");
        let Some(said) = item.as_object() else {
            problems.push(Problem::validation(path, "an object is required"));
            continue;
        };
        let mut reader = Reader {
            said,
            path,
            problems,
        };
        let criterion = reader.criterion();
        if let Some(key) = said.get("key").and_then(Json::as_str)
            && !keys.insert(key)
        {
            reader.complain::<()>("key", "another criterion has this key");
        }
        criteria.extend(criterion);
    }
    criteria
}

/// Reads one criterion.
struct Reader<'s, 'p> {
    said: &'s Map<String, Json>,
    path: String,
    problems: &'p mut Vec<Problem>,
}

impl Reader<'_, '_> {
    fn criterion(&mut self) -> Option<Criterion> {
        let (key, label) = (self.key(), self.label());
        let required = match self.said.get("required") {
            None => Some(false),
            Some(Json::Bool(required)) => Some(*required),
            Some(_) => self.complain("required", "true or false is required"),
        };
        let test = match (
            self.said.contains_key("field"),
            self.said.contains_key("touches"),
        ) {
            (true, false) => self.only(&OF_FIELD).then(|| self.fit()).flatten(),
            (false, true) => self.only(&OF_TOUCHES).then(|| self.behaviour()).flatten(),
            _ => self.complain("", "either `field` or `touches` is required"),
        };
        Some(Criterion {
            key: key?,
            label: label?,
            required: required?,
            test: test?,
        })
    }

    fn key(&mut self) -> Option<String> {
        let key = self.said.get("key").and_then(Json::as_str).unwrap_or("");
        let letters = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
        let good = key.starts_with(|c: char| c.is_ascii_lowercase())
            && key.chars().all(letters)
            && key.len() <= 64;
        if !good {
            let problem = "1 to 64 of a to z, 0 to 9 and _ are required, a letter first";
            return self.complain("key", problem);
        }
        if key == LIMIT {
            return self.complain("key", "the hub itself has a factor of this key");
        }
        Some(key.to_owned())
    }

    fn label(&mut self) -> Option<String> {
        let label = self.said.get("label").and_then(Json::as_str).unwrap_or("");
        let label = label.trim();
        let lines = label.chars().any(char::is_control);
        if label.is_empty() || lines || label.chars().count() > 200 {
            return self.complain("label", "a line of 1 to 200 characters is required");
        }
        Some(label.to_owned())
    }

    /// Whether nothing is said that is not known, beside what can be said of any criterion.
    fn only(&mut self, known: &[&str]) -> bool {
        let said = self.said.keys();
        let strange: Vec<_> = said
            .filter(|name| !COMMON.contains(&name.as_str()) && !known.contains(&name.as_str()))
            .collect();
        for name in &strange {
            let mut problem =
                Problem::validation(self.at(name), "nothing is said by this of such a criterion");
            problem = problem.allowing(COMMON.iter().chain(known).copied());
            self.problems.push(problem);
        }
        strange.is_empty()
    }

    /// A number of days, or none.
    #[expect(
        clippy::option_option,
        reason = "the outer one is whether it makes sense, the inner one whether it is said"
    )]
    fn days(&mut self, name: &str) -> Option<Option<u32>> {
        if says_nothing(self.said, name) {
            return Some(None);
        }
        let days = self.number(name, 1, MOST_DAYS)?;
        u32::try_from(days).ok().map(Some)
    }

    /// A whole number in those bounds; 0 where nothing is said.
    fn number(&mut self, name: &str, least: i64, most: i64) -> Option<i32> {
        if says_nothing(self.said, name) {
            return Some(0);
        }
        let number = self.said.get(name).and_then(Json::as_i64);
        let number = number.filter(|number| (least..=most).contains(number));
        let number = number.and_then(|number| i32::try_from(number).ok());
        if number.is_none() {
            let problem = format!("a whole number from {least} to {most} is required");
            return self.complain(name, &problem);
        }
        number
    }

    /// Where the part called `name` stands; the criterion itself has no name.
    fn at(&self, name: &str) -> String {
        if name.is_empty() {
            self.path.clone()
        } else {
            format!("{}.{name}", self.path)
        }
    }

    fn complain<T>(&mut self, name: &str, problem: &str) -> Option<T> {
        let path = self.at(name);
        self.problems.push(Problem::validation(path, problem));
        None
    }
}

fn says_nothing(said: &Map<String, Json>, name: &str) -> bool {
    said.get(name).is_none_or(Json::is_null)
}
