//! Each `$ revhub …` in the documents of operators works as it is written.

use api::views::Role;
use tests::{
    database::{TestDatabase, each_empty_database},
    fixtures,
};

use super::document::blocks;
use crate::program::{revhub, run};

/// The commands for `revhub` in a document, as one types them.
fn commands(path: &str) -> Vec<String> {
    let consoles = blocks(path);
    let consoles = consoles.iter().filter(|block| block.about == "console");
    let lines = consoles.flat_map(|block| block.text.lines());
    let typed = lines.filter_map(|line| line.strip_prefix("$ revhub "));
    typed
        .map(|line| line.split(" #").next().unwrap().trim().to_owned())
        .collect()
}

/// The words of a command. What stands in quotes is one.
fn words(command: &str) -> Vec<String> {
    let parts = command.split('"').enumerate();
    let words = parts.flat_map(|(number, part)| match number % 2 {
        0 => part.split_whitespace().map(str::to_owned).collect(),
        _ => vec![part.to_owned()],
    });
    words.collect()
}

async fn run_all(database: &TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let said = |arguments: &[&str]| {
        let output = run(revhub(database, &folder, arguments));
        let text = String::from_utf8(output.stdout).unwrap();
        let problem = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}\n{text}{problem}");
        text
    };
    said(&["migrate"]);
    let options = api::database::Options::new(database.url());
    let connected = api::database::Database::connect(&options).await.unwrap();
    fixtures::user(&connected, "Ada", &[Role::Admin]).await;
    connected.close().await;
    let mut count = 0;
    // The key is made before the doctor looks at it.
    said(&["token", "issue", "--user", "ada@example.com"]);
    for path in ["docs/operations.md", "docs/tokens.md"] {
        for command in commands(path) {
            let list = said(&["token", "list"]);
            let newest = list.split_whitespace().next().unwrap();
            let words = words(&command).into_iter();
            let words = words.map(|word| {
                if word.contains('…') {
                    newest.to_owned()
                } else {
                    word
                }
            });
            let words: Vec<_> = words.collect();
            said(&words.iter().map(String::as_str).collect::<Vec<_>>());
            count += 1;
        }
    }
    assert_eq!(count, 11);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_operators_type_works() {
    for database in each_empty_database() {
        run_all(&database).await;
    }
}
