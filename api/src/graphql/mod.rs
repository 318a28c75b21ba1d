//! The GraphQL schema: thin, made from `dataset/`, and answered by `reader/`.

mod argument;
mod budget;
mod complaint;
mod definition;
mod document;
mod domain;
mod error;
mod execute;
mod idempotency;
mod instant;
mod json;
mod kind;
mod money;
mod mutate;
mod mutation;
mod query;
mod row;
mod schema;
mod selection;
mod shared;
mod subscribe;
mod subscription;
mod together;
mod types;
mod webhook;

pub use complaint::ReportCost;
pub use document::{Documents, Hash, Limits, Trusted};
pub use error::{MOST_ERRORS, refused};
pub use execute::{execute, execute_once, operation};
pub use idempotency::{Asked, was_replayed};
pub use schema::{Mutation, Query, Schema, build, sdl};
pub use subscribe::{Live, running, subscribe};
pub use webhook::compose;
