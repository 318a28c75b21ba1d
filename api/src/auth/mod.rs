//! From a bearer token to the [`Viewer`] that everything else asks.

mod authenticator;
mod keys;
mod known;
mod token;
mod viewer;

pub use authenticator::{Authenticator, Credentials};
pub use keys::{KeyError, SigningKey, check_key_file};
pub use known::{Known, Outdated};
pub use token::{Claims, Refusal, Tokens};
pub use viewer::{Allowance, Reach, Viewer};
