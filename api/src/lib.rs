//! Revenue Hub: one dataset for sales and marketing behind one GraphQL API, seen through the lens of
//! each role. `ARCHITECTURE.md` has the map and the walk of a request; the modules below are in
//! reading order, and each imports only from those under it.

pub mod app;
pub mod auth;
pub mod business_time;
pub mod calendar;
pub mod change;
pub mod cli;
pub mod clock;
pub mod config;
pub mod database;
pub mod dataset;
mod document;
pub mod error;
pub mod graphql;
pub mod http;
pub mod intake;
pub mod matching;
pub mod outbound;
pub mod reader;
pub mod record;
pub mod scoring;
pub mod services;
pub mod sla;
pub mod store;
pub mod telemetry;
pub mod views;
pub mod webhook;
