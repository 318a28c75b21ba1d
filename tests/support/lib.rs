//! What tests need to start and question a hub.

pub mod database;
pub mod postgres;
pub mod sqlite;
