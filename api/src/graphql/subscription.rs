//! The root fields that tell what happens.

use std::{borrow::Cow, pin::Pin, sync::{Arc, PoisonError}};

use async_graphql::{Context, Response, SubscriptionType, Value, registry::Registry};
use futures::{Stream, stream};

use crate::{change::{self, Position, ReadError}, error::ApiError};

use super::{
    error::server_error,
    selection::{Selector, reading},
    shared::Told,
    subscribe::Turn,
    types,
};

/// What there is to hear.
#[derive(Debug)]
pub(crate) struct Subscription;

impl Subscription {
    async fn changed(ctx: &Context<'_>, turn: &Turn) -> Result<(), ApiError> {
        let reading = reading(ctx);
        let selector = Selector::new(ctx);
        let group = Selector::merged(ctx, &ctx.item.node).unwrap_or_default();
        let arguments = selector.arguments(&ctx.item.node);
        let after = match arguments.0.get("after") {
            Some(Value::String(text)) => Some(Position::parse(text).ok_or_else(|| ApiError::validation("after", "no cursor"))?),
            _ => None,
        };
        let told = match &turn.piece {
            None => None,
            Some((from, until)) => {
                let page = reading.lookup(async |db| match change::read(&db, &from.until(until), &["lead", "user"], 20).await {
                    Ok(page) => Ok(page),
                    Err(ReadError::Database(error)) => Err(error),
                    Err(ReadError::Expired) => Err(sea_orm::DbErr::Custom("expired".to_owned())),
                }).await?;
                let key = ctx.item.node.response_key().node.as_str();
                let mut events = Vec::new();
                let mut end = page.end.clone();
                for (entry, position) in page.rows {
                    if position.is_beyond(until) { end = until.clone(); break; }
                    let mut fields = serde_json::Map::new();
                    for (key, group) in selector.collect("Change", group.iter().map(|field| &field.selection_set.node)) {
                        let name = group.first().map_or("", |field| field.name.node.as_str());
                        fields.insert(key.to_owned(), match name {
                            "cursor" => position.to_string().into(),
                            "id" => entry.entity_id.to_string().into(),
                            _ => "Change".into(),
                        });
                    }
                    let json = serde_json::json!({"data": {key: fields}}).to_string();
                    events.push((Arc::from(json), position));
                }
                Some(Told { events, end, points: 0 })
            }
        };
        let mut outcome = turn.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        outcome.after = after;
        outcome.tables = vec!["lead".to_owned(), "user".to_owned()];
        outcome.told = told;
        Ok(())
    }
}

impl SubscriptionType for Subscription {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Subscription")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_subscription_type::<Self, _>(|registry| {
            types::register(registry);
            types::subscription(registry)
        })
    }

    fn create_field_stream<'a>(
        &'a self,
        ctx: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        let answer = async move {
            let Some(turn) = ctx.data_opt::<Arc<Turn>>() else {
                return Response::default();
            };
            match Self::changed(ctx, turn).await {
                Ok(()) => Response::default(),
                Err(error) => Response::from_errors(vec![ctx.set_error_path(server_error(&error, ctx.item.pos))]),
            }
        };
        Some(Box::pin(stream::once(answer)))
    }
}
