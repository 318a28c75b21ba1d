//! The root fields that tell what happens: `changed` and `activity`. Each time that they are asked they read a piece
//! of the change feed.

use std::{
    borrow::Cow,
    pin::Pin,
    sync::{Arc, PoisonError},
};

use async_graphql::{Context, OutputType, Response, SubscriptionType, registry::Registry};
use futures::{Stream, stream};

use crate::{
    change::Position,
    error::ApiError,
    reader::{ChangeFilter, Feed, Reading},
};

use super::{
    argument::Arguments,
    error::server_error,
    kind::EntityKind,
    query::whose,
    selection::{Selector, reading},
    shared::Told,
    subscribe::Turn,
    types,
};

/// How many changes a piece has at the most. A stream holds one piece until it is told.
const PIECE: u32 = 20;

/// What there is to hear.
#[derive(Debug)]
pub(crate) struct Subscription;

impl Subscription {
    /// Does what `turn` asks for: checks what is asked, or reads a piece.
    async fn take(ctx: &Context<'_>, turn: &Turn) -> Result<(), ApiError> {
        let (reading, selector) = (reading(ctx), Selector::new(ctx));
        let field = &ctx.item.node;
        let Some(group) = Selector::merged(ctx, field) else {
            return Ok(());
        };
        let arguments = selector.arguments(field);
        let entities = arguments.entities()?;
        let (filter, activity) = match field.name.node.as_str() {
            "activity" => (ChangeFilter::default(), arguments.activity()?),
            _ => arguments.change_filter()?,
        };
        let selection = selector.change(&entities, &group)?;
        let Some((from, until)) = &turn.piece else {
            let after = after(reading, &arguments).await?;
            let mut outcome = turn.outcome.lock().unwrap_or_else(PoisonError::into_inner);
            outcome.tables = entities.iter().map(|entity| entity.table.clone()).collect();
            outcome.after = after;
            return Ok(());
        };
        let feed = Feed {
            entities,
            filter: whose(reading, filter, activity).await?,
            selections: vec![selection],
        };
        let key = &field.response_key().node;
        let told = read(reading, &feed, key, from, until).await?;
        let mut outcome = turn.outcome.lock().unwrap_or_else(PoisonError::into_inner);
        outcome.told = Some(told);
        Ok(())
    }
}

/// The place that the caller wants to go on from, where they say one.
async fn after(reading: &Reading, arguments: &Arguments) -> Result<Option<Position>, ApiError> {
    match arguments.after()? {
        Some(cursor) => reading.position(Some(cursor)).await.map(Some),
        None => Ok(None),
    }
}

/// Reads what `feed` tells from one place up to another, each change as a response with it under `key`.
async fn read(
    reading: &Reading,
    feed: &Feed,
    key: &str,
    from: &Position,
    until: &Position,
) -> Result<Told, ApiError> {
    let page = reading.changes(feed, &from.until(until), PIECE).await?;
    let mut told = Told {
        events: Vec::with_capacity(page.changes.len()),
        end: page.end,
        points: 0,
    };
    for (texts, behind) in page.changes {
        if behind.is_beyond(until) {
            told.end = until.clone();
            break;
        }
        // A response key has no character that would have to be escaped.
        let change = texts.into_iter().next().unwrap_or_default();
        let response = format!(r#"{{"data":{{"{key}":{change}}}}}"#);
        told.events.push((response.into(), behind));
    }
    Ok(told)
}

impl SubscriptionType for Subscription {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("Subscription")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_subscription_type::<Self, _>(|registry| {
            <EntityKind as OutputType>::create_type_info(registry);
            types::register(registry);
            types::subscription()
        })
    }

    fn create_field_stream<'a>(
        &'a self,
        ctx: &'a Context<'_>,
    ) -> Option<Pin<Box<dyn Stream<Item = Response> + Send + 'a>>> {
        let turn = ctx.data_opt::<Arc<Turn>>()?;
        let taking = async move {
            match Self::take(ctx, turn).await {
                Ok(()) => Response::default(),
                Err(error) => {
                    let error = ctx.set_error_path(server_error(&error, ctx.item.pos));
                    Response::from_errors(vec![error])
                }
            }
        };
        Some(Box::pin(stream::once(taking)))
    }
}
