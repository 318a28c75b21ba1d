//! The test suite.

mod architecture;
mod auth;
mod demo;
mod http;
mod migrations;
mod schema;
mod serve;
