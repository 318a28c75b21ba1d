//! Reading: whatever is asked, the answer is the one that the specification says, on both databases.
//!
//! The oracle in `support/oracle.rs` executes the same documents over the same rows in memory, field
//! by field, as the specification's algorithm does. Here everything is asked by somebody who sees
//! all; `views` asks as everybody.

#![cfg(test)]

mod arguments;
mod as_of;
pub(crate) mod compare;
mod conditions;
mod contract;
mod examples;
mod explained;
mod filters;
pub(crate) mod hub;
mod keys;
mod left;
mod limits;
mod literal;
mod moving;
mod operands;
mod pages;
pub(crate) mod question;
mod refusals;
mod selection;
mod shape;
mod snapshot;
mod statements;
mod zones;
