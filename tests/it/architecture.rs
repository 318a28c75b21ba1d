//! Who imports whom: imports point down, so that a change of a layer cannot surprise the one below.

#![cfg(test)]

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What each module of `api` may import of the others. `app`, `cli` and the crate's root may
/// import all.
const MODULES: [(&str, &[&str]); 25] = [
    ("error", &[]),
    ("business_time", &[]),
    ("sla", &["business_time"]),
    ("calendar", &[]),
    ("clock", &[]),
    ("config", &[]),
    ("document", &[]),
    ("views", &["document"]),
    ("telemetry", &["config"]),
    ("database", &["error"]),
    ("outbound", &[]),
    // Each knows the other's one door: the viewer, and the rows that say who it is.
    (
        "auth",
        &[
            "clock", "config", "database", "error", "outbound", "store", "views",
        ],
    ),
    ("store", &["auth", "database", "error", "views"]),
    ("change", &["auth", "database", "error", "store", "views"]),
    ("dataset", &["error", "views"]),
    ("record", &["store"]),
    ("matching", &["record", "store"]),
    ("scoring", &["error"]),
    (
        "reader",
        &[
            "auth", "calendar", "change", "database", "dataset", "error", "views",
        ],
    ),
    (
        "services",
        &[
            "auth",
            "business_time",
            "calendar",
            "change",
            "clock",
            "database",
            "dataset",
            "error",
            "matching",
            "outbound",
            "reader",
            "record",
            "scoring",
            "sla",
            "store",
            "views",
        ],
    ),
    (
        "intake",
        &[
            "auth",
            "business_time",
            "change",
            "clock",
            "database",
            "dataset",
            "document",
            "error",
            "matching",
            "reader",
            "record",
            "scoring",
            "sla",
            "store",
            "views",
        ],
    ),
    (
        "graphql",
        &[
            "auth", "calendar", "change", "clock", "database", "dataset", "error", "reader",
            "services", "views",
        ],
    ),
    (
        "http",
        &["auth", "config", "database", "error", "graphql", "services"],
    ),
    (
        "webhook",
        &[
            "auth", "calendar", "change", "dataset", "error", "graphql", "outbound", "reader",
            "services", "store",
        ],
    ),
    ("lib", &[]),
];

/// Which modules may use a library, as paths within `api/src`. Libraries that are not named here
/// may be used anywhere.
const LIBRARIES: [(&str, &[&str]); 12] = [
    (
        "jsonwebtoken",
        &[
            "auth/token.rs",
            "auth/token",
            "auth/jwk.rs",
            "auth/provider",
        ],
    ),
    ("ed25519_dalek", &["auth/signing_key.rs"]),
    ("p256", &["auth/signing_key.rs"]),
    ("rsa", &["auth/signing_key.rs"]),
    ("reqwest", &["outbound"]),
    ("rustls", &["outbound"]),
    ("ring", &["outbound", "services/webhook"]),
    ("async_graphql", &["graphql", "http"]),
    ("actix_web", &["http", "app.rs"]),
    ("actix_cors", &["http"]),
    ("flate2", &["http"]),
    ("figment", &["config"]),
];

/// Where SQL may be written.
const SQL: [&str; 7] = [
    "store",
    "change",
    "reader",
    "dataset",
    "database",
    "database.rs",
    "cli",
];

/// By what one sees that SQL is written.
const WRITES_SQL: [&str; 6] = [
    "EntityTrait",
    "QuerySelect",
    "Statement::",
    "query_one",
    "query_all",
    "execute_unprepared",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file under `folder`, with its path from there.
fn sources(folder: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                found.push((name, without_comments(&fs::read_to_string(path).unwrap())));
            }
        }
    }
    found.sort();
    found
}

fn without_comments(text: &str) -> String {
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    code.collect::<Vec<_>>().join("\n")
}

/// The first names after each `crate::`, those in braces too.
fn imports(code: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, path) in code.match_indices("crate::") {
        let part_of_a_name = code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if part_of_a_name {
            continue;
        }
        let rest = &code[at + path.len()..];
        match rest.strip_prefix('{') {
            Some(group) => found.extend(names_of_group(group)),
            None => found.extend(name(rest)),
        }
    }
    found
}

/// The first name of each item in `a, b::{c, d}}`.
fn names_of_group(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let (mut depth, mut item_begins) = (0, true);
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => item_begins = true,
            c if depth == 0 && item_begins && !c.is_whitespace() => {
                names.extend(name(&group[at..]));
                item_begins = false;
            }
            _ => {}
        }
    }
    names
}

fn name(text: &str) -> Option<String> {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    let name: String = text.chars().take_while(|c| part(*c)).collect();
    (!name.is_empty()).then_some(name)
}

/// The module that a file belongs to: `auth` for `auth/token.rs`.
fn module(file: &str) -> &str {
    file.split(['/', '.']).next().unwrap()
}

fn is_in(file: &str, places: &[&str]) -> bool {
    places
        .iter()
        .any(|place| file == *place || file.starts_with(&format!("{place}/")))
}

#[test]
fn imports_point_down() {
    let mut wrong = Vec::new();
    for (file, code) in sources(&root().join("api/src")) {
        let module = module(&file);
        if ["app", "cli", "main"].contains(&module) {
            continue;
        }
        let allowed = MODULES.iter().find(|(name, _)| *name == module);
        let Some((_, allowed)) = allowed else {
            wrong.push(format!("{file}: say in MODULES what `{module}` may import"));
            continue;
        };
        for import in imports(&code) {
            if import != module && !allowed.contains(&import.as_str()) {
                wrong.push(format!("{file} imports {import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether something of `library` is named in `code`: `ring::` and not `String::`.
fn names(code: &str, library: &str) -> bool {
    let found = code.match_indices(library);
    let of_a_name = |c: char| c.is_alphanumeric() || c == '_';
    found.into_iter().any(|(at, _)| {
        code[at + library.len()..].starts_with("::") && !code[..at].ends_with(of_a_name)
    })
}

#[test]
fn libraries_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for (file, code) in sources(&root().join("api/src")) {
        for (library, places) in LIBRARIES {
            if names(&code, library) && !is_in(&file, places) {
                wrong.push(format!("{file} uses {library}"));
            }
        }
        // A filter's values are all that the API knows of the database.
        let database = code.replace("sea_orm::Value", "").contains("sea_orm::");
        if database && is_in(&file, &["graphql", "http"]) {
            wrong.push(format!("{file} knows the database"));
        }
        if WRITES_SQL.iter().any(|way| code.contains(way)) && !is_in(&file, &SQL) {
            wrong.push(format!("{file} writes SQL"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What serves an operation knows no connection: what it reads, it reads with the `Reading` of the
/// operation, in its snapshot. `graphql/schema.rs` makes the reader.
#[test]
fn what_an_operation_reads_goes_through_its_reading() {
    let services = ["services/access.rs", "services/territory.rs"];
    let mut wrong = Vec::new();
    for (file, code) in sources(&root().join("api/src")) {
        let serves = is_in(&file, &["graphql"]) && file != "graphql/schema.rs";
        if (serves || is_in(&file, &services)) && imports(&code).contains("database") {
            wrong.push(format!("{file} knows the database"));
        }
        let reads = is_in(&file, &["graphql", "reader", "services", "auth"]);
        let books = ["services/token.rs", "services/signing_key.rs"];
        let allowed = is_in(&file, &books) || file == "reader/reading.rs";
        if reads && !allowed && code.contains(".reads()") {
            wrong.push(format!("{file} reads outside the snapshot"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_change_log_has_one_writer() {
    let writes = ["change::ActiveModel", "INTO change", "INTO \\\"change\\\""];
    let mut wrong = Vec::new();
    for (file, code) in sources(&root().join("api/src")) {
        let imported = code.contains("entity::change::{ActiveModel");
        if !is_in(&file, &["change"]) && (imported || writes.iter().any(|w| code.contains(w))) {
            wrong.push(format!(
                "{file} writes to the change log: call `change::record`"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_tables_know_nothing_of_the_server() {
    for (crate_name, stranger) in [
        ("entity", "api::"),
        ("entity", "migration::"),
        ("entity", "async_graphql"),
        ("migration", "api::"),
        ("migration", "entity::"),
    ] {
        for (file, code) in sources(&root().join(crate_name).join("src")) {
            let found = code.match_indices(stranger);
            let own = |at: usize| code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_');
            let found = found.filter(|(at, _)| !own(*at)).count();
            assert_eq!(found, 0, "{crate_name}/src/{file} uses {stranger}");
        }
    }
}

#[test]
fn every_crate_has_the_workspace_s_lints() {
    for name in ["api", "entity", "migration", "tests"] {
        let manifest = fs::read_to_string(root().join(name).join("Cargo.toml")).unwrap();
        assert!(manifest.contains("[lints]\nworkspace = true"), "{name}");
    }
}

#[test]
fn what_the_map_names_is_there() {
    let map = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let quoted = map.split('`').skip(1).step_by(2);
    let paths = quoted.filter(|text| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-./".contains(c);
        let file = [".rs", ".toml", ".md", ".graphql"]
            .iter()
            .any(|end| text.ends_with(end));
        text.chars().all(plain) && (file || text.ends_with('/'))
    });
    for path in paths {
        let known = ["", "api/src", "docs", "tests"].map(|folder| root().join(folder).join(path));
        assert!(
            known.iter().any(|path| path.exists()),
            "{path} is not there"
        );
    }
}

#[test]
fn imports_are_found_in_braces_and_outside() {
    let code = "use crate::{a, b::{c, d}, e::f};\nfn x(y: &crate::g::H) {}\nmy_crate::no()";
    let expected = ["a", "b", "e", "g"].map(str::to_owned);
    assert_eq!(imports(code), BTreeSet::from(expected));
}
