//! What becomes of an endpoint: paused, resumed, deleted, told again, tested, taken out of service.

use chrono::{DateTime, Utc};
use entity::{
    change::ChangeKind,
    webhook_delivery,
    webhook_endpoint::{EndpointState, Model},
};
use uuid::Uuid;

use super::{
    TABLE, message,
    save::{permitted, save, touched},
};
use crate::{
    change::{self, Change, Position},
    dataset::{dataset, global_id},
    error::ApiError,
    services::write::Write,
    store,
};

/// What a test tells of.
const PING: &str = "ping";

/// Has messages to an endpoint wait until it is resumed.
///
/// # Errors
///
/// As [`super::Webhooks::update`].
pub async fn pause(write: &Write<'_>, id: Uuid) -> Result<(), ApiError> {
    let before = permitted(write, id, "pause").await?;
    turn(write, &before, EndpointState::Paused).await
}

/// Sends what waits for an endpoint, and what failed for good, at once; and then what happened meanwhile.
///
/// # Errors
///
/// As [`super::Webhooks::update`].
pub async fn resume(write: &Write<'_>, id: Uuid) -> Result<(), ApiError> {
    let before = permitted(write, id, "resume").await?;
    store::webhook_delivery::revive(write.tx, id, write.now).await?;
    if before.state == EndpointState::Active {
        return note(write, id, "what waited is sent at once").await;
    }
    turn(write, &before, EndpointState::Active).await
}

/// Deletes an endpoint with its secrets: nothing is sent to it any more.
///
/// # Errors
///
/// As [`super::Webhooks::update`].
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
/// As [`super::Webhooks::update`].
pub async fn redeliver(write: &Write<'_>, id: Uuid, from: DateTime<Utc>) -> Result<(), ApiError> {
    let before = permitted(write, id, "redeliver").await?;
    let position = Position::since(write.tx, from).await?.to_string();
    store::webhook_endpoint::put(write.tx, id, position).await?;
    let after = touched(write, &before, before.clone());
    store::webhook_endpoint::update(write.tx, after).await?;
    note(
        write,
        id,
        &format!("told again since {}", from.to_rfc3339()),
    )
    .await
}

/// Sends a message that tells of nothing, once, whatever the state of the endpoint is. Returns its id.
///
/// # Errors
///
/// As [`super::Webhooks::update`].
pub async fn test(write: &Write<'_>, id: Uuid) -> Result<Uuid, ApiError> {
    permitted(write, id, "test").await?;
    let message = webhook_delivery::Model {
        subject: global_id(dataset().target("WebhookEndpoint")?, id),
        ..message(Uuid::now_v7(), id, PING.to_owned(), write.now)
    };
    let ping = message.id;
    store::webhook_delivery::plan(write.tx, vec![message]).await?;
    note(write, id, "a test was sent").await?;
    Ok(ping)
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

/// Puts on record that there is something to be sent that was not, and why: it is how those hear of it who send.
async fn note(write: &Write<'_>, id: Uuid, reason: &str) -> Result<(), ApiError> {
    let noted = Change::by(write.author, write.now, (TABLE, id), ChangeKind::Updated);
    let noted = noted.because(Some(reason.to_owned()));
    change::record(write.tx, vec![noted]).await?;
    Ok(())
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
