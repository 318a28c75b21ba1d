//! What tests need to start and question a hub.

pub mod app;
pub mod caller;
pub mod choices;
pub mod client;
pub mod database;
pub mod fixtures;
pub mod npm;
pub mod oracle;
pub mod postgres;
pub mod python;
pub mod rows;
pub mod socket;
pub mod sqlite;
