//! SQL that writes, and what a writer must look up inside its transaction. One file a table.
//!
//! Every writing function takes a transaction: only services and the intake open one.

pub mod api_token;
pub mod bulk;
pub mod demo;
pub mod table;
pub mod user;
