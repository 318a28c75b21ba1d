//! The documents that callers sent lately, read already, so that one that comes again is not read again.
//!
//! Bounded by bytes. There are two generations: when the young one is full, it becomes the old one, and what
//! was old and not asked for since is forgotten. Nothing has to be sorted, and nothing grows.

use std::{collections::HashMap, hash::Hash, sync::Arc};

use super::Document;

/// About how many bytes a token of a document takes when it is read: a field with its name has 200.
const BYTES_OF_A_TOKEN: usize = 200;
/// About how many bytes a document takes besides.
const BYTES_OF_A_DOCUMENT: usize = 1000;

/// Documents by what each is known by.
#[derive(Debug)]
pub(super) struct Recent<K> {
    young: HashMap<K, Arc<Document>>,
    old: HashMap<K, Arc<Document>>,
    /// Bytes in the young generation.
    bytes: usize,
    /// Bytes that a generation may have.
    limit: usize,
}

impl<K: Copy + Eq + Hash> Recent<K> {
    /// Keeps about `bytes`.
    pub(super) fn new(bytes: usize) -> Self {
        Self {
            young: HashMap::new(),
            old: HashMap::new(),
            bytes: 0,
            limit: bytes / 2,
        }
    }

    /// The document that is known by `key`, which is young again.
    pub(super) fn get(&mut self, key: &K) -> Option<Arc<Document>> {
        if let Some(found) = self.young.get(key) {
            return Some(Arc::clone(found));
        }
        let found = self.old.remove(key)?;
        self.keep(*key, Arc::clone(&found));
        Some(found)
    }

    /// Keeps a document, unless it is larger than all that is kept.
    pub(super) fn keep(&mut self, key: K, document: Arc<Document>) {
        let bytes = weight(&document);
        if bytes > self.limit {
            return;
        }
        if self.bytes + bytes > self.limit {
            self.old = std::mem::take(&mut self.young);
            self.bytes = 0;
        }
        if self.young.insert(key, document).is_none() {
            self.bytes += bytes;
        }
    }
}

fn weight(document: &Document) -> usize {
    document.tokens * BYTES_OF_A_TOKEN + BYTES_OF_A_DOCUMENT
}

#[cfg(test)]
mod tests {
    use async_graphql::parser::parse_query;

    use super::*;

    /// A document that takes as much as any other here.
    fn document() -> Arc<Document> {
        Arc::new(Document {
            hash: hash(0),
            parsed: parse_query("{ a }").unwrap(),
            tokens: 0,
            uses: Vec::new(),
        })
    }

    fn hash(number: u8) -> [u8; 32] {
        [number; 32]
    }

    #[test]
    fn what_is_asked_for_stays_and_what_is_not_goes() {
        let mut recent = Recent::new(2 * 3 * BYTES_OF_A_DOCUMENT);
        recent.keep(hash(0), document());
        for number in 1..100 {
            recent.keep(hash(number), document());
            assert!(recent.get(&hash(0)).is_some(), "{number}");
            assert!(recent.young.len() <= 3 && recent.old.len() <= 3);
        }
        assert!(recent.get(&hash(99)).is_some());
        assert!(recent.get(&hash(1)).is_none());
    }

    #[test]
    fn what_is_larger_than_all_is_not_kept() {
        let mut recent = Recent::new(1);
        recent.keep(hash(0), document());
        assert!(recent.get(&hash(0)).is_none());
    }
}
