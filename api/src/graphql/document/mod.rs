//! Which documents are run: from the text, or the hash, that a caller sent to a document that is read and
//! small enough.
//!
//! Nothing of the library walks a document before it has passed here, because it walks every path that there
//! is through fragments.

mod fields;
mod introspection;
mod lex;
mod persisted;
mod recent;
mod trusted;
mod uses;
mod weigh;

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_graphql::{
    Request, ServerError,
    parser::{parse_query, types::ExecutableDocument},
};
use uuid::Uuid;

use crate::{
    auth::Viewer,
    error::{ApiError, Exceeded},
    views::Views,
};

use super::{complaint, error::request_error};
use lex::Unread;
use recent::Recent;
use uses::{Size, Use};
use weigh::Heavy;

pub use trusted::Trusted;

/// How deep selections may be nested, those of fragments among them. The parser itself takes
/// 63 in one definition.
pub(super) const NESTING: usize = 60;

/// What a document is known by: the SHA-256 of its text.
pub type Hash = [u8; 32];

/// How much one document may be and ask for. The settings explain each.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "`config::Limits` says the same of each")]
pub struct Limits {
    pub document_bytes: usize,
    pub document_tokens: usize,
    pub operations: usize,
    pub fragments: usize,
    pub variables: usize,
    pub variable_values: usize,
    pub depth: usize,
    pub fields: usize,
    pub aliases: usize,
    pub aliases_of_a_field: usize,
    pub directives: usize,
    pub directives_of_a_place: usize,
    pub document_cache_bytes: usize,
}

/// A document that may be run.
#[derive(Debug)]
struct Document {
    hash: Hash,
    parsed: ExecutableDocument,
    tokens: usize,
    /// What it uses of its variables.
    uses: Vec<Use>,
}

/// Knows which documents are run, and keeps those that came lately.
#[derive(Debug)]
pub struct Documents {
    limits: Limits,
    trusted: Trusted,
    views: Views,
    recent: Mutex<Recent<Hash>>,
    /// Those that came with their hash, for who sent them: others learn nothing of them.
    registered: Mutex<Recent<(Uuid, Hash)>>,
}

impl Documents {
    /// Lets in what is within `limits`, and what is `trusted`; nothing but that for callers of whom `views`
    /// says so.
    #[must_use]
    pub fn new(limits: Limits, trusted: Trusted, views: Views) -> Self {
        Self {
            limits,
            trusted,
            views,
            recent: Mutex::new(Recent::new(limits.document_cache_bytes / 2)),
            registered: Mutex::new(Recent::new(limits.document_cache_bytes / 2)),
        }
    }

    /// How many values the variables of a request may have.
    #[must_use]
    pub fn most_values(&self) -> usize {
        self.limits.variable_values
    }

    /// Puts the document that `request` sends, or names by its hash, into it, read, and gives the hash.
    ///
    /// # Errors
    ///
    /// The error for the answer, when there is no such document, when it is none, is too large, or is not
    /// one that `viewer` may run.
    pub fn admit(&self, request: &mut Request, viewer: &Viewer) -> Result<Hash, ServerError> {
        let given = request.variables.iter();
        let given: HashMap<_, _> = given
            .map(|(name, value)| (name.as_str(), Size::of(value)))
            .collect();
        let values = given.values().map(|size| size.values);
        let values = values.fold(0, usize::saturating_add);
        at_most("variable_values", self.limits.variable_values, values)
            .map_err(|error| request_error(&error))?;
        let document = self.find(request, viewer)?;
        uses::check(&document.uses, &given, &self.limits).map_err(|error| request_error(&error))?;
        request.set_parsed_query(document.parsed.clone());
        Ok(document.hash)
    }

    /// Whether `viewer` may run trusted documents only. With whose eyes they look makes no difference.
    #[must_use]
    pub fn only_trusted(&self, viewer: &Viewer) -> bool {
        let view = self.views.of(&viewer.roles, &viewer.scopes);
        view.trusted_documents_only
    }

    fn find(&self, request: &Request, viewer: &Viewer) -> Result<Arc<Document>, ServerError> {
        let trusted_only = self.only_trusted(viewer);
        let refuse = |error: ApiError| request_error(&error);
        let named = persisted::named(&request.extensions).map_err(refuse)?;
        let text = request.query.as_str();
        if let Some(name) = named.filter(|_| text.is_empty()) {
            let trusted = self.trusted.named(name);
            let found = trusted.or_else(|| {
                let hash = persisted::parse(name).filter(|_| !trusted_only)?;
                lock(&self.registered).get(&(viewer.token_id, hash))
            });
            return found.ok_or_else(|| {
                refuse(if trusted_only {
                    ApiError::DocumentNotTrusted
                } else {
                    ApiError::PersistedQueryNotFound
                })
            });
        }
        // Before its hash is calculated.
        at_most("document_bytes", self.limits.document_bytes, text.len()).map_err(refuse)?;
        let hash = persisted::hash(text);
        let trusted = self.trusted.with_hash(&hash);
        if let Some(name) = named
            && persisted::parse(name) != Some(hash)
            && (trusted.is_none() || self.trusted.named(name).is_none())
        {
            return Err(refuse(persisted::mismatch()));
        }
        match trusted {
            Some(document) => Ok(document),
            None if trusted_only => Err(refuse(ApiError::DocumentNotTrusted)),
            None => {
                let document = self.recent_or_read(hash, text)?;
                if named.is_some() {
                    let key = (viewer.token_id, hash);
                    lock(&self.registered).keep(key, Arc::clone(&document));
                }
                Ok(document)
            }
        }
    }

    fn recent_or_read(&self, hash: Hash, text: &str) -> Result<Arc<Document>, ServerError> {
        if let Some(found) = lock(&self.recent).get(&hash) {
            return Ok(found);
        }
        let document = Arc::new(read(text, &self.limits)?);
        lock(&self.recent).keep(hash, Arc::clone(&document));
        Ok(document)
    }
}

fn lock<T>(kept: &Mutex<T>) -> MutexGuard<'_, T> {
    kept.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a document that is within `limits`.
fn read(text: &str, limits: &Limits) -> Result<Document, ServerError> {
    let tokens = lex::check(text, limits).map_err(|unread| match unread {
        Unread::TooLarge(error) => request_error(&error),
        Unread::Syntax(at) => complaint::syntax_error(vec![at]),
        Unread::Doubled(field, at) => complaint::doubled(&field, at),
    })?;
    let parsed = parse_query(text).map_err(|error| complaint::unparsable(&error))?;
    let uses = weigh::check(&parsed, limits).map_err(|heavy| match heavy {
        Heavy::TooLarge(error) => request_error(&error),
        Heavy::Endless(fragment) => complaint::endless(&fragment),
    })?;
    Ok(Document {
        hash: persisted::hash(text),
        parsed,
        tokens,
        uses,
    })
}

fn at_most(which: &'static str, limit: usize, actual: usize) -> Result<(), ApiError> {
    if actual <= limit {
        return Ok(());
    }
    let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
    Err(ApiError::LimitExceeded(Exceeded {
        which,
        limit: number(limit),
        actual: number(actual),
    }))
}

#[cfg(test)]
impl Limits {
    fn for_tests() -> Self {
        Self {
            document_bytes: 65_536,
            document_tokens: 5_000,
            operations: 10,
            fragments: 100,
            variables: 100,
            variable_values: 25_000,
            depth: 20,
            fields: 1_000,
            aliases: 250,
            aliases_of_a_field: 50,
            directives: 100,
            directives_of_a_place: 5,
            document_cache_bytes: 1_000_000,
        }
    }
}
