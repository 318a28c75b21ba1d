//! The test suite.

mod architecture;
mod auth;
mod cli;
mod demo;
mod http;
mod migrations;
mod program;
mod schema;
mod serve;
