//! What other systems are told of changes, and how.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// What other systems are told of changes, and how.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Webhooks {
    /// Whether this replica sends messages.
    pub send: bool,
    /// The key that seals secrets; `None` is a file in the data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// How long a receiver may take to answer.
    pub timeout_milliseconds: u64,
    /// How many days it is kept what became of messages.
    pub kept_days: u32,
    /// Whether endpoints may be asked over HTTP in the clear.
    pub allow_http: bool,
    /// Whether endpoints may have addresses that are not of the public Internet.
    pub allow_private_addresses: bool,
}

impl Webhooks {
    /// Each setting that could be out of range, whether it is right, and what would be.
    pub(super) fn checks(&self) -> [(&'static str, bool, &'static str); 2] {
        [
            (
                "webhooks.timeout_milliseconds",
                (100..=60_000).contains(&self.timeout_milliseconds),
                "must be from 100 to 60000",
            ),
            (
                "webhooks.kept_days",
                (1..=3650).contains(&self.kept_days),
                "must be from 1 to 3650",
            ),
        ]
    }
}
