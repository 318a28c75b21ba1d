//! The `revhub` program as a process of its own.

#![cfg(test)]

use std::process::{Command, Output, Stdio};

use tempfile::TempDir;
use tests::database::TestDatabase;

/// The program with `arguments`, on `database`, with `folder` for its own things.
pub(crate) fn revhub(database: &TestDatabase, folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_revhub-under-test"));
    command
        .args(arguments)
        .current_dir(folder.path())
        .env("REVHUB__SERVER__PORT", "0")
        .env("REVHUB__SERVER__WORKERS", "1")
        .env("REVHUB__DATABASE__URL", database.url())
        .env("REVHUB__LOG__FORMAT", "json")
        // Tests ask more than anybody may.
        .env("REVHUB__LIMITS__REQUESTS_PER_MINUTE", "0")
        .env("REVHUB__LIMITS__POINTS_PER_MINUTE", "0")
        .env("REVHUB__LIMITS__FAILED_ATTEMPTS_PER_MINUTE", "0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Runs `command` to its end.
pub(crate) fn run(mut command: Command) -> Output {
    command.output().unwrap()
}
