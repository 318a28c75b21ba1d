//! What is kept of a merge: who can read it, for how long it can be undone, and what is forgotten then.

use api::{
    services::merge::{forget, links},
    views::Role,
};
use chrono::TimeDelta;
use entity::{change, change::ChangeKind, merge as merges};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Statement};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    database::TestDatabase,
    fixtures,
    sqlite::SqliteDatabase,
};

use super::{con, contact_named, merge, undo};

const MERGE: &str = "mutation($input: MergeInput!) { mergeContacts(input: $input) { mergeId } }";

#[tokio::test]
async fn what_went_into_a_row_can_be_read_and_followed_by_who_sees_it() {
    const OF_CONTACT: &str = "query($id: ID!) { contact(id: $id) { merges { nodes {
        id entity mergedIds mergedAt undoneAt byUser { name } contact { id } account { id }
        history { nodes { kind reason } } } } } }";
    const FEED: &str = "query($after: String) { changes(after: $after, entities: [MERGE]) { nodes {
        kind id node { ... on Merge { contactId mergedIds } } } } }";
    const ALL: &str = "{ merges { totalCount } }";
    each_app(async |app| {
        let ada = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
        app.forget_callers();
        let admin = app.token_of(&ada.email).await;
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let one = contact_named(app, ("Eva", "One"), "one@acme.example", &acme).await;
        let two = contact_named(app, ("Eva", "Two"), "two@acme.example", &acme).await;
        let cursor = app.graphql(&admin, "{ changeCursor }", json!({})).await;
        let cursor = &cursor.data()["changeCursor"];
        let why = json!({"reason": " the same desk "});
        let merged = merge(app, &admin, MERGE, (&one, &[&two]), why).await;
        let id = &merged.data()["mergeContacts"]["mergeId"];
        let entry = |undone: Option<&str>, history: serde_json::Value| {
            json!([{"id": id, "entity": "CONTACT", "mergedIds": [con(two.id)],
                "mergedAt": "2026-11-22T12:00:00.000000Z", "undoneAt": undone,
                "byUser": {"name": "Ada Byron"}, "contact": {"id": con(one.id)}, "account": null,
                "history": {"nodes": history}}])
        };
        let read = async || {
            let answer = app
                .graphql(&admin, OF_CONTACT, json!({"id": con(one.id)}))
                .await;
            answer.data()["contact"]["merges"]["nodes"].clone()
        };
        let made = json!({"kind": "CREATED", "reason": "the same desk"});
        assert_eq!(read().await, entry(None, json!([made])));
        // The log says of the row that is gone where it went, and why.
        let gone = change::Entity::find()
            .filter(change::Column::EntityId.eq(two.id))
            .filter(change::Column::Kind.eq(ChangeKind::Merged));
        let gone = gone.one(app.database.reads()).await.unwrap().unwrap();
        assert_eq!(gone.fields.unwrap()["merged_into"], json!([null, one.id]));
        assert_eq!(gone.reason.as_deref(), Some("the same desk"));
        // A rep sees neither the contact nor what went into it.
        let rep = app.token_for(Role::SalesRep).await;
        let seen = app.graphql(&rep, ALL, json!({})).await;
        assert_eq!(seen.data()["merges"]["totalCount"], 0);
        // Who has lost the answer undoes it by what is read.
        let _undone = undo(app, &admin, &merged).await.data();
        let at = Some("2026-11-22T12:00:00.000000Z");
        let undone = json!({"kind": "UPDATED", "reason": null});
        assert_eq!(read().await, entry(at, json!([undone, made])));
        let feed = app.graphql(&admin, FEED, json!({"after": cursor})).await;
        let node = json!({"contactId": con(one.id), "mergedIds": [con(two.id)]});
        let expected =
            ["CREATED", "UPDATED"].map(|kind| json!({"kind": kind, "id": id, "node": node}));
        assert_eq!(feed.data()["changes"]["nodes"], json!(expected));
    })
    .await;
}

/// The merge that there is.
async fn stored(app: &TestApp) -> merges::Model {
    let one = merges::Entity::find();
    one.one(app.database.reads()).await.unwrap().unwrap()
}

#[tokio::test]
async fn how_rows_were_is_forgotten_once_it_cannot_be_put_back() {
    each_app(async |app| {
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let one = contact_named(app, ("Eva", "One"), "one@acme.example", &acme).await;
        let two = contact_named(app, ("Eva", "Two"), "two@acme.example", &acme).await;
        let admin = app.token_for(Role::Admin).await;
        let merged = merge(app, &admin, MERGE, (&one, &[&two]), json!({})).await;
        let _merged = merged.data();
        let last = TestApp::now() + TimeDelta::days(30);
        assert_eq!(forget(&app.database, last).await.unwrap(), 0);
        assert_ne!(stored(app).await.steps, json!([]));
        let late = last + TimeDelta::seconds(1);
        assert_eq!(forget(&app.database, late).await.unwrap(), 1);
        assert_eq!(forget(&app.database, late).await.unwrap(), 0);
        let row = stored(app).await;
        assert_eq!((row.steps, row.external_ids), (json!([]), json!([])));
        assert_eq!(row.merged_ids, json!([con(two.id)]));
        app.clock.set(late);
        let admin = app.token_for(Role::Admin).await;
        assert_eq!(undo(app, &admin, &merged).await.codes(), ["VALIDATION"]);
    })
    .await;
}

#[tokio::test]
async fn what_was_undone_is_forgotten_at_once() {
    each_app(async |app| {
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let one = contact_named(app, ("Eva", "One"), "one@acme.example", &acme).await;
        let two = contact_named(app, ("Eva", "Two"), "two@acme.example", &acme).await;
        let admin = app.token_for(Role::Admin).await;
        let merged = merge(app, &admin, MERGE, (&one, &[&two]), json!({})).await;
        let _undone = undo(app, &admin, &merged).await.data();
        assert_eq!(stored(app).await.steps, json!([]));
    })
    .await;
}

#[tokio::test]
async fn no_pair_that_may_be_there_once_is_forgotten() {
    let database = TestDatabase::Sqlite(SqliteDatabase::migrated());
    let connection = database.connect().await;
    let mut checked = 0;
    for link in ["contact", "account"].into_iter().flat_map(links) {
        let sql = format!(
            "SELECT (SELECT group_concat(c.name) FROM pragma_index_info(i.name) AS c) \
             FROM pragma_index_list('{}') AS i WHERE i.\"unique\" = 1 AND i.origin = 'c'",
            link.table.name
        );
        let backend = connection.get_database_backend();
        let found = connection.query_all_raw(Statement::from_string(backend, sql));
        for row in found.await.unwrap() {
            let columns: String = row.try_get_by_index(0).unwrap();
            let columns: Vec<&str> = columns.split(',').collect();
            if columns.contains(&link.column) {
                let others = columns.into_iter().filter(|column| *column != link.column);
                assert_eq!(others.collect::<Vec<_>>(), [link.unique_with.unwrap()]);
                checked += 1;
            }
        }
    }
    assert_eq!(checked, 2);
}
