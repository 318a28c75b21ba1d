//! A database with keys in it, for the tests of this folder.

use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use entity::signing_key::{Model, SigningAlgorithm};
use tempfile::TempDir;
use uuid::Uuid;

use super::{KeyFile, Keyring, PublicKey, SigningKey, Tokens};
use crate::{
    clock::Clock,
    database::{Database, Options, migrations},
    store,
};

/// An Ed25519 key of RFC 8037, appendix A.
pub(super) const ED25519: &str = "-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
";

/// A new key. Of those for RSA there is one, because making it takes long.
pub(super) fn generated(algorithm: SigningAlgorithm) -> SigningKey {
    static RSA: OnceLock<SigningKey> = OnceLock::new();
    let generate = || SigningKey::generate(algorithm).unwrap();
    match algorithm {
        SigningAlgorithm::Rs256 => RSA.get_or_init(generate).clone(),
        SigningAlgorithm::EdDsa | SigningAlgorithm::Es256 => generate(),
    }
}

/// A database, a clock that stands at noon, and a folder for key files.
pub(super) struct Fixture {
    pub(super) database: Database,
    pub(super) clock: Clock,
    pub(super) folder: TempDir,
}

impl Fixture {
    pub(super) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite://{}", folder.path().join("hub.sqlite3").display());
        let database = Database::connect(&Options::new(url)).await.unwrap();
        migrations::apply(&database).await.unwrap();
        Self {
            database,
            clock: Clock::fixed(noon()),
            folder,
        }
    }

    /// A file of that name with a new key in it, which is not registered.
    pub(super) fn file(&self, name: &str) -> KeyFile {
        let file = KeyFile::at(self.folder.path().join(name));
        file.load_or_create(SigningAlgorithm::EdDsa).unwrap();
        file
    }

    /// Registers `key`.
    pub(super) async fn register(&self, key: &SigningKey) -> PublicKey {
        let public = PublicKey::of(key).unwrap();
        let row = Model {
            id: Uuid::now_v7(),
            kid: public.kid.clone(),
            algorithm: public.algorithm,
            public_jwk: public.jwk.clone(),
            created_at: self.clock.now(),
            retires_at: None,
        };
        self.insert(row).await;
        public
    }

    pub(super) async fn insert(&self, row: Model) {
        let tx = self.database.begin().await.unwrap();
        assert!(store::signing_key::insert(&tx, row).await.unwrap());
        tx.commit().await.unwrap();
    }

    pub(super) async fn retire(&self, kid: &str, at: DateTime<Utc>) {
        let tx = self.database.begin().await.unwrap();
        assert!(store::signing_key::retire(&tx, kid, at).await.unwrap());
        tx.commit().await.unwrap();
    }

    pub(super) fn keyring(&self) -> Keyring {
        Keyring::new(self.database.clone(), self.clock.clone())
    }

    /// The tokens of a hub whose key in the file of that name is registered.
    pub(super) async fn tokens(&self, name: &str) -> Tokens {
        let file = self.file(name);
        self.register(&file.load().unwrap()).await;
        Tokens::new(file, self.keyring(), "hub", "hub", self.clock.clone())
    }
}

pub(super) fn noon() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

pub(super) fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}
