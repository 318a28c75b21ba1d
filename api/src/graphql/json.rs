//! Any JSON as an argument of a field that is written by hand: the scalar `JSON`.

use std::borrow::Cow;

use async_graphql::{InputType, InputValueError, InputValueResult, Value, registry::Registry};
use serde_json::Value as Json;

use super::types;

/// Any JSON.
#[derive(Clone, Debug)]
pub(super) struct AnyJson(pub(super) Json);

impl InputType for AnyJson {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("JSON")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        types::register(registry);
        Self::qualified_type_name()
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let json = value.unwrap_or_default().into_json();
        json.map(Self).map_err(|_no_json| {
            InputValueError::custom("JSON is required").with_extension("code", "VALIDATION")
        })
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}
