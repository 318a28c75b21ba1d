//! Endpoints: places of other systems that are told of changes. Making them, changing them, and what becomes of them.

mod rules;
mod secret;
mod target;
mod vault;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    change::ChangeKind,
    webhook_delivery::{self, DeliveryState},
    webhook_endpoint::{EndpointState, Model},
};
use sea_orm::ActiveEnum;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::{
    auth::{Reach, Viewer},
    change::{self, Change, Position},
    clock::Clock,
    database::Database,
    dataset::{Entity, GlobalId, dataset, global_id},
    error::ApiError,
    reader,
    services::write::Write,
    store,
    views::Views,
};

pub use rules::entities_of;
pub use secret::Secret;
pub use target::Targets;
pub use vault::{Vault, VaultError};

/// The table.
const TABLE: &str = "webhook_endpoint";
/// The longest that two secrets may overlap, in hours: a week.
const MAX_OVERLAP: u32 = 168;
/// What a test tells of.
const PING: &str = "ping";

/// Makes endpoints, and changes them. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// Where they are.
    pub database: Database,
    /// Which roles and scopes there are.
    pub views: Views,
    /// What seals their secrets.
    pub vault: Vault,
    /// Where they may be.
    pub targets: Targets,
    /// What time it is.
    pub clock: Clock,
}

/// What somebody says of an endpoint; `None` is what it was, or what is usual.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The system that owns it.
    pub system: Option<String>,
    /// What it is for; empty is nothing.
    pub description: Option<String>,
    /// Where messages are sent to.
    pub url: Option<String>,
    /// The name of the role with whose eyes it sees.
    pub role: Option<String>,
    /// What of that it may read.
    pub scopes: Option<Vec<String>>,
    /// The nouns whose changes it is told; empty is all.
    pub entities: Option<Vec<&'static Entity>>,
    /// The kinds of change that it is told; empty is all.
    pub kinds: Option<Vec<&'static str>>,
    /// The query whose answer a message carries; empty is none.
    pub document: Option<String>,
}

/// An endpoint, and what its messages are signed with.
#[derive(Debug)]
pub struct Made {
    /// Which one.
    pub id: Uuid,
    /// The secret, as the receiver gets it. It is not shown again.
    pub secret: String,
}

/// What runs the documents of endpoints.
#[async_trait]
pub trait Runner: Send + Sync {
    /// Runs `document` as `eyes` for the row of that global id.
    ///
    /// # Errors
    ///
    /// [`ApiError::Validation`] that says what is wrong with it; whatever else keeps it from being answered.
    async fn run(&self, eyes: Viewer, document: &str, id: &str) -> Result<(), ApiError>;
}

/// The viewer with whose eyes `endpoint` sees.
///
/// # Errors
///
/// Returns [`ApiError::Internal`] when what is kept of it is no list of scopes: they narrow, and must not count as none.
pub fn viewer(views: &Views, endpoint: &Model) -> Result<Viewer, ApiError> {
    let scopes: Vec<String> =
        serde_json::from_value(endpoint.scopes.clone()).map_err(ApiError::internal)?;
    let (roles, who) = (vec![endpoint.role.clone()], (None, endpoint.id));
    let name = endpoint.system.clone();
    Ok(Viewer::new(
        views,
        who,
        name,
        roles,
        scopes,
        Reach::default(),
    ))
}

impl Webhooks {
    /// Makes an endpoint that is told what happens from now on. Its document is run by
    /// `runner` for a row of each noun that it is told of, none of which there is.
    ///
    /// # Errors
    ///
    /// - [`ApiError::Forbidden`] when who asks may not, or it would see more than they may
    /// - [`ApiError::Validation`] when any of it makes no sense
    /// - [`ApiError::Internal`] when the database fails; there is no endpoint then
    pub async fn create(
        &self,
        write: &Write<'_>,
        draft: Draft,
        runner: &dyn Runner,
    ) -> Result<Made, ApiError> {
        let (id, secret) = (Uuid::now_v7(), Secret::generate()?);
        let blank = Model {
            sealed_with: self.vault.id().to_owned(),
            secret: self.vault.seal(id, &secret)?,
            created_by: write.author.actor.id(),
            updated_by: write.author.actor.id(),
            ..rules::blank(id, write.now)
        };
        let endpoint = Model {
            position: Position::end(write.tx).await?.to_string(),
            ..self.drafted(write, blank, draft)?
        };
        self.check_document(&endpoint, runner).await?;
        store::webhook_endpoint::insert(write.tx, endpoint).await?;
        let made = Change::by(write.author, write.now, (TABLE, id), ChangeKind::Created);
        change::record(write.tx, vec![made]).await?;
        Ok(Made {
            id,
            secret: secret.text(),
        })
    }

    /// Changes what `draft` says of an endpoint, for messages that are sent from now on.
    ///
    /// # Errors
    ///
    /// As [`Self::create`], and [`ApiError::NotFound`] when there is none that who asks sees.
    pub async fn update(
        &self,
        write: &Write<'_>,
        id: Uuid,
        draft: Draft,
        runner: &dyn Runner,
    ) -> Result<(), ApiError> {
        let before = permitted(write, id, "update").await?;
        let after = self.drafted(write, before.clone(), draft)?;
        self.check_document(&after, runner).await?;
        save(write, &before, after).await
    }

    /// Makes a new secret. Messages are signed with the one before as well for so many hours; with none of them at
    /// all, it need not be known any more.
    ///
    /// # Errors
    ///
    /// As [`Self::update`].
    pub async fn rotate_secret(
        &self,
        write: &Write<'_>,
        id: Uuid,
        overlap_hours: u32,
    ) -> Result<Made, ApiError> {
        if overlap_hours > MAX_OVERLAP {
            let problem = format!("must be from 0 to {MAX_OVERLAP}");
            return Err(ApiError::validation("overlapHours", problem));
        }
        let before = permitted(write, id, "rotateSecret").await?;
        if overlap_hours > 0 && self.vault.open(id, &before.secret).is_none() {
            let problem = "must be 0: the key that the secret is sealed with (webhooks.key_file) is not on this hub";
            return Err(ApiError::validation("overlapHours", problem));
        }
        let secret = Secret::generate()?;
        let until = write.now + TimeDelta::hours(overlap_hours.into());
        let after = Model {
            secret: self.vault.seal(id, &secret)?,
            sealed_with: self.vault.id().to_owned(),
            previous_secret: (overlap_hours > 0).then(|| before.secret.clone()),
            previous_secret_until: (overlap_hours > 0).then_some(until),
            ..before.clone()
        };
        save(write, &before, after).await?;
        Ok(Made {
            id,
            secret: secret.text(),
        })
    }

    /// `endpoint` with what `draft` says of it, checked.
    fn drafted(&self, write: &Write<'_>, endpoint: Model, draft: Draft) -> Result<Model, ApiError> {
        let endpoint = rules::drafted(self.views.policy(), self.targets, endpoint, draft)?;
        // Also who changes nothing of it but the URL must be allowed to read what is then sent there.
        if let Some(viewer) = write.viewer {
            rules::may_lend(viewer, &endpoint)?;
        }
        rules::sees_its_entities(&self.views, &endpoint)?;
        Ok(endpoint)
    }

    async fn check_document(&self, endpoint: &Model, runner: &dyn Runner) -> Result<(), ApiError> {
        let Some(document) = &endpoint.document else {
            return Ok(());
        };
        let eyes = viewer(&self.views, endpoint)?;
        for entity in entities_of(&eyes, endpoint)? {
            let id = global_id(entity, Uuid::nil());
            runner.run(eyes.clone(), document, &id).await?;
        }
        Ok(())
    }
}

/// Has messages to an endpoint wait until it is resumed.
///
/// # Errors
///
/// As [`Webhooks::update`].
pub async fn pause(write: &Write<'_>, id: Uuid) -> Result<(), ApiError> {
    let before = permitted(write, id, "pause").await?;
    turn(write, &before, EndpointState::Paused).await
}

/// Sends what waits for an endpoint, and what failed for good, at once; and then what happened meanwhile.
///
/// # Errors
///
/// As [`Webhooks::update`].
pub async fn resume(write: &Write<'_>, id: Uuid) -> Result<(), ApiError> {
    let before = permitted(write, id, "resume").await?;
    store::webhook_delivery::revive(write.tx, id, write.now).await?;
    turn(write, &before, EndpointState::Active).await
}

/// Deletes an endpoint with its secrets: nothing is sent to it any more.
///
/// # Errors
///
/// As [`Webhooks::update`].
pub async fn delete(write: &Write<'_>, id: Uuid) -> Result<(), ApiError> {
    let before = permitted(write, id, "delete").await?;
    let after = Model {
        secret: String::new(),
        previous_secret: None,
        previous_secret_until: None,
        deleted_at: Some(write.now),
        deleted_by: write.author.actor.id(),
        ..before
    };
    store::webhook_delivery::give_up(write.tx, id).await?;
    store::webhook_endpoint::update(write.tx, after).await?;
    let deleted = Change::by(write.author, write.now, (TABLE, id), ChangeKind::Deleted);
    change::record(write.tx, vec![deleted]).await?;
    Ok(())
}

/// Tells an endpoint again what was recorded since `from`, each message under the id that it had.
///
/// # Errors
///
/// As [`Webhooks::update`].
pub async fn redeliver(write: &Write<'_>, id: Uuid, from: DateTime<Utc>) -> Result<(), ApiError> {
    let before = permitted(write, id, "redeliver").await?;
    let position = Position::since(write.tx, from).await?.to_string();
    store::webhook_endpoint::put(write.tx, id, position).await?;
    let reason = format!("told again since {}", from.to_rfc3339());
    let again = Change {
        reason: Some(reason),
        ..Change::by(write.author, write.now, (TABLE, id), ChangeKind::Updated)
    };
    let after = touched(write, &before, before.clone());
    store::webhook_endpoint::update(write.tx, after).await?;
    change::record(write.tx, vec![again]).await?;
    Ok(())
}

/// Sends a message that tells of nothing, once, whatever the state of the endpoint is. Returns its id.
///
/// # Errors
///
/// As [`Webhooks::update`].
pub async fn test(write: &Write<'_>, id: Uuid) -> Result<Uuid, ApiError> {
    permitted(write, id, "test").await?;
    let message = webhook_delivery::Model {
        subject: global_id(dataset().target("WebhookEndpoint")?, id),
        ..message(Uuid::now_v7(), id, PING.to_owned(), write.now)
    };
    let ping = message.id;
    store::webhook_delivery::plan(write.tx, vec![message]).await?;
    Ok(ping)
}

/// The endpoint of that id, locked, if who asks may do `action` with it.
async fn permitted(write: &Write<'_>, id: Uuid, action: &str) -> Result<Model, ApiError> {
    let entity = dataset().target("WebhookEndpoint")?;
    if let Some(viewer) = write.viewer {
        let (node, doing) = (GlobalId { entity, id }, rules::doing(action));
        reader::permit(write.tx, viewer, node, action, doing).await?;
    }
    let endpoint = store::webhook_endpoint::lock(write.tx, id).await?;
    endpoint.ok_or_else(|| ApiError::NotFound {
        what: entity.name.to_owned(),
    })
}

/// Puts an endpoint into `state`, where it is not yet.
async fn turn(write: &Write<'_>, before: &Model, state: EndpointState) -> Result<(), ApiError> {
    if before.state == state {
        return Ok(());
    }
    let after = Model {
        state,
        state_since: write.now,
        ..before.clone()
    };
    save(write, before, after).await
}

/// Writes what `after` has otherwise than `before`, and records it.
async fn save(write: &Write<'_>, before: &Model, after: Model) -> Result<(), ApiError> {
    let fields = differences(before, &after);
    if fields.is_empty() && before.secret == after.secret {
        return Ok(());
    }
    let updated = Change::by(
        write.author,
        write.now,
        (TABLE, after.id),
        ChangeKind::Updated,
    );
    let after = touched(write, before, after);
    store::webhook_endpoint::update(write.tx, after).await?;
    change::record(write.tx, vec![updated.of(Json::Object(fields))]).await?;
    Ok(())
}

/// `after`, changed once more than `before`.
fn touched(write: &Write<'_>, before: &Model, after: Model) -> Model {
    Model {
        version: before.version.saturating_add(1),
        updated_at: write.now,
        updated_by: write.author.actor.id(),
        ..after
    }
}

/// The id of the message that tells an endpoint of the change with that number, which was recorded `at`: the same
/// however often it is told. A log that was set back gives numbers out again, and not at the same time.
#[must_use]
pub fn message_id(endpoint: Uuid, seq: i64, at: DateTime<Utc>) -> Uuid {
    secret::derived(endpoint, &format!("{seq} {}", at.timestamp_micros()))
}

/// Takes an endpoint out of service for the hub itself: `state` says why. Whether it was active until then.
///
/// # Errors
///
/// Returns [`ApiError::Internal`] when the database fails.
pub async fn take_out(write: &Write<'_>, id: Uuid, state: EndpointState) -> Result<bool, ApiError> {
    let endpoint = store::webhook_endpoint::lock(write.tx, id).await?;
    let active = endpoint.filter(|endpoint| endpoint.state == EndpointState::Active);
    match active {
        Some(before) => turn(write, &before, state).await.map(|()| true),
        None => Ok(false),
    }
}

/// A message of the endpoint `endpoint_id` that is to be sent from `now` on.
#[must_use]
pub fn message(
    id: Uuid,
    endpoint_id: Uuid,
    event: String,
    now: DateTime<Utc>,
) -> webhook_delivery::Model {
    webhook_delivery::Model {
        id,
        endpoint_id,
        seq: None,
        event,
        subject: String::new(),
        occurred_at: now,
        changed_fields: None,
        state: DeliveryState::Pending,
        attempts: 0,
        next_attempt_at: Some(now),
        last_attempt_at: None,
        status_code: None,
        error: None,
        duration_milliseconds: None,
        lease: None,
        leased_until: None,
        created_at: now,
    }
}

/// By column, what it was and what it is, where that differs. Nothing of the secrets: that there is another one shows
/// in `previous_secret_until`.
fn differences(before: &Model, after: &Model) -> Map<String, Json> {
    let told = |endpoint: &Model| {
        json!({
            "system": endpoint.system,
            "description": endpoint.description,
            "url": endpoint.url,
            "state": endpoint.state.to_value(),
            "role": endpoint.role,
            "scopes": endpoint.scopes,
            "entities": endpoint.entities,
            "kinds": endpoint.kinds,
            "document": endpoint.document,
            "previous_secret_until": endpoint.previous_secret_until,
        })
    };
    let (Json::Object(before), Json::Object(after)) = (told(before), told(after)) else {
        return Map::new();
    };
    let pairs = before.into_iter().zip(after);
    let changed = pairs.filter(|((_, was), (_, is))| was != is);
    changed
        .map(|((name, was), (_, is))| (name, json!([was, is])))
        .collect()
}
