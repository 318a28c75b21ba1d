//! The file of the private key that signs tokens: for its owner only, and replaced in one step.

use std::{
    fmt,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt, chown},
    path::{Path, PathBuf},
};

use entity::signing_key::SigningAlgorithm;
use uuid::Uuid;

use super::signing_key::{SigningKey, Unusable};

/// The most that is read of a file, in bytes; an RSA key of 4096 bits has 3,272.
const LONGEST: u64 = 64 * 1024;

/// Where the private key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyFile(PathBuf);

impl KeyFile {
    /// The file in `path`, which need not be there.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }

    /// Its path.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Reads the key.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError`] when the file cannot be read, can be read by others, or is not a key that
    /// can sign here.
    pub fn load(&self) -> Result<SigningKey, KeyError> {
        let unread = |error: io::Error| self.io("cannot be read", &error);
        let file = File::open(&self.0).map_err(unread)?;
        let mode = file.metadata().map_err(unread)?.permissions().mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(KeyError {
                path: self.0.clone(),
                problem: format!("can be read by others (mode {mode:04o})"),
                fix: format!("run `chmod 600 {}`", self.0.display()),
            });
        }
        let mut pem = Vec::new();
        file.take(LONGEST).read_to_end(&mut pem).map_err(unread)?;
        let pem = String::from_utf8_lossy(&pem);
        SigningKey::from_pem(&pem).map_err(|unusable| self.unusable(unusable))
    }

    /// Reads the key, or makes one for `algorithm` where there is no file: of several that start at
    /// once, one makes it and all use it.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError`] as [`Self::load`], and when the file cannot be made.
    pub fn load_or_create(&self, algorithm: SigningAlgorithm) -> Result<SigningKey, KeyError> {
        if !self.0.exists() {
            let dir = self.0.parent().filter(|dir| !dir.as_os_str().is_empty());
            let made = dir.map_or(Ok(()), |dir| {
                DirBuilder::new().recursive(true).mode(0o700).create(dir)
            });
            made.map_err(|error| self.io("cannot be created", &error))?;
            let key = self.generate(algorithm)?;
            self.draft(&key)?.link()?;
        }
        self.load()
    }

    /// Makes a key that is not in the file yet.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError`] when the operating system has no randomness.
    pub fn generate(&self, algorithm: SigningAlgorithm) -> Result<SigningKey, KeyError> {
        SigningKey::generate(algorithm).map_err(|unusable| self.unusable(unusable))
    }

    /// Waits until nobody else replaces the file, and keeps others waiting for as long as the value
    /// lives.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError`] when its folder cannot be locked.
    pub fn lock(&self) -> Result<File, KeyError> {
        // The folder and not the file, because the file is another one afterwards.
        let dir = self.0.parent().filter(|dir| !dir.as_os_str().is_empty());
        let dir = File::open(dir.unwrap_or(Path::new(".")));
        let locked = dir.and_then(|dir| dir.lock().map(|()| dir));
        locked.map_err(|error| self.io("cannot be locked", &error))
    }

    /// Writes `key` beside the file, where [`Draft::replace`] puts it in the file's place.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError`] when its folder cannot be written to.
    pub fn draft(&self, key: &SigningKey) -> Result<Draft, KeyError> {
        let pem = key.to_pem().map_err(|unusable| self.unusable(unusable))?;
        // A link stays, and what it leads to is replaced.
        let place = fs::canonicalize(&self.0).unwrap_or_else(|_absent| self.0.clone());
        let draft = Draft {
            path: place.with_extension(format!("{}.new", Uuid::now_v7().simple())),
            place: Self(place),
        };
        let written = draft.write(pem.as_ref());
        written.map_err(|error| self.io("cannot be written", &error))?;
        Ok(draft)
    }

    /// Says which file it is whose key is not usable.
    #[must_use]
    pub fn unusable(&self, Unusable { problem, fix }: Unusable) -> KeyError {
        KeyError {
            path: self.0.clone(),
            problem,
            fix,
        }
    }

    /// As [`Self::unusable`], for a key that is right and may not sign.
    pub(super) fn unfit(&self, problem: &str, fix: &str) -> KeyError {
        self.unusable(Unusable {
            problem: problem.to_owned(),
            fix: fix.to_owned(),
        })
    }

    fn io(&self, problem: &str, error: &io::Error) -> KeyError {
        KeyError {
            path: self.0.clone(),
            problem: format!("{problem}: {error}"),
            fix: "see that its folder is yours, or name another file with auth.key_file \
                  (REVHUB__AUTH__KEY_FILE)"
                .to_owned(),
        }
    }
}

/// A key beside the file, for its owner only. It is removed unless it takes the file's place.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    place: KeyFile,
}

impl Draft {
    fn write(&self, pem: &str) -> io::Result<()> {
        let mut file = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&self.path)?;
        file.write_all(pem.as_bytes())?;
        file.sync_all()
    }

    /// Puts it in the place of the file, in one step: whoever reads the file reads one key or the
    /// other. It belongs to whom the file belonged to, so that a hub that runs as somebody else can
    /// still read it.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError`] when it cannot be put there; the file is as before then.
    pub fn replace(self) -> Result<(), KeyError> {
        let replace = || {
            let owner = fs::metadata(self.place.path())?;
            let ours = fs::metadata(&self.path)?;
            if owner.uid() != ours.uid() {
                chown(&self.path, Some(owner.uid()), Some(owner.gid()))?;
            }
            fs::rename(&self.path, self.place.path())?;
            let dir = self.place.path().parent();
            dir.map_or(Ok(()), |dir| File::open(dir)?.sync_all())
        };
        replace().map_err(|error| self.place.io("cannot be replaced", &error))
    }

    /// Links it to where there is no file. A key that was made there meanwhile stays.
    fn link(self) -> Result<(), KeyError> {
        match fs::hard_link(&self.path, self.place.path()) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                Err(self.place.io("cannot be created", &error))
            }
            _ => Ok(()),
        }
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        // It is not there any more when it has taken the file's place.
        let _removed = fs::remove_file(&self.path);
    }
}

/// The file of the signing key is no good.
#[derive(Debug)]
pub struct KeyError {
    path: PathBuf,
    problem: String,
    fix: String,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(f, "{path} {}; {}", self.problem, self.fix)
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
mod tests;
