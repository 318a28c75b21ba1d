//! What makes sense of an endpoint, and what is somebody's to have sent elsewhere.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use entity::webhook_endpoint::{EndpointState, Model};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Draft, target::Targets, viewer};
use crate::{
    auth::Viewer,
    dataset::{Entity, dataset},
    error::{ApiError, Problem},
    views::{Policy, READ_ALL, Scope, Views, allows},
};

/// The most characters of a description.
const LONGEST_DESCRIPTION: usize = 2_000;

/// An endpoint of nobody for nothing, active from `now` on.
pub(super) fn blank(id: Uuid, now: DateTime<Utc>) -> Model {
    Model {
        id,
        system: String::new(),
        description: None,
        url: String::new(),
        state: EndpointState::Active,
        state_since: now,
        role: String::new(),
        scopes: json!([READ_ALL]),
        entities: json!([]),
        kinds: json!([]),
        document: None,
        secret: String::new(),
        previous_secret: None,
        previous_secret_until: None,
        sealed_with: String::new(),
        position: String::new(),
        version: 1,
        created_at: now,
        created_by: None,
        updated_at: now,
        updated_by: None,
        deleted_at: None,
        deleted_by: None,
    }
}

/// Refuses who has read another version of the endpoint.
pub(super) fn same_version(endpoint: &Model, expected: Option<i32>) -> Result<(), ApiError> {
    let version = endpoint.version;
    if expected.is_none_or(|expected| expected == version) {
        return Ok(());
    }
    let problem = format!("the endpoint has version {version} by now: somebody has changed it");
    let mut problem = Problem::new("VERSION_CONFLICT", "expectedVersion", &problem);
    problem.current = Some((endpoint.id, version));
    Err(ApiError::Input(vec![problem]))
}

/// `endpoint` with what `draft` says of it, if that makes sense.
pub(super) fn drafted(
    policy: &Policy,
    targets: Targets,
    mut endpoint: Model,
    draft: Draft,
) -> Result<Model, ApiError> {
    if let Some(system) = draft.system {
        endpoint.system = line("system", &system)?;
    }
    if let Some(description) = draft.description {
        endpoint.description = described(&description)?;
    }
    if let Some(url) = draft.url {
        targets.check(&url)?;
        endpoint.url = url;
    }
    if let Some(role) = draft.role {
        if policy.role(&role).is_none() {
            let problem = format!("there is no role {role:?}; there is {}", policy.names());
            let roles = policy.roles.iter().map(|role| role.name.as_str());
            return Err(ApiError::validation("role", problem).allowing(roles));
        }
        endpoint.role = role;
    }
    if let Some(scopes) = draft.scopes {
        endpoint.scopes = json!(read_scopes(policy, scopes)?);
    }
    if let Some(entities) = draft.entities {
        endpoint.entities = sorted(entities.into_iter().map(Entity::kind));
    }
    if let Some(kinds) = draft.kinds {
        endpoint.kinds = sorted(kinds.into_iter().map(str::to_owned));
    }
    if let Some(document) = draft.document {
        endpoint.document = (!document.trim().is_empty()).then_some(document);
    }
    Ok(endpoint)
}

fn line(field: &str, text: &str) -> Result<String, ApiError> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > 200 || text.chars().any(char::is_control) {
        let problem = "must have 1 to 200 characters on one line";
        return Err(ApiError::validation(field, problem));
    }
    Ok(text.to_owned())
}

fn described(text: &str) -> Result<Option<String>, ApiError> {
    let text = text.trim();
    if text.chars().count() > LONGEST_DESCRIPTION || text.contains('\0') {
        let problem = format!("must have at most {LONGEST_DESCRIPTION} characters");
        return Err(ApiError::validation("description", problem));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

/// Scopes to read with; reading everything where none is said.
fn read_scopes(policy: &Policy, asked: Vec<String>) -> Result<Vec<String>, ApiError> {
    if asked.is_empty() {
        return Ok(vec![READ_ALL.to_owned()]);
    }
    let known = policy.vocabulary.scopes().into_iter();
    let known: Vec<_> = known.filter(|scope| scope.ends_with(":read")).collect();
    match asked.iter().find(|scope| !known.contains(scope)) {
        Some(unknown) => {
            let problem = format!(
                "{unknown:?} is no scope to read with; there is {}",
                known.join(", ")
            );
            Err(ApiError::validation("scopes", problem).allowing(known))
        }
        None => Ok(asked),
    }
}

/// Names as they are kept: in their order, and each once.
fn sorted(names: impl Iterator<Item = String>) -> Json {
    json!(names.collect::<BTreeSet<_>>())
}

/// Whether `viewer` may have sent elsewhere what `endpoint` sees: as with a token for a system, only what they may
/// read themselves, in a role that is theirs to give, and not with a token that is bound.
pub(super) fn may_lend(viewer: &Viewer, endpoint: &Model) -> Result<(), ApiError> {
    let forbidden = |action: &str| {
        Err(ApiError::Forbidden {
            action: action.to_owned(),
        })
    };
    let can = &viewer.view.noun("WebhookEndpoint").can;
    let Some(on) = can.get("create").filter(|_| viewer.may_write()) else {
        return forbidden("make endpoints for systems");
    };
    if !viewer.makes_tokens {
        return forbidden(
            "make endpoints with a token that is bound to networks or to numbers of its own, or whose roles an \
             identity provider says",
        );
    }
    if !on.covers(&Scope::all()) && !viewer.roles.contains(&endpoint.role) {
        return forbidden("give a role that you do not have");
    }
    let scopes = texts(&endpoint.scopes);
    if !scopes.iter().all(|scope| allows(&viewer.scopes, scope)) {
        return forbidden("have more sent to an endpoint than your own token may be used for");
    }
    Ok(())
}

/// Whether the role of `endpoint` sees every noun that it is to be told of.
pub(super) fn sees_its_entities(views: &Views, endpoint: &Model) -> Result<(), ApiError> {
    let eyes = viewer(views, endpoint)?;
    let seen = seen(&eyes);
    let names: Vec<_> = seen.iter().map(|entity| entity.kind()).collect();
    let asked = texts(&endpoint.entities);
    match asked.iter().find(|name| !names.contains(name)) {
        Some(hidden) => {
            let problem = format!("the role sees no {hidden} with these scopes");
            Err(ApiError::validation("entities", problem).allowing(names))
        }
        None => Ok(()),
    }
}

/// The nouns that `endpoint` is told of, of those that its `eyes` see.
///
/// # Errors
///
/// Returns [`ApiError::Internal`] when what is kept of it is no list: it narrows, and must not count as none.
pub fn entities_of(eyes: &Viewer, endpoint: &Model) -> Result<Vec<&'static Entity>, ApiError> {
    let asked: Vec<String> =
        serde_json::from_value(endpoint.entities.clone()).map_err(ApiError::internal)?;
    let asked_for = |entity: &&Entity| asked.is_empty() || asked.contains(&entity.kind());
    Ok(seen(eyes).into_iter().filter(asked_for).collect())
}

fn seen(eyes: &Viewer) -> Vec<&'static Entity> {
    let nothing = Scope::none();
    let entities = dataset().entities().iter();
    entities
        .filter(|entity| eyes.view.noun(entity.name).rows != nothing)
        .collect()
}

/// The texts in a JSON array that this module wrote.
fn texts(list: &Json) -> Vec<String> {
    serde_json::from_value(list.clone()).unwrap_or_default()
}

/// What somebody does to an endpoint, in words.
pub(super) fn doing(action: &str) -> &'static str {
    match action {
        "update" => "change this endpoint",
        "rotateSecret" => "make another secret for this endpoint",
        "pause" => "pause this endpoint",
        "resume" => "resume this endpoint",
        "delete" => "delete this endpoint",
        "redeliver" => "have messages sent again to this endpoint",
        _ => "test this endpoint",
    }
}
