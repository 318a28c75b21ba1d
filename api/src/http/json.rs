//! JSON as callers send it. An object that has a name twice is refused: which of the two counts, no two
//! readers agree on. So is one with more values than a request may have, before they are in memory, where a
//! value takes a hundred times its text.

use std::{cell::Cell, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value, value::RawValue};

use crate::error::{ApiError, Exceeded};

/// How many values a request may have besides its variables: some for each of its parts.
const MOST_BESIDES: usize = 1_000;

/// What a text is, or is a part of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// A request, whose `variables` are counted apart from the rest.
    Request,
    /// The variables of a request.
    Variables,
    /// Whatever else is in a request.
    Besides,
}

/// Why a text is not read.
#[derive(Debug)]
pub(super) enum Problem {
    /// What is wrong with it, to stand behind what it is called.
    Malformed(String),
    /// It has too many values.
    TooLarge(ApiError),
}

/// The value that `text` is, which is that `part`, with at most `most` values in its variables.
pub(super) fn read(text: &[u8], part: Part, most: usize) -> Result<Value, Problem> {
    let tally = Tally::new(most);
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    let reader = Reader {
        part,
        tally: &tally,
    };
    let read = reader.deserialize(&mut deserializer);
    let read = read.and_then(|value| deserializer.end().map(|()| value));
    read.map_err(|error| match tally.exceeded() {
        Some(exceeded) => Problem::TooLarge(ApiError::LimitExceeded(exceeded)),
        None => malformed(&error),
    })
}

/// The texts of the items of the list that `text` is. Nothing but their syntax is looked at.
pub(super) fn items(text: &[u8]) -> Result<Vec<&RawValue>, Problem> {
    serde_json::from_slice(text).map_err(|error| malformed(&error))
}

fn malformed(error: &serde_json::Error) -> Problem {
    // Our own complaint is the only one about the data.
    let problem = if error.is_data() {
        "has an object with one name twice"
    } else {
        "is not JSON"
    };
    let (line, column) = (error.line(), error.column());
    Problem::Malformed(format!("{problem}: line {line}, column {column}"))
}

/// How many values have been read.
struct Tally {
    /// How many may be in the variables.
    most: usize,
    variables: Cell<usize>,
    besides: Cell<usize>,
}

impl Tally {
    fn new(most: usize) -> Self {
        Self {
            // The object that holds the variables is none of their values.
            most: most.saturating_add(1),
            variables: Cell::new(0),
            besides: Cell::new(0),
        }
    }

    /// Counts one more value of that `part`, and says whether it may be there.
    fn count(&self, part: Part) -> bool {
        let (count, most) = match part {
            Part::Request => return true,
            Part::Variables => (&self.variables, self.most),
            Part::Besides => (&self.besides, MOST_BESIDES),
        };
        count.set(count.get().saturating_add(1));
        count.get() <= most
    }

    /// The limit that was reached first, if one was.
    fn exceeded(&self) -> Option<Exceeded> {
        let number = |count| u64::try_from(count).unwrap_or(u64::MAX);
        let exceeded = |which, limit| Exceeded {
            which,
            limit: number(limit),
            actual: number(limit).saturating_add(1),
        };
        if self.variables.get() > self.most {
            return Some(exceeded("variable_values", self.most - 1));
        }
        (self.besides.get() > MOST_BESIDES).then(|| exceeded("request_values", MOST_BESIDES))
    }
}

/// Reads a value in which every object has each name once.
#[derive(Clone, Copy)]
struct Reader<'t> {
    part: Part,
    tally: &'t Tally,
}

impl Reader<'_> {
    /// A reader of the values in this one, under `name` where they have one.
    fn inside(self, name: Option<&str>) -> Self {
        let part = match (self.part, name) {
            (Part::Request, Some("variables")) => Part::Variables,
            (Part::Request, _) => Part::Besides,
            (part, _) => part,
        };
        Self { part, ..self }
    }

    fn count<E: Error>(self) -> Result<(), E> {
        if self.tally.count(self.part) {
            Ok(())
        } else {
            Err(E::custom("too many values"))
        }
    }

    fn one<E: Error>(self, value: impl Into<Value>) -> Result<Value, E> {
        self.count()?;
        Ok(value.into())
    }
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        self.one(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        self.one(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.one(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.one(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        self.one(value)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.one(value)
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        self.one(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.count()?;
        let mut read = Vec::new();
        while let Some(item) = items.next_element_seed(self.inside(None))? {
            read.push(item);
        }
        Ok(Value::Array(read))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        self.count()?;
        let mut read = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let value = fields.next_value_seed(self.inside(Some(&name)))?;
            if read.insert(name, value).is_some() {
                return Err(A::Error::custom("one name twice"));
            }
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The limit that `text` is beyond, with two values in its variables at most.
    fn exceeded(text: &str) -> Option<&'static str> {
        match read(text.as_bytes(), Part::Request, 2) {
            Err(Problem::TooLarge(error)) => error.exceeded().map(|exceeded| exceeded.which),
            _ => None,
        }
    }

    #[test]
    fn values_are_counted_and_not_what_stands_between_them() {
        let many = json!(vec![1; MOST_BESIDES + 1]).to_string();
        for (text, expected) in [
            (r#"{"variables": {}}"#, None),
            (r#"{"variables": {"a": 1, "b": "[{,:"}}"#, None),
            (
                r#"{"variables": {"a": {"b": {"c": {}}}}, "query": ""}"#,
                Some("variable_values"),
            ),
            (r#"{"variables": {"a": [[]]}}"#, None),
            (r#"{"variables": {"a": [{}, {}]}}"#, Some("variable_values")),
            (
                r#"{"variables": {"a": 1, "b": 2, "c": 3}}"#,
                Some("variable_values"),
            ),
            (
                r#"{"variables": {"a": 1}, "variable\u0073": {"b": 2, "c": 3}}"#,
                Some("variable_values"),
            ),
            (
                r#"{"extensions": {"variables": {"a": 1, "b": 2, "c": 3}}}"#,
                None,
            ),
            (
                &format!("{{\"extensions\": {many}}}"),
                Some("request_values"),
            ),
            (&many, Some("request_values")),
            (r#"{"variables": {"a": [1, 1, 1}"#, Some("variable_values")),
        ] {
            assert_eq!(exceeded(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_read_says_where() {
        for (text, expected) in [
            (
                r#"{"a": 1, "a": 2}"#,
                "has an object with one name twice: line 1, column 16",
            ),
            ("{\n\"a\"}", "is not JSON: line 2, column 4"),
            ("{} {}", "is not JSON: line 1, column 4"),
            ("", "is not JSON: line 1, column 0"),
        ] {
            match read(text.as_bytes(), Part::Besides, 2) {
                Err(Problem::Malformed(problem)) => assert_eq!(problem, expected, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }
}
