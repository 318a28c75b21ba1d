//! The test suite.

mod migrations;
