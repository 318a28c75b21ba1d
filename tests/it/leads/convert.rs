//! Which contact a lead becomes: whoever converts it finds, and changes, what is theirs to see and to change.

use api::views::Role;
use entity::{account, contact, lead, lead::LeadStatus};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

use super::{Team, gid};

/// A lead of the rep's with that address, whose contact may be said.
async fn with_email(app: &TestApp, team: &Team, email: &str, contact: Option<Uuid>) -> lead::Model {
    let lead = lead::Model {
        email: Some(email.to_owned()),
        phone: Some("+43 1 7654321".to_owned()),
        job_title: Some("Buyer".to_owned()),
        contact_id: contact,
        ..team.lead(app, LeadStatus::Sql).await
    };
    fixtures::rewrite(&app.database, lead.clone()).await;
    lead
}

/// What the leads have become, for the rep who converts them.
async fn convert(app: &TestApp, team: &Team, leads: &[&lead::Model]) -> Vec<Value> {
    let document =
        "mutation ($input: [ConvertLeadInput!]!) { convertLeads(input: $input) { results {
        outcome problems { code field } lead { contactId contactRef { name }
          contact { lastName email phone jobTitle account { name } } } } } }";
    let said = leads
        .iter()
        .map(|lead| json!({ "id": gid("Lead", lead.id), "reason": "no deal yet" }));
    let said = json!({ "input": said.collect::<Vec<_>>() });
    let answer = app
        .graphql(team.token(Role::SalesRep), document, said)
        .await;
    let results = answer.data()["convertLeads"]["results"]
        .as_array()
        .unwrap()
        .clone();
    let lead = |result: &Value| {
        assert_eq!(result["problems"], json!([]), "{}", answer.body);
        result["lead"].clone()
    };
    results.iter().map(lead).collect()
}

/// The contact as it is stored.
async fn stored(app: &TestApp, id: Uuid) -> contact::Model {
    let row = contact::Entity::find_by_id(id);
    row.one(app.database.reads()).await.unwrap().unwrap()
}

/// An account of the rep's.
async fn owned(app: &TestApp, team: &Team, name: &str) -> account::Model {
    fixtures::account(&app.database, name, None, Some(team.user(Role::SalesRep))).await
}

#[tokio::test]
async fn a_contact_that_the_rep_does_not_see_is_neither_found_nor_written() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let owner = Some(team.user(Role::Admin));
        let other = fixtures::account(&app.database, "Other", None, owner).await;
        let hidden = fixtures::contact(&app.database, ("Hidden", "Person"), &other).await;
        let lead = with_email(app, &team, "hidden.person@example.com", None).await;
        let became = convert(app, &team, &[&lead]).await;
        let contact = &became[0]["contact"];
        assert_eq!(contact["email"], "hidden.person@example.com");
        assert_eq!(contact["lastName"], "Lemgor");
        assert_eq!(contact["account"]["name"], "Acme");
        assert_ne!(became[0]["contactId"], json!(gid("Contact", hidden.id)));
        assert_eq!(stored(app, hidden.id).await, hidden);
    })
    .await;
}

#[tokio::test]
async fn a_contact_of_another_account_is_somebody_else() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let other = owned(app, &team, "Before").await;
        let elsewhere = fixtures::contact(&app.database, ("Hedi", "Lemgor"), &other).await;
        let lead = with_email(app, &team, "hedi.lemgor@example.com", None).await;
        let became = convert(app, &team, &[&lead]).await;
        assert_eq!(became[0]["contact"]["account"]["name"], "Acme");
        assert_eq!(stored(app, elsewhere.id).await, elsewhere);
    })
    .await;
}

#[tokio::test]
async fn a_contact_of_the_account_is_the_same_person_and_gets_what_it_has_nothing_of() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let account = owned(app, &team, "Acme").await;
        let known = fixtures::contact(&app.database, ("Hedi", "Lemgor"), &account).await;
        let mut lead = with_email(app, &team, "hedi.lemgor@example.com", None).await;
        lead.account_id = Some(account.id);
        fixtures::rewrite(&app.database, lead.clone()).await;
        let became = convert(app, &team, &[&lead]).await;
        assert_eq!(became[0]["contactId"], json!(gid("Contact", known.id)));
        let now = stored(app, known.id).await;
        assert_eq!(now.job_title.as_deref(), Some("Buyer"));
        assert_eq!((now.phone, now.version), (known.phone, 2));
    })
    .await;
}

#[tokio::test]
async fn leads_of_one_person_become_one_contact() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let one = with_email(app, &team, "eva@acme.example", None).await;
        let two = with_email(app, &team, "eva@acme.example", None).await;
        let desk = with_email(app, &team, "info@acme.example", None).await;
        let other = with_email(app, &team, "info@acme.example", None).await;
        let became = convert(app, &team, &[&one, &two, &desk, &other]).await;
        assert_eq!(became[0]["contactId"], became[1]["contactId"]);
        assert_ne!(became[2]["contactId"], became[3]["contactId"]);
    })
    .await;
}

#[tokio::test]
async fn a_contact_that_the_rep_may_not_change_stays_as_it_is() {
    each_app(async |app| {
        let team = Team::of(app).await;
        let rep = team.user(Role::SalesRep);
        let there = fixtures::territory(&app.database, "at", None, &[rep]).await;
        app.forget_callers();
        let account = fixtures::account(&app.database, "Seen", Some(&there), None).await;
        let seen = fixtures::contact(&app.database, ("Hedi", "Lemgor"), &account).await;
        let lead = with_email(app, &team, "hedi.lemgor@example.com", Some(seen.id)).await;
        let became = convert(app, &team, &[&lead]).await;
        assert_eq!(became[0]["contactId"], json!(gid("Contact", seen.id)));
        assert_eq!(stored(app, seen.id).await, seen);
    })
    .await;
}
