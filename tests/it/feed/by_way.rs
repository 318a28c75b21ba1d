//! Rows that are seen by way of others, which move: who hears that such a row is gone is who saw it.

use api::views::Role;
use entity::{account, account_domain, contact};
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

use super::{log::Deed, told::Listener};

async fn assign(app: &TestApp, account: &account::Model, from: Option<Uuid>, to: Option<Uuid>) {
    let row = account::ActiveModel {
        id: Set(account.id),
        owner_id: Set(to),
        ..Default::default()
    };
    let moved = json!({ "owner_id": [from, to] });
    Deed::update("account", account.id, moved)
        .with(app, row)
        .await;
}

async fn delete(app: &TestApp, contact: &contact::Model) {
    let gone = contact::ActiveModel {
        id: Set(contact.id),
        deleted_at: Set(Some(TestApp::now())),
        ..Default::default()
    };
    Deed::delete("contact", contact.id).with(app, gone).await;
}

/// The kind of each change, and whether it is of the contact.
fn told(heard: &[Value], contact: &contact::Model) -> Vec<(String, bool)> {
    let contact = format!("con_{}", contact.id.simple());
    let of = |change: &Value| {
        let kind = change["kind"].as_str().unwrap().to_owned();
        (kind, change["id"] == contact.as_str())
    };
    heard.iter().map(of).collect()
}

#[tokio::test]
async fn a_row_that_was_gone_before_it_came_near_is_not_told() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::SalesRep]).await;
        let account = fixtures::account(db, "Acme", None, None).await;
        let jane = fixtures::contact(db, ("Jane", "Doe"), &account).await;
        let mut hears = Listener::new(app, app.token_of(&ada.email).await).await;
        delete(app, &jane).await;
        assign(app, &account, None, Some(ada.id)).await;
        let changes = hears.hear(app, json!({})).await;
        assert_eq!(told(&changes, &jane), [("UPDATED".to_owned(), false)]);
        let also = changes[0]["alsoAffects"].to_string();
        assert!(also.contains("\"CONTACT\""), "{also}");
    })
    .await;
}

#[tokio::test]
async fn a_row_that_was_seen_is_told_as_gone_whatever_else_was_done_to_what_it_is_seen_by() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::SalesRep]).await;
        let account = fixtures::account(db, "Acme", None, Some(&ada)).await;
        let jane = fixtures::contact(db, ("Jane", "Doe"), &account).await;
        let mut hears = Listener::new(app, app.token_of(&ada.email).await).await;
        // It came to them before, and its name is nobody's tie.
        assign(app, &account, None, Some(ada.id)).await;
        delete(app, &jane).await;
        let renamed = json!({ "name": ["Acme", "Acme Ltd"] });
        let row = account::ActiveModel {
            id: Set(account.id),
            name: Set("Acme Ltd".to_owned()),
            ..Default::default()
        };
        Deed::update("account", account.id, renamed)
            .with(app, row)
            .await;
        let changes = hears.hear(app, json!({})).await;
        let expected = [("UPDATED", false), ("REMOVED", true), ("UPDATED", false)];
        let expected = expected.map(|(kind, of)| (kind.to_owned(), of));
        assert_eq!(told(&changes, &jane), expected);
    })
    .await;
}

/// A domain belonged to an account that comes near only after the domain has left it.
#[tokio::test]
async fn a_part_that_had_left_before_its_whole_came_near_is_not_told() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::SalesRep]).await;
        let account = fixtures::account(db, "Acme", None, None).await;
        let other = fixtures::account(db, "Other", None, None).await;
        let domain = account_domain::ActiveModel {
            id: Set(Uuid::now_v7()),
            account_id: Set(account.id),
            domain: Set("acme.example".to_owned()),
            is_primary: Set(true),
            created_at: Set(TestApp::now()),
            created_by: Set(None),
        };
        let tx = db.begin().await.unwrap();
        let domain = domain.insert(&tx).await.unwrap();
        tx.commit().await.unwrap();
        let mut hears = Listener::new(app, app.token_of(&ada.email).await).await;
        let row = account_domain::ActiveModel {
            id: Set(domain.id),
            account_id: Set(other.id),
            ..Default::default()
        };
        let moved = json!({ "account_id": [account.id, other.id] });
        Deed::update("account_domain", domain.id, moved)
            .with(app, row)
            .await;
        assign(app, &account, None, Some(ada.id)).await;
        let changes = hears.hear(app, json!({})).await;
        assert_eq!(changes.len(), 1, "{changes:?}");
        assert_eq!(changes[0]["entity"], "ACCOUNT");
    })
    .await;
}
