//! From a body, or from the parameters of a URL, to the GraphQL requests in it.

use async_graphql::{Extensions, Request, Variables};
use serde_json::{Map, Value};

use super::{
    json::{self, Part, Problem},
    parameters::Parameters,
    refusal::Refusal,
};
use crate::error::ApiError;

/// What one HTTP request asks.
#[derive(Debug)]
pub(super) enum Asked {
    /// One thing.
    One(Box<Request>),
    /// Several, which are answered in their order. What is no request is refused in its place.
    Batch(Vec<Result<Request, Unread>>),
}

/// Why there is no request to be run.
#[derive(Debug)]
pub(super) enum Unread {
    /// What was sent is none.
    NoRequest(Refusal),
    /// It has too many values to be read.
    TooLarge(ApiError),
}

impl From<Refusal> for Unread {
    fn from(refusal: Refusal) -> Self {
        Self::NoRequest(refusal)
    }
}

impl Unread {
    /// The problem with JSON that is called `what`.
    fn of(what: &str, problem: Problem) -> Self {
        match problem {
            Problem::Malformed(problem) => {
                Self::NoRequest(Refusal::bad_request(format!("{what} {problem}")))
            }
            Problem::TooLarge(error) => Self::TooLarge(error),
        }
    }
}

/// How much a body may hold.
#[derive(Clone, Copy, Debug)]
pub(super) struct Most {
    /// Requests in a batch; 0 allows none.
    pub(super) requests: usize,
    /// Values in the variables of a request.
    pub(super) values: usize,
}

/// What a JSON `body` asks.
pub(super) fn of_body(body: &[u8], most: Most) -> Result<Asked, Unread> {
    if body.trim_ascii_start().starts_with(b"[") {
        return batch(body, most).map(Asked::Batch);
    }
    let request = of_json(body, "the body", most.values)?;
    Ok(Asked::One(Box::new(request)))
}

/// The request that `text` is; `what` it is called.
pub(super) fn of_json(text: &[u8], what: &str, most_values: usize) -> Result<Request, Unread> {
    let read = json::read(text, Part::Request, most_values);
    match read.map_err(|problem| Unread::of(what, problem))? {
        Value::Object(fields) => Ok(one(fields)?),
        _ => Err(Refusal::bad_request(format!("{what} must be a JSON object")).into()),
    }
}

/// What the query of a URL asks, as it stands there, with `+` and `%`; `most_values` may be in its variables.
pub(super) fn of_url(query: &str, most_values: usize) -> Result<Request, Unread> {
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
    for (name, part, text) in [
        ("variables", Part::Variables, parameters.variables),
        ("extensions", Part::Besides, parameters.extensions),
    ] {
        if let Some(text) = text {
            let value = json::read(text.as_bytes(), part, most_values)
                .map_err(|problem| Unread::of(&format!("`{name}`"), problem))?;
            fields.insert(name.to_owned(), value);
        }
    }
    Ok(one(fields)?)
}

/// The requests in the list that a body is. What is wrong with one is no matter of the others.
fn batch(body: &[u8], most: Most) -> Result<Vec<Result<Request, Unread>>, Unread> {
    let limit = most.requests;
    if limit == 0 {
        let message = "send one request: this hub takes no batches (`server.batch_limit`)";
        return Err(Refusal::bad_request(message).into());
    }
    let items = json::items(body).map_err(|problem| Unread::of("the body", problem))?;
    let count = items.len();
    if !(1..=limit).contains(&count) {
        let message = format!("a batch is 1 to {limit} requests, and this one is {count}");
        return Err(Refusal::bad_request(message).into());
    }
    let items = items.into_iter();
    let requests =
        items.map(|item| of_json(item.get().as_bytes(), "a request of a batch", most.values));
    Ok(requests.collect())
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
