//! What comes in: files of other systems, through a mapping that says what they mean, and the made-up
//! year of the demo.
//!
//! `csv` reads files, `mapping` what they mean, `value` what stands in them, `catalog` knows where it
//! belongs, `engine` brings it there, `revert` takes it back.

pub mod catalog;
pub mod csv;
pub mod demo;
pub mod engine;
mod error;
pub mod mapping;
pub mod revert;
pub mod value;

pub use error::ImportError;
