//! The schema that is checked in: it is the program's, well made, and breaks nobody.

#![cfg(test)]

mod changes;
mod lint;
mod relay;

use std::{path::Path, process::Command};

#[test]
fn schema_graphql_is_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let check = Command::new(env!("CARGO_BIN_EXE_revhub-under-test"))
        .args(["schema", "--check", "schema.graphql"])
        .current_dir(root)
        .output()
        .unwrap();
    assert!(
        check.status.success(),
        "{}run `cargo run -- schema > schema.graphql` and look at what changed",
        String::from_utf8_lossy(&check.stderr)
    );
}
