//! Rules and transactions: what can be done, by whom and when.

pub mod access;
mod account;
mod asset;
pub mod attempt;
mod campaign;
mod contact;
pub mod definition;
pub mod feedback;
pub mod follower;
pub mod idempotency;
pub mod lead;
pub mod matching;
pub mod merge;
pub mod news;
mod opportunity;
pub mod rows;
pub mod scoring;
pub mod signing_key;
pub mod sla;
pub mod territory;
pub mod token;
mod touch;
pub mod user;
pub mod viewing;
pub mod webhook;
pub mod write;
