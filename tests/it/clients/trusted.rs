//! Front ends that send no text, as `docs/clients.md` makes them, at a hub that runs no other documents.

use std::fs;

use serde_json::Value;
use tests::npm::{Workshop, printed};

use super::{
    document::{command, file},
    programs::paste,
};
use crate::demo::Served;

/// Asks by an id that the Relay compiler wrote, with the program that the document shows.
const RELAY: &str = "cd examples/clients/relay
tsc --target es2022 --module nodenext --skipLibCheck --outDir built network.ts
node --input-type=module -e '
    import { readFileSync } from \"node:fs\";
    import { byId } from \"./built/network.js\";
    const made = readFileSync(\"__generated__/LeadQueueQuery.graphql.ts\", \"utf8\");
    const id = made.match(/\"id\": \"([0-9a-f]{64})\"/)[1];
    const ask = byId(process.env.HUB_URL, process.env.TOKEN);
    const answer = await ask({ id, name: \"LeadQueueQuery\" }, { count: 3, cursor: null });
    console.log(JSON.stringify(answer));
'";

#[tokio::test(flavor = "multi_thread")]
async fn front_ends_send_ids_to_a_hub_that_runs_nothing_else() {
    let Some(workshop) = Workshop::open(env!("CARGO_TARGET_TMPDIR")) else {
        return;
    };
    workshop.bring("examples");
    let root = workshop.path();
    fs::write(
        root.join("examples/clients/schema.graphql"),
        file("schema.graphql"),
    )
    .unwrap();
    let web = "cd examples/clients/web\ngraphql-codegen\ntsc";
    let compiler = command("relay.trusted.config.json");
    for text in [web, &compiler, &command("mkdir -p documents")] {
        let output = workshop.shell(text).output().unwrap();
        assert!(output.status.success(), "{text}: {}", printed(&output));
    }

    let (documents, roles) = (root.join("documents"), root.join("roles.toml"));
    let bound = "[ANALYST]\ndocuments = \"trusted\"\n";
    let text = file("roles.default.toml").replace("[ANALYST]\n", bound);
    assert!(text.contains(bound));
    fs::write(&roles, text).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let settings = [
        ("REVHUB__SERVER__DOCUMENTS_DIR", documents.to_str().unwrap()),
        ("REVHUB__AUTH__ROLES_FILE", roles.to_str().unwrap()),
    ];
    let demo = Served::start_with(folder.path(), &settings);
    let run = |text: &str| {
        let mut shell = workshop.shell(text);
        let noticed = format!("--import={}", root.join("requests.mjs").display());
        shell.env("NODE_OPTIONS", noticed);
        shell
    };

    let shown = paste(run(&command("TRUSTED=yes")), &demo, "ANALYST");
    let report = printed(&shown);
    let leads = String::from_utf8(shown.stdout).unwrap();
    assert!(leads.lines().count() > 100, "{report}");
    let mut requests = report.lines().filter(|line| line.contains("hash"));
    assert!(requests.all(|line| line == "GET hash"), "{report}");

    let answer = paste(run(RELAY), &demo, "ANALYST").stdout;
    let answer: Value = serde_json::from_slice(&answer).unwrap();
    let edges = answer["data"]["leads"]["edges"].as_array();
    assert!(edges.is_some_and(|edges| !edges.is_empty()), "{answer}");

    // The same program with texts is told nothing.
    let mut texts = run("cd examples/clients/web\nnode built/main.js");
    texts
        .env("TOKEN", demo.token("ANALYST"))
        .env("HUB_URL", demo.url());
    let refused = printed(&texts.output().unwrap());
    assert!(!refused.contains(" MQL "), "{refused}");
}
