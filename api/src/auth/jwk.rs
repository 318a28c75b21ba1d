//! Public keys as they are published and kept: JSON Web Keys (RFC 7517), named by their thumbprints
//! (RFC 7638).

use entity::signing_key::{Model, SigningAlgorithm};
pub(super) use jsonwebtoken::DecodingKey;
use jsonwebtoken::{
    Algorithm, EncodingKey,
    jwk::{Jwk, PublicKeyUse, ThumbprintHash},
};
use serde::Deserialize;
use serde_json::Value as Json;

use super::signing_key::{SigningKey, Unusable};

/// The public part of a key, for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// Its thumbprint, which tokens name it by.
    pub kid: String,
    /// The one algorithm that it checks.
    pub algorithm: SigningAlgorithm,
    /// The key as a JWK, with `kid`, `alg` and `use`.
    pub jwk: Json,
}

impl PublicKey {
    /// The public part of `key`.
    ///
    /// # Errors
    ///
    /// Returns [`Unusable`] when it cannot be encoded, which does not happen to a key that exists.
    pub fn of(key: &SigningKey) -> Result<Self, Unusable> {
        let algorithm = key.algorithm();
        let jwk = Jwk::from_encoding_key(&encoding_key(key)?, name(algorithm));
        let mut jwk = jwk.map_err(|error| Unusable::of_library(&error))?;
        let kid = jwk.thumbprint(ThumbprintHash::SHA256);
        let kid = kid.map_err(|error| Unusable::of_library(&error))?;
        jwk.common.public_key_use = Some(PublicKeyUse::Signature);
        jwk.common.key_id = Some(kid.clone());
        let jwk = serde_json::to_value(jwk).map_err(|error| Unusable::of_library(&error))?;
        Ok(Self {
            kid,
            algorithm,
            jwk,
        })
    }
}

/// `key` for the library that signs.
///
/// # Errors
///
/// Returns [`Unusable`] when it cannot be encoded, which does not happen to a key that exists.
pub(super) fn encoding_key(key: &SigningKey) -> Result<EncodingKey, Unusable> {
    let der = key.to_der()?;
    Ok(match key.algorithm() {
        SigningAlgorithm::EdDsa => EncodingKey::from_ed_der(der.as_bytes()),
        SigningAlgorithm::Es256 => EncodingKey::from_ec_der(der.as_bytes()),
        SigningAlgorithm::Rs256 => EncodingKey::from_rsa_der(der.as_bytes()),
    })
}

/// The key of a row for the library that checks. `None` where the row is not what a hub wrote: its `kid`
/// is not the thumbprint of the key in it.
pub(super) fn decoding_key(row: &Model) -> Option<DecodingKey> {
    let jwk = Jwk::deserialize(&row.public_jwk).ok()?;
    let kid = jwk.thumbprint(ThumbprintHash::SHA256).ok()?;
    let key = DecodingKey::from_jwk(&jwk).ok()?;
    (kid == row.kid).then_some(key)
}

/// Whether `text` could be a thumbprint: 32 bytes in base64url.
pub(super) fn is_thumbprint(text: &str) -> bool {
    text.len() == 43
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

/// The library's name of an algorithm.
pub(super) fn name(algorithm: SigningAlgorithm) -> Algorithm {
    match algorithm {
        SigningAlgorithm::EdDsa => Algorithm::EdDSA,
        SigningAlgorithm::Es256 => Algorithm::ES256,
        SigningAlgorithm::Rs256 => Algorithm::RS256,
    }
}

#[cfg(test)]
mod tests;
