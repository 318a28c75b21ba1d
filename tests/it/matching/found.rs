//! What is found of rows that are there, on both databases.

use std::time::Duration;

use api::{services::matching::catch_up, views::Role};
use entity::{
    account, account_domain, contact, duplicate_candidate,
    duplicate_candidate::DuplicateState,
    lead,
    lead_match::{self, LeadMatchRule},
    lead_match_candidate, match_key,
};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait,
    QueryFilter,
};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    database::each_database,
    fixtures,
};
use tokio::time::timeout;
use uuid::Uuid;

use super::{contact_named, lead_of};

async fn pairs(app: &TestApp) -> Vec<duplicate_candidate::Model> {
    catch_up(&app.database, &app.clock).await.unwrap();
    let all = duplicate_candidate::Entity::find();
    all.all(app.database.reads()).await.unwrap()
}

async fn rename(app: &TestApp, contact: &contact::Model, last: &str) {
    let changed = contact::ActiveModel {
        id: Set(contact.id),
        last_name: Set(Some(last.to_owned())),
        version: Set(contact.version + 1),
        ..Default::default()
    };
    let tx = app.database.begin().await.unwrap();
    changed.update(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn the_same_person_twice_is_a_pair_to_decide_on() {
    each_app(async |app| {
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let jane = contact_named(
            app,
            ("Katharina", "Lemgorberg"),
            "k.lemgorberg@acme.example",
            &acme,
        );
        let jane = jane.await;
        let typed = contact_named(
            app,
            ("Kathi", "Lemgorbreg"),
            "k.lemgorbreg@acme.example",
            &acme,
        );
        let typed = typed.await;
        contact_named(app, ("Peter", "Huber"), "peter.huber@acme.example", &acme).await;
        let found = pairs(app).await;
        assert_eq!(found.len(), 1, "{found:?}");
        let pair = &found[0];
        assert_eq!((pair.one_id, pair.other_id), (jane.id, typed.id));
        assert_eq!(
            (pair.contact_id, pair.other_contact_id),
            (Some(jane.id), Some(typed.id))
        );
        assert!(pair.score > 50, "{pair:?}");
        let reasons = pair.reasons.to_string();
        assert!(
            reasons.contains("name: the name with a slip of the pen")
                || reasons.contains("name: a short form"),
            "{reasons}"
        );

        // Looking again finds nothing new, and what has changed is looked at again.
        assert_eq!(pairs(app).await, found);
        rename(app, &typed, "Wagner").await;
        let tx = app.database.begin().await.unwrap();
        let other = contact::ActiveModel {
            id: Set(typed.id),
            email: Set(Some("eva@elsewhere.example".to_owned())),
            first_name: Set(Some("Eva".to_owned())),
            version: Set(3),
            ..Default::default()
        };
        other.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(pairs(app).await, []);
    })
    .await;
}

#[tokio::test]
async fn what_somebody_has_decided_stays_and_what_is_deleted_is_in_no_pair() {
    each_app(async |app| {
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let one = contact_named(app, ("Eva", "Lemgor"), "eva.lemgor@acme.example", &acme).await;
        let two = contact_named(app, ("Eva", "Lemgorr"), "eva.lemgor@acme.example", &acme).await;
        let found = pairs(app).await;
        let tx = app.database.begin().await.unwrap();
        let dismissed = duplicate_candidate::ActiveModel {
            id: Set(found[0].id),
            state: Set(DuplicateState::Dismissed),
            ..Default::default()
        };
        dismissed.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        rename(app, &two, "Lemgorrr").await;
        let again = pairs(app).await;
        assert_eq!(
            (again.len(), again[0].state),
            (1, DuplicateState::Dismissed)
        );

        let tx = app.database.begin().await.unwrap();
        let deleted = contact::ActiveModel {
            id: Set(one.id),
            deleted_at: Set(Some(TestApp::now())),
            version: Set(2),
            ..Default::default()
        };
        deleted.update(&tx).await.unwrap();
        tx.commit().await.unwrap();
        pairs(app).await;
        let keys = match_key::Entity::find().filter(match_key::Column::EntityId.eq(one.id));
        assert_eq!(keys.count(app.database.reads()).await.unwrap(), 0);
    })
    .await;
}

#[tokio::test]
async fn what_is_written_is_matched_without_anybody_asking_for_it() {
    for database in each_database() {
        let app = TestApp::start_with(database, &[("MATCHING__BACKGROUND", "true")]).await;
        let token = app.token_for(Role::Admin).await;
        let create = "mutation($input: [CreateContactInput!]!) { createContacts(input: $input) { results { id } } }";
        let ask = "{ duplicateCandidates { totalCount } }";
        // Also what is written later, by a hub that has looked already.
        for (last, pairs) in [("Lemgorberg", 1), ("Wurzinger", 2)] {
            let person =
                |email: &str| json!({"firstName": "Eva", "lastName": last, "email": email});
            let people = [
                format!("eva.{last}@acme.example"),
                format!("e.{last}@acme.example"),
            ];
            let people = people.map(|email| person(&email));
            let made = app.graphql(&token, create, json!({"input": people})).await;
            let _made = made.data();
            let found = async {
                loop {
                    let answer = app.graphql(&token, ask, json!({})).await;
                    if answer.data()["duplicateCandidates"]["totalCount"] == pairs {
                        return;
                    }
                }
            };
            let found = timeout(Duration::from_mins(1), found).await;
            found.expect("it is found");
        }
        app.stop().await;
    }
}

async fn domain(app: &TestApp, account: &account::Model, domain: &str) {
    let row = account_domain::Model {
        id: Uuid::now_v7(),
        account_id: account.id,
        domain: domain.to_owned(),
        is_primary: true,
        created_at: TestApp::now(),
        created_by: None,
    };
    let tx = app.database.begin().await.unwrap();
    row.into_active_model().insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn match_of(app: &TestApp, lead: &lead::Model) -> lead_match::Model {
    let found = lead_match::Entity::find_by_id(lead.id);
    found.one(app.database.reads()).await.unwrap().unwrap()
}

#[tokio::test]
async fn a_lead_is_matched_by_its_domain_and_else_by_its_company() {
    each_app(async |app| {
        let acme = fixtures::account(&app.database, "Acme Maschinenbau GmbH", None, None).await;
        let other = fixtures::account(&app.database, "Zenith Foods", None, None).await;
        domain(app, &acme, "acme.example").await;
        domain(app, &other, "gmail.com").await;
        let by_domain = lead_of(app, "eva@acme.example", Some("Something else")).await;
        let by_name = lead_of(app, "eva@gmail.com", Some("ACME Mashinenbau")).await;
        let by_nothing = lead_of(app, "eva@gmail.com", Some("Nobody Ltd")).await;
        catch_up(&app.database, &app.clock).await.unwrap();
        let found = match_of(app, &by_domain).await;
        assert_eq!(
            (found.rule, found.account_id),
            (LeadMatchRule::Domain, Some(acme.id))
        );
        let found = match_of(app, &by_name).await;
        assert_eq!(
            (found.rule, found.account_id),
            (LeadMatchRule::CompanyName, Some(acme.id)),
            "{found:?}"
        );
        assert_eq!(
            found.reasons[0],
            json!("name: the name with a slip of the pen")
        );
        let found = match_of(app, &by_nothing).await;
        assert_eq!((found.rule, found.account_id), (LeadMatchRule::None, None));
        let candidates = lead_match_candidate::Entity::find();
        let candidates = candidates.all(app.database.reads()).await.unwrap();
        assert_eq!(candidates.len(), 2, "{candidates:?}");
    })
    .await;
}
