//! Programs in JavaScript that question a hub: the packages of `tests/npm`, installed once under
//! `target`, and a folder a test to run them in.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test that cannot have its packages fails, and one that does not run says so"
)]

use std::{
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
    io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::OnceLock,
};

use tempfile::TempDir;

/// What says which packages are installed.
const MANIFEST: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// A folder of its own with a copy of `tests/npm`, its packages installed; it goes away with the
/// value.
#[derive(Debug)]
pub struct Workshop {
    folder: TempDir,
}

impl Workshop {
    /// A workshop under `target`, a folder that may be written to: `env!("CARGO_TARGET_TMPDIR")`.
    ///
    /// `None`, with a line that says so, where the packages cannot be had: without node and npm, and
    /// without a registry to install from. In CI that is a failure.
    ///
    /// # Panics
    ///
    /// When `CI` is `true` and the packages cannot be had.
    #[must_use]
    pub fn open(target: &str) -> Option<Self> {
        static PACKAGES: OnceLock<Result<PathBuf, String>> = OnceLock::new();
        let installed = PACKAGES.get_or_init(|| install(Path::new(target)));
        let packages = match installed {
            Ok(packages) => packages,
            Err(problem) if env::var("CI").is_ok_and(|ci| ci == "true") => panic!("{problem}"),
            Err(problem) => {
                println!("not run: {problem}");
                return None;
            }
        };
        let folder = tempfile::tempdir_in(target).expect("there is room under target");
        copy(&sources(), folder.path()).expect("tests/npm can be copied");
        symlink(
            packages.join("node_modules"),
            folder.path().join("node_modules"),
        )
        .expect("a link can be made");
        Some(Self { folder })
    }

    /// Copies a folder of the tree into it, under its own name: `examples/clients/web` as `web`.
    ///
    /// # Panics
    ///
    /// When there is no such folder.
    pub fn bring(&self, folder: &str) {
        let from = sources().join("../..").join(folder);
        let to = self
            .path()
            .join(from.file_name().expect("a folder has a name"));
        fs::create_dir(&to).expect("there is room under target");
        copy(&from, &to).expect("the folder is there");
    }

    /// `command` as it is written for a shell, with the programs of the packages at hand.
    ///
    /// # Panics
    ///
    /// Never: there is a `PATH`.
    #[must_use]
    pub fn shell(&self, command: &str) -> Command {
        let mut folders = vec![self.path().join("node_modules/.bin")];
        folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        let path = env::join_paths(folders).expect("no folder of a PATH has a colon in its name");
        let mut shell = Command::new("sh");
        shell
            .args(["-ec", command])
            .env("PATH", path)
            .current_dir(self.path());
        shell
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `node` with `script`, a path within `tests/npm`, ready for arguments and variables.
    #[must_use]
    pub fn node(&self, script: &str) -> Command {
        let mut command = Command::new("node");
        command.arg(script).current_dir(self.path());
        command
    }

    /// A program that a package brings along, such as `relay-compiler`.
    #[must_use]
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.path().join("node_modules/.bin").join(name));
        command.current_dir(self.path());
        command
    }
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("npm")
}

/// The folder with `node_modules` as `package-lock.json` wants it; made unless it is there already.
fn install(target: &Path) -> Result<PathBuf, String> {
    for program in ["node", "npm"] {
        let asked = Command::new(program).arg("--version").output();
        if !asked.is_ok_and(|output| output.status.success()) {
            return Err(format!(
                "{program} is not there: install node 18 or later, and npm"
            ));
        }
    }
    let mut hasher = DefaultHasher::new();
    for file in MANIFEST {
        let text = fs::read(sources().join(file)).expect("tests/npm is there");
        text.hash(&mut hasher);
    }
    let packages = target.join(format!("npm-{:016x}", hasher.finish()));
    if packages.exists() {
        return Ok(packages);
    }
    // Somewhere else first: what is cut off half-way must not look installed.
    let making = tempfile::tempdir_in(target).expect("there is room under target");
    for file in MANIFEST {
        fs::copy(sources().join(file), making.path().join(file)).expect("there is room");
    }
    let installed = Command::new("npm")
        .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
        .current_dir(making.path())
        .output();
    let installed = installed.expect("npm was there a moment ago");
    if !installed.status.success() {
        return Err(format!("npm ci failed: {}", printed(&installed)));
    }
    tidy(&making.path().join("node_modules")).expect("node_modules can be written to");
    // Another process may have been faster; its packages are the same.
    match fs::rename(making.path(), &packages) {
        Err(problem) if !packages.exists() => Err(format!("{}: {problem}", packages.display())),
        _ => Ok(packages),
    }
}

/// Two wrongs that npm cannot be told to right: the Relay compiler brings a program of 20 MB for each
/// platform, and graphql-codegen an old compiler of the same name, which takes its place.
fn tidy(packages: &Path) -> io::Result<()> {
    let compiler = packages.join("relay-compiler");
    let architecture = match env::consts::ARCH {
        "aarch64" => "arm64",
        _ => "x64",
    };
    let ours = format!("{}-{architecture}", env::consts::OS);
    for entry in fs::read_dir(&compiler)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() && entry.file_name() != *ours {
            fs::remove_dir_all(entry.path())?;
        }
    }
    let program = packages.join(".bin/relay-compiler");
    fs::remove_file(&program)?;
    symlink("../relay-compiler/cli.js", program)
}

/// Copies what is in `from`, without packages that somebody installed there by hand.
fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let name = entry.file_name();
        let target = to.join(&name);
        if entry.file_type()?.is_dir() {
            if name != "node_modules" {
                fs::create_dir(&target)?;
                copy(&entry.path(), &target)?;
            }
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// What a program wrote: what it said, then what it complained of.
#[must_use]
pub fn printed(output: &Output) -> String {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}
