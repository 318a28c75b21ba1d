//! The messages of `graphql-transport-ws`: what a client says, and what the hub says to it.

use std::borrow::Cow;

use actix_ws::Message;
use async_graphql::Request;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{
    super::request::{self, Unread},
    close::Close,
};
use crate::error::ApiError;

/// The name of the protocol.
pub(super) const PROTOCOL: &str = "graphql-transport-ws";
/// The longest name that an operation may have. The library that most use has 36 characters.
const LONGEST_ID: usize = 255;

/// What a client says.
#[derive(Debug)]
pub(super) enum Said {
    /// Who it is: the value of `Authorization`, where it says one.
    Init(Option<String>),
    /// It asks something, under that name. What it asks may be more than may be asked.
    Subscribe(String, Result<Box<Request>, ApiError>),
    /// It wants no more of what has that name.
    Complete(String),
    /// Whether the hub is there.
    Ping,
    /// It is there.
    Pong,
}

/// A message as it is written.
#[derive(Deserialize)]
struct Written<'a> {
    #[serde(borrow, rename = "type")]
    kind: Cow<'a, str>,
    #[serde(borrow, default)]
    id: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    payload: Option<&'a RawValue>,
}

/// The payload of `connection_init`, as far as the hub knows it.
#[derive(Deserialize)]
struct Init {
    /// As the header is written, or as programs like it.
    #[serde(rename = "Authorization", alias = "authorization", default)]
    authorization: Option<String>,
}

impl Said {
    /// What `text` says; `most_values` may be in the variables of a request.
    ///
    /// # Errors
    ///
    /// Why it is no message, so that the socket is closed.
    pub(super) fn read(text: &str, most_values: usize) -> Result<Self, Close> {
        let written: Option<Written<'_>> = object(text);
        let written = written.ok_or_else(|| Close::invalid("Invalid message"))?;
        let Written { kind, id, payload } = written;
        let id = id.map(Cow::into_owned);
        match kind.as_ref() {
            "connection_init" => init(payload),
            "ping" => Ok(Self::Ping),
            "pong" => Ok(Self::Pong),
            "subscribe" => {
                let request = match payload {
                    Some(payload) => requested(payload, most_values)?,
                    None => return Err(Close::invalid("`subscribe` has a payload")),
                };
                Ok(Self::Subscribe(named(id)?, request))
            }
            "complete" => Ok(Self::Complete(named(id)?)),
            _ => Err(Close::invalid("Invalid message type")),
        }
    }
}

fn init(payload: Option<&RawValue>) -> Result<Said, Close> {
    let Some(payload) = payload else {
        return Ok(Said::Init(None));
    };
    let init: Option<Init> = object(payload.get());
    let init = init.ok_or_else(|| {
        Close::invalid(
            "the payload of `connection_init` is an object with one text `Authorization`",
        )
    })?;
    Ok(Said::Init(init.authorization))
}

/// What `text` says as an object. The library reads a list as one, too.
fn object<'t, T: Deserialize<'t>>(text: &'t str) -> Option<T> {
    let is_object = text.trim_start().starts_with('{');
    is_object.then(|| serde_json::from_str(text).ok()).flatten()
}

fn named(id: Option<String>) -> Result<String, Close> {
    let id = id.filter(|id| (1..=LONGEST_ID).contains(&id.len()));
    id.ok_or_else(|| Close::invalid("an operation has an `id` of 1 to 255 bytes"))
}

/// What is asked; an error within is one of the operation.
fn requested(
    payload: &RawValue,
    most_values: usize,
) -> Result<Result<Box<Request>, ApiError>, Close> {
    let text = payload.get().as_bytes();
    match request::of_json(text, "the payload", most_values) {
        Ok(request) => Ok(Ok(Box::new(request))),
        Err(Unread::TooLarge(error)) => Ok(Err(error)),
        Err(Unread::NoRequest(refusal)) => Err(Close::invalid(refusal.message().to_owned())),
    }
}

/// The client may ask from now on.
pub(super) fn ack() -> Message {
    plain("connection_ack")
}

/// Whether the client is there.
pub(super) fn ping() -> Message {
    plain("ping")
}

/// The hub is there.
pub(super) fn pong() -> Message {
    plain("pong")
}

/// A `payload`, in JSON, of the operation `id`.
pub(super) fn next(id: &str, payload: &str) -> Message {
    of("next", id, Some(payload))
}

/// The operation `id` is over: `errors`, in JSON, say why it did not run, or not on.
pub(super) fn error(id: &str, errors: &str) -> Message {
    of("error", id, Some(errors))
}

/// There is no more of the operation `id`.
pub(super) fn complete(id: &str) -> Message {
    of("complete", id, None)
}

fn plain(kind: &str) -> Message {
    Message::Text(format!(r#"{{"type":"{kind}"}}"#).into())
}

fn of(kind: &str, id: &str, payload: Option<&str>) -> Message {
    let id = serde_json::Value::from(id);
    let text = match payload {
        Some(payload) => format!(r#"{{"id":{id},"type":"{kind}","payload":{payload}}}"#),
        None => format!(r#"{{"id":{id},"type":"{kind}"}}"#),
    };
    Message::Text(text.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> u16 {
        Said::read(text, 10).unwrap_err().code
    }

    #[test]
    fn what_is_no_message_closes_the_socket() {
        for text in [
            "",
            "[]",
            r#"["ping"]"#,
            "null",
            "{}",
            r#"{"type":1}"#,
            r#"{"type":"start","id":"1","payload":{"query":"{a}"}}"#,
            r#"{"type":"ping","type":"pong"}"#,
            r#"{"type":"subscribe","id":"1"}"#,
            r#"{"type":"subscribe","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"","payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":7,"payload":{"query":"{a}"}}"#,
            r#"{"type":"subscribe","id":"1","payload":{}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":1}}"#,
            r#"{"type":"subscribe","id":"1","payload":{"query":"{a}","variables":[]}}"#,
            r#"{"type":"complete"}"#,
            r#"{"type":"connection_init","payload":{"Authorization":1}}"#,
            r#"{"type":"connection_init","payload":[]}"#,
        ] {
            assert_eq!(refused(text), 4400, "{text}");
        }
        assert_eq!(
            refused(&format!(
                r#"{{"type":"complete","id":"{}"}}"#,
                "x".repeat(256)
            )),
            4400
        );
    }

    #[test]
    fn messages_are_read() {
        let read = |text| Said::read(text, 10).unwrap();
        let bare = r#"{"type":"connection_init"}"#;
        assert!(matches!(read(bare), Said::Init(None)));
        let payload = r#"{"type":"connection_init","payload":{"authorization":"Bearer x","a":{}}}"#;
        assert!(matches!(read(payload), Said::Init(Some(token)) if token == "Bearer x"));
        assert!(matches!(
            read(r#"{"type":"ping","payload":{}}"#),
            Said::Ping
        ));
        assert!(matches!(read(r#"{"type":"pong"}"#), Said::Pong));
        let complete = r#"{"id":"a","type":"complete","extra":[1]}"#;
        assert!(matches!(read(complete), Said::Complete(id) if id == "a"));
        let subscribe = r#"{"id":"a","type":"subscribe","payload":{"query":"{ a }"}}"#;
        let Said::Subscribe(id, Ok(request)) = read(subscribe) else {
            panic!("it asks something");
        };
        assert_eq!((id.as_str(), request.query.as_str()), ("a", "{ a }"));
    }

    #[test]
    fn too_many_values_are_the_operation_s_matter() {
        let values = vec!["1"; 20].join(",");
        let text = format!(
            r#"{{"id":"a","type":"subscribe","payload":{{"query":"{{ a }}","variables":{{"v":[{values}]}}}}}}"#
        );
        let said = Said::read(&text, 10).unwrap();
        assert!(matches!(
            said,
            Said::Subscribe(_, Err(ApiError::LimitExceeded(_)))
        ));
    }

    #[test]
    fn a_name_is_written_as_json() {
        let Message::Text(text) = next("a\"b", "{}") else {
            panic!("it is text");
        };
        assert_eq!(&*text, r#"{"id":"a\"b","type":"next","payload":{}}"#);
    }
}
