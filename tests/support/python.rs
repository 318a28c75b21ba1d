//! Python with packages: a virtual environment under `target`, made once.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot have its packages fails, and one that does not run says so"
)]

use std::{
    env,
    fs::{self, File},
    hash::{DefaultHasher, Hash, Hasher},
    path::{Path, PathBuf},
    process::Command,
};

use crate::npm::printed;

/// A virtual environment with the packages of `requirements`, a file, under `target`:
/// `env!("CARGO_TARGET_TMPDIR")`.
///
/// `None`, with a line that says so, where it cannot be had: without python3 and its `venv`, and
/// without a registry to install from. In CI that is a failure.
///
/// # Panics
///
/// When `CI` is `true` and it cannot be had.
#[must_use]
pub fn environment(target: &str, requirements: &Path) -> Option<PathBuf> {
    match made(Path::new(target), requirements) {
        Ok(environment) => Some(environment),
        Err(problem) if env::var("CI").is_ok_and(|ci| ci == "true") => panic!("{problem}"),
        Err(problem) => {
            println!("not run: {problem}");
            None
        }
    }
}

/// The versions of whatever the packages bring along.
#[must_use]
pub fn constraints() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("python/constraints.txt")
}

fn made(target: &Path, requirements: &Path) -> Result<PathBuf, String> {
    let mut hasher = DefaultHasher::new();
    for file in [requirements, &constraints()] {
        fs::read(file).expect("the file is there").hash(&mut hasher);
    }
    let environment = target.join(format!("python-{:016x}", hasher.finish()));
    // It cannot be made elsewhere and moved: its programs know where they are.
    let lock = File::create(target.join("python.lock")).expect("there is room under target");
    lock.lock().expect("a file can be locked");
    let complete = environment.join("complete");
    if complete.exists() {
        return Ok(environment);
    }
    run(Command::new("python3")
        .args(["-m", "venv", "--clear"])
        .arg(&environment))?;
    run(Command::new(environment.join("bin/pip"))
        .args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--requirement",
        ])
        .arg(requirements)
        .arg("--constraint")
        .arg(constraints()))?;
    fs::write(complete, "").expect("there is room under target");
    Ok(environment)
}

fn run(command: &mut Command) -> Result<(), String> {
    match command.output() {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(format!("{command:?} failed: {}", printed(&output))),
        Err(problem) => Err(format!("{command:?}: {problem}")),
    }
}
