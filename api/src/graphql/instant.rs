//! Instants and days of fields that are written by hand: the scalars `DateTime` and `Date`.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, OutputType, Positioned,
    ServerResult, Value, parser::types::Field, registry::Registry,
};
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};

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
        <Self as InputType>::qualified_type_name()
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        match &value {
            Some(Value::String(text)) => instant(text).map(Self).ok_or_else(|| {
                InputValueError::custom("an instant such as \"2026-01-31T09:30:00Z\" is required")
                    .with_extension("code", "VALIDATION")
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

impl OutputType for Instant {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("DateTime")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        types::register(registry);
        <Self as OutputType>::qualified_type_name()
    }

    async fn resolve(
        &self,
        _ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let text = self.0.to_rfc3339_opts(SecondsFormat::Micros, true);
        Ok(Value::String(text))
    }
}

/// A day of the calendar.
#[derive(Clone, Copy, Debug)]
pub(super) struct Day(pub(super) NaiveDate);

impl OutputType for Day {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Date")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        types::register(registry);
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        _ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::String(self.0.to_string()))
    }
}
