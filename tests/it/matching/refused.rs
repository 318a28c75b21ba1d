//! How a merge that cannot be is refused, and what undoing one leaves: in the words of the API.

use api::views::Role;
use entity::contact;
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::{app::each_app, fixtures};
use uuid::Uuid;

use super::{con, contact_named, lead_of, merge, put, undo};

const MERGE: &str = "mutation($input: MergeInput!) { mergeContacts(input: $input) {
    mergeId contact { lastName version } } }";

#[tokio::test]
async fn everything_that_is_wrong_is_told_with_its_path() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let one = contact_named(app, ("Eva", "One"), "one@acme.example", &acme).await;
        let two = contact_named(app, ("Eva", "Two"), "two@acme.example", &acme).await;
        let ask = async |token: &str, input: Value| {
            app.graphql(token, MERGE, json!({"input": input})).await
        };
        let nobody = con(Uuid::now_v7());
        let account = format!("acc_{}", acme.id.simple());
        let input = json!({"winnerId": nobody, "loserIds": [con(one.id), account, nobody]});
        let missing = ask(&admin, input).await;
        assert_eq!(missing.problems(), [("NOT_FOUND", "input.loserIds.1")]);
        let input = json!({"winnerId": nobody, "loserIds": [con(one.id)],
            "expectedVersions": [{"id": con(two.id), "version": 1}]});
        let stranger = ask(&admin, input).await;
        assert_eq!(stranger.problems(), [("VALIDATION", "input.expectedVersions.0.id")]);
        let hidden = json!({"winnerId": con(one.id), "loserIds": [con(two.id)]});
        let rep = app.token_for(Role::SalesRep).await;
        let none = json!({"winnerId": nobody, "loserIds": [con(Uuid::now_v7())]});
        let (hidden, none) = (ask(&rep, hidden).await, ask(&rep, none).await);
        let expected = [
            ("NOT_FOUND", "input.winnerId"),
            ("NOT_FOUND", "input.loserIds.0"),
        ];
        assert_eq!(hidden.problems(), expected);
        // As if they had never been.
        assert_eq!(hidden.text, none.text);
        let analyst = app.token_for(Role::Analyst).await;
        let input = json!({"winnerId": con(one.id), "loserIds": [con(two.id)]});
        let seen = ask(&analyst, input).await;
        let expected = [
            ("FORBIDDEN_SCOPE", "input.winnerId"),
            ("FORBIDDEN_SCOPE", "input.loserIds.0"),
        ];
        assert_eq!(seen.problems(), expected);
        let input = json!({"winnerId": con(one.id), "loserIds": [con(two.id)],
            "expectedVersions": [{"id": con(one.id), "version": 1}, {"id": con(two.id), "version": 3}]});
        let stale = ask(&admin, input).await;
        let field = "input.expectedVersions.1.version";
        assert_eq!(stale.problems(), [("VERSION_CONFLICT", field)]);
        let extensions = &stale.body["errors"][0]["extensions"];
        assert_eq!(extensions["currentVersion"], 1);
        assert_eq!(extensions["current"], json!({"lastName": "Two", "version": 1}));
    })
    .await;
}

#[tokio::test]
async fn what_was_changed_since_is_named_by_its_field() {
    const UPDATE: &str =
        "mutation($input: UpdateContactInput!) { updateContact(input: $input) { outcome } }";
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let one = contact_named(app, ("Eva", "One"), "one@acme.example", &acme).await;
        let two = contact_named(app, ("Eva", "Two"), "two@acme.example", &acme).await;
        let lead = lead_of(app, "eva@acme.example", None).await;
        let said = contact::ActiveModel {
            id: Set(two.id),
            job_title: Set(Some("Buyer".to_owned())),
            ..Default::default()
        };
        put(app, said).await;
        let link = async |to: Uuid| {
            let of = entity::lead::ActiveModel {
                id: Set(lead.id),
                contact_id: Set(Some(to)),
                ..Default::default()
            };
            let tx = app.database.begin().await.unwrap();
            sea_orm::ActiveModelTrait::update(of, &tx).await.unwrap();
            tx.commit().await.unwrap();
        };
        link(two.id).await;
        let called =
            json!({"input": {"id": con(two.id), "externalId": {"system": "crm", "key": "1"}}});
        let _updated = app.graphql(&admin, UPDATE, called).await.data();
        let rows = [&two];
        let merged = merge(app, &admin, MERGE, (&one, &rows), json!({})).await;
        let other = contact_named(app, ("Eva", "Else"), "else@acme.example", &acme).await;
        link(other.id).await;
        let renamed = json!({"input": {"id": con(one.id), "jobTitle": "Clerk"}});
        let _updated = app.graphql(&admin, UPDATE, renamed).await.data();
        let undone = undo(app, &admin, &merged).await;
        let expected = json!([
            {"id": con(one.id), "what": "jobTitle"},
            {"id": format!("lead_{}", lead.id.simple()), "what": "contactId"},
        ]);
        assert_eq!(undone.data()["undoMerge"]["changedSince"], expected);
    })
    .await;
}
