//! The public keys of a provider, as it publishes them (RFC 7517), and which of them may have signed what.

use std::fmt;

use jsonwebtoken::{
    Algorithm, DecodingKey,
    jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyOperations, PublicKeyUse},
};
use serde::Deserialize;
use serde_json::Value;

use crate::config::SignatureAlgorithm;

/// The fewest bits of an RSA key that is good enough (RFC 7518, section 3.3).
const FEWEST_RSA_BITS: usize = 2048;

/// The keys of a provider that can be used.
#[derive(Debug, Default)]
pub(super) struct KeySet(Vec<Key>);

/// A key, and what it may sign with.
#[derive(Clone)]
pub(super) struct Key {
    id: Option<String>,
    algorithms: Vec<Algorithm>,
    /// To check a signature with.
    pub(super) decoding: DecodingKey,
}

#[derive(Deserialize)]
struct Document {
    keys: Vec<Value>,
}

impl KeySet {
    /// Reads the keys in `document` that may sign with one of `allowed`. Keys of other kinds, for other uses
    /// and too weak ones are left out, as are those that make no sense: one of them spoils no other.
    ///
    /// # Errors
    ///
    /// Says what is wrong when it is no set of keys at all.
    pub(super) fn parse(document: &[u8], allowed: &[SignatureAlgorithm]) -> Result<Self, String> {
        let document: Document = serde_json::from_slice(document)
            .map_err(|_why| "its keys are not a JSON Web Key Set".to_owned())?;
        let keys = document.keys.into_iter();
        let keys = keys.filter_map(|key| Key::of(&serde_json::from_value(key).ok()?, allowed));
        Ok(Self(keys.collect()))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The key with this id for this algorithm. A token without an id can only be meant for the one key there
    /// is.
    pub(super) fn find(&self, id: Option<&str>, algorithm: Algorithm) -> Option<&Key> {
        let mut fitting = self.0.iter().filter(|key| {
            key.algorithms.contains(&algorithm) && (id.is_none() || key.id.as_deref() == id)
        });
        let first = fitting.next()?;
        let alone = id.is_some() || fitting.next().is_none();
        alone.then_some(first)
    }
}

impl Key {
    fn of(jwk: &Jwk, allowed: &[SignatureAlgorithm]) -> Option<Self> {
        let common = &jwk.common;
        let signs = match &common.public_key_use {
            Some(used) => *used == PublicKeyUse::Signature,
            None => true,
        };
        let operations = common.key_operations.as_ref();
        let verifies = operations.is_none_or(|all| all.contains(&KeyOperations::Verify));
        if !signs || !verifies {
            return None;
        }
        let algorithms = possible(&jwk.algorithm).iter().copied();
        let algorithms = algorithms
            .filter(|algorithm| allowed.contains(algorithm))
            .map(library_name)
            // The key may say which one itself.
            .filter(|algorithm| {
                let named = common.key_algorithm;
                named.is_none_or(|named| named == (*algorithm).into())
            });
        let algorithms: Vec<_> = algorithms.collect();
        if algorithms.is_empty() {
            return None;
        }
        Some(Self {
            id: common.key_id.clone(),
            algorithms,
            decoding: DecodingKey::from_jwk(jwk).ok()?,
        })
    }
}

/// What a key of this kind could sign with.
fn possible(parameters: &AlgorithmParameters) -> &'static [SignatureAlgorithm] {
    match parameters {
        AlgorithmParameters::RSA(key) if rsa_bits(&key.n) >= FEWEST_RSA_BITS => {
            &[SignatureAlgorithm::RS256, SignatureAlgorithm::PS256]
        }
        AlgorithmParameters::EllipticCurve(key) => match key.curve {
            EllipticCurve::P256 => &[SignatureAlgorithm::ES256],
            EllipticCurve::P384 => &[SignatureAlgorithm::ES384],
            _ => &[],
        },
        AlgorithmParameters::OctetKeyPair(key) if key.curve == EllipticCurve::Ed25519 => {
            &[SignatureAlgorithm::EdDSA]
        }
        _ => &[],
    }
}

/// About how many bits an RSA modulus has that is written in base64url: six for each character, and up to
/// five that only fill up the last byte.
fn rsa_bits(modulus: &str) -> usize {
    modulus.trim_start_matches('A').len().saturating_mul(6) / 8 * 8
}

/// What the library calls it.
pub(super) fn library_name(algorithm: SignatureAlgorithm) -> Algorithm {
    match algorithm {
        SignatureAlgorithm::RS256 => Algorithm::RS256,
        SignatureAlgorithm::PS256 => Algorithm::PS256,
        SignatureAlgorithm::ES256 => Algorithm::ES256,
        SignatureAlgorithm::ES384 => Algorithm::ES384,
        SignatureAlgorithm::EdDSA => Algorithm::EdDSA,
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} for {:?}", self.id, self.algorithms)
    }
}
