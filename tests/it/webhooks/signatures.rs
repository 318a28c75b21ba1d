//! Signatures, as the convention's own library and the recipes of docs/webhooks.md check them.

use std::{fs, process::Stdio};

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};
use std::io::Write as _;
use tests::{
    fixtures,
    npm::{Workshop, printed},
};

use super::{
    ask, each_sending, endpoint,
    receiver::{Message, Receiver},
    updated,
};

/// Now, for libraries that ask the machine.
fn machine_time() -> DateTime<Utc> {
    Utc::now()
}

/// Which of the secrets each of the messages is signed with, as `command` says.
fn verified(command: &mut std::process::Command, messages: &[&Message], secrets: &[&str]) -> Value {
    let messages: Vec<_> = messages
        .iter()
        .map(|message| json!({ "headers": message.headers, "body": message.text }))
        .collect();
    let question = json!({ "messages": messages, "secrets": secrets });
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(question.to_string().as_bytes()).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", printed(&output));
    serde_json::from_slice(&output.stdout).unwrap()
}

#[tokio::test]
async fn the_convention_s_own_library_finds_them_right_with_each_secret_while_both_are_valid() {
    let Some(workshop) = Workshop::open(env!("CARGO_TARGET_TMPDIR")) else {
        return;
    };
    each_sending(async |app| {
        app.clock.set(machine_time());
        let mut receiver = Receiver::start();
        let (id, first) = endpoint(app, &receiver, json!({})).await;
        let acme = fixtures::account(&app.database, "Ăçmé „“ \u{1f600}", None, None).await;
        updated(app, acme.id).await;
        let before = receiver.next().await;
        let rotate = json!({ "id": id, "overlapHours": 1 });
        let rotated = ask(app, "rotateWebhookSecret", rotate, "secret").await;
        let second = rotated["secret"].as_str().unwrap();
        updated(app, acme.id).await;
        let between = receiver.next().await;
        assert_eq!(between.headers["webhook-signature"].split(' ').count(), 2);
        // Beyond an hour, and as far as libraries go along with the clock of a message.
        app.clock.set(machine_time() + TimeDelta::minutes(61));
        updated(app, acme.id).await;
        let after = receiver.next().await;
        assert_eq!(after.headers["webhook-signature"].split(' ').count(), 1);

        let mut forged = between.clone();
        forged.text = forged.text.replace("updated", "created");
        let messages = [&before, &between, &after, &forged];
        let expected = json!([
            [true, false],
            [true, true],
            ["late", "late"],
            [false, false]
        ]);
        let secrets = [first.as_str(), second];
        let said = verified(&mut workshop.node("webhooks.mjs"), &messages, &secrets);
        assert_eq!(said, expected);
        for (program, script) in [("node", "verify.mjs"), ("python3", "verify.py")] {
            let said = verified(&mut recipe(program, script), &messages, &secrets);
            assert_eq!(said, expected, "{script}");
        }
    })
    .await;
}

/// A recipe of the documentation, as a program.
fn recipe(program: &str, script: &str) -> std::process::Command {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../examples/webhooks");
    let mut command = std::process::Command::new(program);
    command.arg(script).current_dir(folder);
    command
}

#[test]
fn the_documentation_shows_the_programs_that_are_run() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let document = fs::read_to_string(format!("{root}/docs/webhooks.md")).unwrap();
    for script in ["verify.mjs", "verify.py"] {
        let program = fs::read_to_string(format!("{root}/examples/webhooks/{script}")).unwrap();
        let shown = program.split("\n# ---\n").next().unwrap();
        let shown = shown.split("\n// ---\n").next().unwrap();
        assert!(document.contains(shown.trim()), "{script}");
    }
}
