//! The test suite.

mod architecture;
mod auth;
mod cli;
mod clients;
mod demo;
mod feed;
mod http;
mod idempotency;
mod import;
mod keys;
mod kill;
mod limits;
mod live;
mod migrations;
mod plans;
mod policy;
mod program;
mod providers;
mod reading;
mod roles;
mod schema;
mod serve;
mod tokens;
mod views;
mod writing;
