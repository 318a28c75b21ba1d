//! The settings: embedded defaults, a file over them, the environment over both.
//!
//! `config.default.toml` explains each one.

mod error;
mod layer;
mod limits;
mod list;
mod load;
mod provider;
mod provider_check;
#[cfg(test)]
mod provider_tests;
mod secret;
mod table;
#[cfg(test)]
mod tests;
mod webhooks;

use std::{collections::BTreeMap, path::PathBuf};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

pub use error::{ConfigError, Problem};
pub use limits::Limits;
pub use load::Sources;
pub use provider::{Provider, ProviderSettings, RoleClaim, SignatureAlgorithm, UserClaim};
pub use provider_check::{is_loopback, is_private};
pub use secret::DatabaseUrl;
pub use webhooks::Webhooks;

/// The origin of a setting that nobody set.
const DEFAULT: &str = "the default";

/// All settings, checked.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// The HTTP server.
    pub server: Server,
    /// The database.
    pub database: Database,
    /// The hub's own folder.
    pub data: Data,
    /// How much one request, and one caller, may ask for.
    pub limits: Limits,
    /// Tokens.
    pub auth: Auth,
    /// What other systems are told.
    pub webhooks: Webhooks,
    /// How the workspace tells time.
    pub workspace: Workspace,
    /// Finding who is the same.
    pub matching: Matching,
    /// SLA clocks.
    pub sla: Sla,
    /// What is to be done.
    pub tasks: Tasks,
    /// How ready leads are.
    pub scoring: Scoring,
    /// Leads that resume.
    pub leads: Leads,
    /// The change feed.
    pub changes: Changes,
    /// Logs.
    pub log: Log,
    /// Where each setting that is not a default came from: a file's name, or a variable's.
    #[serde(skip)]
    origins: BTreeMap<String, String>,
    /// What `auth.providers` means.
    #[serde(skip)]
    providers: Vec<Provider>,
}

/// The HTTP server.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// The address to listen on.
    pub host: String,
    /// The port to listen on; 0 takes any free one.
    pub port: u16,
    /// Threads that answer requests; `None` is one per core.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workers: Option<usize>,
    /// How long requests may take to finish after a signal to stop.
    pub shutdown_timeout_seconds: u64,
    /// How long a caller may take to send a request's body.
    pub body_timeout_seconds: u64,
    /// The longest request body.
    pub body_limit_bytes: usize,
    /// The folder of the documents that callers may run whatever their role; `None` is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub documents_dir: Option<PathBuf>,
    /// How many requests a batch may hold; 0 is no batches.
    pub batch_limit: usize,
    /// Whether answers are compressed for who accepts it.
    pub compression: bool,
    /// The origins whose pages may ask, such as `https://app.example.com`; `*` is every origin.
    #[serde(deserialize_with = "list::deserialize")]
    pub cors_origins: Vec<String>,
    /// The networks of proxies that are believed when they say for whom they ask.
    #[serde(deserialize_with = "list::deserialize")]
    pub trusted_proxies: Vec<String>,
    /// From when on a request is logged as slow; `None` is never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slow_request_milliseconds: Option<u64>,
}

/// The database.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Database {
    /// Where it is; `None` is a file in the data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<DatabaseUrl>,
    /// Connections that read; with PostgreSQL, as many may write. Two more are kept in reserve.
    pub max_connections: u32,
    /// How long a request waits for a free connection.
    pub acquire_timeout_seconds: u64,
    /// SQLite only: whether a commit waits for the disk.
    pub sqlite_full_sync: bool,
}

/// The hub's own folder.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Data {
    /// Its path; relative to the working directory.
    pub dir: PathBuf,
}

/// Tokens.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// The `iss` of every token.
    pub issuer: String,
    /// The `aud` of every token.
    pub audience: String,
    /// The private key that signs; `None` is a file in the data folder.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_file: Option<PathBuf>,
    /// What a key that is made signs with; `None` is Ed25519, or what the key signs with that it replaces.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_algorithm: Option<SigningAlgorithm>,
    /// The roles, instead of the built-in ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub roles_file: Option<PathBuf>,
    /// How long a token is valid when nobody says.
    pub token_days: u32,
    /// How long a token may be valid at all.
    pub longest_token_days: u32,
    /// The identity providers, as they were written; [`Config::providers`] is what they mean.
    #[serde(default, with = "table")]
    pub providers: BTreeMap<usize, ProviderSettings>,
}

/// How tokens are signed, by the name that it has in a token's header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub enum SigningAlgorithm {
    /// Ed25519.
    #[serde(rename = "EdDSA")]
    EdDsa,
    /// ECDSA on the curve P-256, with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// RSA of 2048 bits, PKCS #1 v1.5, with SHA-256.
    #[serde(rename = "RS256")]
    Rs256,
}

/// How the workspace tells time.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Workspace {
    /// The IANA time zone in which its days begin.
    pub time_zone: String,
    /// The month on the first of which its fiscal year begins, 1 to 12.
    pub fiscal_year_starts_in_month: u32,
}

/// Finding who is the same.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Matching {
    /// Whether this hub does it, as rows are written.
    pub background: bool,
}

/// SLA clocks.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Sla {
    /// Whether this hub has them warn and be breached.
    pub background: bool,
}

/// Tasks.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Tasks {
    /// Whether this hub reminds of them, and nudges.
    pub background: bool,
    /// After how many days somebody is asked why they give no feedback; 0: nobody is.
    pub nudge_after_days: u32,
}

/// Scoring leads.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Scoring {
    /// Whether this hub does it in the background.
    pub background: bool,
}

/// Leads that resume.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Leads {
    /// Whether this hub does it in the background.
    pub background: bool,
}

/// The change feed.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Changes {
    /// For how many days changes are told to those who follow them.
    pub kept_days: u32,
}

/// Logs.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// For people or for machines.
    pub format: LogFormat,
    /// Levels by module, as `tracing` writes them: `info,api=debug`.
    pub filter: String,
}

/// Who reads the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// People.
    Pretty,
    /// Machines: one JSON object a line.
    Json,
}

impl Config {
    /// The database's URL: the setting, or the file in the data folder.
    #[must_use]
    pub fn database_url(&self) -> DatabaseUrl {
        self.database.url.clone().unwrap_or_else(|| {
            let file = self.data.dir.join("revhub.sqlite3");
            DatabaseUrl::new(format!("sqlite://{}", file.display()))
        })
    }

    /// The networks of `server.trusted_proxies`. Reading the settings made sure that they are some.
    #[must_use]
    pub fn trusted_proxies(&self) -> Vec<IpNet> {
        let networks = self.server.trusted_proxies.iter();
        networks
            .filter_map(|network| network.parse().ok())
            .collect()
    }

    /// The file of the private key that signs tokens.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        let default = || self.data.dir.join("token-key.pem");
        self.auth.key_file.clone().unwrap_or_else(default)
    }

    /// The file of the key that seals the secrets of webhooks.
    #[must_use]
    pub fn webhook_key_file(&self) -> PathBuf {
        let default = || self.data.dir.join("webhook-key");
        self.webhooks.key_file.clone().unwrap_or_else(default)
    }

    /// The identity providers whose tokens are taken.
    #[must_use]
    pub fn providers(&self) -> &[Provider] {
        &self.providers
    }

    /// Where `setting`, such as `server.port`, came from: a file, a variable, or the defaults. Of a table,
    /// where the first of its settings came from.
    #[must_use]
    pub fn origin(&self, setting: &str) -> &str {
        let below = format!("{setting}.");
        let first_below = || {
            let mut from_there = self.origins.range(below.clone()..);
            let first = from_there.next()?;
            first.0.starts_with(&below).then_some(first.1)
        };
        let origin = self.origins.get(setting).or_else(first_below);
        origin.map_or(DEFAULT, String::as_str)
    }

    /// A complaint about a `setting` that turned out to be wrong when it was used.
    #[must_use]
    pub fn problem(&self, setting: &str, problem: impl Into<String>) -> ConfigError {
        Problem::new(setting, self.origin(setting), problem).into()
    }
}
