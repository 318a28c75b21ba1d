//! An instant as an argument of a field that is written by hand: the scalar `DateTime`.

use std::borrow::Cow;

use async_graphql::{InputType, InputValueError, InputValueResult, Value, registry::Registry};
use chrono::{DateTime, Utc};

use super::{argument::instant, types};

/// An instant, in whole microseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instant(pub(super) DateTime<Utc>);

impl InputType for Instant {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("DateTime")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        types::register(registry);
        Self::qualified_type_name()
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match &value {
            Some(Value::String(text)) => instant(text).map(Self).ok_or_else(|| {
                InputValueError::custom("an instant such as \"2026-01-31T09:30:00Z\" is required")
            }),
            _ => Err(InputValueError::expected_type(value.unwrap_or_default())),
        }
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339())
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}
