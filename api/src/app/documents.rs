//! Which documents callers may run: the limits of the settings, and the documents that the operator trusts.

use crate::{
    config::{self, Config},
    graphql::{Documents, Limits, Trusted},
    views::Views,
};

use super::StartError;

/// Which documents callers may run, as `config` and `views` say.
pub(super) fn read(config: &Config, views: Views) -> Result<Documents, StartError> {
    let trusted = trusted(config)?.unwrap_or_default();
    if config.server.documents_dir.is_some() {
        tracing::info!(documents = trusted.len(), "read the trusted documents");
    }
    let restricted = views
        .policy()
        .roles
        .iter()
        .find(|role| role.trusted_documents);
    if let Some(role) = restricted.filter(|_| trusted.is_empty()) {
        tracing::warn!(
            role = role.name,
            "may run trusted documents only, and there are none"
        );
    }
    Ok(Documents::new(limits(config), trusted, views))
}

/// Reads the documents that the operator trusts; `None` where no folder of them is named.
///
/// # Errors
///
/// Returns [`StartError`] when one of them is not right.
pub fn trusted(config: &Config) -> Result<Option<Trusted>, StartError> {
    let dir = config.server.documents_dir.as_ref();
    let trusted = dir
        .map(|dir| Trusted::read(dir, &limits(config)))
        .transpose();
    trusted.map_err(|problem| StartError::Config(config.problem("server.documents_dir", problem)))
}

/// The one place where settings become limits: `graphql` knows no settings. A new one has to be put here.
fn limits(config: &Config) -> Limits {
    let config::Limits {
        document_bytes,
        document_tokens,
        operations,
        fragments,
        variables,
        variable_values,
        depth,
        fields,
        aliases,
        aliases_of_a_field,
        directives,
        directives_of_a_place,
        document_cache_bytes,
        // These are of requests, whatever their documents are.
        request_seconds: _,
        concurrent_operations: _,
        requests_per_minute: _,
        points_per_minute: _,
        failed_attempts_per_minute: _,
        open_streams: _,
        subscriptions_of_a_socket: _,
        stream_heartbeat_seconds: _,
        stream_write_seconds: _,
    } = config.limits;
    Limits {
        document_bytes,
        document_tokens,
        operations,
        fragments,
        variables,
        variable_values,
        depth,
        fields,
        aliases,
        aliases_of_a_field,
        directives,
        directives_of_a_place,
        document_cache_bytes,
    }
}
