//! Which documents callers may run: the limits of the settings, and the documents that the operator trusts.

use crate::{
    config::Config,
    graphql::{Documents, Limits, Schema, Trusted},
    views::Views,
};

use super::StartError;

/// Reads the documents that `config` names.
pub(super) fn read(
    config: &Config,
    schema: &Schema,
    views: Views,
) -> Result<Documents, StartError> {
    let limits = limits(config);
    let trusted = match &config.server.documents_dir {
        Some(dir) => {
            let trusted = Trusted::read(dir, schema, &limits).map_err(|problem| {
                StartError::Config(config.problem("server.documents_dir", problem))
            })?;
            tracing::info!(documents = trusted.len(), "read the trusted documents");
            trusted
        }
        None => Trusted::default(),
    };
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
    Ok(Documents::new(limits, trusted, views))
}

fn limits(config: &Config) -> Limits {
    let limits = &config.limits;
    Limits {
        document_bytes: limits.document_bytes,
        document_tokens: limits.document_tokens,
        operations: limits.operations,
        fragments: limits.fragments,
        variables: limits.variables,
        variable_values: limits.variable_values,
        depth: limits.depth,
        fields: limits.fields,
        aliases: limits.aliases,
        aliases_of_a_field: limits.aliases_of_a_field,
        directives: limits.directives,
        directives_of_a_place: limits.directives_of_a_place,
        document_cache_bytes: limits.document_cache_bytes,
    }
}
