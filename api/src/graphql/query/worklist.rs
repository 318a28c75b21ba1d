//! The root fields `slaBreaches` and `myTasks`: lists of what waits, with the filter that everybody would write.

use std::borrow::Cow;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field,
    registry::{MetaTypeId, Registry},
    resolver_utils::resolve_container,
};

use crate::{
    dataset::{Entity, dataset},
    error::ApiError,
    reader::{Clause, Demand, Filter, Logic, Operand, Test},
    services::sla,
};

use super::super::{
    error::server_error,
    selection::{Selector, raw, reading},
    types,
};

/// The root fields that list what waits.
#[derive(Debug)]
pub(crate) struct WorklistQuery;

impl WorklistQuery {
    /// The clocks that were breached, of the caller, their team, or anybody.
    async fn breaches(ctx: &Context<'_>) -> Result<Value, ApiError> {
        let clock = dataset().target("SlaClock")?;
        let selector = Selector::new(ctx);
        let arguments = selector.arguments(&ctx.item.node);
        let period = arguments.within(clock, "period", "breachedAt", selector.moment())?;
        let breached = Test::Equals(Operand::Text("BREACHED".to_owned()));
        let mut parts = vec![says(clock, "state", breached)?];
        parts.extend(period);
        let whose = arguments.whose_clocks()?;
        if let Some(owners) = sla::owners(reading(ctx), whose).await? {
            let owners = owners.into_iter().map(Operand::Id).collect();
            parts.push(says(clock, "ownerId", Test::In(owners))?);
        }
        list(ctx, clock, parts).await
    }

    /// What the caller is to do.
    async fn mine(ctx: &Context<'_>) -> Result<Value, ApiError> {
        let task = dataset().target("Task")?;
        let selector = Selector::new(ctx);
        let arguments = selector.arguments(&ctx.item.node);
        let due = arguments.within(task, "due", "dueAt", selector.moment())?;
        // A program has none of its own.
        let me = reading(ctx).viewer().user_id.into_iter();
        let me = me.map(Operand::Id).collect();
        let open = Test::Equals(Operand::Text("OPEN".to_owned()));
        let mut parts = vec![
            says(task, "assigneeId", Test::In(me))?,
            says(task, "state", open)?,
        ];
        parts.extend(due);
        list(ctx, task, parts).await
    }
}

/// That a field of `entity` passes `test`.
fn says(entity: &'static Entity, field: &str, test: Test) -> Result<Filter, ApiError> {
    let known = entity.find(field);
    let problem = || ApiError::internal(format!("{} has no {field}", entity.name));
    let field = known.ok_or_else(problem)?;
    Ok(Logic::Is(Clause {
        field,
        path: field.name.to_owned(),
        demand: Demand::Value(test),
    }))
}

/// The rows of `entity` that all of `parts` hold of, as the field asks for them.
async fn list(
    ctx: &Context<'_>,
    entity: &'static Entity,
    parts: Vec<Filter>,
) -> Result<Value, ApiError> {
    let Some(group) = Selector::merged(ctx, &ctx.item.node) else {
        return Ok(Value::Null);
    };
    let selector = Selector::new(ctx);
    let connection = selector.connection_of(entity, &group, &Logic::All(parts))?;
    Ok(raw(reading(ctx).connection(&connection).await?))
}

impl ContainerType for WorklistQuery {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let listed = match ctx.item.node.name.node.as_str() {
            "slaBreaches" => Self::breaches(ctx).await,
            "myTasks" => Self::mine(ctx).await,
            _ => return Ok(None),
        };
        listed
            .map(Some)
            .map_err(|error| ctx.set_error_path(server_error(&error, ctx.item.pos)))
    }
}

impl OutputType for WorklistQuery {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("WorklistQuery")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            types::register(registry);
            types::worklist_root(registry)
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
