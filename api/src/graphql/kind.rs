//! A noun as an argument and as a value: `LEAD`, `CAMPAIGN_COST`.

use std::borrow::Cow;

use async_graphql::{
    ContextSelectionSet, InputType, InputValueError, InputValueResult, Name, OutputType,
    Positioned, ServerResult, Value, parser::types::Field, registry::Registry,
};

use crate::dataset::{Entity, Enumeration, dataset};

use super::types::enumeration;

/// A noun of the dataset.
#[derive(Clone, Copy, Debug)]
pub(super) struct EntityKind(pub(super) &'static Entity);

impl EntityKind {
    fn register(registry: &mut Registry) -> String {
        let values = dataset().entities().iter();
        let choice = Enumeration {
            name: "EntityKind",
            description: "A kind of row that there is to read.",
            values: values
                .map(|entity| (entity.kind(), entity.description))
                .collect(),
        };
        let types = &mut registry.types;
        types
            .entry(choice.name.to_owned())
            .or_insert_with(|| enumeration(&choice));
        <Self as InputType>::qualified_type_name()
    }
}

impl InputType for EntityKind {
    type RawValueType = Self;

    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("EntityKind")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::register(registry)
    }

    fn parse(value: Option<Value>) -> InputValueResult<Self> {
        let name = match &value {
            Some(Value::Enum(name)) => name.as_str(),
            Some(Value::String(name)) => name,
            _ => return Err(InputValueError::expected_type(value.unwrap_or_default())),
        };
        let mut entities = dataset().entities().iter();
        let entity = entities.find(|entity| entity.kind() == name);
        entity
            .map(Self)
            .ok_or_else(|| InputValueError::custom("there is no such kind of row"))
    }

    fn to_value(&self) -> Value {
        Value::Enum(Name::new(self.0.kind()))
    }

    fn as_raw_value(&self) -> Option<&Self> {
        Some(self)
    }
}

impl OutputType for EntityKind {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("EntityKind")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Self::register(registry)
    }

    async fn resolve(
        &self,
        _ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(self.to_value())
    }
}
