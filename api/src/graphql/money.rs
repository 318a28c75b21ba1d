//! An amount of money as the value of a field that is written by hand: the type `Money`.

use std::borrow::Cow;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field, registry::Registry, resolver_utils::resolve_container,
};

use crate::services::feedback::report::Amount;

use super::types;

/// An amount of money.
#[derive(Clone, Debug)]
pub(super) struct Money(pub(super) Amount);

impl ContainerType for Money {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let Amount {
            currency,
            amount,
            minor,
        } = &self.0;
        let told = match ctx.item.node.name.node.as_str() {
            "amount" => amount,
            "currency" => currency,
            "minorUnits" => minor,
            _ => return Ok(None),
        };
        Ok(Some(Value::String(told.clone())))
    }
}

impl OutputType for Money {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Money")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        types::register(registry);
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}
