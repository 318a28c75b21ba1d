//! Rules and transactions: what can be done, by whom and when.

pub mod access;
mod account;
pub mod attempt;
pub mod caller;
mod campaign;
mod contact;
pub mod idempotency;
mod lead;
pub mod matching;
pub mod merge;
mod opportunity;
pub mod rows;
pub mod signing_key;
pub mod territory;
pub mod token;
mod touch;
mod user;
pub mod viewing;
pub mod write;
