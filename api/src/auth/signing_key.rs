//! The private key that signs tokens: making one, reading and writing it.

use std::fmt;

use ed25519_dalek::pkcs8::{
    DecodePrivateKey, EncodePrivateKey, KeypairBytes, SecretDocument, spki::der::pem::LineEnding,
};
use entity::signing_key::SigningAlgorithm;
use rsa::{
    RsaPrivateKey,
    pkcs1::EncodeRsaPrivateKey,
    rand_core::{OsRng, RngCore},
    traits::PublicKeyParts,
};

/// Bits of an RSA key that is made here.
const RSA_BITS: usize = 2048;
/// Bits of an RSA key that is read: fewer are not safe, and more are not checked by the library.
const RSA_BITS_READ: std::ops::RangeInclusive<usize> = 2048..=4096;

/// A private key. It signs with one algorithm only.
#[derive(Clone)]
pub struct SigningKey(Kind);

#[derive(Clone)]
enum Kind {
    Ed25519(Box<ed25519_dalek::SigningKey>),
    P256(p256::SecretKey),
    Rsa(Box<RsaPrivateKey>),
}

/// Why a text is not a key that can sign here, and what would mend it. It quotes nothing of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unusable {
    pub(super) problem: String,
    pub(super) fix: String,
}

impl SigningKey {
    /// Makes a key for `algorithm`, from the randomness of the operating system.
    ///
    /// # Errors
    ///
    /// Returns [`Unusable`] when the system has no randomness.
    pub fn generate(algorithm: SigningAlgorithm) -> Result<Self, Unusable> {
        let failed = |error: &dyn fmt::Display| Unusable {
            problem: format!("cannot be made: {error}"),
            fix: "see that the operating system has a source of randomness".to_owned(),
        };
        let kind = match algorithm {
            SigningAlgorithm::EdDsa => {
                let mut secret = ed25519_dalek::SecretKey::default();
                OsRng
                    .try_fill_bytes(&mut secret)
                    .map_err(|error| failed(&error))?;
                Kind::Ed25519(Box::new(ed25519_dalek::SigningKey::from_bytes(&secret)))
            }
            SigningAlgorithm::Es256 => Kind::P256(p256::SecretKey::random(&mut OsRng)),
            SigningAlgorithm::Rs256 => {
                let key = RsaPrivateKey::new(&mut OsRng, RSA_BITS);
                Kind::Rsa(Box::new(key.map_err(|error| failed(&error))?))
            }
        };
        Ok(Self(kind))
    }

    /// Reads a key in PKCS #8 PEM. It says by itself which algorithm it signs with.
    ///
    /// # Errors
    ///
    /// Returns [`Unusable`] when it is anything else, encrypted, or an RSA key that is too short or too
    /// long.
    pub fn from_pem(pem: &str) -> Result<Self, Unusable> {
        if let Ok(key) = ed25519_dalek::SigningKey::from_pkcs8_pem(pem) {
            return Ok(Self(Kind::Ed25519(Box::new(key))));
        }
        if let Ok(key) = p256::SecretKey::from_pkcs8_pem(pem) {
            return Ok(Self(Kind::P256(key)));
        }
        let key = RsaPrivateKey::from_pkcs8_pem(pem).map_err(|_invalid| unreadable(pem))?;
        let bits = key.n().bits();
        if !RSA_BITS_READ.contains(&bits) {
            return Err(Unusable {
                problem: format!("is an RSA key of {bits} bits"),
                fix: "use one of 2048 to 4096 bits, or move it away and a new key is made"
                    .to_owned(),
            });
        }
        Ok(Self(Kind::Rsa(Box::new(key))))
    }

    /// The key in PKCS #8 PEM, in the version that every tool reads.
    ///
    /// # Errors
    ///
    /// Returns [`Unusable`] when it cannot be encoded, which does not happen to a key that exists.
    pub(super) fn to_pem(&self) -> Result<impl AsRef<str> + use<>, Unusable> {
        let document = self.to_pkcs8()?;
        document
            .to_pem("PRIVATE KEY", LineEnding::LF)
            .map_err(|error| not_encoded(&error))
    }

    /// The key as the library that signs wants it: PKCS #1 DER of RSA, PKCS #8 DER of the others.
    ///
    /// # Errors
    ///
    /// Returns [`Unusable`] when it cannot be encoded, which does not happen to a key that exists.
    pub(super) fn to_der(&self) -> Result<SecretDocument, Unusable> {
        match &self.0 {
            Kind::Rsa(key) => key.to_pkcs1_der().map_err(|error| not_encoded(&error)),
            Kind::Ed25519(_) | Kind::P256(_) => self.to_pkcs8(),
        }
    }

    fn to_pkcs8(&self) -> Result<SecretDocument, Unusable> {
        let document = match &self.0 {
            // Without the public key: version 1, which every tool reads.
            Kind::Ed25519(key) => KeypairBytes {
                secret_key: key.to_bytes(),
                public_key: None,
            }
            .to_pkcs8_der(),
            Kind::P256(key) => key.to_pkcs8_der(),
            Kind::Rsa(key) => key.to_pkcs8_der(),
        };
        document.map_err(|error| not_encoded(&error))
    }

    /// What it signs with.
    #[must_use]
    pub fn algorithm(&self) -> SigningAlgorithm {
        match self.0 {
            Kind::Ed25519(_) => SigningAlgorithm::EdDsa,
            Kind::P256(_) => SigningAlgorithm::Es256,
            Kind::Rsa(_) => SigningAlgorithm::Rs256,
        }
    }
}

impl Unusable {
    /// A fault of the library with a key that is right.
    pub(super) fn of_library(error: &dyn fmt::Display) -> Self {
        not_encoded(error)
    }
}

fn not_encoded(error: &dyn fmt::Display) -> Unusable {
    Unusable {
        problem: format!("cannot be encoded: {error}"),
        fix: "report this".to_owned(),
    }
}

/// What the text is instead of a key in PKCS #8, as far as its first line says.
fn unreadable(pem: &str) -> Unusable {
    let label = pem
        .lines()
        .find_map(|line| line.trim().strip_prefix("-----BEGIN "));
    let label = label.and_then(|rest| rest.strip_suffix("-----"));
    let convert = "write it anew with `openssl pkcs8 -topk8 -nocrypt -in OLD -out NEW`";
    let (problem, fix) = match label {
        Some("ENCRYPTED PRIVATE KEY") => ("is encrypted", convert),
        Some("RSA PRIVATE KEY" | "EC PRIVATE KEY") => ("is not in PKCS #8", convert),
        Some("PUBLIC KEY" | "CERTIFICATE") => (
            "has no private key in it",
            "put the private one there, or move this file away and a new key is made",
        ),
        _ => (
            "is not an Ed25519, P-256 or RSA private key in PKCS #8 PEM",
            "put the right file there, or move this one away and a new key is made",
        ),
    };
    Unusable {
        problem: problem.to_owned(),
        fix: fix.to_owned(),
    }
}

impl fmt::Display for Unusable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}; {}", self.problem, self.fix)
    }
}

impl std::error::Error for Unusable {}

#[cfg(test)]
mod tests;
