//! From the change log to messages.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use entity::{change::ChangeKind, webhook_delivery, webhook_endpoint};
use uuid::Uuid;

use super::{Courier, attempt::REMOVED};
use crate::{
    change::{Entry, Position, ReadError, read},
    dataset::{Entity, dataset, global_id},
    error::ApiError,
    graphql,
    services::webhook::{self, entities_of, message, message_id},
    store,
};

/// How many changes are looked at in one transaction.
const PAGE: u32 = 100;
/// How many times that is done for an endpoint before it is somebody else's turn.
const PAGES: u32 = 10;
/// How long an endpoint that nothing happens for stays where it is in the log.
const LINGER: Duration = Duration::from_mins(1);

/// Writes messages as the log grows.
#[derive(Debug, Default)]
pub(super) struct Planner {
    /// Where the log ended when every endpoint had been told of it; none: some may not have been.
    seen: Option<Position>,
    /// When an endpoint was last moved in the log.
    moved: HashMap<Uuid, Instant>,
}

/// How the turn of an endpoint went.
enum Turn {
    /// It has been told of all that there was.
    Done,
    /// Somebody else tells it, or there is more.
    NotDone,
}

impl Planner {
    /// Writes the messages about what has happened since the last look.
    pub(super) async fn look(&mut self, courier: &Courier) -> Result<(), ApiError> {
        let db = &courier.webhooks.database;
        let all: Vec<_> = dataset().entities().iter().map(table).collect();
        let end = match &self.seen {
            Some(seen) => match read(db.reserve(), seen, &all, 1).await {
                Ok(page) if page.rows.is_empty() => return Ok(()),
                Ok(page) => page.log_end,
                Err(ReadError::Expired) => Position::end(db.reserve()).await?,
                Err(ReadError::Database(error)) => return Err(error.into()),
            },
            None => Position::end(db.reserve()).await?,
        };
        self.seen = None;
        let mut done = true;
        for endpoint in store::webhook_endpoint::active(db.reserve()).await? {
            done &= matches!(self.tell(courier, endpoint).await?, Turn::Done);
        }
        self.seen = done.then_some(end);
        Ok(())
    }

    /// Writes the messages of one endpoint, a page of the log at a time.
    async fn tell(
        &mut self,
        courier: &Courier,
        mut endpoint: webhook_endpoint::Model,
    ) -> Result<Turn, ApiError> {
        let db = &courier.webhooks.database;
        let eyes = webhook::viewer(&courier.webhooks.views, &endpoint)?;
        let entities = entities_of(&eyes, &endpoint)?;
        let tables: Vec<_> = entities.iter().copied().map(table).collect();
        for _ in 0..PAGES {
            let position = Position::parse(&endpoint.position);
            let page = match &position {
                Some(position) => read(db.reads(), position, &tables, PAGE).await,
                None => Err(ReadError::Expired),
            };
            let (told, end, more) = match page {
                Ok(page) => {
                    let entries: Vec<_> = page.rows.into_iter().map(|(entry, _)| entry).collect();
                    let lingers = self
                        .moved
                        .get(&endpoint.id)
                        .is_some_and(|at| at.elapsed() < LINGER);
                    if entries.is_empty() && lingers && !page.more {
                        return Ok(Turn::Done);
                    }
                    (
                        told(courier, &endpoint, entries).await?,
                        page.end,
                        page.more,
                    )
                }
                // The log was moved, or set back: what the endpoint heard of last is where it goes on.
                Err(ReadError::Expired) => (Vec::new(), resumed(courier, &endpoint).await?, true),
                Err(ReadError::Database(error)) => return Err(error.into()),
            };
            let end = end.to_string();
            let tx = db.begin().await?;
            let before = &endpoint.position;
            if !store::webhook_endpoint::advance(&tx, endpoint.id, before, end.clone()).await? {
                return Ok(Turn::NotDone);
            }
            store::webhook_delivery::plan(&tx, told).await?;
            tx.commit().await?;
            self.moved.insert(endpoint.id, Instant::now());
            endpoint.position = end;
            if !more {
                return Ok(Turn::Done);
            }
        }
        Ok(Turn::NotDone)
    }
}

fn table(entity: &Entity) -> &str {
    &entity.table
}

/// Where an endpoint goes on whose position means nothing any more.
async fn resumed(
    courier: &Courier,
    endpoint: &webhook_endpoint::Model,
) -> Result<Position, ApiError> {
    let db = courier.webhooks.database.reads();
    let last = store::webhook_delivery::last_told(db, endpoint.id).await?;
    tracing::warn!(endpoint = %endpoint.id, "webhooks: the log was moved, and an endpoint goes on where it was");
    Ok(Position::since(db, last.unwrap_or(endpoint.created_at)).await?)
}

/// The messages about those changes, as far as the endpoint is to be told of them.
async fn told(
    courier: &Courier,
    endpoint: &webhook_endpoint::Model,
    entries: Vec<Entry>,
) -> Result<Vec<webhook_delivery::Model>, ApiError> {
    let (eyes, now) = (
        webhook::viewer(&courier.webhooks.views, endpoint)?,
        courier.webhooks.clock.now(),
    );
    let subjects: Vec<_> = entries.iter().filter_map(subject).collect();
    let visible = graphql::visible(&courier.schema, eyes, &subjects).await?;
    let db = courier.webhooks.database.reads();
    let mut known = store::webhook_delivery::known(db, endpoint.id, &subjects, REMOVED).await?;
    let mut messages = Vec::new();
    for entry in entries {
        let Some(subject) = subject(&entry) else {
            continue;
        };
        let Some(kind) = kind(
            entry.kind,
            visible.contains(&subject),
            known.contains(&subject),
        ) else {
            continue;
        };
        if kind == "REMOVED" {
            known.remove(&subject);
        } else {
            known.insert(subject.clone());
        }
        if !wants(endpoint, kind) {
            continue;
        }
        let event = format!("{}.{}", entry.entity, kind.to_ascii_lowercase());
        let id = message_id(endpoint.id, entry.seq, entry.at);
        messages.push(webhook_delivery::Model {
            seq: Some(entry.seq),
            subject,
            occurred_at: entry.at,
            ..message(id, endpoint.id, event, now)
        });
    }
    Ok(messages)
}

/// The global id of the row that changed.
fn subject(entry: &Entry) -> Option<String> {
    let mut entities = dataset().entities().iter();
    let entity = entities.find(|entity| entity.table == entry.entity)?;
    Some(global_id(entity, entry.entity_id))
}

/// As what a change is told, if it is.
fn kind(kind: ChangeKind, visible: bool, known: bool) -> Option<&'static str> {
    Some(match kind {
        ChangeKind::ViewedAs | ChangeKind::Refused => return None,
        _ if !visible => return known.then_some("REMOVED"),
        ChangeKind::Deleted => "REMOVED",
        ChangeKind::Created => "CREATED",
        ChangeKind::Restored => "RESTORED",
        ChangeKind::Merged => "MERGED",
        ChangeKind::Updated => "UPDATED",
    })
}

/// Whether the endpoint wants to be told of that kind of change.
fn wants(endpoint: &webhook_endpoint::Model, kind: &str) -> bool {
    let kinds = endpoint.kinds.as_array();
    kinds.is_none_or(|kinds| kinds.is_empty() || kinds.iter().any(|wanted| wanted == kind))
}
