//! The root fields of the change feed: `changes` and `changeCursor`.

use std::borrow::Cow;

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, OutputType, Positioned, ServerResult, Value,
    parser::types::Field,
    registry::{MetaTypeId, Registry},
    resolver_utils::resolve_container,
};
use serde_json::Value as Json;

use crate::{
    error::ApiError,
    reader::{ChangeFilter, Feed, FeedPage, PageInfoPart, Reading, Whose},
    services::territory,
};

use super::super::{
    argument::Activity,
    error::server_error,
    kind::EntityKind,
    selection::{FeedEdgePart, FeedPart, FeedSelection, Selector, raw, reading},
    types,
};

/// The root fields of the change feed.
#[derive(Debug)]
pub(crate) struct ChangeQuery;

impl ChangeQuery {
    async fn changes(ctx: &Context<'_>) -> Result<Value, ApiError> {
        let (reading, selector) = (reading(ctx), Selector::new(ctx));
        let Some(group) = Selector::merged(ctx, &ctx.item.node) else {
            return Ok(Value::Null);
        };
        let arguments = selector.arguments(&ctx.item.node);
        let (first, entities) = (arguments.first_changes()?, arguments.entities()?);
        let (filter, activity) = arguments.change_filter()?;
        let selection = selector.feed(&entities, &group)?;
        let after = arguments.after()?;
        let feed = Feed {
            filter: whose(reading, filter, activity).await?,
            selections: selection.changes.clone(),
            entities,
        };
        let from = reading.position(after).await?;
        let page = reading.changes(&feed, &from, first).await?;
        Ok(raw(page_object(
            reading,
            &selection,
            &page,
            after.is_some(),
        )))
    }

    async fn cursor(ctx: &Context<'_>) -> Result<Value, ApiError> {
        let reading = reading(ctx);
        let end = reading.log_end().await?;
        Ok(Value::from(reading.change_cursor(&end)))
    }
}

/// `filter`, with whose rows it is about.
pub(in crate::graphql) async fn whose(
    reading: &Reading,
    filter: ChangeFilter,
    activity: Activity,
) -> Result<ChangeFilter, ApiError> {
    let whose = match (activity, reading.viewer().user_id) {
        (Activity::All, _) => Whose::All,
        (Activity::Mine, _) => Whose::Mine,
        (Activity::Territory, None) => Whose::Territory(Vec::new()),
        (Activity::Territory, Some(user)) => {
            Whose::Territory(territory::of_user(reading, user).await?)
        }
    };
    Ok(ChangeFilter { whose, ..filter })
}

/// The page as JSON; `follows` is whether it goes on from a cursor.
fn page_object(
    reading: &Reading,
    selection: &FeedSelection,
    page: &FeedPage,
    follows: bool,
) -> String {
    let cursors = page.changes.iter();
    let cursors: Vec<_> = cursors
        .map(|(_, position)| text(&reading.change_cursor(position)))
        .collect();
    let page_info = |part: &PageInfoPart| match part {
        PageInfoPart::TypeName => text("PageInfo"),
        PageInfoPart::HasNextPage => page.more.to_string(),
        PageInfoPart::HasPreviousPage => follows.to_string(),
        PageInfoPart::StartCursor => cursors.first().map_or("null".to_owned(), String::clone),
        PageInfoPart::EndCursor => text(&reading.change_cursor(&page.end)),
    };
    object(&selection.parts, |part| match part {
        FeedPart::TypeName => text("ChangeConnection"),
        FeedPart::PageInfo(parts) => object(parts, page_info),
        FeedPart::Nodes(place) => list(
            page.changes
                .iter()
                .map(|(texts, _)| selected(texts, *place)),
        ),
        FeedPart::Edges(parts) => {
            let edges = page.changes.iter().zip(&cursors);
            list(edges.map(|((texts, _), cursor)| {
                object(parts, |part| match part {
                    FeedEdgePart::TypeName => text("ChangeEdge"),
                    FeedEdgePart::Cursor => cursor.clone(),
                    FeedEdgePart::Node(place) => selected(texts, *place),
                })
            }))
        }
    })
}

/// What was read for the selection at `place`.
fn selected(texts: &[String], place: usize) -> String {
    texts.get(place).map_or("null".to_owned(), String::clone)
}

/// A text as JSON.
fn text(text: &str) -> String {
    Json::from(text).to_string()
}

/// An object of JSON; a response key has no character that would have to be escaped.
fn object<T>(parts: &[(String, T)], value: impl Fn(&T) -> String) -> String {
    let pairs = parts.iter();
    let pairs: Vec<_> = pairs
        .map(|(key, part)| format!("\"{key}\":{}", value(part)))
        .collect();
    format!("{{{}}}", pairs.join(","))
}

/// A list of JSON.
fn list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(","))
}

impl ContainerType for ChangeQuery {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let read = match ctx.item.node.name.node.as_str() {
            "changes" => Self::changes(ctx).await,
            "changeCursor" => Self::cursor(ctx).await,
            _ => return Ok(None),
        };
        read.map(Some)
            .map_err(|error| ctx.set_error_path(server_error(&error, ctx.item.pos)))
    }
}

impl OutputType for ChangeQuery {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("ChangeQuery")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            <EntityKind as OutputType>::create_type_info(registry);
            types::register(registry);
            types::change_root()
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
