//! Each question in `README.md` and `docs` is a whole one, and the demo answers it.

use std::{fs, path::Path};

use api::dataset::dataset;
use serde_json::{Value, json};
use tests::client;

use super::{document::blocks, operations::FOLDER, screens};
use crate::demo::Served;

/// What stands in a document for the rest of an id.
const SOME: &str = "_…\"";

/// The documents that readers begin with.
fn documents() -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = vec!["README.md".to_owned()];
    for entry in fs::read_dir(root.join("docs")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            found.push(format!("docs/{}", path.file_name().unwrap().display()));
        }
    }
    found
}

async fn ask(demo: &Served, question: &str) -> Value {
    let token = demo.token("ADMIN");
    let answer = client::graphql(&client::http(), demo.url(), token, question, json!({})).await;
    assert!(answer.codes().is_empty(), "{question}\n{}", answer.text);
    answer.data().clone()
}

/// `question` with an id that there is in the place of each `"con_…"`.
async fn with_ids(demo: &Served, question: &str) -> String {
    let mut question = question.to_owned();
    while let Some((before, after)) = question.split_once(SOME) {
        let (before, prefix) = before.rsplit_once('"').unwrap();
        let plural = dataset().by_prefix(prefix).unwrap().plural;
        let rows = ask(
            demo,
            &format!("{{ {plural}(first: 1) {{ nodes {{ id }} }} }}"),
        )
        .await;
        let id = &rows[plural]["nodes"][0]["id"];
        question = format!("{before}{id}{after}");
    }
    question
}

#[tokio::test]
async fn what_the_documents_ask_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Served::start(folder.path());
    let mut asked = 0;
    for path in documents() {
        for block in blocks(&path) {
            match block.about.split_once(' ') {
                None if block.about == "graphql" => {}
                // It is a part of a file, which is asked as a whole.
                Some(("graphql", file)) => {
                    let asked = [FOLDER, screens::FOLDER]
                        .iter()
                        .any(|it| file.starts_with(it));
                    assert!(asked, "who asks what is in {file}?");
                    continue;
                }
                _ => continue,
            }
            // It is listened to, which is what tests/it/live.rs is about.
            if block.text.starts_with("subscription") {
                continue;
            }
            let question = with_ids(&demo, &block.text).await;
            let data = ask(&demo, &question).await;
            let empty = |value: &Value| value.is_null() || *value == json!([]);
            let values = data.as_object().unwrap().values();
            assert!(!values.into_iter().any(empty), "{path}: {question}\n{data}");
            asked += 1;
        }
    }
    assert_eq!(asked, 48);
}
