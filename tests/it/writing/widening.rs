//! Nobody gets by two steps what they may not do in one.

use api::views::Role;
use entity::{contact, user};
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{
    app::{Bearer, TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

use super::{id, input, log, pairs, problems, somebody};

const UPDATE_CONTACT: &str =
    "mutation ($input: UpdateContactInput!) { updateContact(input: $input) { outcome } }";
const UPDATE_CONTACTS: &str = "mutation ($input: [UpdateContactInput!]!) {
  updateContacts(input: $input, atomic: false) { results { outcome problems { code field } } }
}";
const UPDATE_DEAL: &str =
    "mutation ($input: UpdateOpportunityInput!) { updateOpportunity(input: $input) { outcome } }";
const UPDATE_USER: &str =
    "mutation ($input: UpdateUserInput!) { updateUser(input: $input) { outcome } }";
const CREATE_USER: &str =
    "mutation ($input: CreateUserInput!) { createUser(input: $input) { outcome } }";

async fn account_of(app: &TestApp, contact: Uuid) -> Option<Uuid> {
    let row = contact::Entity::find_by_id(contact).one(app.database.reads());
    row.await.unwrap().unwrap().account_id
}

#[tokio::test]
async fn nobody_moves_a_row_to_where_they_could_not_have_made_it() {
    each_app(async |app| {
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let (otto, _) = somebody(app, "Otto Other", Role::SalesRep).await;
        // Each sees what the other has.
        let shared = fixtures::territory(&app.database, "/EMEA/", None, &[&rita, &otto]).await;
        app.forget_callers();
        let account = async |name: &str, owner| {
            fixtures::account(&app.database, name, Some(&shared), Some(owner)).await
        };
        let (own, second) = (account("Own", &rita).await, account("Second", &rita).await);
        let theirs = account("Theirs", &otto).await;
        let create = "mutation ($input: CreateContactInput!) { createContact(input: $input) { id } }";
        let said = json!({ "lastName": "Doe", "accountId": id("Account", theirs.id) });
        let answer = app.graphql(&rep, create, input(&said)).await;
        assert_eq!(problems(&answer), pairs(&[("FORBIDDEN_SCOPE", "input")]));

        let row = fixtures::contact(&app.database, ("Jane", "Doe"), &own).await;
        let other = fixtures::contact(&app.database, ("John", "Roe"), &own).await;
        let before = log(app).await.len();
        let moved = |row: &contact::Model, to: Uuid| {
            json!({ "id": id("Contact", row.id), "accountId": id("Account", to), "jobTitle": "Buyer" })
        };
        let answer = app.graphql(&rep, UPDATE_CONTACT, input(&moved(&row, theirs.id))).await;
        let refused = pairs(&[("FORBIDDEN_SCOPE", "input.accountId")]);
        assert_eq!(problems(&answer), refused, "{}", answer.text);
        assert_eq!(log(app).await.len(), before);

        let list = json!([moved(&row, theirs.id), moved(&other, second.id)]);
        let answer = app.graphql(&rep, UPDATE_CONTACTS, input(&list)).await;
        let results = &answer.data()["updateContacts"]["results"];
        let problem = json!([{ "code": "FORBIDDEN_SCOPE", "field": "input.0.accountId" }]);
        assert_eq!(results[0]["problems"], problem);
        assert_eq!(results[1]["outcome"], "UPDATED");
        assert_eq!(account_of(app, row.id).await, Some(own.id));
        assert_eq!(account_of(app, other.id).await, Some(second.id));

        // Who may give a row away is somebody else's matter.
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let answer = app.graphql(&admin, UPDATE_CONTACT, input(&moved(&row, theirs.id))).await;
        assert_eq!(answer.data()["updateContact"]["outcome"], "UPDATED");
    })
    .await;
}

#[tokio::test]
async fn who_may_not_reopen_a_deal_does_not_close_it_otherwise() {
    each_app(async |app| {
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let create = "mutation ($input: CreateOpportunityInput!) { createOpportunity(input: $input) { id } }";
        let said = json!({ "name": "Big", "ownerId": id("User", rita.id), "stage": "CLOSED_WON" });
        let deal = app.graphql(&rep, create, input(&said)).await.data()["createOpportunity"]["id"].clone();
        let reasons = "{ reasonCodes(filter: { kind: { eq: LOST }, key: { eq: \"UNKNOWN\" } }, first: 1) { nodes { id } } }";
        let answer = app.graphql(&rep, reasons, json!({})).await;
        let reason = answer.data()["reasonCodes"]["nodes"][0]["id"].clone();
        let lose = json!({ "id": deal, "stage": "CLOSED_LOST", "lostReasonId": reason, "reason": "they left" });
        let win = json!({ "id": deal, "stage": "CLOSED_WON", "reason": "they came back" });
        let refused = pairs(&[("FORBIDDEN_SCOPE", "input.stage")]);
        let answer = app.graphql(&rep, UPDATE_DEAL, input(&lose)).await;
        assert_eq!(problems(&answer), refused, "{}", answer.text);
        let answer = app.graphql(&admin, UPDATE_DEAL, input(&lose)).await;
        assert_eq!(answer.data()["updateOpportunity"]["outcome"], "UPDATED");
        let answer = app.graphql(&rep, UPDATE_DEAL, input(&win)).await;
        assert_eq!(problems(&answer), refused, "{}", answer.text);
        // What else there is to say of it can be said.
        let said = json!({ "id": deal, "nextStep": "Call them in spring" });
        let answer = app.graphql(&rep, UPDATE_DEAL, input(&said)).await;
        assert_eq!(answer.data()["updateOpportunity"]["outcome"], "UPDATED");
    })
    .await;
}

#[tokio::test]
async fn a_token_for_users_alone_gives_nobody_a_role() {
    each_app(async |app| {
        let narrow = Bearer::Service {
            name: "directory".to_owned(),
            role: Role::Admin.to_string(),
        };
        let narrow = app
            .issue(narrow, &["user:read", "user:write"])
            .await
            .unwrap()
            .token;
        let (rita, _) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let change = async |token: &str, said: Value| {
            let mut said = said;
            said["id"] = json!(id("User", rita.id));
            problems(&app.graphql(token, UPDATE_USER, input(&said)).await)
        };
        let more = json!({ "roles": ["SALES_REP", "ADMIN"] });
        let other = json!({ "email": "mallory@example.com" });
        let of_roles = pairs(&[("FORBIDDEN_SCOPE", "input.roles")]);
        assert_eq!(change(&narrow, more.clone()).await, of_roles);
        let of_address = pairs(&[("FORBIDDEN_SCOPE", "input.email")]);
        assert_eq!(change(&narrow, other.clone()).await, of_address);
        let made = |roles: Value| {
            let email = format!("{}@example.com", Uuid::now_v7().simple());
            input(&json!({ "name": "Ida", "email": email, "roles": roles }))
        };
        let answer = app
            .graphql(&narrow, CREATE_USER, made(json!(["ANALYST"])))
            .await;
        assert_eq!(problems(&answer), of_roles);

        // It is good for what it is for, and takes roles away.
        let answer = app.graphql(&narrow, CREATE_USER, made(json!([]))).await;
        assert_eq!(problems(&answer), []);
        assert_eq!(
            change(&narrow, json!({ "capacity": 5, "roles": ["SALES_REP"] })).await,
            []
        );
        let all = app.token_for(Role::Admin).await;
        assert_eq!(change(&all, more).await, []);
        assert_eq!(change(&all, other).await, []);
        assert_eq!(change(&narrow, json!({ "roles": ["SALES_REP"] })).await, []);
        let stored = user::Entity::find_by_id(rita.id).one(app.database.reads());
        assert_eq!(stored.await.unwrap().unwrap().roles, json!(["SALES_REP"]));
    })
    .await;
}
