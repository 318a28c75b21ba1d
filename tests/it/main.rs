//! The test suite.

mod architecture;
mod auth;
mod http;
mod import;
mod migrations;
mod schema;
mod serve;
