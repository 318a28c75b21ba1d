//! Nobody writes what is not theirs to write, nor learns of rows that they do not see.

use api::views::Role;
use entity::contact;
use sea_orm::EntityTrait;
use serde_json::{Value, json};
use tests::{
    app::{Bearer, each_app},
    fixtures,
};
use uuid::Uuid;

use super::{id, input, log, pairs, problems, somebody};

const UPDATE: &str = "mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) { account { industry } } }";
const UPDATE_CONTACT: &str = "mutation ($input: UpdateContactInput!) { updateContact(input: $input) { contact { jobTitle email } } }";

#[tokio::test]
async fn a_hidden_row_is_as_absent_as_one_that_never_was() {
    each_app(async |app| {
        let (_, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let (other, _) = somebody(app, "Otto Other", Role::SalesRep).await;
        let hidden = fixtures::account(&app.database, "Hidden", None, Some(&other)).await;
        let before = log(app).await.len();
        let ask = async |row: Uuid| {
            let said =
                json!({ "id": id("Account", row), "industry": "Steel", "expectedVersion": 9 });
            let answer = app.graphql(&rep, UPDATE, input(&said)).await;
            (
                answer.codes().join(","),
                answer.body["errors"][0]["message"].clone(),
            )
        };
        assert_eq!(ask(hidden.id).await, ask(Uuid::now_v7()).await);
        assert_eq!(ask(hidden.id).await.0, "NOT_FOUND");
        // Nor can it be referred to.
        let create =
            "mutation ($input: CreateContactInput!) { createContact(input: $input) { id } }";
        let refer = async |row: Uuid| {
            let said = json!({ "lastName": "Doe", "accountId": id("Account", row) });
            app.graphql(&rep, create, input(&said))
                .await
                .text
                .replace(&id("Account", row), "")
        };
        assert_eq!(refer(hidden.id).await, refer(Uuid::now_v7()).await);
        assert_eq!(log(app).await.len(), before);
    })
    .await;
}

#[tokio::test]
async fn each_role_changes_the_fields_and_rows_that_are_its_own() {
    each_app(async |app| {
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let (_, marketer) = somebody(app, "Mara Marketer", Role::Marketer).await;
        let (_, analyst) = somebody(app, "Anna Analyst", Role::Analyst).await;
        let own = fixtures::account(&app.database, "Own", None, Some(&rita)).await;
        let own = id("Account", own.id);
        let change = async |token: &str, said: Value| {
            let mut said = said;
            said["id"] = json!(own);
            problems(&app.graphql(token, UPDATE, input(&said)).await)
        };
        assert_eq!(change(&rep, json!({ "name": "Mine" })).await, []);
        assert_eq!(change(&marketer, json!({ "industry": "Steel" })).await, []);
        let both = json!({ "industry": "Paper", "name": "Ours", "lifecycle": "CUSTOMER" });
        let refused = pairs(&[
            ("FORBIDDEN_SCOPE", "input.lifecycle"),
            ("FORBIDDEN_SCOPE", "input.name"),
        ]);
        let mut told = change(&marketer, both).await;
        told.sort();
        assert_eq!(told, refused);
        let told = change(&analyst, json!({ "industry": "Paper" })).await;
        assert_eq!(told, pairs(&[("FORBIDDEN_SCOPE", "input.industry")]));
        // A token to read with does not come so far.
        let reading = app
            .issue(Bearer::User(rita.email.clone()), &["account:read"])
            .await
            .unwrap();
        let answer = app
            .graphql(
                &reading.token,
                UPDATE,
                input(&json!({ "id": own, "name": "X" })),
            )
            .await;
        assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
        assert!(answer.body.get("data").is_none());
    })
    .await;
}

#[tokio::test]
async fn who_sees_a_part_of_a_value_does_not_write_it_back() {
    each_app(async |app| {
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let (_, marketing) = somebody(app, "Mona Manager", Role::MarketingManager).await;
        let account = fixtures::account(&app.database, "Own", None, Some(&rita)).await;
        let row = fixtures::contact(&app.database, ("Jane", "Doe"), &account).await;
        let said = |email: &str| {
            input(&json!({ "id": id("Contact", row.id), "jobTitle": "Buyer", "email": email }))
        };
        let answer = app
            .graphql(&marketing, UPDATE_CONTACT, said("d…@example.com"))
            .await;
        let mut told = problems(&answer);
        told.sort();
        assert_eq!(told, pairs(&[("VALIDATION", "input.email")]));
        let answer = app
            .graphql(&marketing, UPDATE_CONTACT, said("new@example.com"))
            .await;
        assert_eq!(
            problems(&answer),
            pairs(&[("FORBIDDEN_FIELD", "input.email")])
        );
        let stored = contact::Entity::find_by_id(row.id)
            .one(app.database.reads())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (stored.email.as_deref(), stored.job_title),
            (Some("jane.doe@example.com"), None)
        );
        let answer = app
            .graphql(&rep, UPDATE_CONTACT, said("new@example.com"))
            .await;
        let shown = json!({ "jobTitle": "Buyer", "email": "new@example.com" });
        assert_eq!(answer.data()["updateContact"]["contact"], shown);
    })
    .await;
}

#[tokio::test]
async fn a_row_is_made_only_where_the_role_may_have_one() {
    each_app(async |app| {
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let (other, _) = somebody(app, "Otto Other", Role::SalesRep).await;
        let create = "mutation ($input: [CreateOpportunityInput!]!, $atomic: Boolean!) {
          createOpportunities(input: $input, atomic: $atomic) { results { outcome problems { code field } } }
        }";
        let list = json!([
            { "name": "Mine", "ownerId": id("User", rita.id) },
            { "name": "Theirs", "ownerId": id("User", other.id) },
            { "name": "Mine as well" },
        ]);
        let before = log(app).await.len();
        let answer = app.graphql(&rep, create, json!({ "input": list, "atomic": true })).await;
        let refused = pairs(&[("FORBIDDEN_SCOPE", "input.1")]);
        assert_eq!((problems(&answer), log(app).await.len()), (refused, before));
        let answer = app.graphql(&rep, create, json!({ "input": list, "atomic": false })).await;
        let results = &answer.data()["createOpportunities"]["results"];
        assert_eq!(results[0]["outcome"], "CREATED");
        assert_eq!(results[1]["problems"], json!([{ "code": "FORBIDDEN_SCOPE", "field": "input.1" }]));
        assert_eq!(results[2]["outcome"], "CREATED");
        // Two deals, and the first entry of the history of each.
        assert_eq!(log(app).await.len(), before + 4);

        let log_touch = "mutation ($input: LogTouchInput!) { logTouch(input: $input) { outcome touch { function direction account { id } } } }";
        let account = fixtures::account(&app.database, "Own", None, Some(&rita)).await;
        let call = json!({ "kind": "CALL", "accountId": id("Account", account.id) });
        let answer = app.graphql(&rep, log_touch, input(&call)).await;
        let touch = &answer.data()["logTouch"]["touch"];
        assert_eq!((&touch["function"], &touch["direction"]), (&json!("SALES"), &json!("OUTBOUND")));
        let webinar = json!({ "kind": "WEBINAR_ATTEND", "accountId": id("Account", account.id) });
        let answer = app.graphql(&rep, log_touch, input(&webinar)).await;
        assert_eq!(problems(&answer), pairs(&[("FORBIDDEN_SCOPE", "input")]));
    })
    .await;
}

#[tokio::test]
async fn who_may_only_make_their_own_makes_their_own() {
    each_app(async |app| {
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let create = "mutation ($input: CreateOpportunityInput!) { told: createOpportunity(input: $input) { opportunity { owner { name } } } }";
        let said = input(&json!({ "name": "Big" }));
        let answer = app.graphql(&rep, create, said.clone()).await;
        assert_eq!(answer.data()["told"]["opportunity"]["owner"], json!({ "name": "Rita Rep" }));
        let answer = app.graphql(&admin, create, said.clone()).await;
        assert_eq!(answer.data()["told"]["opportunity"]["owner"], Value::Null);
        let call = "mutation ($input: LogTouchInput!) { told: logTouch(input: $input) { touch { actor { name } } } }";
        let answer = app.graphql(&rep, call, input(&json!({ "kind": "CALL" }))).await;
        assert_eq!(answer.data()["told"]["touch"]["actor"], json!({ "name": "Rita Rep" }));

        // Otherwise it is told what is allowed.
        let (otto, _) = somebody(app, "Otto Other", Role::SalesRep).await;
        let refused = async |token: &str, mutation: &str, said: Value| {
            let answer = app.graphql(token, mutation, input(&said)).await;
            assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"], "{}", answer.text);
            answer.body["errors"][0]["message"].as_str().unwrap().to_owned()
        };
        let theirs = json!({ "name": "Big", "ownerId": id("User", otto.id) });
        assert!(refused(&rep, create, theirs).await.contains("`own`: with yourself as `ownerId`"));
        let message = refused(&rep, call, json!({ "kind": "WEBINAR_ATTEND" })).await;
        assert!(message.contains("`logMarketing`"), "{message}");
        let own = fixtures::account(&app.database, "Own", None, Some(&rita)).await;
        let bearer = Bearer::User(rita.email.clone());
        let narrow = app.issue(bearer, &["account:read", "touch:write"]).await.unwrap().token;
        let message = refused(&narrow, create, json!({ "name": "Big" })).await;
        assert!(message.contains("your token lacks the scope opportunity:write"), "{message}");
        let said = json!({ "id": id("Account", own.id), "industry": "Steel" });
        let message = refused(&narrow, UPDATE, said).await;
        assert!(message.contains("your token lacks the scope account:write"), "{message}");
    })
    .await;
}

#[tokio::test]
async fn who_is_absent_comes_back_after_they_have_gone_and_the_first_tier_is_one() {
    each_app(async |app| {
        let (ada, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let change = "mutation ($input: UpdateUserInput!) { told: updateUser(input: $input) { outcome } }";
        let said = |until: &str| {
            let from = "2026-12-24T00:00:00Z";
            input(&json!({ "id": id("User", ada.id), "outOfOfficeFrom": from, "outOfOfficeUntil": until }))
        };
        let answer = app.graphql(&admin, change, said("2026-12-23T00:00:00Z")).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.outOfOfficeUntil")]));
        let answer = app.graphql(&admin, change, said("2026-12-27T00:00:00Z")).await;
        assert_eq!(answer.data()["told"]["outcome"], "UPDATED");
        let create = "mutation ($input: CreateAccountInput!) { createAccount(input: $input) { outcome } }";
        let answer = app.graphql(&admin, create, input(&json!({ "name": "Acme", "targetTier": 0 }))).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.targetTier")]));
    })
    .await;
}

#[tokio::test]
async fn a_part_is_written_by_who_may_change_its_whole() {
    each_app(async |app| {
        let (mara, marketer) = somebody(app, "Mara Marketer", Role::Marketer).await;
        let (_, other) = somebody(app, "Max Marketer", Role::Marketer).await;
        let create = "mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { id campaign { status } } }";
        let said = json!({ "name": "Spring", "kind": "EVENT", "ownerId": id("User", mara.id) });
        let answer = app.graphql(&marketer, create, input(&said)).await;
        let campaign = answer.data()["createCampaign"].clone();
        assert_eq!(campaign["campaign"]["status"], "DRAFT");
        let record = "mutation ($input: RecordCampaignCostInput!) { recordCampaignCost(input: $input) { id campaignCost { planned { amount } } } }";
        let said = json!({
            "campaignId": campaign["id"], "incurredOn": "2026-11-22", "category": "VENUE",
            "planned": { "amount": "100", "currency": "EUR" },
        });
        let answer = app.graphql(&other, record, input(&said)).await;
        assert_eq!(problems(&answer), pairs(&[("FORBIDDEN_SCOPE", "input.campaignId")]));
        let answer = app.graphql(&marketer, record, input(&said)).await;
        let cost = answer.data()["recordCampaignCost"]["id"].clone();
        let change = "mutation ($input: UpdateCampaignCostInput!) { updateCampaignCost(input: $input) { campaignCost { actual { amount currency } } } }";
        let said = json!({ "id": cost, "actual": { "amount": "90.5", "currency": "EUR" } });
        let answer = app.graphql(&other, change, input(&said)).await;
        assert_eq!(problems(&answer), pairs(&[("FORBIDDEN_SCOPE", "input.actual")]));
        let answer = app.graphql(&marketer, change, input(&said)).await;
        let actual = &answer.data()["updateCampaignCost"]["campaignCost"]["actual"];
        assert_eq!(actual, &json!({ "amount": "90.50", "currency": "EUR" }));
        let delete = "mutation ($input: DeleteInput!) { deleteCampaignCost(input: $input) { outcome } }";
        let asked = input(&json!({ "id": cost }));
        let answer = app.graphql(&other, delete, asked.clone()).await;
        assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
        let answer = app.graphql(&marketer, delete, asked).await;
        assert_eq!(answer.data()["deleteCampaignCost"]["outcome"], "DELETED");
    })
    .await;
}

#[tokio::test]
async fn nobody_gives_a_role_that_there_is_not() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let create = "mutation ($input: CreateUserInput!) { createUser(input: $input) { user { roles active } } }";
        let said = |roles: Value| input(&json!({ "name": "New", "email": "New@Example.com", "roles": roles }));
        let answer = app.graphql(&admin, create, said(json!(["SALES_REP", "KING"]))).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.roles")]));
        let answer = app.graphql(&admin, create, said(json!(["SALES_REP"]))).await;
        let made = json!({ "roles": ["SALES_REP"], "active": true });
        assert_eq!(answer.data()["createUser"]["user"], made);
        let answer = app.graphql(&admin, create, said(json!([]))).await;
        assert_eq!(problems(&answer), pairs(&[("ALREADY_EXISTS", "input.email")]));
    })
    .await;
}

#[tokio::test]
async fn who_something_belongs_to_is_changed_for_a_reason_by_who_may() {
    each_app(async |app| {
        let (rita, rep) = somebody(app, "Rita Rep", Role::SalesRep).await;
        let (otto, _) = somebody(app, "Otto Other", Role::SalesRep).await;
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let own = fixtures::account(&app.database, "Own", None, Some(&rita)).await;
        let assign = "mutation ($input: AssignOwnerInput!) { assignAccountOwner(input: $input) { outcome account { owner { name } } } }";
        let said = |reason: &str| {
            let (row, owner) = (id("Account", own.id), id("User", otto.id));
            input(&json!({ "id": row, "ownerId": owner, "reason": reason }))
        };
        let answer = app.graphql(&rep, assign, said("holidays")).await;
        assert_eq!(problems(&answer), pairs(&[("FORBIDDEN_SCOPE", "input.ownerId")]));
        let answer = app.graphql(&admin, assign, said("  ")).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.reason")]));
        let answer = app.graphql(&admin, assign, said("holidays")).await;
        let assigned = json!({ "outcome": "UPDATED", "account": { "owner": { "name": "Otto Other" } } });
        assert_eq!(answer.data()["assignAccountOwner"], assigned);
        assert_eq!(log(app).await.pop().unwrap().reason.as_deref(), Some("holidays"));
    })
    .await;
}
