//! The root fields that read the dataset: `node`, `nodes`, and for each noun one and many.

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
};

use super::super::{
    error::server_error,
    selection::{Selector, raw, reading},
    types,
};

/// How many rows `nodes` may ask for.
const MAX_IDS: usize = 100;

/// The root fields that read the dataset.
#[derive(Debug)]
pub(crate) struct DatasetQuery;

/// What a root field reads.
enum Target {
    Node,
    Nodes,
    One(&'static Entity),
    Many(&'static Entity),
    Aggregate(&'static Entity),
    Groups(&'static Entity),
}

impl Target {
    fn of(field: &str) -> Option<Self> {
        let entities = dataset().entities();
        match field {
            "node" => Some(Self::Node),
            "nodes" => Some(Self::Nodes),
            _ => entities.iter().find_map(|entity| {
                let rest = field.strip_prefix(entity.single);
                match rest {
                    _ if field == entity.plural => Some(Self::Many(entity)),
                    Some("") => Some(Self::One(entity)),
                    Some("Aggregate") => Some(Self::Aggregate(entity)),
                    Some("Groups") => Some(Self::Groups(entity)),
                    _ => None,
                }
            }),
        }
    }

    /// Whether the field's type admits null.
    fn nullable(&self) -> bool {
        matches!(self, Self::Node | Self::One(_))
    }
}

impl DatasetQuery {
    async fn read(target: &Target, ctx: &Context<'_>) -> Result<Value, ApiError> {
        let reading = reading(ctx);
        let selector = Selector::new(ctx);
        let Some(group) = Selector::merged(ctx, &ctx.item.node) else {
            return Ok(Value::Null);
        };
        let arguments = selector.arguments(&ctx.item.node);
        match target {
            Target::Node | Target::One(_) => {
                let id = arguments.id()?;
                let wanted = id.filter(|id| match target {
                    Target::One(entity) => entity.name == id.entity.name,
                    _ => true,
                });
                let Some(id) = wanted else {
                    return Ok(Value::Null);
                };
                let node = selector.node(id.entity, &group)?;
                Ok(reading.node(id, &node).await?.map_or(Value::Null, raw))
            }
            Target::Nodes => {
                let ids = arguments.ids()?;
                if ids.len() > MAX_IDS {
                    return Err(ApiError::validation(
                        "ids",
                        format!("at most {MAX_IDS} ids"),
                    ));
                }
                let mut wanted = Vec::with_capacity(ids.len());
                for id in ids {
                    wanted.push(match id {
                        Some(id) => Some((id, selector.node(id.entity, &group)?)),
                        None => None,
                    });
                }
                Ok(raw(reading.nodes(&wanted).await?))
            }
            Target::Aggregate(entity) => {
                let aggregate = selector.aggregate(entity, &group)?;
                Ok(raw(reading.aggregate(&aggregate).await?))
            }
            Target::Groups(entity) => {
                let groups = selector.groups(entity, &group)?;
                Ok(raw(reading.groups(&groups).await?))
            }
            Target::Many(entity) => {
                let connection = selector.connection(entity, &group)?;
                Ok(raw(reading.connection(&connection).await?))
            }
        }
    }
}

impl ContainerType for DatasetQuery {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let Some(target) = Target::of(&ctx.item.node.name.node) else {
            return Ok(None);
        };
        match Self::read(&target, ctx).await {
            Ok(value) => Ok(Some(value)),
            Err(error) => {
                let error = ctx.set_error_path(server_error(&error, ctx.item.pos));
                if !target.nullable() {
                    return Err(error);
                }
                ctx.add_error(error);
                Ok(Some(Value::Null))
            }
        }
    }
}

impl OutputType for DatasetQuery {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("DatasetQuery")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            types::register(registry);
            types::root()
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
