//! Which rows are about the same person, company or thing: for sure, by what identifies them.

pub mod identity;
