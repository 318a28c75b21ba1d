//! Keys are read in one form, of three kinds, and told apart from everything else.

use super::*;
use crate::auth::fixture::{ED25519, generated};

/// The older form, as `openssl ecparam -genkey` writes it. What is in it is not looked at.
const SEC1: &str = "-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIA==\n-----END EC PRIVATE KEY-----\n";
/// P-384, made by `openssl genpkey` for this test.
const P384: &str = "-----BEGIN PRIVATE KEY-----
MIG2AgEAMBAGByqGSM49AgEGBSuBBAAiBIGeMIGbAgEBBDC4oV1q+PL9HJs4j91Z
648mIns7hnB0PUXIw87Z1568We5ECpl9KFthoDjA+ZLqYyqhZANiAARI3pf+6mVf
0I0WGQ4/sYbpDv/ExiiEoarMgcDLBAiolrCknYJpFtVURcIJ8u4J3SyLCq8VML8+
lFML7ZcFyXN7CCEvvrd7xn7I4zAcjgvtmMF4C7v5xwsmecPcDRtFIR0=
-----END PRIVATE KEY-----
";

fn problem(pem: &str) -> String {
    SigningKey::from_pem(pem).err().unwrap().to_string()
}

#[test]
fn each_kind_comes_back_as_it_was_written() {
    for algorithm in [
        SigningAlgorithm::EdDsa,
        SigningAlgorithm::Es256,
        SigningAlgorithm::Rs256,
    ] {
        let made = generated(algorithm);
        assert_eq!(made.algorithm(), algorithm);
        let pem = made.to_pem().unwrap();
        let pem = pem.as_ref();
        assert!(
            pem.starts_with("-----BEGIN PRIVATE KEY-----\n"),
            "{algorithm:?}"
        );
        let read = SigningKey::from_pem(pem).unwrap();
        assert_eq!(read.algorithm(), algorithm);
        assert_eq!(
            read.to_der().unwrap().as_bytes(),
            made.to_der().unwrap().as_bytes()
        );
    }
}

#[test]
fn a_key_of_the_standard_is_written_as_it_is_there() {
    let key = SigningKey::from_pem(ED25519).unwrap();
    assert_eq!(key.to_pem().unwrap().as_ref(), ED25519);
}

#[test]
fn what_is_no_key_for_signing_is_told_what_it_is() {
    let encrypted = ED25519.replace("PRIVATE", "ENCRYPTED PRIVATE");
    let public = ED25519.replace("PRIVATE", "PUBLIC");
    let cut_off = &ED25519[..60];
    let short_rsa = RsaPrivateKey::new(&mut OsRng, 1024).unwrap();
    let short_rsa = short_rsa.to_pkcs8_pem(LineEnding::LF).unwrap();
    let kind = "is not an Ed25519, P-256 or RSA private key in PKCS #8 PEM";
    for (pem, expected) in [
        ("", kind),
        ("hello", kind),
        (cut_off, kind),
        (P384, kind),
        (SEC1, "is not in PKCS #8; write it anew with `openssl pkcs8"),
        (&encrypted, "is encrypted"),
        (&public, "has no private key in it"),
        (&short_rsa, "is an RSA key of 1024 bits"),
    ] {
        let problem = problem(pem);
        assert!(problem.starts_with(expected), "{problem}");
    }
}

#[test]
fn a_problem_quotes_nothing_of_the_file() {
    let secret = &ED25519.lines().nth(1).unwrap()[..40];
    let broken = ED25519.replace('=', "").replace("n9g", "!!!");
    assert!(broken.contains(secret));
    assert!(!problem(&broken).contains(&secret[..8]));
}
