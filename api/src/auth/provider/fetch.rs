//! Where a provider's keys are, and how they are fetched: never over an open wire, never anywhere that a
//! redirect leads, never more than a megabyte, never for longer than five seconds.

use std::{error::Error as _, time::Duration};

use reqwest::{Client, StatusCode, Url, header::ACCEPT, redirect::Policy};
use rustls::crypto::ring;
use serde::Deserialize;

use crate::config::{self, is_loopback, is_private};

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
        // The cryptography that the database's TLS has; an error says that somebody chose it before.
        let _chosen_before = ring::default_provider().install_default();
        let mut http = Client::builder()
            .redirect(Policy::none())
            .timeout(TIMEOUT)
            .user_agent(concat!("revhub/", env!("CARGO_PKG_VERSION")));
        let local = provider.is_local();
        if local {
            // Nothing of it leaves the machine: no proxy, and nobody to trust.
            http = http.no_proxy().tls_certs_only([]);
        }
        Ok(Self {
            issuer: provider.issuer.clone(),
            jwks_url: provider.jwks_url.clone(),
            local,
            http: http.build().map_err(|error| cause(&error))?,
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
        let request = self.http.get(parsed).header(ACCEPT, "application/json");
        let failed = |error: reqwest::Error| format!("{url}: {}", cause(&error.without_url()));
        let mut response = request.send().await.map_err(failed)?;
        if response.status() != StatusCode::OK {
            let status = response.status();
            return Err(format!("{url} answers with {status}"));
        }
        let mut body = Vec::new();
        while let Some(part) = response.chunk().await.map_err(failed)? {
            body.extend_from_slice(&part);
            if body.len() > LONGEST {
                return Err(format!("{url} answers with more than {LONGEST} bytes"));
            }
        }
        Ok(body)
    }
}

/// An error of the library with what led to it.
fn cause(error: &reqwest::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}
