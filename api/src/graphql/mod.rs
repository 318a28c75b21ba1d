//! The GraphQL schema: thin, made from `dataset/`, and answered by `reader/`.

mod argument;
mod domain;
mod error;
mod execute;
mod kind;
mod query;
mod row;
mod schema;
mod selection;
mod types;

pub use execute::{execute, operation};
pub use schema::{Query, Schema, build, sdl};
