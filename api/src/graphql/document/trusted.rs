//! The documents that the operator trusts: a folder that is read once, at start.

use std::{
    collections::HashMap,
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use async_graphql::{Request, Response, ServerError};
use futures::FutureExt;
use serde_json::Value;

use super::{
    super::{
        complaint::ValidateOnly,
        schema::{Executable, bare},
    },
    Document, Hash, Limits, persisted, read,
};

/// The manifest that graphql-codegen's client preset and the Relay compiler write: texts by id. Of several
/// front ends each has one: `shop.persisted-documents.json`.
const MANIFEST: &str = "persisted-documents.json";

/// The documents that may be run whatever the caller's roles.
#[derive(Debug, Default)]
pub struct Trusted {
    by_hash: HashMap<Hash, Arc<Document>>,
    /// By the id that a manifest gives them, which need not be their hash.
    by_id: HashMap<String, Arc<Document>>,
    /// How many there are: one is known by more than one hash.
    count: usize,
}

impl Trusted {
    /// Reads the folder `dir`: every `*.graphql` file in it, each a document, and every
    /// `persisted-documents.json`, also with a name and a dot before. Each document has to be one that the schema can run within `limits`.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with the first file that is not right, and its name.
    pub fn read(dir: &Path, limits: &Limits) -> Result<Self, String> {
        let schema = &bare();
        let mut trusted = Self::default();
        for file in files(dir).map_err(|error| unreadable(dir, &error))? {
            let text = fs::read_to_string(&file).map_err(|error| unreadable(&file, &error))?;
            let place = file.display().to_string();
            if is_manifest(&file) {
                trusted.add_manifest(&place, &text, schema, limits)?;
            } else {
                trusted.add(&place, &text, schema, limits)?;
            }
        }
        Ok(trusted)
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The document with that hash.
    pub(super) fn with_hash(&self, hash: &Hash) -> Option<Arc<Document>> {
        self.by_hash.get(hash).map(Arc::clone)
    }

    /// The document that a caller names: by its hash, or by its id in the manifest.
    pub(super) fn named(&self, name: &str) -> Option<Arc<Document>> {
        let by_id = self.by_id.get(name).map(Arc::clone);
        by_id.or_else(|| self.with_hash(&persisted::parse(name)?))
    }

    fn add_manifest(
        &mut self,
        place: &str,
        text: &str,
        schema: &Executable,
        limits: &Limits,
    ) -> Result<(), String> {
        let wrong = || format!("{place}: an object of documents by their ids is expected");
        let manifest: Value = serde_json::from_str(text)
            .map_err(|error| format!("{place}:{}: this is not JSON", error.line()))?;
        for (id, text) in manifest.as_object().ok_or_else(wrong)? {
            let text = text.as_str().ok_or_else(wrong)?;
            let place = format!("{place}, document {id}");
            let document = self.add(&place, text, schema, limits)?;
            let known = self.by_id.insert(id.clone(), Arc::clone(&document));
            if known.is_some_and(|known| !Arc::ptr_eq(&known, &document)) {
                return Err(format!(
                    "{place}: another manifest has another document of that id"
                ));
            }
        }
        Ok(())
    }

    /// Adds a document, known by the hash of its text, with the line end at its end and without. The same
    /// text is the same document.
    fn add(
        &mut self,
        place: &str,
        text: &str,
        schema: &Executable,
        limits: &Limits,
    ) -> Result<Arc<Document>, String> {
        let trimmed = persisted::hash(text.trim_end());
        let document = if let Some(known) = self.with_hash(&trimmed) {
            known
        } else {
            let document = read(text, limits).map_err(|error| at(place, &error))?;
            validate(&document, schema).map_err(|error| at(place, &error))?;
            self.count += 1;
            Arc::new(document)
        };
        for hash in [persisted::hash(text), trimmed] {
            self.by_hash.insert(hash, Arc::clone(&document));
        }
        Ok(document)
    }
}

/// The files of `dir` to be read, in the order of their names.
fn files(dir: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let document = path
            .extension()
            .is_some_and(|extension| extension == "graphql");
        if document || is_manifest(&path) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn is_manifest(path: &Path) -> bool {
    let name = path.file_name().and_then(OsStr::to_str);
    let before = name.and_then(|name| name.strip_suffix(MANIFEST));
    before.is_some_and(|before| before.is_empty() || before.ends_with('.'))
}

fn unreadable(path: &Path, error: &io::Error) -> String {
    format!("{} cannot be read: {error}", path.display())
}

fn at(place: &str, error: &ServerError) -> String {
    match error.locations.first() {
        Some(position) => format!("{place}:{}: {}", position.line, error.message),
        None => format!("{place}: {}", error.message),
    }
}

/// Whether `schema` can run the document, whatever its variables are.
fn validate(document: &Document, schema: &Executable) -> Result<(), ServerError> {
    let mut request = Request::new("").data(ValidateOnly);
    let operation = document.parsed.operations.iter().next();
    request.operation_name = operation
        .and_then(|(name, _)| name)
        .map(ToString::to_string);
    request.set_parsed_query(document.parsed.clone());
    // Nothing is executed, so that there is nothing to wait for.
    passed(schema.execute(request).now_or_never())
}

/// Whether a check has passed. One that has not ended has not.
fn passed(checked: Option<Response>) -> Result<(), ServerError> {
    let unchecked = || ServerError::new("it cannot be checked", None);
    let errors = checked.ok_or_else(unchecked)?.errors;
    errors.into_iter().next().map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_checked_is_not_trusted() {
        assert!(passed(None).is_err());
        assert!(
            passed(Some(Response::from_errors(vec![ServerError::new(
                "no", None
            )])))
            .is_err()
        );
        assert!(passed(Some(Response::default())).is_ok());
    }
}
