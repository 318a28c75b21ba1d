//! Rules and transactions: what can be done, by whom and when.

pub mod token;
pub mod viewing;
