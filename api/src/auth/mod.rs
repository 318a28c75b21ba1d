//! From a bearer token to the [`Viewer`] that everything else asks.

mod attempts;
mod authenticator;
mod budget;
mod keys;
mod token;
mod viewer;
mod window;

pub use attempts::{Attempts, TurnedAway};
pub use authenticator::{Authenticator, Credentials};
pub use budget::{Budget, Budgets, MOST_ALLOWED, Quota, WINDOW_SECONDS};
pub use keys::{KeyError, SigningKey, check_key_file};
pub use token::{Claims, Refusal, Tokens};
pub use viewer::{Allowance, Reach, Viewer};
