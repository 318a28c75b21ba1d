//! SQL that writes, and what services look up inside a transaction. One file a table.

pub mod api_token;
pub mod user;
