//! Role-based views: who may see and do what.

mod role;

pub use role::{Role, UnknownRole};
