//! What messages are signed with, by the convention of Standard Webhooks (version 1, symmetric).

use std::fmt;

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
};

use uuid::{Builder, Uuid};

use crate::error::ApiError;

/// What the text of a secret begins with.
const PREFIX: &str = "whsec_";
/// How many bytes a secret has; the convention says 24 to 64.
pub(super) const BYTES: usize = 32;

/// What messages to one endpoint are signed with. It does not print.
pub struct Secret(pub(super) [u8; BYTES]);

impl Secret {
    /// A new one.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::Internal`] when the operating system has no randomness.
    pub(super) fn generate() -> Result<Self, ApiError> {
        let mut bytes = [0; BYTES];
        let filled = SystemRandom::new().fill(&mut bytes);
        filled.map_err(|_unspecified| ApiError::internal("there is no randomness"))?;
        Ok(Self(bytes))
    }

    /// As the receiver gets it: `whsec_` and base64.
    pub(super) fn text(&self) -> String {
        format!("{PREFIX}{}", BASE64_STANDARD.encode(self.0))
    }

    /// The signature of a message, as it stands in `webhook-signature`: `v1,…`. `timestamp` is in seconds.
    #[must_use]
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, &self.0);
        let signed = format!("{id}.{timestamp}.{body}");
        let tag = hmac::sign(&key, signed.as_bytes());
        format!("v1,{}", BASE64_STANDARD.encode(tag))
    }
}

/// A UUID that follows from another and a text, and that no other text leads to.
pub(super) fn derived(from: Uuid, text: &str) -> Uuid {
    let key = hmac::Key::new(hmac::HMAC_SHA256, from.as_bytes());
    let tag = hmac::sign(&key, text.as_bytes());
    let mut bytes = [0; 16];
    for (byte, of_tag) in bytes.iter_mut().zip(tag.as_ref()) {
        *byte = *of_tag;
    }
    Builder::from_random_bytes(bytes).into_uuid()
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_signs_as_the_convention_does() {
        // Calculated apart; the suite verifies with the convention's own library.
        let secret = Secret(std::array::from_fn(|at| u8::try_from(at).unwrap()));
        let signature = secret.sign("msg_1", 1_700_000_000, r#"{"type":"ping"}"#);
        assert_eq!(signature, "v1,uK3ZB/kWgMaIl2HEITna3uysqu/cjXmImcEsprhshQY=");
        assert_eq!(
            secret.text(),
            "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
        );
    }

    #[test]
    fn it_does_not_print() {
        assert_eq!(format!("{:?}", Secret::generate().unwrap()), "***");
    }
}
