//! The rep's day and the marketer's day, as the documents in `examples/clients/screens` ask: a request a screen.

use std::{cell::RefCell, collections::BTreeSet, fs, path::Path};

use serde_json::{Value, json};
use tests::client;

use super::document::file;
use crate::demo::Served;

pub(super) const FOLDER: &str = "examples/clients/screens";

/// Whoever has a screen.
struct Person<'d> {
    demo: &'d Served,
    role: &'static str,
    asked: &'d RefCell<BTreeSet<String>>,
}

impl Person<'_> {
    /// What the document of that name is answered with.
    async fn ask(&self, name: &str, variables: Value) -> Value {
        self.asked.borrow_mut().insert(name.to_owned());
        let document = file(&format!("{FOLDER}/{name}.graphql"));
        let (url, token) = (self.demo.url(), self.demo.token(self.role));
        let answer = client::graphql(&client::http(), url, token, &document, variables).await;
        answer.data().clone()
    }
}

/// The first of `rows` that `passes`.
fn first(rows: &Value, passes: impl Fn(&Value) -> bool) -> &Value {
    let mut found = rows.as_array().unwrap().iter();
    found
        .find(|row| passes(row))
        .unwrap_or_else(|| panic!("none in {rows}"))
}

/// Whether that step can be taken with the row.
fn allows(row: &Value, mutation: &str) -> bool {
    let steps = row["allowedTransitions"].as_array().unwrap();
    steps.iter().any(|step| step["mutation"] == mutation)
}

/// The year that ends now.
fn year() -> Value {
    let now = chrono::Utc::now();
    let from = now - chrono::TimeDelta::days(365);
    json!({ "from": from.to_rfc3339(), "to": now.to_rfc3339() })
}

#[tokio::test]
async fn a_day_is_a_request_a_screen() {
    let folder = tempfile::tempdir().unwrap();
    let (demo, asked) = (Served::start(folder.path()), RefCell::default());
    let person = |role| Person {
        demo: &demo,
        role,
        asked: &asked,
    };
    rep(&person("SALES_REP")).await;
    marketer(&person("MARKETING_MANAGER")).await;

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let files = fs::read_dir(root.join(FOLDER)).unwrap();
    let names = files.map(|file| file.unwrap().path().file_stem().unwrap().to_owned());
    let names: BTreeSet<_> = names.map(|name| name.into_string().unwrap()).collect();
    assert_eq!(*asked.borrow(), names, "each screen is asked");
}

/// The rep's day.
async fn rep(rep: &Person<'_>) {
    let inbox = rep.ask("rep-inbox", json!({ "first": 100 })).await;
    let leads = &inbox["leads"]["nodes"];
    let brought = |lead: &Value| allows(lead, "acceptLead") && !lead["sourceCampaignId"].is_null();
    let wanted = first(leads, brought);

    let briefing = rep.ask("rep-briefing", json!({ "id": wanted["id"] })).await;
    let lead = &briefing["lead"];
    assert_eq!(lead["id"], wanted["id"]);
    assert!(
        !lead["briefing"]["precedingTouches"]["nodes"]
            .as_array()
            .unwrap()
            .is_empty()
    );

    let accepted = json!({ "id": lead["id"], "version": lead["version"] });
    let accepted = rep.ask("rep-accept", accepted).await;
    assert_eq!(accepted["acceptLead"]["lead"]["status"], "ACCEPTED");

    let call = json!({ "leadId": lead["id"], "properties": { "outcome": "CONNECTED" } });
    let called = rep.ask("rep-log-call", call).await;
    assert_eq!(called["logTouch"]["touch"]["lead"]["status"], "WORKING");

    let unwanted = first(leads, |it| brought(it) && it["id"] != wanted["id"]);
    let reason = first(&briefing["reasonCodes"]["nodes"], |it| {
        it["key"] == "BAD_FIT"
    });
    let rejected = json!({
        "id": unwanted["id"], "version": unwanted["version"],
        "reasonId": reason["id"], "note": "Sells to us.",
    });
    let rejected = rep.ask("rep-reject", rejected).await;
    assert_eq!(
        rejected["rejectLead"]["lead"]["rejectReason"]["label"],
        reason["label"]
    );

    let said = json!({
        "campaignId": lead["sourceCampaignId"],
        "sentiment": -1, "theme": "too long", "verbatim": "Nobody reads to the end of it.",
    });
    let given = rep.ask("rep-feedback", said).await;
    assert_eq!(given["giveFeedback"]["feedback"]["state"], "OPEN");
}

/// The marketer's day.
async fn marketer(marketer: &Person<'_>) {
    let day = marketer.ask("marketer-day", year()).await;
    let record = &day["followUp"];
    let total = |of: &Value, name: &str| of[name].as_i64().unwrap();
    let parts = ["accepted", "rejected", "undecided", "recalled"];
    let sum: i64 = parts.iter().map(|part| total(record, part)).sum();
    assert!(sum > 0 && sum == total(record, "handedOver"), "{record}");
    let groups = record["groups"].as_array().unwrap();
    let of_groups: i64 = groups.iter().map(|group| total(group, "rejected")).sum();
    assert_eq!(of_groups, total(record, "rejected"));
    assert!(!groups[0]["key"]["campaign"]["name"].is_null() || groups.len() > 1);

    let waiting = &day["feedbackItems"]["nodes"];
    let answered = first(waiting, |it| allows(it, "acknowledgeFeedback"));
    let answered = json!({ "id": answered["id"], "version": answered["version"] });
    let answered = marketer.ask("marketer-acknowledge", answered).await;
    assert_eq!(
        answered["acknowledgeFeedback"]["feedback"]["state"],
        "ACKNOWLEDGED"
    );

    let mut tried = year();
    tried["threshold"] = json!(40);
    tried["criteria"] = json!([
        { "key": "demo", "label": "Saw a demo", "touches": ["DEMO"], "points": 60 },
        { "key": "content", "label": "Reads what we write", "touches": ["CONTENT_DOWNLOAD"], "pointsEach": 20 },
    ]);
    let tried = marketer.ask("marketer-definition", tried).await;
    let preview = &tried["previewLeadDefinition"];
    assert!(total(preview, "qualified") > 0, "{tried}");
    assert_eq!(
        tried["leadDefinitions"]["nodes"].as_array().unwrap().len(),
        1
    );
}
