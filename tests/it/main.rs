//! The test suite.

mod architecture;
mod auth;
mod cli;
mod demo;
mod http;
mod import;
mod migrations;
mod program;
mod reading;
mod roles;
mod schema;
mod serve;
