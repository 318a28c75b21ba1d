//! The documents that an operator trusts, and callers who may run no others.

use std::{fs, path::Path};

use api::views::Role;
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{
    app::{Bearer, TestApp},
    client::Response,
    database::each_database,
};

use super::{assert_answered, extensions, hub};
use crate::program::{revhub, run};

const COUNT: &str = "query Count($first: Int) {\n  leads(first: $first) { totalCount }\n}\n";
const NAMES: &str = "query Names { viewer { name } }";

/// A folder with a document of a file, and one of a manifest.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("count.graphql"), COUNT).unwrap();
    let manifest = json!({ "0123abcd": NAMES }).to_string();
    fs::write(folder.path().join("persisted-documents.json"), manifest).unwrap();
    fs::write(folder.path().join("README.md"), "Not a document.").unwrap();
    folder
}

/// A hub with an `APP` that may run trusted documents only, and no other role changed.
async fn hub_with(documents: &Path) -> (TestApp, TempDir) {
    let roles = tempfile::tempdir().unwrap();
    let file = roles.path().join("roles.toml");
    let built_in = include_str!("../../../roles.default.toml");
    let app = "[APP]\ninherits = \"ADMIN\"\ndocuments = \"trusted\"\n";
    fs::write(&file, format!("{built_in}\n{app}")).unwrap();
    let settings = [
        ("AUTH__ROLES_FILE", file.to_str().unwrap()),
        ("SERVER__DOCUMENTS_DIR", documents.to_str().unwrap()),
    ];
    (hub(&settings).await, roles)
}

async fn token(app: &TestApp, role: &str) -> String {
    let bearer = Bearer::Service {
        name: "a front end".to_owned(),
        role: role.to_owned(),
    };
    app.issue(bearer, &[]).await.unwrap().token
}

async fn post(app: &TestApp, token: &str, role: Option<&str>, body: Value) -> Response {
    let request = app
        .http
        .post(format!("{}/graphql", app.url))
        .bearer_auth(token);
    let mut request = request.header("content-type", "application/json");
    if let Some(role) = role {
        request = request.header("View-As", role);
    }
    Response::read(request.body(body.to_string()).send().await.unwrap()).await
}

fn by_hash(hash: &str) -> Value {
    json!({ "extensions": { "persistedQuery": { "version": 1, "sha256Hash": hash } } })
}

/// `sha256sum` of [`COUNT`], and of it without the line end at its end.
const HASHES: [&str; 2] = [
    "b1df482f2318cff5dad436426537809a17d3b9a70868309d7de6a63fbd052a68",
    "b2f91996fd2b95ef1a917f98e510354472a0279999b9e835de44bf8a6e77d517",
];

#[tokio::test]
async fn they_run_by_their_text_their_hash_and_their_id() {
    let folder = folder();
    let (app, _roles) = hub_with(folder.path()).await;
    for role in ["APP", "ANALYST"] {
        let token = token(&app, role).await;
        for body in [
            json!({ "query": COUNT }),
            json!({ "query": COUNT.trim_end(), "variables": { "first": 1 } }),
            json!({ "query": NAMES }),
            by_hash(HASHES[0]),
            by_hash(HASHES[1]),
            by_hash("0123abcd"),
            json!({ "query": NAMES, "extensions": by_hash("0123abcd")["extensions"] }),
        ] {
            assert_answered(&post(&app, &token, None, body).await);
        }
    }
}

#[tokio::test]
async fn who_may_run_them_only_runs_no_other() {
    let folder = folder();
    let (app, _roles) = hub_with(folder.path()).await;
    let (bound, free) = (token(&app, "APP").await, token(&app, "ADMIN").await);
    let typename = "7f56e67dd21ab3f30d1ff8b7bed08893f0a0db86449836189b361dd1e56ddb4b";
    // Somebody else's document is not theirs.
    let mut registered = by_hash(typename);
    registered["query"] = json!("{ __typename }");
    assert_answered(&post(&app, &free, None, registered).await);
    assert_answered(&post(&app, &free, None, by_hash(typename)).await);
    for body in [
        json!({ "query": "{ __typename }" }),
        json!({ "query": "{ not GraphQL" }),
        json!({ "query": format!("{COUNT} ") }),
        by_hash(typename),
        by_hash("unknown"),
    ] {
        // Not with other eyes either.
        for role in [None, Some("ANALYST")] {
            let answer = post(&app, &bound, role, body.clone()).await;
            assert_eq!(
                extensions(&answer)["code"],
                "DOCUMENT_NOT_TRUSTED",
                "{body}"
            );
        }
    }
    // And who is free stays so with the eyes of who is not.
    assert_answered(
        &post(
            &app,
            &free,
            Some("APP"),
            json!({ "query": "{ __typename }" }),
        )
        .await,
    );
}

#[tokio::test]
async fn who_may_run_them_only_does_not_read_the_schema() {
    let folder = folder();
    let (app, _roles) = hub_with(folder.path()).await;
    for (role, status) in [("APP", 403), ("ANALYST", 200)] {
        let request = app.http.get(format!("{}/schema.graphql", app.url));
        let request = request.bearer_auth(token(&app, role).await);
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{role}");
        let text = answer.text().await.unwrap();
        assert_eq!(
            text.contains("DOCUMENT_NOT_TRUSTED"),
            role == "APP",
            "{text}"
        );
        assert_eq!(text.contains("type Lead"), role != "APP");
    }
}

#[tokio::test]
async fn who_has_another_role_is_free() {
    let folder = folder();
    let (app, _roles) = hub_with(folder.path()).await;
    let user = tests::fixtures::user(&app.database, "Ada Both", &[Role::Analyst]).await;
    tests::caller::give_roles(&app, user.id, &["APP".to_owned()]).await;
    let bound = app.token_of(&user.email).await;
    let other = json!({ "query": "{ __typename }" });
    let answer = post(&app, &bound, None, other.clone()).await;
    assert_eq!(extensions(&answer)["code"], "DOCUMENT_NOT_TRUSTED");
    let both = ["APP".to_owned(), "ANALYST".to_owned()];
    tests::caller::give_roles(&app, user.id, &both).await;
    assert_answered(&post(&app, &bound, None, other).await);
}

#[test]
fn a_hub_does_not_start_with_a_document_that_it_cannot_run() {
    let database = each_database().next().unwrap();
    let cases = [
        (
            "a.graphql",
            "{ leads { secret } }",
            "a.graphql:1: there is no field `secret` on type `LeadConnection`",
        ),
        ("b.graphql", "{\n  leads(", "b.graphql:2: syntax error"),
        (
            "c.graphql",
            "{ a { b { c } } } fragment F on Q { ...F }",
            "c.graphql:1: fragment `F` contains itself",
        ),
        ("d.graphql", "", "d.graphql"),
        (
            "persisted-documents.json",
            "[]",
            "persisted-documents.json: an object of documents by their ids is expected",
        ),
        (
            "persisted-documents.json",
            "{\n1",
            "persisted-documents.json:2: this is not JSON",
        ),
        (
            "persisted-documents.json",
            "{\"x\": \"{ a }\"}",
            "persisted-documents.json, document x:1: there is no field `a` on type `Query`",
        ),
        (
            "web.persisted-documents.json",
            "{\"x\": \"{ a }\"}",
            "web.persisted-documents.json, document x:1: there is no field `a` on type `Query`",
        ),
    ];
    for (file, text, problem) in cases {
        let (documents, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        fs::write(documents.path().join(file), text).unwrap();
        let dir = documents.path().to_str().unwrap();
        let started = run(revhub(&database, &folder, &["serve", "--documents", dir]));
        let said = String::from_utf8(started.stderr).unwrap();
        assert_eq!(started.status.code(), Some(2), "{said}");
        assert!(said.contains(problem), "{said}");
        assert!(said.contains("server.documents_dir"), "{said}");
    }
    let folder = tempfile::tempdir().unwrap();
    let started = run(revhub(
        &database,
        &folder,
        &["serve", "--documents", "/nowhere"],
    ));
    let said = String::from_utf8(started.stderr).unwrap();
    assert!(said.contains("/nowhere cannot be read"), "{said}");
}

#[tokio::test]
async fn each_front_end_has_its_manifest_and_an_id_is_one_document() {
    let folder = folder();
    let more = folder.path().join("more.persisted-documents.json");
    // The same text under the same id, as of two versions of one front end; and one more.
    let manifest = json!({ "0123abcd": NAMES, "more": "query More { __typename }" });
    fs::write(&more, manifest.to_string()).unwrap();
    fs::write(
        folder.path().join("notpersisted-documents.json"),
        "no manifest",
    )
    .unwrap();
    let (app, _roles) = hub_with(folder.path()).await;
    let token = token(&app, "APP").await;
    for id in ["0123abcd", "more"] {
        assert_answered(&post(&app, &token, None, by_hash(id)).await);
    }
    fs::write(&more, json!({ "0123abcd": "{ __typename }" }).to_string()).unwrap();
    let (database, home) = (
        each_database().next().unwrap(),
        tempfile::tempdir().unwrap(),
    );
    let dir = folder.path().to_str().unwrap();
    let started = run(revhub(&database, &home, &["serve", "--documents", dir]));
    let said = String::from_utf8(started.stderr).unwrap();
    assert_eq!(started.status.code(), Some(2), "{said}");
    assert!(
        said.contains("document 0123abcd: another manifest has another document of that id"),
        "{said}"
    );
}

#[test]
fn doctor_reads_them_too() {
    let database = each_database().next().unwrap();
    let (documents, home) = (folder(), tempfile::tempdir().unwrap());
    let doctor = || {
        let mut doctor = revhub(&database, &home, &["doctor"]);
        doctor.env("REVHUB__SERVER__DOCUMENTS_DIR", documents.path());
        let doctor = run(doctor);
        let said = [doctor.stdout, doctor.stderr].map(|said| String::from_utf8(said).unwrap());
        (doctor.status.code(), said.concat())
    };
    let (status, said) = doctor();
    assert_eq!(status, Some(0), "{said}");
    // Each counts once, however many hashes it is known by.
    assert!(said.contains("ok      2 documents are trusted"), "{said}");
    fs::write(
        documents.path().join("wrong.graphql"),
        "{ leads { secret } }",
    )
    .unwrap();
    let (status, said) = doctor();
    assert_eq!(status, Some(1), "{said}");
    assert!(
        said.contains("wrong.graphql:1: there is no field `secret`"),
        "{said}"
    );
    assert!(said.contains("1 of 6 checks failed"), "{said}");
}
