//! Views: whoever asks, by whatever path, gets what their roles show them and nothing else.
//!
//! Each answer of a real hub, over HTTP with a real token, is compared to that of an oracle that
//! works the lens out by itself over all rows in memory (`support/oracle/lens.rs`). The questions
//! follow the public schema, so that a new field or path is asked for by itself; what the oracle
//! does not know fails [`schema`].

#![cfg(test)]

pub(crate) mod callers;
mod documents;
mod eyes;
mod filters;
mod hidden;
mod hubs;
mod moving;
mod random;
mod sample;
mod schema;
mod search;
mod sweep;
mod trials;
