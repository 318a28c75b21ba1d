//! Whether an answer is what the oracle says, to the order of its keys.

use std::collections::BTreeMap;

use serde_json::Value as Json;

/// Cursors as they were given out, each with what the oracle calls it.
#[derive(Debug, Default)]
pub(crate) struct Cursors(BTreeMap<String, String>);

impl Cursors {
    /// Says where the answer differs, if it does.
    pub(crate) fn compare(&mut self, expected: &Json, actual: &Json) -> Result<(), String> {
        self.at(&mut String::from("data"), expected, actual)
    }

    fn at(&mut self, path: &mut String, expected: &Json, actual: &Json) -> Result<(), String> {
        let differ = |path: &str| Err(format!("{path}: expected {expected}, not {actual}"));
        match (expected, actual) {
            (Json::Object(expected), Json::Object(actual)) => {
                let (wanted, given): (Vec<_>, Vec<_>) =
                    (expected.keys().collect(), actual.keys().collect());
                // `serde_json` does not care for the order of keys; here it is compared.
                if wanted != given {
                    return Err(format!(
                        "{path}: expected the keys {wanted:?}, not {given:?}"
                    ));
                }
                for ((key, expected), actual) in expected.iter().zip(actual.values()) {
                    self.inside(path, &format!(".{key}"), expected, actual)?;
                }
                Ok(())
            }
            (Json::Array(expected), Json::Array(actual)) if expected.len() == actual.len() => {
                for (index, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                    self.inside(path, &format!("[{index}]"), expected, actual)?;
                }
                Ok(())
            }
            (Json::String(name), Json::String(cursor)) if name.starts_with("\0cursor") => {
                let known = self.0.entry(cursor.clone()).or_insert_with(|| name.clone());
                if known == name { Ok(()) } else { differ(path) }
            }
            // `3` and `3.0` are the same number; what `serde_json` reads is off by a bit at times.
            (Json::Number(one), Json::Number(other)) if one.is_f64() || other.is_f64() => {
                let (one, other) = (one.as_f64().unwrap(), other.as_f64().unwrap());
                let same = (one - other).abs() <= one.abs() * f64::EPSILON;
                if same { Ok(()) } else { differ(path) }
            }
            _ if expected == actual => Ok(()),
            _ => differ(path),
        }
    }

    fn inside(
        &mut self,
        path: &mut String,
        step: &str,
        expected: &Json,
        actual: &Json,
    ) -> Result<(), String> {
        let length = path.len();
        path.push_str(step);
        self.at(path, expected, actual)?;
        path.truncate(length);
        Ok(())
    }
}
