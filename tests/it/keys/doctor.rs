//! What `revhub doctor` and a start say of a key that is not right.

use std::{fs, os::unix::fs::PermissionsExt, path::PathBuf};

use super::command::Operator;

impl Operator {
    fn key_file(&self) -> PathBuf {
        self.folder.path().join(".revhub/token-key.pem")
    }

    fn write_key(&self, pem: &str) {
        fs::write(self.key_file(), pem).unwrap();
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(self.key_file(), mode).unwrap();
    }

    /// What `revhub doctor` says, and whether all is well.
    fn doctor(&self) -> (String, bool) {
        let output = self.run(&["doctor"]);
        let told = String::from_utf8(output.stdout).unwrap();
        (told, output.status.success())
    }
}

#[test]
fn a_key_is_registered_replaced_and_retired() {
    let hub = Operator::new();
    let (told, well) = hub.doctor();
    assert!(
        well && told.contains("will be made at the first start"),
        "{told}"
    );
    hub.told(&["migrate"]);
    hub.issue("30");
    let (told, well) = hub.doctor();
    assert!(well && told.contains("is registered"), "{told}");
    assert_eq!(told.lines().count(), 7, "{told}");

    let old = fs::read_to_string(hub.key_file()).unwrap();
    let old_kid = hub.list()[0][0].clone();
    hub.told(&["key", "rotate"]);
    let (told, well) = hub.doctor();
    assert!(well && told.contains("is registered"), "{told}");

    // A copy of the file that nobody replaced.
    let new = fs::read_to_string(hub.key_file()).unwrap();
    hub.write_key(&old);
    let (told, well) = hub.doctor();
    let expected = format!("FAILED  the signing key {old_kid} was replaced and retires at");
    assert!(!well && told.contains(&expected), "{told}");

    hub.write_key(&new);
    hub.told(&["key", "retire", &old_kid, "--yes"]);
    hub.write_key(&old);
    let (told, well) = hub.doctor();
    let expected = format!("FAILED  the signing key {old_kid} retired at");
    assert!(!well && told.contains(&expected), "{told}");
    let issue = ["token", "issue", "--role", "ADMIN", "--name", "late"];
    let refused = hub.refused(&issue, 1);
    assert!(
        refused.contains("has a key that has retired; put the new one there"),
        "{refused}"
    );

    // It can be replaced all the same.
    let (_, told) = hub.told(&["key", "rotate"]);
    assert!(told.contains("no valid token is cut off"), "{told}");
    let (told, well) = hub.doctor();
    assert!(well, "{told}");

    // Of another hub, perhaps; a start registers it.
    let other = Operator::new();
    other.issue("30");
    hub.write_key(&fs::read_to_string(other.key_file()).unwrap());
    let (told, well) = hub.doctor();
    assert!(
        !well && told.contains("is not registered, and others are"),
        "{told}"
    );
    hub.issue("30");
    let (told, well) = hub.doctor();
    assert!(well, "{told}");
}

#[test]
fn a_file_without_a_key_stops_the_start_and_says_why() {
    let hub = Operator::new();
    hub.issue("30");
    let good = fs::read_to_string(hub.key_file()).unwrap();
    for (pem, expected) in [
        (
            "hello".to_owned(),
            "is not an Ed25519, P-256 or RSA private key",
        ),
        (String::new(), "is not an Ed25519, P-256 or RSA private key"),
        (
            good.replace("PRIVATE", "PUBLIC"),
            "has no private key in it",
        ),
        (good.replace("PRIVATE", "ENCRYPTED PRIVATE"), "is encrypted"),
        (good.replace("PRIVATE", "EC PRIVATE"), "is not in PKCS #8"),
    ] {
        hub.write_key(&pem);
        let serve = hub.refused(&["serve"], 1);
        assert!(serve.contains(expected), "{serve}");
        let place = hub.key_file().display().to_string();
        assert!(
            serve.contains(&place[place.find(".revhub").unwrap()..]),
            "{serve}"
        );
        let (told, well) = hub.doctor();
        assert!(!well && told.contains(expected), "{told}");
    }
}
