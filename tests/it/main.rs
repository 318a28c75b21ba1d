//! The test suite.

mod migrations;
mod reading;
