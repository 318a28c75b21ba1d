//! The GraphQL schema: thin, made from `dataset/`, and answered by `reader/`.

mod argument;
mod budget;
mod complaint;
mod document;
mod domain;
mod error;
mod execute;
mod instant;
mod kind;
mod mutation;
mod query;
mod row;
mod schema;
mod selection;
mod types;
mod webhook;

pub use complaint::ReportCost;
pub use document::{Documents, Limits, Trusted};
pub use error::{MOST_ERRORS, refused};
pub use execute::{execute, operation};
pub use schema::{Mutation, Query, Schema, build, sdl};
pub use webhook::compose;
