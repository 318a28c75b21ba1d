//! The `revhub` program, built for tests that start and kill it.

fn main() {}
