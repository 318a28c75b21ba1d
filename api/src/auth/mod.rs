//! From a bearer token to the [`Viewer`] that everything else asks.

mod authenticator;
mod keys;
mod provider;
mod token;
mod viewer;

pub use authenticator::Authenticator;
pub use keys::{KeyError, SigningKey, check_key_file};
pub use provider::{Identity, Providers, UserKey};
pub use token::{Claims, Refusal, Tokens};
pub use viewer::{Reach, Viewer};
