//! The `revhub` program.

fn main() {}
