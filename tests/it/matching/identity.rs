//! What identifies a row for sure, on both databases.

use api::{
    matching::identity::{By, Found, Keys, Which, identify},
    record::{Entity, entity},
    store::table::{Record, Value},
};
use entity::{account_domain, external_id};
use sea_orm::{ActiveModelTrait, IntoActiveModel};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

/// A row that says nothing but this.
fn saying(entity: &Entity, column: &str, text: &str) -> Record {
    let mut record = entity.blank();
    record[entity.position(column).unwrap()] = Value::from(text);
    record
}

fn keys<'k>(entity: &Entity, record: &'k Record, domains: &[&'k str]) -> Keys<'k> {
    Keys::of(
        entity,
        &entity.matching,
        |column| record.get(column),
        domains,
    )
}

fn row(id: Uuid, by: By) -> Found {
    let which = Which::Row(id);
    Found { which, by }
}

#[tokio::test]
async fn a_person_is_known_by_their_own_address_and_by_what_others_call_them() {
    each_app(async |app| {
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let jane = fixtures::contact(&app.database, ("Jane", "Doe"), &acme).await;
        let called = external_id::Model {
            entity: "contact".to_owned(),
            system: "crm".to_owned(),
            key: "4711".to_owned(),
            entity_id: jane.id,
            created_at: TestApp::now(),
        };
        let tx = app.database.begin().await.unwrap();
        called.into_active_model().insert(&tx).await.unwrap();
        let contact = entity("contact").unwrap();
        let by_email = saying(contact, "email", "jane.doe@example.com");
        let shared = saying(contact, "email", "office@example.com");
        let new = saying(contact, "email", "somebody@example.com");
        let batch = [
            keys(contact, &by_email, &[]),
            keys(contact, &shared, &[]),
            keys(contact, &new, &[]).known_as("crm", "4711"),
            // The same key of another system is another.
            keys(contact, &new, &[]).known_as("erp", "4711"),
            keys(contact, &new, &[]).known_as("erp", "4711"),
            keys(contact, &shared, &[]),
            Keys::default(),
        ];
        let found = identify(&tx, contact, &batch).await.unwrap();
        let email = By::Column("email");
        let earlier = |index, by| {
            Some(Found {
                which: Which::Item(index),
                by,
            })
        };
        let expected = [
            Some(row(jane.id, email)),
            None,
            Some(row(jane.id, By::ExternalId)),
            earlier(2, email),
            earlier(3, By::ExternalId),
            None,
            None,
        ];
        assert_eq!(found, expected);
        tx.rollback().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_company_is_known_by_its_domain_and_never_by_anybodys_mail() {
    each_app(async |app| {
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let tx = app.database.begin().await.unwrap();
        for domain in ["acme.example", "gmail.com"] {
            let domain = account_domain::Model {
                id: Uuid::now_v7(),
                account_id: acme.id,
                domain: domain.to_owned(),
                is_primary: true,
                created_at: TestApp::now(),
                created_by: None,
            };
            domain.into_active_model().insert(&tx).await.unwrap();
        }
        let account = entity("account").unwrap();
        let blank = account.blank();
        let batch = [
            keys(account, &blank, &["new.example", "acme.example"]),
            keys(account, &blank, &["gmail.com"]),
        ];
        let found = identify(&tx, account, &batch).await.unwrap();
        assert_eq!(found, [Some(row(acme.id, By::Domain)), None]);
        tx.rollback().await.unwrap();
    })
    .await;
}
