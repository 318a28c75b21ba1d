//! The private key that signs tokens, and its file.

use std::{
    fmt, fs,
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
};

use ed25519_dalek::{
    SecretKey,
    pkcs8::{DecodePrivateKey, EncodePrivateKey, KeypairBytes, spki::der::pem::LineEnding},
};
use rand::{TryRng, rngs::SysRng};
use uuid::Uuid;

/// An Ed25519 key pair.
#[derive(Clone)]
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// Reads the key in `path`, or makes one there: of several that start at once, one makes it and
    /// all use it.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError`] when the file is not an Ed25519 key, cannot be read or written, or can
    /// be read by others.
    pub fn load_or_create(path: &Path) -> Result<Self, KeyError> {
        if !path.exists() {
            create(path).map_err(|error| KeyError::io(path, "cannot be created", &error))?;
        }
        check_key_file(path)?;
        let pem = fs::read_to_string(path)
            .map_err(|error| KeyError::io(path, "cannot be read", &error))?;
        let key = ed25519_dalek::SigningKey::from_pkcs8_pem(&pem);
        key.map(Self).map_err(|_invalid| KeyError {
            path: path.to_owned(),
            problem: "is not an Ed25519 private key in PKCS #8 PEM".to_owned(),
            fix: "put the right file there, or move this one away and a new key is made: tokens \
                  signed with the old one are refused then"
                .to_owned(),
        })
    }

    /// The private key in PKCS #8 DER, without the public key.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError`] when it cannot be encoded, which does not happen to a key that exists.
    pub(super) fn to_pkcs8(&self) -> Result<Vec<u8>, KeyError> {
        let der = private_only(self.0.to_bytes()).to_pkcs8_der();
        let der = der.map_err(|error| KeyError {
            path: PathBuf::new(),
            problem: format!("the signing key cannot be encoded: {error}"),
            fix: "report this".to_owned(),
        })?;
        Ok(der.as_bytes().to_vec())
    }

    /// The public key: 32 bytes.
    #[must_use]
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }
}

/// Whether the key in `path` is there and for its owner only.
///
/// # Errors
///
/// Returns [`KeyError`] when it is not.
pub fn check_key_file(path: &Path) -> Result<(), KeyError> {
    let metadata =
        fs::metadata(path).map_err(|error| KeyError::io(path, "cannot be read", &error))?;
    let mode = metadata.permissions().mode() & 0o777;
    let for_others = mode & 0o077;
    if for_others == 0 {
        return Ok(());
    }
    Err(KeyError {
        path: path.to_owned(),
        problem: format!("can be read by others (mode {mode:04o})"),
        fix: format!("run `chmod 600 {}`", path.display()),
    })
}

/// Writes a new key beside `path` and links it there: whoever sees the file sees all of it, and a
/// key that was made meanwhile stays.
fn create(path: &Path) -> io::Result<()> {
    let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    if let Some(dir) = dir {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(dir)?;
    }
    let mut secret = SecretKey::default();
    SysRng
        .try_fill_bytes(&mut secret)
        .map_err(io::Error::other)?;
    let pem = private_only(secret).to_pkcs8_pem(LineEnding::LF);
    let pem = pem.map_err(io::Error::other)?;
    let draft = path.with_extension(format!("{}.new", Uuid::now_v7().simple()));
    let written = fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut file| {
            file.write_all(pem.as_bytes())?;
            file.sync_all()
        })
        .and_then(|()| fs::hard_link(&draft, path));
    let removed = fs::remove_file(&draft);
    match written {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
        Ok(()) => removed,
    }
}

/// Version 1 of PKCS #8, which every tool reads.
fn private_only(secret_key: SecretKey) -> KeypairBytes {
    KeypairBytes {
        secret_key,
        public_key: None,
    }
}

/// The file of the signing key is no good.
#[derive(Debug)]
pub struct KeyError {
    path: PathBuf,
    problem: String,
    fix: String,
}

impl KeyError {
    fn io(path: &Path, problem: &str, error: &io::Error) -> Self {
        Self {
            path: path.to_owned(),
            problem: format!("{problem}: {error}"),
            fix: "see that its folder is yours, or name another file with auth.key_file \
                  (REVHUB__AUTH__KEY_FILE)"
                .to_owned(),
        }
    }
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        write!(f, "{path} {}; {}", self.problem, self.fix)
    }
}

impl std::error::Error for KeyError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_key_is_made_once_for_its_owner_only() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hub/token-key.pem");
        let made = SigningKey::load_or_create(&path).unwrap();
        assert_eq!(mode(&path), 0o600);
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        let read = SigningKey::load_or_create(&path).unwrap();
        assert_eq!(made.public(), read.public());
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn many_that_start_at_once_use_one_key() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token-key.pem");
        let public = || SigningKey::load_or_create(&path).unwrap().public();
        let keys = std::thread::scope(|scope| {
            let starts: Vec<_> = (0..8).map(|_| scope.spawn(public)).collect();
            let keys = starts.into_iter().map(|start| start.join().unwrap());
            keys.collect::<Vec<_>>()
        });
        assert!(keys.iter().all(|key| *key == keys[0]));
    }

    #[test]
    fn a_key_that_others_can_read_is_refused_with_the_command_that_mends_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token-key.pem");
        SigningKey::load_or_create(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let error = SigningKey::load_or_create(&path).err().unwrap().to_string();
        assert!(error.contains("mode 0640"), "{error}");
        assert!(
            error.contains(&format!("chmod 600 {}", path.display())),
            "{error}"
        );
    }

    #[test]
    fn something_else_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("token-key.pem");
        fs::write(&path, "hello").unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        let error = SigningKey::load_or_create(&path).err().unwrap().to_string();
        assert!(error.contains("is not an Ed25519 private key"), "{error}");
    }
}
