//! How ready a lead is, by a definition of what a qualified one is: points for who they are and for what they have
//! done. Pure: facts and an instant in, a score with its factors out.
//!
//! Everything is a whole number, and the factors of a score always add up to it. `docs/definitions.md` has the
//! rules for callers.

mod criteria;
mod decay;
mod fact;
mod parse;
mod score;
#[cfg(test)]
mod tests;

pub use criteria::{Behaviour, Criterion, Definition, Fit, MOST_TOUCHES, Operator, Test, Worth};
pub use fact::{FIELDS, Fact, Facts, Field, Touch};
pub use parse::parse;
pub use score::{Factor, LIMIT, Part, Readiness, Replay, score};
