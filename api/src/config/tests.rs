//! Every way in which settings can be wrong, and what the operator reads then.

use std::{fs, path::PathBuf};

use super::{Config, ConfigError, DatabaseUrl, LogFormat, Sources};

/// Loads with `toml` as the file and `variables` as the environment.
pub(super) fn load(toml: &str, variables: &[(&str, &str)]) -> Result<Config, ConfigError> {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("hub.toml");
    fs::write(&file, toml).unwrap();
    let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
    Config::load(Sources {
        file: Some(file),
        variables: variables.iter().map(own).collect(),
    })
}

/// The lines of the complaint, with the file's folder taken out.
pub(super) fn complaint(toml: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let error = load(toml, variables).unwrap_err();
    let lines = error.to_string();
    let lines = lines.lines().map(|line| match line.find("hub.toml") {
        Some(at) => {
            let start = line[..at].rfind(['(', ' ']).map_or(0, |space| space + 1);
            let start = if line[start..at].starts_with("from") {
                start + 5
            } else {
                start
            };
            format!("{}{}", &line[..start], &line[at..])
        }
        None => line.to_owned(),
    });
    lines.collect()
}

#[test]
fn the_defaults_are_right() {
    let config = load("", &[]).unwrap();
    assert_eq!(config.server.port, 8080);
    assert_eq!(config.server.workers, None);
    assert_eq!(
        config.database_url().expose(),
        "sqlite://.revhub/revhub.sqlite3"
    );
    assert_eq!(config.key_file(), PathBuf::from(".revhub/token-key.pem"));
    assert_eq!(config.origin("server.port"), "the default");
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_defaults() {
    let toml = "[server]\nport = 1\nhost = \"::1\"\n[log]\nformat = \"json\"";
    let config = load(toml, &[("REVHUB__SERVER__PORT", "2")]).unwrap();
    assert_eq!(config.server.port, 2);
    assert_eq!(config.server.host, "::1");
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.origin("server.port"), "REVHUB__SERVER__PORT");
    assert!(config.origin("server.host").ends_with("hub.toml"));
}

#[test]
fn a_variable_that_looks_like_a_number_can_be_text() {
    let config = load("", &[("REVHUB__AUTH__AUDIENCE", "42")]).unwrap();
    assert_eq!(config.auth.audience, "42");
}

#[test]
fn an_empty_variable_counts_as_not_set() {
    let config = load("", &[("REVHUB__SERVER__PORT", "")]).unwrap();
    assert_eq!(config.server.port, 8080);
}

#[test]
fn a_wrong_type_in_the_environment_names_the_variable() {
    assert_eq!(
        complaint("", &[("REVHUB__SERVER__PORT", "many")]),
        [
            "server.port (from REVHUB__SERVER__PORT): found \"many\", expected a whole number \
             from 0 to 65535; mend or unset REVHUB__SERVER__PORT"
        ]
    );
}

#[test]
fn a_wrong_type_in_the_file_names_the_file_and_the_variable_that_would_mend_it() {
    assert_eq!(
        complaint("[database]\nsqlite_full_sync = \"perhaps\"", &[]),
        [
            "database.sqlite_full_sync (from hub.toml): found \"perhaps\", expected true or false; \
             mend `sqlite_full_sync` under [database], or set REVHUB__DATABASE__SQLITE_FULL_SYNC"
        ]
    );
}

#[test]
fn an_unknown_setting_names_the_known_ones() {
    assert_eq!(
        complaint("[log]\nlevel = \"info\"", &[]),
        [
            "log.level (from hub.toml): there is no such setting; there is `format` or `filter`; \
             mend `level` under [log], or set REVHUB__LOG__LEVEL"
        ]
    );
}

#[test]
fn an_unknown_section_is_to_be_taken_out() {
    let lines = complaint("[cache]\nsize = 1", &[]);
    assert_eq!(lines.len(), 1);
    assert!(lines[0].starts_with("cache (from hub.toml): there is no such setting"));
    assert!(lines[0].ends_with("; take it out"), "{}", lines[0]);
}

#[test]
fn an_unknown_choice_names_the_choices() {
    assert_eq!(
        complaint("", &[("REVHUB__LOG__FORMAT", "xml")]),
        [
            "log.format (from REVHUB__LOG__FORMAT): found \"xml\", expected `pretty` or `json`; \
             mend or unset REVHUB__LOG__FORMAT"
        ]
    );
}

#[test]
fn several_problems_are_told_at_once() {
    let lines = complaint(
        "[server]\nport = 70000\nprot = 1\n[auth]\ntoken_days = 0",
        &[("REVHUB__DATABASE__MAX_CONNECTIONS", "some")],
    );
    let settings: Vec<_> = lines
        .iter()
        .map(|line| line.split(' ').next().unwrap())
        .collect();
    assert_eq!(
        settings,
        [
            "auth.token_days",
            "database.max_connections",
            "server.port",
            "server.prot"
        ]
    );
}

#[test]
fn a_value_that_two_sources_get_wrong_is_told_for_both() {
    let lines = complaint("[server]\nport = -1", &[("REVHUB__SERVER__PORT", "x")]);
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_file_that_is_not_there_or_not_toml_is_named_with_its_line() {
    let missing = Config::load(Sources {
        file: Some(PathBuf::from("/nowhere/hub.toml")),
        variables: Vec::new(),
    });
    let missing = missing.unwrap_err().to_string();
    assert!(missing.contains("/nowhere/hub.toml"), "{missing}");
    assert!(missing.contains("cannot be read"), "{missing}");
    let broken = complaint("[database]\nurl = \"postgres://u:secret@h/d", &[]);
    assert!(broken[0].contains("line 2 is not TOML"), "{broken:?}");
    assert!(!broken[0].contains("secret"), "{broken:?}");
}

#[test]
fn a_database_that_is_neither_is_refused_without_quoting_it() {
    let lines = complaint("", &[("REVHUB__DATABASE__URL", "mysql://u:secret@h/d")]);
    assert!(lines[0].starts_with("database.url (from REVHUB__DATABASE__URL): must begin with"));
    assert!(!lines[0].contains("secret"));
}

#[test]
fn a_password_is_never_printed() {
    for (url, printed) in [
        ("postgres://u:secret@h/d", "postgres://u:***@h/d"),
        ("postgres://u:se@cret@h/d", "postgres://u:***@h/d"),
        (
            "postgres://h/d?user=u&password=secret",
            "postgres://h/d?***",
        ),
        (
            "postgres://h/d?sslmode=require",
            "postgres://h/d?sslmode=require",
        ),
        ("secret", "***"),
        (
            "sqlite:///var/hub@home.sqlite3",
            "sqlite:///var/hub@home.sqlite3",
        ),
    ] {
        let url = DatabaseUrl::new(url);
        assert_eq!(url.to_string(), printed);
        assert_eq!(format!("{url:?}"), printed);
    }
    let config = load("", &[("REVHUB__DATABASE__URL", "postgres://u:secret@h/d")]).unwrap();
    assert!(!format!("{config:?}").contains("secret"));
    assert_eq!(config.database_url().expose(), "postgres://u:secret@h/d");
}

#[test]
fn origins_are_a_list_in_a_file_and_have_commas_in_the_environment() {
    let origins = |config: Config| config.server.cors_origins;
    let none = [""; 0];
    assert_eq!(origins(load("", &[]).unwrap()), none);
    let toml = "[server]\ncors_origins = [\"https://a.example\", \"http://localhost:3000\"]";
    let both = ["https://a.example", "http://localhost:3000"];
    assert_eq!(origins(load(toml, &[]).unwrap()), both);
    let variable = [(
        "REVHUB__SERVER__CORS_ORIGINS",
        "https://a.example, http://localhost:3000",
    )];
    assert_eq!(origins(load("", &variable).unwrap()), both);
    let everybody = [("REVHUB__SERVER__CORS_ORIGINS", "*")];
    assert_eq!(origins(load(toml, &everybody).unwrap()), ["*"]);
}

#[test]
fn an_origin_is_what_a_browser_sends() {
    for wrong in [
        "a.example",
        "https://",
        "https://a.example/",
        "https://a.example/path",
        "https://A.example",
        "https://*.a.example",
        "https://a.example,*",
        "null",
    ] {
        let variable = [("REVHUB__SERVER__CORS_ORIGINS", wrong)];
        let complaint = complaint("", &variable);
        assert_eq!(complaint.len(), 1, "{wrong}");
        assert!(
            complaint[0].contains("server.cors_origins"),
            "{complaint:?}"
        );
    }
    let complaint = complaint("[server]\ncors_origins = 1", &[]);
    assert!(
        complaint[0].contains("expected a list of texts"),
        "{complaint:?}"
    );
}

#[test]
fn a_budget_has_no_more_than_a_billion() {
    for setting in ["requests_per_minute", "points_per_minute"] {
        for (value, right) in [("0", true), ("1000000000", true), ("1000000001", false)] {
            let toml = format!("[limits]\n{setting} = {value}");
            assert_eq!(load(&toml, &[]).is_ok(), right, "{toml}");
        }
    }
}

#[test]
fn a_batch_has_an_upper_bound() {
    let largest = load("[server]\nbatch_limit = 100", &[]).unwrap();
    assert_eq!(largest.server.batch_limit, 100);
    let lines = complaint("[server]\nbatch_limit = 101", &[]);
    assert_eq!(lines.len(), 1, "{lines:?}");
    let problem = "server.batch_limit (from hub.toml): must be from 0 to 100";
    assert!(lines[0].starts_with(problem), "{lines:?}");
}
