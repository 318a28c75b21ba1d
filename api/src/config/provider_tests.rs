//! Every way in which identity providers can be set wrongly, and what the operator reads then.

use super::{
    Config, Provider, RoleClaim, SignatureAlgorithm, UserClaim,
    tests::{complaint, load},
};

/// A provider with nothing wrong.
const OKTA: &str = r#"
    [[auth.providers]]
    issuer = "https://example.okta.com"
    audiences = ["revhub"]
    user = { claim = "sub", is = "external_id", system = "okta" }
"#;

fn okta() -> Provider {
    Provider {
        setting: "auth.providers.0".to_owned(),
        issuer: "https://example.okta.com".to_owned(),
        jwks_url: None,
        audiences: vec!["revhub".to_owned()],
        algorithms: SignatureAlgorithm::ALL.to_vec(),
        user: UserClaim::ExternalId {
            claim: "sub".to_owned(),
            system: "okta".to_owned(),
        },
        roles: None,
    }
}

fn providers(toml: &str, variables: &[(&str, &str)]) -> Vec<Provider> {
    let config: Config = load(toml, variables).unwrap();
    config.providers().to_vec()
}

#[test]
fn there_are_none_until_somebody_names_one() {
    assert_eq!(providers("", &[]), []);
    assert_eq!(providers("[auth]\nproviders = []", &[]), []);
    assert_eq!(providers(OKTA, &[]), [okta()]);
}

#[test]
fn several_are_kept_in_their_order_with_all_that_they_say() {
    let second = r#"
        [[auth.providers]]
        issuer = "http://127.0.0.1:8090/realms/revenue"
        jwks_url = "http://[::1]:8090/keys?all"
        audiences = "account, revhub"
        algorithms = ["ES256", "RS256"]

        [auth.providers.user]
        claim = "preferred_username"
        is = "email"
        verified_email = "assumed"

        [auth.providers.roles]
        claim = "realm_access.roles"
        map = { "emea.sales" = "SALES_REP", Reports = "ANALYST" }
    "#;
    let map = [("Reports", "ANALYST"), ("emea.sales", "SALES_REP")];
    let map = map.map(|(theirs, ours)| (theirs.to_owned(), ours.to_owned()));
    let second_one = Provider {
        setting: "auth.providers.1".to_owned(),
        issuer: "http://127.0.0.1:8090/realms/revenue".to_owned(),
        jwks_url: Some("http://[::1]:8090/keys?all".to_owned()),
        audiences: vec!["account".to_owned(), "revhub".to_owned()],
        algorithms: vec![SignatureAlgorithm::RS256, SignatureAlgorithm::ES256],
        user: UserClaim::Email {
            claim: "preferred_username".to_owned(),
            verified: false,
        },
        roles: Some(RoleClaim {
            claim: "realm_access.roles".to_owned(),
            map: map.into(),
        }),
    };
    let toml = format!("{OKTA}{second}");
    assert_eq!(providers(&toml, &[]), [okta(), second_one]);
}

#[test]
fn the_environment_sets_them_too_and_wins() {
    let variables = [
        ("REVHUB__AUTH__PROVIDERS__0__AUDIENCES", "revhub, other"),
        ("REVHUB__AUTH__PROVIDERS__10__ISSUER", "https://b.example"),
        ("REVHUB__AUTH__PROVIDERS__10__AUDIENCES", "42"),
        ("REVHUB__AUTH__PROVIDERS__10__USER__CLAIM", "email"),
        ("REVHUB__AUTH__PROVIDERS__10__USER__IS", "email"),
        ("REVHUB__AUTH__PROVIDERS__10__ROLES__CLAIM", "groups"),
        (
            "REVHUB__AUTH__PROVIDERS__10__ROLES__MAP__SALES",
            "SALES_REP",
        ),
    ];
    let found = providers(OKTA, &variables);
    assert_eq!(found[0].audiences, ["revhub", "other"]);
    assert_eq!(found[1].issuer, "https://b.example");
    assert_eq!(found[1].audiences, ["42"]);
    assert_eq!(found[1].roles.as_ref().unwrap().map["sales"], "SALES_REP");
    let config = load(OKTA, &variables).unwrap();
    assert!(
        config
            .origin("auth.providers.0.issuer")
            .ends_with("hub.toml")
    );
    let variable = "REVHUB__AUTH__PROVIDERS__0__AUDIENCES";
    assert_eq!(config.origin("auth.providers.0.audiences"), variable);
}

#[test]
fn all_that_is_missing_is_told_at_once() {
    let toml = "[[auth.providers]]\ndiscovery = false\nuser = {}\nroles = {}";
    let lines = complaint(toml, &[]);
    let settings: Vec<_> = lines
        .iter()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(
        settings,
        [
            "auth.providers.0.audiences",
            "auth.providers.0.issuer",
            "auth.providers.0.jwks_url",
            "auth.providers.0.roles.claim",
            "auth.providers.0.roles.map",
            "auth.providers.0.user.claim",
            "auth.providers.0.user.is",
        ]
    );
    assert_eq!(
        lines[1],
        "auth.providers.0.issuer (from hub.toml): is required: the `iss` of its tokens, such as \
         \"https://login.example.com\"; mend `issuer` in the first [[auth.providers]], or set \
         REVHUB__AUTH__PROVIDERS__0__ISSUER"
    );
    assert!(lines[6].contains("mend `user.is` in the first [[auth.providers]]"));
}

#[test]
fn each_setting_that_makes_no_sense_is_told_with_what_would() {
    for (setting, value, told) in [
        (
            "issuer",
            "http://login.example.com",
            "must begin with https://",
        ),
        ("issuer", "login.example.com", "is no URL"),
        (
            "issuer",
            "https://u:p@login.example.com",
            "no user and no password",
        ),
        (
            "issuer",
            "https://login.example.com?a",
            "must end before any ?",
        ),
        (
            "issuer",
            "https://login.example.com#a",
            "must end before any ?",
        ),
        (
            "jwks_url",
            "http://keys.example.com",
            "must begin with https://",
        ),
        ("jwks_url", "keys", "is no URL"),
        ("discovery", "perhaps", "expected true or false"),
        (
            "algorithms",
            "HS256",
            "\"HS256\" is none that is taken; RS256, PS256, ES256, ES384, EdDSA are",
        ),
        ("algorithms", "none", "is none that is taken"),
        ("user__is", "mail", "expected `email` or `external_id`"),
        ("user__is", "email", "`email_verified` says nothing"),
        ("user__system", &"x".repeat(65), "at most 64 characters"),
        (
            "user__verified_email",
            "assumed",
            "only for users who are known by their e-mail address",
        ),
        (
            "user__name",
            "x",
            "there is no such setting; there is one of `claim`",
        ),
        ("user", "sub", "expected a table"),
        (
            "tenant",
            "x",
            "there is no such setting; there is one of `issuer`",
        ),
    ] {
        let variable = format!("REVHUB__AUTH__PROVIDERS__0__{}", setting.to_uppercase());
        let lines = complaint(OKTA, &[(&variable, value)]);
        let about = format!("auth.providers.0.{}", setting.replace("__", "."));
        let line = lines.iter().find(|line| line.contains(told));
        let Some(line) = line else {
            panic!("{setting} = {value}: {lines:?}")
        };
        let near = about.rsplit_once('.').map_or("", |(table, _)| table);
        assert!(line.starts_with(&about) || line.starts_with(near), "{line}");
    }
}

#[test]
fn what_does_not_go_together_is_told() {
    for (more, told) in [
        (
            "discovery = true\njwks_url = \"https://a.example\"",
            "is not for a provider with `jwks_url`",
        ),
        (
            "discovery = false",
            "is required where `discovery` is false",
        ),
        (
            "roles = { claim = \"groups\" }",
            "roles.map (from hub.toml): is required",
        ),
        (
            "roles = { claim = \"groups\", map = { \"a.b\" = 1, c = [] } }",
            "roles.map",
        ),
    ] {
        let lines = complaint(&format!("{OKTA}{more}"), &[]);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].contains(told), "{lines:?}");
    }
}

#[test]
fn one_issuer_is_one_provider_and_not_the_hub() {
    let lines = complaint(&format!("{OKTA}{OKTA}"), &[]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with("auth.providers.1.issuer (from hub.toml): has an entry above"));
    assert!(lines[0].contains("in the second [[auth.providers]]"));
    let own = [("REVHUB__AUTH__ISSUER", "https://example.okta.com")];
    let lines = complaint(OKTA, &own);
    assert!(
        lines[0].contains("is `auth.issuer`, the hub's own name"),
        "{lines:?}"
    );
}

#[test]
fn what_is_no_list_of_tables_is_told() {
    for toml in [
        "[auth]\nproviders = \"okta\"",
        "[auth]\nproviders = [\"okta\"]",
        "[auth]\nproviders = [{ issuer = \"https://a.example\" }, 1]",
        "[auth.providers]\nokta = { issuer = \"https://a.example\" }",
    ] {
        let lines = complaint(toml, &[]);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with("auth.providers"), "{lines:?}");
        assert!(lines[0].contains("expected"), "{lines:?}");
    }
}

#[test]
fn what_is_in_force_can_be_written_down_and_read_again() {
    let config = load(OKTA, &[]).unwrap();
    let written = toml::to_string(&config).unwrap();
    assert_eq!(providers(&written, &[]), [okta()]);
}
