//! Where secrets are kept: in the database, sealed with a key that is not there. Whoever has a copy of the database
//! alone cannot sign.

use std::{
    fmt,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Read, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    hmac,
    rand::{SecureRandom, SystemRandom},
};
use uuid::Uuid;

use super::secret::{BYTES, Secret};
use crate::error::ApiError;

/// How many bytes the key has.
const KEY: usize = 32;
/// The most that is read of the file, in bytes.
const LONGEST: u64 = 1024;

/// Seals secrets, and opens them. Cheap to clone.
#[derive(Clone)]
pub struct Vault {
    key: Arc<LessSafeKey>,
    /// What the key is known by: it says nothing of the key.
    id: String,
}

impl Vault {
    /// With the key in the file `path`, which is made where there is none: of several that start at once, one
    /// makes it and all use it.
    ///
    /// # Errors
    ///
    /// Returns [`VaultError`] when the file cannot be read or made, can be read by others, or is no key.
    pub fn open_or_create(path: &Path) -> Result<Self, VaultError> {
        if !path.exists() {
            let made = make(path);
            made.map_err(|error| VaultError::new(path, format!("cannot be created: {error}")))?;
        }
        Self::open_file(path)
    }

    /// With the key in the file `path`.
    ///
    /// # Errors
    ///
    /// Returns [`VaultError`] when the file cannot be read, can be read by others, or is no key.
    pub fn open_file(path: &Path) -> Result<Self, VaultError> {
        let text = read(path)?;
        let key = BASE64_STANDARD.decode(text.trim()).unwrap_or_default();
        let sealing = UnboundKey::new(&AES_256_GCM, &key);
        let sealing = sealing.map_err(|_unspecified| {
            let problem = match key.len() {
                0 => "is not a key: 32 bytes in base64".to_owned(),
                bytes => format!("is not a key: it has {bytes} bytes, not 32 bytes in base64"),
            };
            VaultError::new(path, problem)
        })?;
        let named = hmac::sign(
            &hmac::Key::new(hmac::HMAC_SHA256, &key),
            b"revhub webhook key",
        );
        let id = named
            .as_ref()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"));
        Ok(Self {
            key: Arc::new(LessSafeKey::new(sealing)),
            id: id.collect(),
        })
    }

    /// What its key is known by: 16 hexadecimal digits.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Seals the secret of an endpoint, for that endpoint alone.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::Internal`] when the operating system has no randomness.
    pub(super) fn seal(&self, endpoint: Uuid, secret: &Secret) -> Result<String, ApiError> {
        let failed = |_unspecified| ApiError::internal("a secret cannot be sealed");
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(failed)?;
        let mut sealed = secret.0.to_vec();
        let bound = Aad::from(endpoint.into_bytes());
        self.key
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), bound, &mut sealed)
            .map_err(failed)?;
        Ok(BASE64_STANDARD.encode([&nonce[..], &sealed].concat()))
    }

    /// Opens what was sealed for an endpoint; `None` where that was not done with this key.
    #[must_use]
    pub fn open(&self, endpoint: Uuid, sealed: &str) -> Option<Secret> {
        let mut bytes = BASE64_STANDARD.decode(sealed).ok()?;
        let (nonce, sealed) = bytes.split_at_mut_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let bound = Aad::from(endpoint.into_bytes());
        let secret = self.key.open_in_place(nonce, bound, sealed).ok()?;
        Some(Secret(<[u8; BYTES]>::try_from(&*secret).ok()?))
    }
}

/// Makes a file with a new key. One that was made there meanwhile stays.
fn make(path: &Path) -> io::Result<()> {
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o700).create(dir)?;
    }
    let mut key = [0; KEY];
    let filled = SystemRandom::new().fill(&mut key);
    filled.map_err(|_unspecified| io::Error::other("there is no randomness"))?;
    // Beside it first: who reads it reads all of it.
    let draft = path.with_extension(format!("{}.new", Uuid::now_v7().simple()));
    let written = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .and_then(|mut file| {
            writeln!(file, "{}", BASE64_STANDARD.encode(key))?;
            file.sync_all()
        });
    let linked = written.and_then(|()| match fs::hard_link(&draft, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    });
    let _removed = fs::remove_file(&draft);
    linked
}

fn read(path: &Path) -> Result<String, VaultError> {
    let unread = |error: io::Error| VaultError::new(path, format!("cannot be read: {error}"));
    let file = File::open(path).map_err(unread)?;
    let mode = file.metadata().map_err(unread)?.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        let problem = format!(
            "can be read by others (mode {mode:04o}); run `chmod 600 {}`",
            path.display()
        );
        return Err(VaultError::new(path, problem));
    }
    let mut text = String::new();
    file.take(LONGEST)
        .read_to_string(&mut text)
        .map_err(unread)?;
    Ok(text)
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Vault({})", self.id)
    }
}

/// The file of the key is no good.
#[derive(Debug)]
pub struct VaultError {
    path: PathBuf,
    problem: String,
}

impl VaultError {
    fn new(path: &Path, problem: String) -> Self {
        Self {
            path: path.to_owned(),
            problem,
        }
    }
}

impl fmt::Display for VaultError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.path.display(), self.problem)
    }
}

impl std::error::Error for VaultError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_is_opened_for_its_endpoint_alone_and_with_its_key_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("hub/webhook-key");
        let vault = Vault::open_or_create(&path).unwrap();
        let (endpoint, secret) = (Uuid::now_v7(), Secret::generate().unwrap());
        let sealed = vault.seal(endpoint, &secret).unwrap();
        assert!(!sealed.contains(&BASE64_STANDARD.encode(secret.0)));
        assert_ne!(sealed, vault.seal(endpoint, &secret).unwrap());

        let again = Vault::open_or_create(&path).unwrap();
        assert_eq!(again.id(), vault.id());
        assert_eq!(again.open(endpoint, &sealed).unwrap().0, secret.0);
        assert!(again.open(Uuid::now_v7(), &sealed).is_none());
        let other = Vault::open_or_create(&dir.path().join("other")).unwrap();
        assert_ne!(other.id(), vault.id());
        assert!(other.open(endpoint, &sealed).is_none());
        for garbage in ["", "AAAA", "not base64", &sealed[..40]] {
            assert!(vault.open(endpoint, garbage).is_none(), "{garbage}");
        }
        // Nothing is left beside it.
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn a_file_that_others_can_read_or_that_is_no_key_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        Vault::open_or_create(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = Vault::open_or_create(&path).unwrap_err().to_string();
        assert!(refused.contains("chmod 600"), "{refused}");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        fs::write(&path, "secret").unwrap();
        let refused = Vault::open_or_create(&path).unwrap_err().to_string();
        assert!(refused.ends_with("32 bytes in base64"), "{refused}");
    }
}
