//! The test suite.

mod import;
mod migrations;
