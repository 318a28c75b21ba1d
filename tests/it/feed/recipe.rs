//! The program of `docs/changes.md`, run against a hub in which rows change between its runs.

use std::{env, fs, path::Path, process::Command};

use api::views::Role;
use entity::{account, change::ChangeKind};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
    npm::printed,
};

use super::log::Deed;

const PROGRAM: &str = "examples/clients/python/follow.py";

/// What the copy has after the program has run once; `None` where there is no Python.
async fn run(app: &TestApp, token: &str, copy: &Path) -> Option<Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut python = Command::new("python3");
    python.arg(root.join(PROGRAM)).arg(copy).arg("--once");
    python.env("HUB_URL", &app.url).env("TOKEN", token);
    // Apart, because the hub answers here meanwhile.
    let ran = tokio::task::spawn_blocking(move || python.output())
        .await
        .unwrap();
    let Ok(output) = ran else {
        assert!(
            env::var("CI").as_deref() != Ok("true"),
            "python3 is not installed"
        );
        return None;
    };
    assert!(output.status.success(), "{}", printed(&output));
    let copy: Value = serde_json::from_str(&fs::read_to_string(copy).unwrap()).unwrap();
    let rows = copy["rows"].as_object().unwrap().values();
    let mut names: Vec<_> = rows
        .map(|row| row["name"].as_str().unwrap().to_owned())
        .collect();
    names.sort();
    Some(names)
}

#[tokio::test]
async fn a_copy_is_what_the_program_keeps_it() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::SalesRep]).await;
        let token = app.token_of(&ada.email).await;
        let [one, two] = [
            fixtures::account(db, "One", None, Some(&ada)).await,
            fixtures::account(db, "Two", None, Some(&ada)).await,
        ];
        let folder = tempfile::tempdir().unwrap();
        let copy = folder.path().join("copy.json");
        let Some(names) = run(app, &token, &copy).await else {
            return;
        };
        assert_eq!(names, ["One", "Two"]);

        let renamed = account::ActiveModel {
            id: Set(one.id),
            name: Set("First".to_owned()),
            ..Default::default()
        };
        let one_first = json!({"name": ["One", "First"]});
        Deed::update("account", one.id, one_first)
            .with(app, renamed)
            .await;
        let left = account::ActiveModel {
            id: Set(two.id),
            owner_id: Set(None),
            ..Default::default()
        };
        let nobodys = json!({"owner_id": [ada.id, null]});
        Deed::update("account", two.id, nobodys)
            .with(app, left)
            .await;
        let three = fixtures::account(db, "Three", None, Some(&ada)).await;
        Deed::to("account", three.id, ChangeKind::Created)
            .alone(app)
            .await;
        assert_eq!(run(app, &token, &copy).await.unwrap(), ["First", "Three"]);

        // What comes into sight without a change: the cursor has expired, and the program begins anew.
        let place = fixtures::territory(db, "/at/", None, &[&ada]).await;
        fixtures::account(db, "Four", Some(&place), None).await;
        app.forget_callers();
        let names = run(app, &token, &copy).await.unwrap();
        assert_eq!(names, ["First", "Four", "Three"]);
    })
    .await;
}

#[test]
fn the_document_shows_the_program() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let [document, program] =
        ["docs/changes.md", PROGRAM].map(|path| fs::read_to_string(root.join(path)).unwrap());
    let shown = document.split("```python\n").nth(1).unwrap();
    let shown = shown.split("```").next().unwrap();
    assert!(program.contains(shown.trim_end()));
}
