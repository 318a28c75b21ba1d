//! Which rows are about the same person, company or thing: for sure, by what identifies them, and
//! probably, by what they have in common.
//!
//! Nothing is compared with everything. What is worth comparing shares a key with a row ([`person::Person::keys`]),
//! and a key that more than [`BLOCK`] rows share says too little to be followed.

pub mod company;
mod fold;
pub mod identity;
pub mod likeness;
mod nickname;
pub mod person;

/// So many rows may share a key. It bounds what one row costs, however many there are.
pub const BLOCK: usize = 20;
