//! What the row that stays gets of those that go into it, and what it does not.

use api::views::Role;
use entity::contact;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};

use super::{con, contact_named, merge, put, stored, undo};

const MERGE: &str = "mutation($input: MergeInput!) { mergeContacts(input: $input) {
    mergeId relinked contact { email phone jobTitle doNotContact consent } } }";

/// Two contacts of one company.
async fn two(app: &TestApp) -> (contact::Model, contact::Model) {
    let acme = fixtures::account(&app.database, "Acme", None, None).await;
    let one = contact_named(app, ("Eva", "Lemgor"), "eva@acme.example", &acme).await;
    let other = contact_named(app, ("Eva", "Lemgorr"), "eva.l@acme.example", &acme).await;
    (one, other)
}

/// Says that a contact has this number, this title, and has agreed to this.
async fn say(
    app: &TestApp,
    row: &contact::Model,
    phone: Option<&str>,
    title: &str,
    consent: Value,
) {
    let said = contact::ActiveModel {
        id: Set(row.id),
        phone: Set(phone.map(str::to_owned)),
        job_title: Set(Some(title.to_owned())),
        consent: Set(consent),
        ..Default::default()
    };
    put(app, said).await;
}

fn given() -> Value {
    json!([{"channel": "EMAIL", "status": "GIVEN", "at": "2026-01-01T00:00:00Z"}])
}

#[tokio::test]
async fn nobody_takes_or_comes_to_see_what_is_masked_for_them() {
    each_app(async |app| {
        let marketing = app.token_for(Role::MarketingManager).await;
        let (one, other) = two(app).await;
        let (phone, pair) = (Some("+4312345678"), (&one, [&other]));
        let rows = (pair.0, pair.1.as_slice());
        say(app, &other, phone, "Buyer", json!([])).await;
        let take = json!({"take": ["jobTitle", "email"]});
        let answer = merge(app, &marketing, MERGE, rows, take.clone()).await;
        assert_eq!(answer.problems(), [("FORBIDDEN_FIELD", "input.take.1")]);
        // In clear in the one that stays, it is masked in the other all the same.
        say(app, &one, None, "Clerk", given()).await;
        let answer = merge(app, &marketing, MERGE, rows, take).await;
        assert_eq!(answer.problems(), [("FORBIDDEN_FIELD", "input.take.1")]);
        let answer = merge(app, &marketing, MERGE, rows, json!({})).await;
        assert_eq!(answer.problems(), [("FORBIDDEN_FIELD", "input.loserIds.0")]);
        assert!(answer.text.contains("`phone`"), "{}", answer.text);
        assert!(!answer.text.contains("2345"), "{}", answer.text);
        assert!(stored(app, &other).await.deleted_at.is_none());
        assert_eq!(stored(app, &one).await.phone, None);
        // What stays masked is filled, and what is in clear can be taken.
        say(app, &one, None, "Clerk", json!([])).await;
        let answer = merge(app, &marketing, MERGE, rows, json!({"take": ["jobTitle"]})).await;
        let shown = &answer.data()["mergeContacts"]["contact"];
        assert_eq!(shown["jobTitle"], "Buyer");
        assert_ne!(shown["phone"], "+4312345678");
        assert_eq!(stored(app, &one).await.phone.as_deref(), phone);
    })
    .await;
}

#[tokio::test]
async fn who_does_not_want_to_be_approached_is_not_because_of_a_merge() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let (one, other) = two(app).await;
        let withdrawn = json!([
            {"channel": "EMAIL", "status": "WITHDRAWN", "at": "2026-02-01T00:00:00Z"},
            {"channel": "PHONE", "status": "GIVEN", "at": "2026-02-01T00:00:00Z"},
        ]);
        say(app, &one, None, "Clerk", given()).await;
        say(app, &other, None, "Clerk", withdrawn.clone()).await;
        let said = contact::ActiveModel {
            id: Set(other.id),
            do_not_contact: Set(true),
            ..Default::default()
        };
        put(app, said).await;
        let before = stored(app, &one).await;
        let rows = (&one, [&other]);
        let rows = (rows.0, rows.1.as_slice());
        for taken in ["doNotContact", "consent"] {
            let answer = merge(app, &admin, MERGE, rows, json!({"take": [taken]})).await;
            assert_eq!(answer.problems(), [("VALIDATION", "input.take.0")]);
            let allowed = &answer.body["errors"][0]["extensions"]["allowed"];
            assert!(allowed.as_array().unwrap().contains(&json!("accountId")));
            assert!(!allowed.as_array().unwrap().contains(&json!(taken)));
        }
        let merged = merge(app, &admin, MERGE, rows, json!({})).await;
        let shown = &merged.data()["mergeContacts"]["contact"];
        assert_eq!(
            (&shown["doNotContact"], &shown["consent"]),
            (&json!(true), &withdrawn)
        );
        let undone = undo(app, &admin, &merged).await;
        let expected = json!({"restored": 1, "changedSince": []});
        assert_eq!(undone.data()["undoMerge"], expected);
        let after = stored(app, &one).await;
        assert_eq!(
            (after.consent, after.do_not_contact),
            (before.consent, false)
        );
    })
    .await;
}

/// What `mutation`, which makes something of `input`, has made: its id.
async fn made(app: &TestApp, token: &str, mutation: &str, input: Value) -> String {
    let type_name = format!("{}{}", mutation[..1].to_uppercase(), &mutation[1..]);
    let query =
        format!("mutation($input: {type_name}Input!) {{ {mutation}(input: $input) {{ id }} }}");
    let answer = app.graphql(token, &query, json!({"input": input})).await;
    answer.data()[mutation]["id"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn of_two_memberships_of_one_campaign_one_is_left() {
    const MEMBERS: &str = "query($id: ID!) { contact(id: $id) {
        memberships { nodes { id status campaign { name } history(first: 1) { nodes { kind } } } } } }";
    const DESTROY: &str =
        "mutation($input: DestroyInput!) { destroyContact(input: $input) { outcome } }";
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let (one, other) = two(app).await;
        let campaign = json!({"name": "Spring", "kind": "EVENT"});
        let campaign = made(app, &admin, "createCampaign", campaign).await;
        let member = async |row: &contact::Model, status: &str| {
            let said = json!({"campaignId": campaign, "contactId": con(row.id), "status": status});
            made(app, &admin, "addCampaignMember", said).await
        };
        let kept = member(&one, "SENT").await;
        let double = member(&other, "OPTED_OUT").await;
        let members = async |row: &contact::Model| {
            let answer = app
                .graphql(&admin, MEMBERS, json!({"id": con(row.id)}))
                .await;
            answer.data()["contact"]["memberships"]["nodes"].clone()
        };
        let entry = |id: &str, status: &str, kind: &str| {
            json!([{"id": id, "status": status, "campaign": {"name": "Spring"},
                "history": {"nodes": [{"kind": kind}]}}])
        };
        let rows = (&one, [&other]);
        let rows = (rows.0, rows.1.as_slice());
        let merged = merge(app, &admin, MERGE, rows, json!({})).await;
        assert_eq!(merged.data()["mergeContacts"]["relinked"], 1);
        assert_eq!(members(&one).await, entry(&kept, "OPTED_OUT", "UPDATED"));
        let undone = undo(app, &admin, &merged).await;
        let expected = json!({"restored": 1, "changedSince": []});
        assert_eq!(undone.data()["undoMerge"], expected);
        assert_eq!(members(&one).await, entry(&kept, "SENT", "UPDATED"));
        assert_eq!(
            members(&other).await,
            entry(&double, "OPTED_OUT", "RESTORED")
        );
        // Nothing refers to the one that is gone: it can be taken away for good.
        let _merged = merge(app, &admin, MERGE, rows, json!({})).await.data();
        let input = json!({"input": {"id": con(other.id)}});
        let answer = app.graphql(&admin, DESTROY, input).await;
        assert_eq!(answer.data()["destroyContact"]["outcome"], "DESTROYED");
    })
    .await;
}

#[tokio::test]
async fn the_person_to_talk_to_first_stays_so_in_each_deal() {
    const GROUP: &str = "query($id: ID!) { opportunity(id: $id) {
        contacts { nodes { role isPrimary contact { lastName } } } } }";
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let (one, other) = two(app).await;
        let owner = fixtures::user(&app.database, "Rita Rep", &[Role::SalesRep]).await;
        let deal = json!({"name": "Big", "ownerId": format!("user_{}", owner.id.simple()),
            "accountId": format!("acc_{}", one.account_id.unwrap().simple()),
            "expectedCloseOn": "2026-12-01", "amount": {"amount": "10", "currency": "EUR"}});
        let deal = made(app, &admin, "createOpportunity", deal).await;
        for (row, role, primary) in [(&one, "UNKNOWN", false), (&other, "CHAMPION", true)] {
            let said = json!({"opportunityId": deal, "contactId": con(row.id), "role": role,
                "isPrimary": primary});
            made(app, &admin, "addOpportunityContact", said).await;
        }
        let rows = (&one, [&other]);
        let merged = merge(app, &admin, MERGE, (rows.0, rows.1.as_slice()), json!({})).await;
        let _merged = merged.data();
        let group = app.graphql(&admin, GROUP, json!({"id": deal})).await;
        let expected = json!([{"role": "CHAMPION", "isPrimary": true,
            "contact": {"lastName": "Lemgor"}}]);
        assert_eq!(group.data()["opportunity"]["contacts"]["nodes"], expected);
    })
    .await;
}
