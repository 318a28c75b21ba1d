//! The root field `slaBreaches`: the clocks that were breached, of the caller, their team, or anybody.

use std::borrow::Cow;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field,
    registry::{MetaTypeId, Registry},
    resolver_utils::resolve_container,
};

use crate::{
    dataset::dataset,
    error::ApiError,
    reader::{Clause, Demand, Filter, Logic, Operand, Test},
    services::sla,
};

use super::super::{
    error::server_error,
    selection::{Selector, raw, reading},
    types,
};

/// The noun that it lists.
const CLOCK: &str = "SlaClock";

/// The root field `slaBreaches`.
#[derive(Debug)]
pub(crate) struct SlaQuery;

impl SlaQuery {
    async fn breaches(ctx: &Context<'_>) -> Result<Value, ApiError> {
        let (reading, selector) = (reading(ctx), Selector::new(ctx));
        let Some(group) = Selector::merged(ctx, &ctx.item.node) else {
            return Ok(Value::Null);
        };
        let entity = dataset().target(CLOCK)?;
        let arguments = selector.arguments(&ctx.item.node);
        let period = arguments.within(entity, "period", "breachedAt", selector.moment())?;
        let breached = Test::Equals(Operand::Text("BREACHED".to_owned()));
        let mut parts = vec![says("state", breached)?];
        parts.extend(period);
        if let Some(owners) = sla::owners(reading, arguments.whose_clocks()?).await? {
            let owners = owners.into_iter().map(Operand::Id).collect();
            parts.push(says("ownerId", Test::In(owners))?);
        }
        let connection = selector.connection_of(entity, &group, &Logic::All(parts))?;
        Ok(raw(reading.connection(&connection).await?))
    }
}

/// That a field of a clock passes `test`.
fn says(field: &str, test: Test) -> Result<Filter, ApiError> {
    let field = dataset().target(CLOCK)?.find(field);
    let field = field.ok_or_else(|| ApiError::internal("a clock has no such field"))?;
    Ok(Logic::Is(Clause {
        field,
        path: field.name.to_owned(),
        demand: Demand::Value(test),
    }))
}

impl ContainerType for SlaQuery {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        if ctx.item.node.name.node != "slaBreaches" {
            return Ok(None);
        }
        Self::breaches(ctx)
            .await
            .map(Some)
            .map_err(|error| ctx.set_error_path(server_error(&error, ctx.item.pos)))
    }
}

impl OutputType for SlaQuery {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("SlaQuery")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            types::register(registry);
            types::sla_root(registry)
        })
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}
