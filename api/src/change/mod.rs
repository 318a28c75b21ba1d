//! The change log: every write appends to it, in its own transaction. Nothing else writes to the
//! table `change`, and a test looks for other writers.

mod bound;
pub mod hub;
mod position;
mod read;
mod snapshot;

use std::net::IpAddr;

use chrono::{DateTime, Utc};
use sea_orm::{ActiveValue::NotSet, ActiveValue::Set, DatabaseTransaction, DbErr};
use serde_json::Value as Json;
use uuid::Uuid;

use entity::change::{ActiveModel, ActorKind, ChangeKind};

use crate::{auth::Viewer, store::bulk};

pub use position::Position;
pub use read::{Entry, Page, ReadError, of_rows, read};

/// Who writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A user, by id.
    User(Uuid),
    /// A service, by the id of its token.
    Token(Uuid),
    /// An import, by the id of its job.
    Import(Uuid),
    /// The hub itself.
    System,
}

impl Actor {
    /// What [`Self::id`] is the id of.
    #[must_use]
    pub fn kind(self) -> ActorKind {
        match self {
            Self::User(_) => ActorKind::User,
            Self::Token(_) => ActorKind::Token,
            Self::Import(_) => ActorKind::Import,
            Self::System => ActorKind::System,
        }
    }

    /// For `created_by` and the like; none for the hub itself.
    #[must_use]
    pub fn id(self) -> Option<Uuid> {
        match self {
            Self::User(id) | Self::Token(id) | Self::Import(id) => Some(id),
            Self::System => None,
        }
    }

    /// The user, where it is one.
    #[must_use]
    pub fn user(self) -> Option<Uuid> {
        match self {
            Self::User(id) => Some(id),
            Self::Token(_) | Self::Import(_) | Self::System => None,
        }
    }
}

/// Who writes, from where and in which request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    /// Who.
    pub actor: Actor,
    /// The address; none: not over the network.
    pub address: Option<IpAddr>,
    /// The request, as in the server's log.
    pub request_id: Option<String>,
}

impl Author {
    /// The hub itself, or its operator on the command line.
    pub const SYSTEM: Self = Self {
        actor: Actor::System,
        address: None,
        request_id: None,
    };

    /// The caller `viewer`, in that request.
    #[must_use]
    pub fn of(viewer: &Viewer, request_id: Option<String>) -> Self {
        Self {
            actor: match viewer.user_id {
                Some(user) => Actor::User(user),
                None => Actor::Token(viewer.token_id),
            },
            address: viewer.address,
            request_id,
        }
    }
}

/// One write to one row.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// UTC; when it is recorded.
    pub at: DateTime<Utc>,
    /// Who did it.
    pub actor: Actor,
    /// The table, for example `lead`.
    pub entity: &'static str,
    /// The row.
    pub entity_id: Uuid,
    /// What was done.
    pub kind: ChangeKind,
    /// By column, `[what it was, what it is]`; none for `CREATED`, where the row says it.
    pub fields: Option<Json>,
    /// Why, where the step asks for a reason.
    pub reason: Option<String>,
    /// The request that did it, as in the server's log.
    pub request_id: Option<String>,
    /// The address from which it was done; none: not over the network.
    pub address: Option<IpAddr>,
}

impl Change {
    /// What `author` did to the row `entity_id` of `entity` at `at`.
    #[must_use]
    pub fn by(
        author: &Author,
        at: DateTime<Utc>,
        (entity, entity_id): (&'static str, Uuid),
        kind: ChangeKind,
    ) -> Self {
        Self {
            at,
            actor: author.actor,
            entity,
            entity_id,
            kind,
            fields: None,
            reason: None,
            request_id: author.request_id.clone(),
            address: author.address,
        }
    }

    /// For that reason.
    #[must_use]
    pub fn because(self, reason: Option<String>) -> Self {
        Self { reason, ..self }
    }

    /// With `fields`: by column, what it was and what it is.
    #[must_use]
    pub fn of(self, fields: Json) -> Self {
        Self {
            fields: Some(fields),
            ..self
        }
    }
}

/// Appends `changes` to the log, in the transaction of the writes that they are about.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn record(tx: &DatabaseTransaction, changes: Vec<Change>) -> Result<(), DbErr> {
    let rows: Vec<ActiveModel> = changes.into_iter().map(row).collect();
    bulk::insert(tx, rows).await
}

fn row(change: Change) -> ActiveModel {
    ActiveModel {
        seq: NotSet,
        at: Set(change.at),
        actor_kind: Set(change.actor.kind()),
        actor_id: Set(change.actor.id()),
        entity: Set(change.entity.to_owned()),
        entity_id: Set(change.entity_id),
        kind: Set(change.kind),
        fields: Set(change.fields),
        reason: Set(change.reason),
        request_id: Set(change.request_id),
        actor_address: Set(change.address.map(|address| address.to_string())),
        transaction_id: NotSet,
    }
}
