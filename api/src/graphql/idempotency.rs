//! Mutations that are run once, however often they are sent with the same key: what is the same, what is not
//! kept, and the answer that is given again.

use std::collections::BTreeMap;

use async_graphql::{
    ErrorExtensionValues, Name, PathSegment, Pos, Request, Response, ServerError, Value, Variables,
    indexmap::IndexMap,
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use sha2::{Digest, Sha256};

use crate::{
    auth::{Known, Viewer},
    error::ApiError,
    reader::Reading,
    services::{
        idempotency::{HEADER, Hash, Key, Once},
        write::Writing,
    },
};

use super::{
    error::is_of_the_moment,
    execute::{AS_OF, operation, root_fields},
    mutation::SHOWING_SECRETS,
    schema::Schema,
    selection::raw,
};

/// The header of an answer that was given before.
const REPLAYED: &str = "idempotency-replayed";

/// With which key something is asked.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// The caller's key.
    pub key: Key,
    /// The SHA-256 of the document that runs.
    pub document: Hash,
}

/// What is kept of an answer. How much may be asked, and what it costs, is of the moment.
#[derive(Serialize)]
struct Keeping<'a> {
    data: &'a Value,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    extensions: BTreeMap<&'a str, &'a Value>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [ServerError],
}

/// The same, read again. What is not looked at is not read, and goes out as it went before.
#[derive(Deserialize)]
struct Kept {
    data: Box<RawValue>,
    #[serde(default)]
    extensions: BTreeMap<String, Value>,
    #[serde(default)]
    errors: Vec<KeptError>,
}

#[derive(Deserialize)]
struct KeptError {
    message: String,
    #[serde(default)]
    locations: Vec<Pos>,
    #[serde(default)]
    path: Vec<PathSegment>,
    #[serde(default)]
    extensions: BTreeMap<String, Box<RawValue>>,
}

/// Whether the answer was given before, to the same request.
#[must_use]
pub fn was_replayed(response: &Response) -> bool {
    response.http_headers.contains_key(REPLAYED)
}

/// The mutation in `request` as something that is done once.
pub(super) fn once(
    schema: &Schema,
    viewer: &Viewer,
    request: &mut Request,
    asked: &Asked,
) -> Result<Once, ApiError> {
    let body = body_hash(request, &asked.document)?;
    schema
        .running
        .once(viewer, schema.clock.now(), (asked.key, body))
}

/// Begins it, in the transaction of `reading`; the answer, where it was done before.
pub(super) async fn begin(once: &Once, reading: &Reading) -> Result<Option<Response>, ApiError> {
    let before = once.begin(reading).await?;
    before.as_deref().map(replay).transpose()
}

/// Commits what was written, and keeps the `response` with it. Where something of it failed for now, nothing is
/// written, so that all of it can be asked again.
pub(super) async fn commit(
    once: &Once,
    (writing, known): (&Writing, &Known),
    response: &mut Response,
) -> Result<(), ApiError> {
    let ran = response.data != Value::Null || response.errors.iter().any(|it| !it.path.is_empty());
    if !ran || response.errors.iter().any(is_of_the_moment) {
        writing.take_back().await;
        response.data = Value::Null;
        response.extensions.remove(AS_OF);
        return Ok(());
    }
    let as_of = response.extensions.get_key_value(AS_OF);
    let keeping = Keeping {
        data: &response.data,
        extensions: as_of
            .map(|(name, at)| (name.as_str(), at))
            .into_iter()
            .collect(),
        errors: &response.errors,
    };
    let answer = serde_json::to_string(&keeping).map_err(ApiError::internal)?;
    writing
        .commit_with(known, async |tx| once.keep(tx, answer).await)
        .await
}

/// What stands for a request: the document, which of its operations runs, and the variables in any order.
fn body_hash(request: &mut Request, document: &Hash) -> Result<Hash, ApiError> {
    let name = request.operation_name.clone();
    let parsed = request.parsed_query().ok();
    let running = parsed.and_then(|parsed| {
        let (name, running) = operation(parsed, name.as_deref())?;
        Some((name.cloned(), root_fields(parsed, running)))
    });
    let Some((name, fields)) = running else {
        return Err(ApiError::internal("a mutation without an operation"));
    };
    for field in fields {
        let field = &field.name.node;
        if SHOWING_SECRETS.contains(&field.as_str()) {
            let problem = format!(
                "`{field}` shows a secret this once, and what is answered to a key is kept: leave the header out"
            );
            return Err(ApiError::validation(HEADER, problem));
        }
    }
    let rest = serde_json::to_vec(&(name, in_order(&request.variables)));
    let digest = Sha256::new().chain_update(document);
    Ok(digest
        .chain_update(rest.map_err(ApiError::internal)?)
        .finalize()
        .into())
}

/// The variables, with the fields of every object in the order of their names.
fn in_order(variables: &Variables) -> BTreeMap<Name, Value> {
    let variables = variables.iter();
    variables
        .map(|(name, value)| (name.clone(), sorted(value)))
        .collect()
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(sorted).collect()),
        Value::Object(fields) => {
            let fields: BTreeMap<_, _> =
                fields.iter().map(|(name, of)| (name, sorted(of))).collect();
            let fields = fields.into_iter().map(|(name, of)| (name.clone(), of));
            Value::Object(fields.collect::<IndexMap<_, _>>())
        }
        other => other.clone(),
    }
}

/// The answer that was kept.
fn replay(answer: &str) -> Result<Response, ApiError> {
    let Kept {
        data,
        extensions,
        errors,
    } = serde_json::from_str(answer).map_err(ApiError::internal)?;
    let mut response = Response::new(value(&data)?);
    response.extensions = extensions;
    for error in errors {
        response.errors.push(replayed(error)?);
    }
    let yes = "true"
        .parse()
        .map_err(|_unwritable| ApiError::internal("a header that is none"))?;
    response.http_headers.insert(REPLAYED, yes);
    Ok(response)
}

fn replayed(error: KeptError) -> Result<ServerError, ApiError> {
    let mut again = ServerError::new(error.message, None);
    again.locations = error.locations;
    again.path = error.path;
    let mut extensions = ErrorExtensionValues::default();
    for (name, said) in error.extensions {
        extensions.set(name, value(&said)?);
    }
    again.extensions = Some(extensions);
    Ok(again)
}

/// The JSON as a value: as it is written, where it is an object or a list.
fn value(json: &RawValue) -> Result<Value, ApiError> {
    let text = json.get();
    if text.starts_with(['{', '[']) {
        return Ok(raw(text.to_owned()));
    }
    serde_json::from_str(text).map_err(ApiError::internal)
}

#[cfg(test)]
mod tests;
