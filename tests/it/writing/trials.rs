//! What is only tried, or taken back, shows nobody more than they see.

use api::views::Role;
use entity::{account, contact};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

use super::{id, log, somebody};

const AGREED: &str = r#"[{"channel":"EMAIL","status":"GIVEN"}]"#;

async fn contact_who(app: &TestApp, consent: Value) -> contact::Model {
    let acme = fixtures::account(&app.database, "Acme", None, None).await;
    let row = contact::Model {
        consent,
        ..fixtures::some_contact(("Jane", "Doe"), &acme)
    };
    let tx = app.database.begin().await.unwrap();
    row.clone().into_active_model().insert(&tx).await.unwrap();
    tx.commit().await.unwrap();
    row
}

#[tokio::test]
async fn a_member_who_is_only_tried_is_not_unmasked() {
    each_app(async |app| {
        let (mara, marketer) = somebody(app, "Mara Marketer", Role::Marketer).await;
        let jane = contact_who(app, serde_json::from_str(AGREED).unwrap()).await;
        let create = "mutation ($owner: ID!) {
            createCampaign(input: { name: \"Mine\", kind: EVENT, ownerId: $owner }) { id }
        }";
        let owner = json!({ "owner": id("User", mara.id) });
        let made = app.graphql(&marketer, create, owner).await;
        let campaign = made.data()["createCampaign"]["id"].clone();
        let add = "mutation ($input: [AddCampaignMemberInput!]!, $try: Boolean!) {
            addCampaignMembers(input: $input, validateOnly: $try) {
                results { id outcome campaignMember { contact { email phone maskedFields } } }
            }
        }";
        let said = json!([{ "campaignId": campaign, "contactId": id("Contact", jane.id) }]);
        let before = log(app).await.len();
        let tried = app.graphql(&marketer, add, json!({ "input": said, "try": true }));
        let tried = tried.await;
        let expected = json!([{ "id": null, "outcome": "CREATED", "campaignMember": null }]);
        assert_eq!(tried.data()["addCampaignMembers"]["results"], expected);
        assert!(!tried.text.contains("jane.doe"), "{}", tried.text);
        assert_eq!(log(app).await.len(), before);
        // What is done is on record, and shown.
        let done = app.graphql(&marketer, add, json!({ "input": said, "try": false }));
        let done = done.await;
        let shown = &done.data()["addCampaignMembers"]["results"][0]["campaignMember"]["contact"];
        assert_eq!(shown["email"], "jane.doe@example.com");
    })
    .await;
}

#[tokio::test]
async fn consent_that_is_only_tried_unmasks_nothing() {
    each_app(async |app| {
        let (_, manager) = somebody(app, "Mona Manager", Role::MarketingManager).await;
        let jane = contact_who(app, json!([])).await;
        let update = "mutation ($agree: UpdateContactInput!, $other: UpdateContactInput!, $try: Boolean!) {
            agree: updateContact(input: $agree, validateOnly: $try) { ...Shown }
            other: updateContact(input: $other, validateOnly: true) { ...Shown }
        }
        fragment Shown on ContactPayload {
            id outcome contact { email phone jobTitle maskedFields history(first: 5) { nodes { kind } } }
        }";
        let jane = id("Contact", jane.id);
        let variables = |only_tried: bool| {
            let consent: Value = serde_json::from_str(AGREED).unwrap();
            json!({
                "agree": { "id": jane, "consent": consent },
                "other": { "id": jane, "jobTitle": "Buyer" },
                "try": only_tried,
            })
        };
        let masked = json!(["email", "phone"]);
        let tried = app.graphql(&manager, update, variables(true)).await;
        for key in ["agree", "other"] {
            let answer = &tried.data()[key];
            assert_eq!((&answer["outcome"], &answer["id"]), (&json!("UPDATED"), &json!(jane)));
            assert_eq!(answer["contact"]["maskedFields"], masked, "{key}");
            assert_eq!(answer["contact"]["email"], "j…@example.com");
            assert_eq!(answer["contact"]["jobTitle"], Value::Null);
        }
        assert!(!tried.text.contains("jane.doe@"), "{}", tried.text);
        // What was written before, in the same document, is how it is now.
        let done = app.graphql(&manager, update, variables(false)).await;
        assert_eq!(done.data()["other"]["contact"]["maskedFields"], json!([]));
        assert_eq!(done.data()["other"]["contact"]["email"], "jane.doe@example.com");
        assert_eq!(done.data()["other"]["contact"]["jobTitle"], Value::Null);
    })
    .await;
}

/// Whether a field fails alone or takes the whole answer with it: what is not answered is not done.
#[tokio::test]
async fn what_is_written_is_what_is_answered() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let document = "mutation ($acme: ID!, $nobody: ID!) {
            updateAccount(input: { id: $acme, industry: \"Steel\" }) { outcome }
            mergeContacts(input: { winnerId: $nobody, loserIds: [$nobody] }) { mergeId }
        }";
        let nobody = id("Contact", Uuid::now_v7());
        let variables = json!({ "acme": id("Account", acme.id), "nobody": nobody });
        let answer = app.graphql(&admin, document, variables).await;
        assert!(!answer.codes().is_empty());
        let found = account::Entity::find_by_id(acme.id).one(app.database.reads());
        let industry = found.await.unwrap().unwrap().industry;
        let answered = answer.body["data"]["updateAccount"]["outcome"] == "UPDATED";
        assert_eq!(industry.as_deref(), answered.then_some("Steel"));
    })
    .await;
}
