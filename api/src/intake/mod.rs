//! What comes in: files of other systems, through a mapping that says what they mean.

pub mod catalog;
pub mod csv;
pub mod engine;
mod error;
pub mod mapping;
pub mod value;

pub use error::ImportError;
