//! The `revhub` program.

use std::process::ExitCode;

/// A page of JSON is many small allocations, which this one does faster than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    api::cli::run()
}
