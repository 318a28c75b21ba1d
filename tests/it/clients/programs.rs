//! The commands of `README.md` and `docs/clients.md`, pasted into a shell.

use std::{
    collections::BTreeSet,
    fs,
    os::unix::fs::symlink,
    path::Path,
    process::{Command, Output},
};

use serde_json::{Value, json};
use tests::{
    client,
    npm::{Workshop, printed},
    python,
};

use super::document::{command, commands, file};
use crate::demo::Served;

/// Where the documents say that a hub is.
pub(super) const SHOWN: &str = "http://127.0.0.1:8080";

/// What `command` prints, at the hub of the demo, with the token of the one in `role`.
pub(super) fn paste(mut shell: Command, demo: &Served, role: &str) -> Output {
    shell
        .env("TOKEN", demo.token(role))
        .env("HUB_URL", demo.url());
    let output = shell.output().unwrap();
    assert!(output.status.success(), "{}", printed(&output));
    output
}

/// `text` for a shell in `folder`.
fn shell(folder: &Path, text: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-ec", text]).current_dir(folder);
    shell
}

/// How many rows there are of what `field` lists.
async fn total(demo: &Served, role: &str, field: &str) -> usize {
    let query = format!("{{ rows: {field} {{ totalCount }} }}");
    let token = demo.token(role);
    let answer = client::graphql(&client::http(), demo.url(), token, &query, json!({})).await;
    let rows = answer.data()["rows"]["totalCount"].as_u64().unwrap();
    usize::try_from(rows).unwrap()
}

#[tokio::test]
async fn what_the_documents_ask_with_curl_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let demo = Served::start(folder.path());
    let mut asked = 0;
    for block in commands("README.md")
        .iter()
        .chain(&commands("docs/clients.md"))
    {
        // What is fetched into a file is no answer.
        let question = block.text.find("curl ");
        let Some(start) = question.filter(|_| !block.text.contains(" -o ")) else {
            continue;
        };
        let text = block.text[start..].replace(SHOWN, demo.url());
        let output = paste(shell(folder.path(), &text), &demo, "ANALYST");
        let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(
            answer["data"].is_object() && answer.get("errors").is_none(),
            "{text}\n{answer}"
        );
        asked += 1;
    }
    assert_eq!(asked, 6);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_front_ends_compile_and_the_one_for_urql_shows_every_lead() {
    let Some(workshop) = Workshop::open(env!("CARGO_TARGET_TMPDIR")) else {
        return;
    };
    workshop.bring("examples");
    let folder = tempfile::tempdir().unwrap();
    let demo = Served::start(folder.path());
    let role = "ANALYST";
    let noticed = format!(
        "--import={}",
        workshop.path().join("requests.mjs").display()
    );
    let run = |word: &str| {
        let text = command(word).replace(SHOWN, demo.url());
        // The packages are there already.
        let mut shell = workshop.shell(&text.replace("npm install\n", ""));
        shell.env("NODE_OPTIONS", &noticed);
        paste(shell, &demo, role)
    };

    run("schema.graphql");
    let shown = run("graphql-codegen");
    let report = printed(&shown);
    let shown = String::from_utf8(shown.stdout).unwrap();
    let leads = shown.lines().filter(|line| line.contains(" MQL ")).count();
    let waiting = total(&demo, role, "leads(filter: {status: {eq: MQL}})").await;
    assert_eq!(leads, waiting, "{report}");
    assert!(shown.contains("(masked: email, phone"), "{report}");
    // The text of the document goes out once; each page is asked for by its hash.
    let requests = report.lines().filter(|line| line.contains("hash"));
    let mut expected = vec!["GET hash", "GET text and hash"];
    expected.extend(vec!["GET hash"; leads.div_ceil(100) - 1]);
    assert!(requests.eq(expected), "{report}");

    run("npx relay-compiler\n");
    let made = workshop.path().join("examples/clients/relay/__generated__");
    let next = fs::read_to_string(made.join("AccountLeadsPageQuery.graphql.ts")).unwrap();
    assert!(next.contains("node(id: $id)"), "{next}");
    let again = fs::read_to_string(made.join("LeadQueueRowQuery.graphql.ts")).unwrap();
    assert!(again.contains("node(id: $id)"), "{again}");
}

/// The example in Python in `folder`, with its packages; and the commands that are left to run.
fn pipeline(folder: &Path, venv: &Path) -> String {
    let clients = folder.join("examples/clients");
    for path in [
        "python/extract.py",
        "operations/changed-opportunities.graphql",
    ] {
        let copy = clients.join(path);
        fs::create_dir_all(copy.parent().unwrap()).unwrap();
        fs::write(copy, file(&format!("examples/clients/{path}"))).unwrap();
    }
    symlink(venv, clients.join("python/venv")).unwrap();
    let text = command("extract.py");
    let done = |line: &str| line.contains("-m venv") || line.contains("pip install");
    let left: Vec<_> = text.lines().filter(|line| !done(line)).collect();
    left.join("\n")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_pipeline_goes_on_where_it_stopped() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let requirements = root.join("examples/clients/python/requirements.txt");
    let Some(venv) = python::environment(env!("CARGO_TARGET_TMPDIR"), &requirements) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let demo = Served::start(folder.path());
    let text = pipeline(folder.path(), &venv);
    let extract = || {
        let output = paste(shell(folder.path(), &text), &demo, "ANALYST");
        String::from_utf8(output.stdout).unwrap()
    };
    let table = folder
        .path()
        .join("examples/clients/python/opportunities.csv");
    let read = || fs::read_to_string(&table).unwrap();

    let deals = total(&demo, "ANALYST", "opportunities").await;
    assert!(extract().starts_with(&format!("{deals} changed deals")));
    let whole = read();
    assert_eq!(whole.lines().count(), deals + 1);
    assert!(extract().starts_with("0 changed deals"));

    // Cut off in the middle of a page, and of a line.
    let lines: Vec<_> = whole.split_inclusive('\n').collect();
    fs::write(&table, lines[..700].concat() + &lines[700][..20]).unwrap();
    assert!(extract().starts_with(&format!("{} changed deals", lines.len() - 700)));
    let sorted = |text: &str| text.lines().map(ToOwned::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(sorted(&read()), sorted(&whole));

    // As after a first run that found nothing.
    fs::write(&table, lines[0]).unwrap();
    assert!(extract().starts_with(&format!("{deals} changed deals")));
    assert_eq!(sorted(&read()), sorted(&whole));
}
