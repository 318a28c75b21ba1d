//! One source of settings: a file, or the environment.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use figment::{
    Error, Metadata, Profile, Provider,
    providers::{Format, Toml},
    value::{Dict, Map, Value},
};

use super::error::Problem;

/// What variables begin with.
const PREFIX: &str = "REVHUB__";

/// Settings from one source, without those that were found to be wrong.
#[derive(Clone)]
pub(super) struct Layer {
    /// A file's name, or "the environment".
    name: String,
    values: BTreeMap<String, (String, Value)>,
    wrong: BTreeSet<String>,
}

impl Layer {
    /// The settings in a TOML file. An error says where in the file, and never quotes it: there may
    /// be a password on the line.
    pub(super) fn file(path: &Path) -> Result<Self, Problem> {
        let name = path.display().to_string();
        let problem = |what: String| Problem::new(&name, &name, what);
        let text = fs::read_to_string(path)
            .map_err(|error| problem(format!("cannot be read: {error}")))?;
        let dict: Dict = Toml::from_str(&text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            let line = before.map_or(1, |before| before.matches('\n').count() + 1);
            problem(format!("line {line} is not TOML: {}", error.message()))
        })?;
        let mut values = BTreeMap::new();
        flatten(String::new(), Value::from(dict), &mut |key, value| {
            values.insert(key, (name.clone(), value));
        });
        Ok(Self {
            name,
            values,
            wrong: BTreeSet::new(),
        })
    }

    /// The settings in `variables`, which are those of the environment.
    pub(super) fn environment(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let values = variables
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .filter_map(|(variable, value)| {
                let setting = variable.strip_prefix(PREFIX)?;
                let setting = setting.to_lowercase().replace("__", ".");
                Some((setting, (variable, Value::from(value))))
            })
            .collect();
        Self {
            name: "the environment".to_owned(),
            values,
            wrong: BTreeSet::new(),
        }
    }

    /// Leaves `setting`, and what is below it, out from now on; where it is a part of a value, that value.
    /// Says where it came from, or `None` where there is nothing to leave out.
    pub(super) fn leave_out(&mut self, setting: &str) -> Option<String> {
        let below = format!("{setting}.");
        let is_whole = |key: &str| {
            let part = setting.strip_prefix(key);
            part.is_some_and(|part| part.starts_with('.'))
        };
        let found = self
            .values
            .iter()
            .filter(|(key, _)| *key == setting || key.starts_with(&below) || is_whole(key));
        let found = found.filter(|(key, _)| !self.wrong.contains(*key));
        let found: Vec<_> = found
            .map(|(key, (origin, _))| (key.clone(), origin.clone()))
            .collect();
        let origin = found.first().map(|(_, origin)| origin.clone());
        self.wrong.extend(found.into_iter().map(|(key, _)| key));
        origin
    }

    /// Each setting, and where it came from.
    pub(super) fn origins(&self) -> impl Iterator<Item = (&str, &str)> {
        self.values
            .iter()
            .map(|(setting, (origin, _))| (setting.as_str(), origin.as_str()))
    }
}

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.name.clone())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let mut dict = Dict::new();
        for (setting, (_, value)) in &self.values {
            if !self.wrong.contains(setting) {
                insert(&mut dict, setting, value.clone());
            }
        }
        Ok(Map::from([(Profile::Default, dict)]))
    }
}

/// Calls `leaf` for each value that is not a table, for empty tables, and for tables in which a name has a
/// dot, which no path could tell from a table within a table. Tables in a list have their number for a name.
fn flatten(path: String, value: Value, leaf: &mut impl FnMut(String, Value)) {
    let inner = match value {
        Value::Dict(tag, dict) if dict.is_empty() => Err(Value::Dict(tag, dict)),
        Value::Dict(tag, dict) if !path.is_empty() && dict.keys().any(|key| key.contains('.')) => {
            Err(Value::Dict(tag, dict))
        }
        Value::Dict(_, dict) => Ok(dict),
        Value::Array(_, items) if is_tables(&items) => {
            let numbered = items.into_iter().enumerate();
            Ok(numbered.map(|(at, item)| (at.to_string(), item)).collect())
        }
        other => Err(other),
    };
    match inner {
        Ok(dict) => {
            for (key, value) in dict {
                let path = match path.as_str() {
                    "" => key,
                    path => format!("{path}.{key}"),
                };
                flatten(path, value, leaf);
            }
        }
        Err(value) if path.is_empty() => drop(value),
        Err(value) => leaf(path, value),
    }
}

fn is_tables(items: &[Value]) -> bool {
    let table = |item: &Value| matches!(item, Value::Dict(..));
    !items.is_empty() && items.iter().all(table)
}

/// Puts `value` at the dotted `path`.
fn insert(dict: &mut Dict, path: &str, value: Value) {
    let Some((section, rest)) = path.split_once('.') else {
        dict.insert(path.to_owned(), value);
        return;
    };
    let entry = dict.entry(section.to_owned());
    let entry = entry.or_insert_with(|| Value::from(Dict::new()));
    if !matches!(entry, Value::Dict(..)) {
        *entry = Value::from(Dict::new());
    }
    if let Value::Dict(_, inner) = entry {
        insert(inner, rest, value);
    }
}
