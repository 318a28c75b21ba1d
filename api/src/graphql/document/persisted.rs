//! Automatic persisted queries, the protocol of Apollo: a document is sent once with its hash, and then by
//! its hash alone.

use async_graphql::{Extensions, Value};
use sha2::{Digest, Sha256};

use crate::error::ApiError;

use super::Hash;

/// The hash that a request names its document by; `None` where it does not.
pub(super) fn named(extensions: &Extensions) -> Result<Option<&str>, ApiError> {
    let persisted = match extensions.0.get("persistedQuery") {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Object(persisted)) => persisted,
        Some(_) => {
            let field = "extensions.persistedQuery";
            return Err(ApiError::validation(field, "an object is required"));
        }
    };
    if !matches!(persisted.get("version"), Some(Value::Number(version)) if version.as_u64() == Some(1))
    {
        let field = "extensions.persistedQuery.version";
        return Err(ApiError::validation(field, "version 1 is served").allowing(["1"]));
    }
    match persisted.get("sha256Hash") {
        Some(Value::String(hash)) => Ok(Some(hash)),
        _ => Err(ApiError::validation(
            "extensions.persistedQuery.sha256Hash",
            "the SHA-256 of the document is required, in hexadecimal digits",
        )),
    }
}

/// The complaint about a hash that belongs to another text.
pub(super) fn mismatch() -> ApiError {
    ApiError::validation(
        "extensions.persistedQuery.sha256Hash",
        "this is not the SHA-256 of the document that came with it",
    )
}

/// What a text is known by.
pub(super) fn hash(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}

/// The hash that is written in hexadecimal digits.
pub(super) fn parse(text: &str) -> Option<Hash> {
    let mut hash = Hash::default();
    if text.len() != 2 * hash.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok()?;
    }
    Some(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_written_in_hexadecimal_digits() {
        let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
        assert_eq!(parse(empty), Some(hash("")));
        assert_eq!(parse(&empty.to_uppercase()), Some(hash("")));
        for other in [
            "",
            &empty[1..],
            "+3b0",
            &"é".repeat(32),
            &format!("+{}", &empty[1..]),
        ] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
