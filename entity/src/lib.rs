//! The tables of Revenue Hub as Rust types.
