//! What tests need to start and question a hub.

pub mod choices;
pub mod database;
pub mod oracle;
pub mod postgres;
pub mod rows;
pub mod sqlite;
