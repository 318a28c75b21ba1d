//! Changing an endpoint, and putting on record what was changed.

use entity::{change::ChangeKind, webhook_endpoint::Model};
use sea_orm::ActiveEnum;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use super::{TABLE, rules};
use crate::{
    change::{self, Change},
    dataset::{GlobalId, dataset},
    error::ApiError,
    reader,
    services::write::Write,
    store,
};

/// The endpoint of that id, locked, if who asks may do `action` with it.
pub(super) async fn permitted(
    write: &Write<'_>,
    id: Uuid,
    action: &str,
) -> Result<Model, ApiError> {
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

/// Writes what `after` has otherwise than `before`, and records it.
pub(super) async fn save(write: &Write<'_>, before: &Model, after: Model) -> Result<(), ApiError> {
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
pub(super) fn touched(write: &Write<'_>, before: &Model, after: Model) -> Model {
    Model {
        version: before.version.saturating_add(1),
        updated_at: write.now,
        updated_by: write.author.actor.id(),
        ..after
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
