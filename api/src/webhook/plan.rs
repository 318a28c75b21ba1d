//! From the change log to messages.

use std::{collections::HashMap, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use entity::{webhook_delivery, webhook_endpoint};
use serde::Deserialize;
use serde_json::json;
use tokio::time::Instant;
use uuid::Uuid;

use super::{Courier, LATER, SOON, warn};
use crate::{
    auth::Viewer,
    calendar::{Calendar, Moment},
    change::{Position, ReadError, read},
    dataset::{Entity, dataset},
    error::ApiError,
    reader::{
        ChangeFilter, ChangePart, ChangeSelection, Feed, FeedPage, FieldChangePart, Reader, Sees,
    },
    services::webhook::{self, entities_of, message, message_id},
    store,
};

/// How many changes are told in one transaction.
const PAGE: u32 = 100;
/// How many times that is done for an endpoint before it is somebody else's turn.
const PAGES: u32 = 10;
/// How long an endpoint that nothing happens for stays where it is in the log.
const LINGER: Duration = Duration::from_mins(1);
/// For how many days an endpoint that is paused can go on where it was: for ever.
const KEPT_DAYS: i64 = 36_500;

/// Writes messages as the log grows.
#[derive(Debug)]
pub(super) struct Planner {
    reader: Reader,
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

/// A change that an endpoint is to be told of, as the feed tells it.
#[derive(Deserialize)]
pub(super) struct Told {
    id: String,
    entity: String,
    kind: String,
    /// UTC; when it was recorded.
    pub(super) at: DateTime<Utc>,
    fields: Vec<Changed>,
}

/// A field that changed.
#[derive(Deserialize)]
struct Changed {
    field: String,
}

impl Told {
    /// Has `message` tell of this.
    pub(super) fn put_into(self, message: &mut webhook_delivery::Model) {
        let fields: Vec<_> = self.fields.into_iter().map(|it| it.field).collect();
        message.event = format!("{}.{}", self.entity, self.kind).to_ascii_lowercase();
        message.subject = self.id;
        message.occurred_at = self.at;
        message.changed_fields = (!fields.is_empty()).then(|| json!(fields));
    }
}

impl Planner {
    /// One that has told nobody of anything.
    pub(super) fn new(courier: &Courier) -> Self {
        let reader = Reader::new(courier.webhooks.database.clone());
        Self {
            reader: reader.keeping(TimeDelta::days(KEPT_DAYS)),
            seen: None,
            moved: HashMap::new(),
        }
    }

    /// Writes the messages about what has happened since the last turn, and says when it is time for the next.
    pub(super) async fn turn(&mut self, courier: &Courier) -> Instant {
        if let Err(error) = self.look(courier).await {
            self.seen = None;
            warn("messages are written later", &error);
        }
        let pause = if self.seen.is_some() { LATER } else { SOON };
        Instant::now() + pause
    }

    async fn look(&mut self, courier: &Courier) -> Result<(), ApiError> {
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
            let id = endpoint.id;
            // What is wrong with one keeps no other from being told.
            let turn = self.tell(courier, endpoint).await.unwrap_or_else(|error| {
                warn("an endpoint is told later", &error);
                tracing::info!(endpoint = %id, "webhooks: it is this one");
                Turn::NotDone
            });
            done &= matches!(turn, Turn::Done);
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
        let eyes = webhook::viewer(&courier.webhooks.views, &endpoint)?;
        let feed = feed_of(&eyes, &endpoint)?;
        for _ in 0..PAGES {
            let position = Position::parse(&endpoint.position);
            let page = match &position {
                Some(position) => self.page(courier, eyes.clone(), &feed, position).await,
                None => Err(ApiError::CursorExpired),
            };
            let (messages, end, more) = match page {
                Ok(page) => {
                    let moved = self.moved.get(&endpoint.id);
                    let lingers = moved.is_some_and(|at| at.elapsed() < LINGER);
                    if page.entries == 0 && !page.more && lingers {
                        return Ok(Turn::Done);
                    }
                    let messages = messages(courier, &endpoint, &page)?;
                    (messages, page.end, page.more)
                }
                // The log was moved, or set back: what the endpoint heard of last is where it goes on.
                Err(ApiError::CursorExpired) => {
                    (Vec::new(), resumed(courier, &endpoint).await?, true)
                }
                Err(error) => return Err(error),
            };
            let end = end.to_string();
            if !advance(courier, &endpoint, end.clone(), messages).await? {
                return Ok(Turn::NotDone);
            }
            self.moved.insert(endpoint.id, Instant::now());
            endpoint.position = end;
            if !more {
                return Ok(Turn::Done);
            }
        }
        Ok(Turn::NotDone)
    }

    /// What follows `position` for who sees with these eyes.
    async fn page(
        &self,
        courier: &Courier,
        eyes: Viewer,
        feed: &Feed,
        position: &Position,
    ) -> Result<FeedPage, ApiError> {
        let moment = Moment {
            now: courier.webhooks.clock.now(),
            calendar: Calendar::default(),
        };
        let reading = self.reader.reading(eyes, moment, Sees::Snapshot);
        let page = reading.changes(feed, position, PAGE).await;
        reading.finish().await;
        page
    }
}

fn table(entity: &Entity) -> &str {
    &entity.table
}

/// What an endpoint is told of, and as much of it as a message is made of.
pub(super) fn feed_of(eyes: &Viewer, endpoint: &webhook_endpoint::Model) -> Result<Feed, ApiError> {
    let kinds: Vec<String> =
        serde_json::from_value(endpoint.kinds.clone()).map_err(ApiError::internal)?;
    let parts = [
        ("id", ChangePart::Id),
        ("entity", ChangePart::Entity),
        ("kind", ChangePart::Kind),
        ("at", ChangePart::At),
        (
            "fields",
            ChangePart::Fields(vec![("field".to_owned(), FieldChangePart::Field)]),
        ),
    ];
    let selection = ChangeSelection {
        type_name: "Change",
        parts: parts.map(|(key, part)| (key.to_owned(), part)).to_vec(),
    };
    Ok(Feed {
        entities: entities_of(eyes, endpoint)?,
        filter: ChangeFilter {
            kinds: (!kinds.is_empty()).then_some(kinds),
            ..ChangeFilter::default()
        },
        selections: vec![selection],
    })
}

/// The messages about the changes of a page.
fn messages(
    courier: &Courier,
    endpoint: &webhook_endpoint::Model,
    page: &FeedPage,
) -> Result<Vec<webhook_delivery::Model>, ApiError> {
    let now = courier.webhooks.clock.now();
    let texts = page.changes.iter().flat_map(|(texts, _)| texts);
    let told = texts.zip(&page.numbers).map(|(text, seq)| {
        let told: Told = serde_json::from_str(text).map_err(ApiError::internal)?;
        let id = message_id(endpoint.id, *seq, told.at);
        let mut message = message(id, endpoint.id, String::new(), now);
        message.seq = Some(*seq);
        told.put_into(&mut message);
        Ok(message)
    });
    told.collect()
}

/// Writes messages and where the endpoint is then, if it is still where they begin. Whether it was.
async fn advance(
    courier: &Courier,
    endpoint: &webhook_endpoint::Model,
    end: String,
    messages: Vec<webhook_delivery::Model>,
) -> Result<bool, ApiError> {
    let tx = courier.webhooks.database.begin().await?;
    let before = &endpoint.position;
    let ours = store::webhook_endpoint::advance(&tx, endpoint.id, before, end).await?;
    if ours {
        store::webhook_delivery::plan(&tx, messages).await?;
        tx.commit().await?;
    }
    Ok(ours)
}

/// Where an endpoint goes on whose position means nothing any more.
async fn resumed(
    courier: &Courier,
    endpoint: &webhook_endpoint::Model,
) -> Result<Position, ApiError> {
    let db = courier.webhooks.database.reads();
    let last = store::webhook_delivery::last_told(db, endpoint.id).await?;
    let since = last.unwrap_or(endpoint.created_at);
    tracing::warn!(endpoint = %endpoint.id, %since, "webhooks: the log was moved; an endpoint is told again");
    Ok(Position::since(db, since).await?)
}
