//! Enumerations of the dataset as arguments and values of fields that are written by hand: what definitions of leads are
//! of, for whom they are signed, who gives feedback to whom, and what it is about.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Name, OutputType,
    Positioned, ServerResult, Value, parser::types::Field, registry::Registry,
};

use entity::{feedback, lead_definition, lead_definition_approval};

use crate::services::{definition, feedback::report};

use super::types;

/// An enumeration of the dataset whose values are arguments of fields that are written by hand.
pub(super) trait Words: Copy + Send + Sync + 'static {
    /// The GraphQL type.
    const NAME: &'static str;
    /// The value of that name.
    fn read(name: &str) -> Option<Self>;
}

impl Words for lead_definition::DefinitionStage {
    const NAME: &'static str = "DefinitionStage";

    fn read(name: &str) -> Option<Self> {
        definition::stage(name)
    }
}

impl Words for lead_definition_approval::SigningFunction {
    const NAME: &'static str = "SigningFunction";

    fn read(name: &str) -> Option<Self> {
        definition::function(name)
    }
}

impl Words for feedback::FeedbackDirection {
    const NAME: &'static str = "FeedbackDirection";

    fn read(name: &str) -> Option<Self> {
        report::direction(name)
    }
}

impl Words for feedback::FeedbackKind {
    const NAME: &'static str = "FeedbackKind";

    fn read(name: &str) -> Option<Self> {
        report::kind(name)
    }
}

/// A value of such an enumeration.
#[derive(Clone, Debug)]
pub(super) struct Word<E> {
    name: String,
    /// What it stands for.
    pub(super) value: E,
}

impl<E> Word<E> {
    /// The value that is called `name`.
    pub(super) fn of(name: String, value: E) -> Self {
        Self { name, value }
    }
}

/// What a definition is of.
pub(super) type DefinitionStage = Word<lead_definition::DefinitionStage>;
/// For whom somebody signs.
pub(super) type SigningFunction = Word<lead_definition_approval::SigningFunction>;

impl<E: Words> InputType for Word<E> {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(E::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        types::register(registry);
        <Self as InputType>::qualified_type_name()
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let name = match &value {
            Some(Value::Enum(name)) => name.as_str(),
            Some(Value::String(name)) => name,
            _ => return Err(InputValueError::expected_type(value.unwrap_or_default())),
        };
        let read = E::read(name).map(|value| Self {
            name: name.to_owned(),
            value,
        });
        read.ok_or_else(|| InputValueError::expected_type(Value::String(name.to_owned())))
    }

    fn to_value(&self) -> Value {
        Value::Enum(Name::new(&self.name))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl<E: Words> OutputType for Word<E> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(E::NAME)
    }

    fn create_type_info(registry: &mut Registry) -> String {
        <Self as InputType>::create_type_info(registry)
    }

    async fn resolve(
        &self,
        _ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::Enum(Name::new(&self.name)))
    }
}
