//! Making rows one, and undoing it, by the front door and on both databases.

use std::collections::BTreeSet;

use api::{services::merge::links, views::Role};
use chrono::TimeDelta;
use entity::{contact, external_id};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, EntityTrait, IntoActiveModel, Statement,
};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    database::TestDatabase,
    fixtures,
    socket::Socket,
    sqlite::SqliteDatabase,
};
use uuid::Uuid;

use super::{contact_named, lead_of};

const MERGE: &str = "mutation($input: MergeInput!) { mergeContacts(input: $input) { mergeId relinked \
    contact { id firstName email phone version } } }";
const UNDO: &str =
    "mutation($id: ID!) { undoMerge(mergeId: $id) { restored changedSince { id what } } }";

fn con(id: Uuid) -> String {
    format!("con_{}", id.simple())
}

async fn merge(app: &TestApp, token: &str, winner: Uuid, losers: &[Uuid]) -> Response {
    let losers: Vec<String> = losers.iter().map(|id| con(*id)).collect();
    let input = json!({"winnerId": con(winner), "loserIds": losers});
    app.graphql(token, MERGE, json!({ "input": input })).await
}

async fn undo(app: &TestApp, token: &str, merged: &Response) -> Response {
    let id = &merged.data()["mergeContacts"]["mergeId"];
    app.graphql(token, UNDO, json!({ "id": id })).await
}

async fn stored(app: &TestApp, id: Uuid) -> contact::Model {
    let row = contact::Entity::find_by_id(id);
    row.one(app.database.reads()).await.unwrap().unwrap()
}

/// Two contacts, of whom the second has a telephone number, a lead and a name in another system.
async fn pair(app: &TestApp) -> (contact::Model, contact::Model, entity::lead::Model) {
    let acme = fixtures::account(&app.database, "Acme", None, None).await;
    let one = contact_named(app, ("Eva", "Lemgor"), "eva@acme.example", &acme).await;
    let two = contact_named(app, ("Eva", "Lemgorr"), "eva.l@acme.example", &acme).await;
    let lead = lead_of(app, "eva@acme.example", None).await;
    let tx = app.database.begin().await.unwrap();
    let phone = contact::ActiveModel {
        id: Set(two.id),
        phone: Set(Some("+4312345678".to_owned())),
        ..Default::default()
    };
    phone.update(&tx).await.unwrap();
    let of_lead = entity::lead::ActiveModel {
        id: Set(lead.id),
        contact_id: Set(Some(two.id)),
        ..Default::default()
    };
    of_lead.update(&tx).await.unwrap();
    let called = external_id::Model {
        entity: "contact".to_owned(),
        system: "crm".to_owned(),
        key: "4711".to_owned(),
        entity_id: two.id,
        created_at: TestApp::now(),
    };
    called.into_active_model().insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
    (one, two, lead)
}

async fn called(app: &TestApp) -> Uuid {
    let all = external_id::Entity::find();
    let all = all.all(app.database.reads()).await.unwrap();
    all[0].entity_id
}

async fn contact_of(app: &TestApp, lead: &entity::lead::Model) -> Option<Uuid> {
    let lead = entity::lead::Entity::find_by_id(lead.id);
    let lead = lead.one(app.database.reads()).await.unwrap();
    lead.unwrap().contact_id
}

#[tokio::test]
async fn a_merge_gathers_what_there_is_and_undoing_it_puts_everything_back() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let (one, two, lead) = pair(app).await;
        let (before, other) = (stored(app, one.id).await, stored(app, two.id).await);
        let merged = merge(app, &token, one.id, &[two.id]).await;
        let answer = &merged.data()["mergeContacts"];
        assert_eq!(answer["relinked"], 1, "{answer}");
        assert_eq!(answer["contact"]["phone"], "+4312345678");
        assert_eq!(answer["contact"]["email"], "eva@acme.example");
        assert_eq!(answer["contact"]["version"], 2);
        assert_eq!(contact_of(app, &lead).await, Some(one.id));
        assert_eq!(called(app).await, one.id);
        assert!(stored(app, two.id).await.deleted_at.is_some());

        let undone = undo(app, &token, &merged).await;
        let answer = &undone.data()["undoMerge"];
        assert_eq!(*answer, json!({"restored": 1, "changedSince": []}));
        assert_eq!(contact_of(app, &lead).await, Some(two.id));
        assert_eq!(called(app).await, two.id);
        let version = |row: contact::Model| contact::Model {
            version: 1,
            updated_by: None,
            ..row
        };
        assert_eq!(version(stored(app, one.id).await), version(before));
        assert_eq!(version(stored(app, two.id).await), version(other));
        // Once is enough.
        assert_eq!(undo(app, &token, &merged).await.codes(), ["VALIDATION"]);
    })
    .await;
}

#[tokio::test]
async fn what_was_changed_since_stays_and_is_named() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let (one, two, _) = pair(app).await;
        let merged = merge(app, &token, one.id, &[two.id]).await;
        let tx = app.database.begin().await.unwrap();
        let phone = contact::ActiveModel {
            id: Set(one.id),
            phone: Set(Some("+4387654321".to_owned())),
            version: Set(3),
            ..Default::default()
        };
        phone.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let undone = undo(app, &token, &merged).await;
        let changed = json!([{"id": con(one.id), "what": "phone"}]);
        assert_eq!(undone.data()["undoMerge"]["changedSince"], changed);
        assert_eq!(
            stored(app, one.id).await.phone.as_deref(),
            Some("+4387654321")
        );
    })
    .await;
}

#[tokio::test]
async fn chains_are_undone_from_their_end() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let (one, two, lead) = pair(app).await;
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let last = contact_named(app, ("Eva", "Lem"), "e@acme.example", &acme).await;
        let first = merge(app, &token, one.id, &[two.id]).await;
        let second = merge(app, &token, last.id, &[one.id]).await;
        assert_eq!(contact_of(app, &lead).await, Some(last.id));
        assert_eq!(undo(app, &token, &first).await.codes(), ["VALIDATION"]);
        assert!(undo(app, &token, &second).await.codes().is_empty());
        assert!(undo(app, &token, &first).await.codes().is_empty());
        assert_eq!(contact_of(app, &lead).await, Some(two.id));
        assert!(stored(app, last.id).await.phone.is_none());
    })
    .await;
}

#[tokio::test]
async fn nonsense_old_versions_and_what_is_hidden_are_refused() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let (one, two, _) = pair(app).await;
        let codes = async |losers: &[Uuid]| {
            let response = merge(app, &token, one.id, losers).await;
            response.codes().join(" ")
        };
        assert_eq!(codes(&[]).await, "VALIDATION");
        assert_eq!(codes(&[one.id]).await, "VALIDATION");
        assert_eq!(codes(&[two.id, two.id]).await, "VALIDATION");
        assert_eq!(codes(&[Uuid::now_v7()]).await, "NOT_FOUND");
        let input = |versions: Value, take: Value| {
            json!({"input": {"winnerId": con(one.id), "loserIds": [con(two.id)],
                "expectedVersions": versions, "take": take}})
        };
        let stale = input(json!([{"id": con(two.id), "version": 7}]), json!(null));
        let response = app.graphql(&token, MERGE, stale).await;
        assert_eq!(response.codes(), ["VERSION_CONFLICT"]);
        let extensions = &response.body["errors"][0]["extensions"];
        assert_eq!(extensions["field"], "input.expectedVersions.0.version");
        assert_eq!(extensions["currentVersion"], 1);
        assert_eq!(extensions["current"]["email"], "eva.l@acme.example");
        let unknown = input(json!(null), json!(["deletedAt"]));
        let response = app.graphql(&token, MERGE, unknown).await;
        assert_eq!(response.codes(), ["VALIDATION"]);
        // A rep without territories sees neither; an analyst sees both.
        let rep = app.token_for(Role::SalesRep).await;
        let hidden = merge(app, &rep, one.id, &[two.id]).await;
        assert_eq!(hidden.codes(), ["NOT_FOUND"; 2]);
        let analyst = app.token_for(Role::Analyst).await;
        let seen = merge(app, &analyst, one.id, &[two.id]).await;
        assert_eq!(seen.codes(), ["FORBIDDEN_SCOPE"; 2]);
        assert!(stored(app, two.id).await.deleted_at.is_none());
        // What the caller names is taken.
        let chosen = input(json!([{"id": con(two.id), "version": 1}]), json!(["email"]));
        let response = app.graphql(&token, MERGE, chosen).await;
        let contact = &response.data()["mergeContacts"]["contact"];
        assert_eq!(contact["email"], "eva.l@acme.example");
    })
    .await;
}

#[tokio::test]
async fn one_that_fails_leaves_the_others_of_its_document_as_they_are() {
    const DOCUMENT: &str = "mutation($merge: MergeInput!, $update: UpdateContactInput!) {
        mergeContacts(input: $merge) { mergeId }
        mergeAccounts(input: $merge) { mergeId }
        undoMerge(mergeId: \"merge_none\") { restored }
        dismissDuplicate(id: \"dup_none\") { duplicateCandidate { id } }
        updateContact(input: $update) { contact { jobTitle } }
    }";
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let (one, _, _) = pair(app).await;
        let merge = json!({"winnerId": con(one.id), "loserIds": []});
        let update = json!({"id": con(one.id), "jobTitle": "Buyer"});
        let variables = json!({"merge": merge, "update": update});
        let answer = app.graphql(&token, DOCUMENT, variables).await;
        let expected = json!({
            "mergeContacts": null, "mergeAccounts": null, "undoMerge": null, "dismissDuplicate": null,
            "updateContact": {"contact": {"jobTitle": "Buyer"}},
        });
        assert_eq!(answer.body["data"], expected, "{}", answer.text);
        assert_eq!(answer.codes(), ["VALIDATION", "NOT_FOUND", "NOT_FOUND", "NOT_FOUND"]);
        let stored = stored(app, one.id).await;
        assert_eq!(stored.job_title.as_deref(), Some("Buyer"));
    })
    .await;
}

#[tokio::test]
async fn it_is_undone_for_thirty_days() {
    each_app(async |app| {
        let (one, two, _) = pair(app).await;
        let merged = merge(app, &app.token_for(Role::Admin).await, one.id, &[two.id]).await;
        let last = TestApp::now() + TimeDelta::days(30);
        app.clock.set(last + TimeDelta::seconds(1));
        let late = undo(app, &app.token_for(Role::Admin).await, &merged).await;
        assert_eq!(late.codes(), ["VALIDATION"]);
        assert!(late.text.contains("more than 30 days ago"), "{}", late.text);
        assert!(stored(app, two.id).await.deleted_at.is_some());
        app.clock.set(last - TimeDelta::seconds(1));
        let undone = undo(app, &app.token_for(Role::Admin).await, &merged).await;
        assert_eq!(undone.data()["undoMerge"]["restored"], 1);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_is_one_of_its_own_again_is_told_so() {
    const TOLD: &str = "query($after: String, $id: ID!) {
        changes(after: $after, filter: {ids: [$id]}) { nodes { kind node { id } } }
        contact(id: $id) { history(first: 1) { nodes { kind } } }
    }";
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        let (one, two, _) = pair(app).await;
        let mut socket = Socket::of(&app.url, &token).await;
        let events = "subscription { changed(entities: [CONTACT]) { kind id } }";
        socket.subscribe("a", events, json!({})).await;
        let cursor = app.graphql(&token, "{ changeCursor }", json!(null)).await;
        let cursor = &cursor.data()["changeCursor"];
        let merged = merge(app, &token, one.id, &[two.id]).await;
        let told = async || {
            let asked = json!({"after": cursor, "id": con(two.id)});
            app.graphql(&token, TOLD, asked).await.data().clone()
        };
        let before = told().await;
        assert_eq!(
            before["changes"]["nodes"],
            json!([{"kind": "REMOVED", "node": null}])
        );
        assert_eq!(before["contact"], json!(null));
        let _undone = undo(app, &token, &merged).await.data();
        let after = told().await;
        let back = json!({"kind": "UNMERGED", "node": {"id": con(two.id)}});
        let all = after["changes"]["nodes"].as_array().unwrap();
        assert_eq!(all.last(), Some(&back), "{after}");
        assert_eq!(
            after["contact"]["history"]["nodes"],
            json!([{"kind": "UNMERGED"}])
        );
        let last = json!({"kind": "UNMERGED", "id": con(two.id)});
        loop {
            let message = socket.message().await;
            if message["payload"]["data"]["changed"] == last {
                break;
            }
        }
    })
    .await;
}

#[tokio::test]
async fn no_foreign_key_is_forgotten() {
    let database = TestDatabase::Sqlite(SqliteDatabase::migrated());
    let connection = database.connect().await;
    for noun in ["contact", "account"] {
        let sql = format!(
            "SELECT m.name, f.\"from\" FROM sqlite_master AS m, pragma_foreign_key_list(m.name) AS f \
             WHERE m.type = 'table' AND f.\"table\" = '{noun}'"
        );
        let backend = connection.get_database_backend();
        let rows = connection.query_all_raw(Statement::from_string(backend, sql));
        let rows = rows.await.unwrap().into_iter().map(|row| {
            let place: (String, String) = (
                row.try_get_by_index(0).unwrap(),
                row.try_get_by_index(1).unwrap(),
            );
            place
        });
        let known = links(noun)
            .into_iter()
            .map(|link| (link.table.name.to_owned(), link.column.to_owned()));
        assert_eq!(
            known.collect::<BTreeSet<_>>(),
            rows.collect::<BTreeSet<_>>()
        );
    }
}
