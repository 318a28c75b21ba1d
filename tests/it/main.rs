//! The test suite.

mod architecture;
mod auth;
mod http;
mod migrations;
mod schema;
mod serve;
