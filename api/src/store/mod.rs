//! SQL that writes, and what a writer must look up inside its transaction.
//!
//! Every writing function takes a transaction: only services and the intake open one.

pub mod bulk;
pub mod import;
pub mod lookup;
pub mod table;
