//! What comes in: files of other systems, through a mapping that says what they mean.

pub mod catalog;
pub mod csv;
pub mod mapping;
pub mod value;
