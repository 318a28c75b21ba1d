//! The root field `myTasks`: what the caller is to do.

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
};

use super::super::{
    error::server_error,
    selection::{Selector, raw, reading},
    types,
};

/// The noun that it lists.
const TASK: &str = "Task";

/// The root field `myTasks`.
#[derive(Debug)]
pub(crate) struct TaskQuery;

impl TaskQuery {
    async fn mine(ctx: &Context<'_>) -> Result<Value, ApiError> {
        let (reading, selector) = (reading(ctx), Selector::new(ctx));
        let Some(group) = Selector::merged(ctx, &ctx.item.node) else {
            return Ok(Value::Null);
        };
        let entity = dataset().target(TASK)?;
        let arguments = selector.arguments(&ctx.item.node);
        let due = arguments.within(entity, "due", "dueAt", selector.moment())?;
        // A program has none of its own.
        let me = reading.viewer().user_id.into_iter().map(Operand::Id);
        let open = Test::Equals(Operand::Text("OPEN".to_owned()));
        let mut parts = vec![
            says("assigneeId", Test::In(me.collect()))?,
            says("state", open)?,
        ];
        parts.extend(due);
        let connection = selector.connection_of(entity, &group, &Logic::All(parts))?;
        Ok(raw(reading.connection(&connection).await?))
    }
}

/// That a field of a task passes `test`.
fn says(field: &str, test: Test) -> Result<Filter, ApiError> {
    let field = dataset().target(TASK)?.find(field);
    let field = field.ok_or_else(|| ApiError::internal("a task has no such field"))?;
    Ok(Logic::Is(Clause {
        field,
        path: field.name.to_owned(),
        demand: Demand::Value(test),
    }))
}

impl ContainerType for TaskQuery {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        if ctx.item.node.name.node != "myTasks" {
            return Ok(None);
        }
        Self::mine(ctx)
            .await
            .map(Some)
            .map_err(|error| ctx.set_error_path(server_error(&error, ctx.item.pos)))
    }
}

impl OutputType for TaskQuery {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("TaskQuery")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            types::register(registry);
            types::task_root()
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
