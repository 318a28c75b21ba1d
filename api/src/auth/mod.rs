//! From a bearer token to the [`Viewer`] that everything else asks.

mod authenticator;
#[cfg(test)]
mod fixture;
mod jwk;
mod key_file;
mod keyring;
mod known;
mod signing_key;
mod token;
mod viewer;

pub use authenticator::{Authenticator, Credentials};
pub use jwk::PublicKey;
pub use key_file::{Draft, KeyError, KeyFile};
pub use keyring::Keyring;
pub use known::{Known, Outdated};
pub use signing_key::{SigningKey, Unusable};
pub use token::{Claims, LEEWAY, Refusal, Signed, Tokens};
pub use viewer::{Allowance, Reach, Viewer};
