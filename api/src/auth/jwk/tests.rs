//! Keys have the names and forms of the standards.

use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::auth::fixture::{ED25519, generated, noon};

fn row(public: &PublicKey) -> Model {
    Model {
        id: Uuid::nil(),
        kid: public.kid.clone(),
        algorithm: public.algorithm,
        public_jwk: public.jwk.clone(),
        created_at: noon(),
        retires_at: None,
    }
}

#[test]
fn a_key_has_the_form_and_the_thumbprint_of_the_standard() {
    // RFC 8037, appendices A.2 and A.3.
    let public = PublicKey::of(&SigningKey::from_pem(ED25519).unwrap()).unwrap();
    assert_eq!(public.kid, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    let expected = json!({
        "use": "sig",
        "alg": "EdDSA",
        "kid": public.kid,
        "kty": "OKP",
        "crv": "Ed25519",
        "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
    });
    assert_eq!(public.jwk, expected);
}

#[test]
fn no_key_tells_its_private_part() {
    for (algorithm, members) in [
        (
            SigningAlgorithm::EdDsa,
            ["alg", "crv", "kid", "kty", "use", "x"].as_slice(),
        ),
        (
            SigningAlgorithm::Es256,
            &["alg", "crv", "kid", "kty", "use", "x", "y"],
        ),
        (
            SigningAlgorithm::Rs256,
            &["alg", "e", "kid", "kty", "n", "use"],
        ),
    ] {
        let public = PublicKey::of(&generated(algorithm)).unwrap();
        let mut names: Vec<_> = public.jwk.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, members);
        assert!(is_thumbprint(&public.kid), "{}", public.kid);
        assert!(decoding_key(&row(&public)).is_some());
    }
}

#[test]
fn a_row_that_is_not_what_its_kid_says_is_left_alone() {
    let public = PublicKey::of(&generated(SigningAlgorithm::EdDsa)).unwrap();
    let other = PublicKey::of(&generated(SigningAlgorithm::EdDsa)).unwrap();
    let good = row(&public);
    let jwks = [
        other.jwk,
        json!({}),
        json!({ "kty": "OKP", "crv": "Ed25519", "x": "" }),
        json!({ "kty": "oct", "k": "c2VjcmV0" }),
    ];
    for public_jwk in jwks {
        let changed = Model {
            public_jwk,
            ..good.clone()
        };
        assert!(decoding_key(&changed).is_none(), "{}", changed.public_jwk);
    }
}

#[test]
fn a_thumbprint_has_43_letters() {
    let good = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";
    assert!(is_thumbprint(good));
    for other in [
        "",
        &good[1..],
        "../../../../../etc/passwd/aaaaaaaaaaaaaaaaa",
        "' OR '1'='1' -- aaaaaaaaaaaaaaaaaaaaaaaaaaa",
    ] {
        assert!(!is_thumbprint(other), "{other}");
    }
    assert!(!is_thumbprint(&good.repeat(1000)));
}
