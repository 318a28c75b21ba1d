//! The file is made once, for its owner only, and replaced as a whole.

use std::{os::unix::fs::symlink, thread};

use tempfile::TempDir;

use super::*;
use crate::auth::PublicKey;

const ED: SigningAlgorithm = SigningAlgorithm::EdDsa;

fn in_folder() -> (TempDir, KeyFile) {
    let folder = tempfile::tempdir().unwrap();
    let file = KeyFile::at(folder.path().join("hub/token-key.pem"));
    (folder, file)
}

fn kid(file: &KeyFile) -> String {
    PublicKey::of(&file.load().unwrap()).unwrap().kid
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

/// How many files the key's folder has.
fn files(file: &KeyFile) -> usize {
    fs::read_dir(file.path().parent().unwrap()).unwrap().count()
}

#[test]
fn a_key_is_made_once_for_its_owner_only() {
    let (_folder, file) = in_folder();
    file.load_or_create(ED).unwrap();
    let made = kid(&file);
    assert_eq!(mode(file.path()), 0o600);
    assert_eq!(mode(file.path().parent().unwrap()), 0o700);
    // A key that is there says by itself what it is.
    let read = file.load_or_create(SigningAlgorithm::Es256).unwrap();
    assert_eq!(read.algorithm(), ED);
    assert_eq!(kid(&file), made);
    assert_eq!(files(&file), 1);
}

#[test]
fn many_that_start_at_once_use_one_key() {
    let (_folder, file) = in_folder();
    let start = || {
        let key = file.load_or_create(ED).unwrap();
        PublicKey::of(&key).unwrap().kid
    };
    let kids = thread::scope(|scope| {
        let starts: Vec<_> = (0..8).map(|_| scope.spawn(start)).collect();
        let kids = starts.into_iter().map(|start| start.join().unwrap());
        kids.collect::<Vec<_>>()
    });
    assert!(kids.iter().all(|kid| *kid == kids[0]));
    assert_eq!(files(&file), 1);
}

#[test]
fn a_key_that_others_can_read_is_refused_with_the_command_that_mends_it() {
    let (_folder, file) = in_folder();
    file.load_or_create(ED).unwrap();
    fs::set_permissions(file.path(), fs::Permissions::from_mode(0o640)).unwrap();
    let error = file.load().err().unwrap().to_string();
    assert!(error.contains("mode 0640"), "{error}");
    let mends = format!("chmod 600 {}", file.path().display());
    assert!(error.contains(&mends), "{error}");
}

#[test]
fn something_else_is_refused() {
    let (_folder, file) = in_folder();
    let missing = file.load().err().unwrap().to_string();
    assert!(
        missing.contains("cannot be read: No such file"),
        "{missing}"
    );
    file.load_or_create(ED).unwrap();
    let endless = vec![b'A'; 100_000];
    for content in [b"hello".as_slice(), b"", b"\xff\xfe", &endless] {
        fs::write(file.path(), content).unwrap();
        let error = file.load().err().unwrap().to_string();
        assert!(
            error.contains("is not an Ed25519, P-256 or RSA private key"),
            "{error}"
        );
    }
    fs::remove_file(file.path()).unwrap();
    DirBuilder::new().mode(0o700).create(file.path()).unwrap();
    let folder = file.load().err().unwrap().to_string();
    assert!(folder.contains("cannot be read"), "{folder}");
}

#[test]
fn another_key_takes_its_place_in_one_step() {
    let (_folder, file) = in_folder();
    file.load_or_create(ED).unwrap();
    let old = kid(&file);
    let key = file.generate(SigningAlgorithm::Es256).unwrap();
    let new = PublicKey::of(&key).unwrap().kid;

    let draft = file.draft(&key).unwrap();
    assert_eq!(kid(&file), old);
    draft.replace().unwrap();

    assert_eq!(kid(&file), new);
    assert_eq!(mode(file.path()), 0o600);
    assert_eq!(files(&file), 1);
}

#[test]
fn a_draft_that_is_given_up_leaves_nothing_behind() {
    let (_folder, file) = in_folder();
    let key = file.load_or_create(ED).unwrap();
    let old = kid(&file);
    drop(file.draft(&key).unwrap());
    assert_eq!(kid(&file), old);
    assert_eq!(files(&file), 1);
}

#[test]
fn a_link_stays_and_what_it_leads_to_is_replaced() {
    let (folder, file) = in_folder();
    file.load_or_create(ED).unwrap();
    let link = KeyFile::at(folder.path().join("link.pem"));
    symlink(file.path(), link.path()).unwrap();
    let key = link.generate(ED).unwrap();
    link.draft(&key).unwrap().replace().unwrap();
    assert!(link.path().is_symlink());
    assert_eq!(kid(&file), PublicKey::of(&key).unwrap().kid);
}

#[test]
fn one_at_a_time_replaces_it() {
    let (_folder, file) = in_folder();
    file.load_or_create(ED).unwrap();
    let held = file.lock().unwrap();
    let folder = File::open(file.path().parent().unwrap()).unwrap();
    assert!(folder.try_lock().is_err());
    drop(held);
    folder.try_lock().unwrap();
}
