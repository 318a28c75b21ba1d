//! What comes in: files of other systems, through a mapping that says what they mean, and the made-up
//! year of the demo.
//!
//! `csv` reads files, `mapping` what they mean, `engine` brings it where `record` says it belongs,
//! `revert` takes it back.

pub mod csv;
pub mod demo;
pub mod engine;
mod error;
pub mod mapping;
pub mod revert;

pub use error::ImportError;
