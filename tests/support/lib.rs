//! What tests need to start and question a hub.

pub mod app;
pub mod client;
pub mod database;
pub mod fixtures;
pub mod postgres;
pub mod sqlite;
