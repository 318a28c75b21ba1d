//! The `revhub` program, built for tests that start and kill it.

use std::process::ExitCode;

fn main() -> ExitCode {
    api::cli::run()
}
