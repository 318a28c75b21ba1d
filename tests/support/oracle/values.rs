//! Variables and arguments: the specification's coercion of input, as far as valid documents need.

use async_graphql::parser::types::{Field, OperationDefinition};
use async_graphql_value::Value;
use serde_json::{Map, Value as Json};

use super::Execution;

/// `CoerceVariableValues`: what was given, else the default, else nothing.
pub(super) fn coerce_variables(
    operation: &OperationDefinition,
    given: &Map<String, Json>,
) -> Map<String, Json> {
    let mut coerced = Map::new();
    for definition in &operation.variable_definitions {
        let name = definition.node.name.node.as_str();
        let default = definition.node.default_value.as_ref();
        let default = || default.and_then(|value| value.node.clone().into_json().ok());
        if let Some(value) = given.get(name).cloned().or_else(default) {
            coerced.insert(name.to_owned(), value);
        }
    }
    coerced
}

impl Execution<'_> {
    /// `CoerceArgumentValues`. An argument whose variable has no value is as if it was not there.
    pub(super) fn coerce_arguments(&self, field: &Field) -> Map<String, Json> {
        let arguments = field.arguments.iter().filter_map(|(name, value)| {
            let value = self.constant(&value.node)?;
            Some((name.node.to_string(), value))
        });
        arguments.collect()
    }

    /// The value with variables put in; `None` for a variable that has none. In an object its
    /// field goes too, in a list it is null.
    pub(super) fn constant(&self, value: &Value) -> Option<Json> {
        Some(match value {
            Value::Variable(name) => return self.variables.get(name.as_str()).cloned(),
            Value::Object(fields) => {
                let fields = fields
                    .iter()
                    .filter_map(|(name, value)| Some((name.to_string(), self.constant(value)?)));
                Json::Object(fields.collect())
            }
            Value::List(items) => {
                let items = items.iter();
                Json::Array(
                    items
                        .map(|item| self.constant(item).unwrap_or_default())
                        .collect(),
                )
            }
            Value::Null => Json::Null,
            Value::Number(number) => Json::Number(number.clone()),
            Value::String(text) => Json::String(text.clone()),
            Value::Boolean(value) => Json::Bool(*value),
            Value::Enum(name) => Json::String(name.to_string()),
            Value::Binary(_) => panic!("a document has no binary values"),
        })
    }
}
