//! From a body, or from the parameters of a URL, to the GraphQL requests in it.

use async_graphql::{Extensions, Request, Variables};
use serde_json::{Map, Value};

use super::{json, parameters::Parameters, refusal::Refusal};

/// What one HTTP request asks.
#[derive(Debug)]
pub(super) enum Asked {
    /// One thing.
    One(Box<Request>),
    /// Several, which are answered in their order. What is no request is refused in its place.
    Batch(Vec<Result<Request, Refusal>>),
}

/// What a JSON `body` asks; `batch_limit` is how many requests it may hold, and 0 allows one only.
pub(super) fn of_body(body: &[u8], batch_limit: usize) -> Result<Asked, Refusal> {
    let read = json::read(body);
    match read.map_err(|problem| Refusal::bad_request(format!("the body {problem}")))? {
        Value::Object(fields) => one(fields).map(Box::new).map(Asked::One),
        Value::Array(elements) => batch(elements, batch_limit).map(Asked::Batch),
        _ => Err(Refusal::bad_request("the body must be a JSON object")),
    }
}

/// What the query of a URL asks, as it stands there, with `+` and `%`.
pub(super) fn of_url(query: &str) -> Result<Request, Refusal> {
    let parameters = Parameters::read(query)?;
    let mut fields = Map::new();
    if let Some(query) = parameters.query {
        fields.insert("query".to_owned(), Value::String(query));
    }
    // In a URL there is no null: an empty name is none.
    let name = parameters.operation_name.filter(|name| !name.is_empty());
    if let Some(name) = name {
        fields.insert("operationName".to_owned(), Value::String(name));
    }
    for (name, text) in [
        ("variables", parameters.variables),
        ("extensions", parameters.extensions),
    ] {
        if let Some(text) = text {
            let value = json::read(text.as_bytes())
                .map_err(|problem| Refusal::bad_request(format!("`{name}` {problem}")))?;
            fields.insert(name.to_owned(), value);
        }
    }
    one(fields)
}

fn batch(elements: Vec<Value>, limit: usize) -> Result<Vec<Result<Request, Refusal>>, Refusal> {
    let count = elements.len();
    if limit == 0 {
        let message = "send one request: this hub takes no batches (`server.batch_limit`)";
        return Err(Refusal::bad_request(message));
    }
    if !(1..=limit).contains(&count) {
        let message = format!("a batch is 1 to {limit} requests, and this one is {count}");
        return Err(Refusal::bad_request(message));
    }
    let elements = elements.into_iter().map(|element| match element {
        Value::Object(fields) => Ok(one(fields)),
        _ => Err(Refusal::bad_request("a batch holds JSON objects only")),
    });
    elements.collect()
}

/// The request that consists of `fields`. Others than those of a request are left alone.
fn one(mut fields: Map<String, Value>) -> Result<Request, Refusal> {
    let extensions = object(&mut fields, "extensions")?;
    let query = match fields.remove("query") {
        Some(Value::String(query)) => query,
        Some(_) => return Err(Refusal::bad_request("`query` must be a string")),
        // The document is one that the hub knows by its hash.
        None if extensions
            .get("persistedQuery")
            .is_some_and(Value::is_object) =>
        {
            String::new()
        }
        None => return Err(Refusal::bad_request("`query` is missing")),
    };
    let mut request = Request::new(query);
    request.operation_name = match fields.remove("operationName") {
        None | Some(Value::Null) => None,
        Some(Value::String(name)) => Some(name),
        Some(_) => return Err(Refusal::bad_request("`operationName` must be a string")),
    };
    let variables = object(&mut fields, "variables")?;
    request.variables = Variables::from_json(Value::Object(variables));
    let extensions = extensions.into_iter();
    let extensions = extensions.map(|(name, value)| {
        let value = async_graphql::Value::from_json(value).unwrap_or_default();
        (name, value)
    });
    request.extensions = Extensions(extensions.collect());
    Ok(request)
}

fn object(fields: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, Refusal> {
    match fields.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(_) => Err(Refusal::bad_request(format!("`{name}` must be an object"))),
    }
}
