//! Rules and transactions: what can be done, by whom and when.

pub mod access;
pub mod attempt;
pub mod caller;
pub mod matching;
pub mod merge;
pub mod signing_key;
pub mod territory;
pub mod token;
pub mod viewing;
pub mod write;
