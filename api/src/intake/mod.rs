//! What comes in: imports, and the made-up year of the demo.

pub mod demo;
