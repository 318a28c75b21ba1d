//! Where a provider's keys are, and how they are fetched: never over an open wire, never anywhere that a
//! redirect leads, never more than a megabyte, never for longer than five seconds.

use std::time::Duration;

use serde::Deserialize;
use url::Url;

use crate::{
    config::{self, is_loopback, is_private},
    outbound::{Client, Options, Reach, StatusCode},
};

/// How long an answer may take, to its last byte.
const TIMEOUT: Duration = Duration::from_secs(5);
/// The longest answer, in bytes.
const LONGEST: usize = 1024 * 1024;

/// Where the keys of a provider are.
#[derive(Debug)]
pub(super) struct Source {
    issuer: String,
    /// `None` is where the provider itself says.
    jwks_url: Option<String>,
    /// Whether the provider is on this machine.
    local: bool,
    http: Client,
}

/// What is of interest of what a provider says of itself (OIDC Discovery 1.0, section 3).
#[derive(Deserialize)]
struct Metadata {
    issuer: String,
    jwks_uri: String,
}

impl Source {
    /// Where `provider` has its keys.
    ///
    /// # Errors
    ///
    /// Says what is wrong when this machine cannot speak TLS.
    pub(super) fn new(provider: &config::Provider) -> Result<Self, String> {
        let local = provider.is_local();
        let http = Client::new(Options {
            timeout: TIMEOUT,
            longest: LONGEST,
            // Nothing of a provider on this machine leaves it.
            reach: if local {
                Reach::ThisMachine
            } else {
                Reach::Operator
            },
        });
        Ok(Self {
            issuer: provider.issuer.clone(),
            jwks_url: provider.jwks_url.clone(),
            local,
            http: http?,
        })
    }

    /// Fetches the document with the keys.
    ///
    /// # Errors
    ///
    /// Says what is wrong, for the log.
    pub(super) async fn fetch(&self) -> Result<Vec<u8>, String> {
        let url = match &self.jwks_url {
            Some(url) => url.clone(),
            None => self.discover().await?,
        };
        self.get(&url).await
    }

    /// Asks the provider where its keys are.
    async fn discover(&self) -> Result<String, String> {
        let issuer = self.issuer.strip_suffix('/').unwrap_or(&self.issuer);
        let url = format!("{issuer}/.well-known/openid-configuration");
        let metadata = self.get(&url).await?;
        let metadata: Metadata = serde_json::from_slice(&metadata)
            .map_err(|_why| format!("{url} has no `issuer` and `jwks_uri` in JSON"))?;
        if metadata.issuer != self.issuer {
            let theirs = metadata.issuer;
            return Err(format!("{url} is of another issuer, {theirs:?}"));
        }
        Ok(metadata.jwks_uri)
    }

    async fn get(&self, url: &str) -> Result<Vec<u8>, String> {
        let parsed = Url::parse(url).map_err(|_why| format!("{url:?} is no URL"))?;
        let from_outside = is_loopback(&parsed) && !self.local;
        if !is_private(&parsed) || from_outside {
            return Err(format!(
                "{url:?} does not begin with https:// and a host elsewhere"
            ));
        }
        let answer = self.http.get(parsed, "application/json").await;
        let answer = answer.map_err(|failure| format!("{url}: {failure}"))?;
        if answer.status != StatusCode::OK {
            let status = answer.status;
            return Err(format!("{url} answers with {status}"));
        }
        if !answer.whole {
            return Err(format!("{url} answers with more than {LONGEST} bytes"));
        }
        Ok(answer.body)
    }
}
