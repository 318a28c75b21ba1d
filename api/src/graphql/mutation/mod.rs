//! The root fields that change something, a file a noun.

mod token;

pub(super) use token::TokenMutation;
