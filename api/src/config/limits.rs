//! How much one request, and one caller, may ask for.

use serde::{Deserialize, Serialize};

/// How deep the statements of a reader may be nested, whatever the setting says: deeper ones do not fit
/// into SQLite's parser.
const DEEPEST: usize = 20;

/// How much one request, and one caller, may ask for.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Bytes of a document.
    pub document_bytes: usize,
    /// Tokens of a document: names, values and punctuators.
    pub document_tokens: usize,
    /// Operations in a document, of which one runs.
    pub operations: usize,
    /// Fragments in a document.
    pub fragments: usize,
    /// Variables of an operation.
    pub variables: usize,
    /// Values in the variables of a request, those in lists and objects too.
    pub variable_values: usize,
    /// How deep fields may be nested.
    pub depth: usize,
    /// Fields of an operation, with each fragment counted wherever it is spread.
    pub fields: usize,
    /// Fields of an operation that have an alias.
    pub aliases: usize,
    /// Fields of an operation with the same name that have an alias.
    pub aliases_of_a_field: usize,
    /// Directives of an operation.
    pub directives: usize,
    /// Directives in one place.
    pub directives_of_a_place: usize,
    /// How long a request may take, in the database; 0 is as long as it takes.
    pub request_seconds: u64,
    /// How many requests of one token may run at the same time.
    pub concurrent_operations: u32,
    /// How many requests of one token may begin in a minute; 0 is as many as they like.
    pub requests_per_minute: u32,
    /// How many cost points one token may spend in a minute; 0 is as many as they like.
    pub points_per_minute: u32,
    /// How many requests without a good token may come from one address in a minute; 0 is as many as they like.
    pub failed_attempts_per_minute: u32,
    /// How many sockets and event streams one caller may have open at the same time.
    pub open_streams: u32,
    /// How many operations may go on at the same time on one socket.
    pub subscriptions_of_a_socket: u32,
    /// How often the hub shows on an open stream that it is there.
    pub stream_heartbeat_seconds: u64,
    /// How long the reader of a stream may take to read what is sent.
    pub stream_write_seconds: u64,
    /// Bytes of documents that are kept to be run again, about.
    pub document_cache_bytes: usize,
}

impl Limits {
    /// Each setting that could be out of range, whether it is right, and what would be.
    pub(super) fn checks(&self) -> [(&'static str, bool, &'static str); 14] {
        let billion = |setting, value: u32| {
            let right = value <= 1_000_000_000;
            (setting, right, "must be from 0 to 1000000000")
        };
        let seconds = |setting, value: u64| {
            let right = (1..=3600).contains(&value);
            (setting, right, "must be from 1 to 3600")
        };
        let positive = |setting, value: usize| (setting, value > 0, "must be 1 or more");
        [
            positive("limits.document_bytes", self.document_bytes),
            positive("limits.document_tokens", self.document_tokens),
            positive("limits.operations", self.operations),
            positive("limits.variable_values", self.variable_values),
            (
                "limits.depth",
                (1..=DEEPEST).contains(&self.depth),
                "must be from 1 to 20",
            ),
            positive("limits.fields", self.fields),
            (
                "limits.request_seconds",
                self.request_seconds <= 3600,
                "must be from 0 to 3600",
            ),
            (
                "limits.concurrent_operations",
                self.concurrent_operations > 0,
                "must be 1 or more",
            ),
            billion("limits.requests_per_minute", self.requests_per_minute),
            billion("limits.points_per_minute", self.points_per_minute),
            (
                "limits.open_streams",
                self.open_streams > 0,
                "must be 1 or more",
            ),
            (
                "limits.subscriptions_of_a_socket",
                self.subscriptions_of_a_socket > 0,
                "must be 1 or more",
            ),
            seconds(
                "limits.stream_heartbeat_seconds",
                self.stream_heartbeat_seconds,
            ),
            seconds("limits.stream_write_seconds", self.stream_write_seconds),
        ]
    }
}
