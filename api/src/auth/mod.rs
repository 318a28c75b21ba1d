//! From a bearer token to the [`Viewer`] that everything else asks.

mod attempts;
mod authenticator;
mod budget;
#[cfg(test)]
mod fixture;
mod jwk;
mod key_file;
mod keyring;
mod known;
mod provider;
mod signing_key;
mod token;
mod viewer;
mod window;

pub use attempts::{Attempts, TurnedAway};
pub use authenticator::{Authenticator, Credentials};
pub use budget::{Budget, Budgets, MOST_ALLOWED, Quota, WINDOW_SECONDS};
pub use jwk::PublicKey;
pub use key_file::{Draft, KeyError, KeyFile};
pub use keyring::Keyring;
pub use known::{Known, Outdated};
pub use provider::{Identity, Providers, UserKey};
pub use signing_key::{SigningKey, Unusable};
pub use token::{Claims, LEEWAY, Refusal, Signed, Tokens};
pub use viewer::{Allowance, Reach, Viewer};
