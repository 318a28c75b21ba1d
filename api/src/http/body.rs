//! Reading a request's body: so much, for so long, and only what a GraphQL request consists of.

use std::time::Duration;

use actix_web::{HttpRequest, http::StatusCode, http::header::CONTENT_LENGTH, web};
use async_graphql::{Request, Variables};
use futures::StreamExt;
use serde_json::{Map, Value};

use super::refusal::Refusal;

/// Reads at most `limit` bytes, within `timeout`.
pub(super) async fn read(
    request: &HttpRequest,
    payload: web::Payload,
    limit: usize,
    timeout: Duration,
) -> Result<Vec<u8>, Refusal> {
    let announced = request.headers().get(CONTENT_LENGTH);
    let announced = announced.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    if announced.is_some_and(|length| length > limit) {
        return Err(too_large(limit));
    }
    let reading = collect(payload, limit);
    let too_slow = |_elapsed| {
        let message = format!("the body did not arrive within {} s", timeout.as_secs());
        Refusal::new(StatusCode::REQUEST_TIMEOUT, "REQUEST_TIMEOUT", message).closing()
    };
    tokio::time::timeout(timeout, reading)
        .await
        .map_err(too_slow)?
}

async fn collect(mut payload: web::Payload, limit: usize) -> Result<Vec<u8>, Refusal> {
    let mut body = Vec::new();
    while let Some(chunk) = payload.next().await {
        let chunk = chunk
            .map_err(|_broken| Refusal::bad_request("the body did not arrive whole").closing())?;
        if body.len() + chunk.len() > limit {
            return Err(too_large(limit));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn too_large(limit: usize) -> Refusal {
    let message = format!("the body is longer than {limit} bytes");
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "PAYLOAD_TOO_LARGE", message).closing()
}

/// The GraphQL request in a JSON body.
pub(super) fn parse(body: &[u8]) -> Result<Request, Refusal> {
    let json: Value = serde_json::from_slice(body).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Refusal::bad_request(format!(
            "the body is not JSON: line {line}, column {column}"
        ))
    })?;
    let mut fields = match json {
        Value::Object(fields) => fields,
        Value::Array(_) => return Err(Refusal::bad_request("send one request, not a batch")),
        _ => return Err(Refusal::bad_request("the body must be a JSON object")),
    };
    let query = match fields.remove("query") {
        Some(Value::String(query)) => query,
        Some(_) => return Err(Refusal::bad_request("`query` must be a string")),
        None => return Err(Refusal::bad_request("`query` is missing")),
    };
    let mut request = Request::new(query);
    request.operation_name = match fields.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => return Err(Refusal::bad_request("`operationName` must be a string")),
    };
    let variables = object(fields.remove("variables"), "`variables` must be an object")?;
    request.variables = Variables::from_json(Value::Object(variables));
    object(
        fields.remove("extensions"),
        "`extensions` must be an object",
    )?;
    Ok(request)
}

fn object(value: Option<Value>, problem: &'static str) -> Result<Map<String, Value>, Refusal> {
    match value {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(fields)) => Ok(fields),
        Some(_) => Err(Refusal::bad_request(problem)),
    }
}
