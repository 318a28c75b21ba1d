//! What is kept is the same on both databases, and what one of them cannot keep is refused by both.

use api::views::Role;
use entity::change;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};

use super::{id, input, log, pairs, problems, somebody};

const UPDATE: &str =
    "mutation ($input: UpdateAccountInput!) { updateAccount(input: $input) { outcome } }";
const AWAY: &str = "mutation ($input: CreateUserInput!) { createUser(input: $input) { user { outOfOfficeFrom } } }";
const CLOSE: &str = "mutation ($input: CreateOpportunityInput!) {
  createOpportunity(input: $input) { opportunity { expectedCloseOn } }
}";

#[tokio::test]
async fn a_reason_is_a_text_that_can_be_kept_and_is_not_too_long() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let row = fixtures::account(&app.database, "Acme", None, None).await;
        let before = log(app).await.len();
        let longest = "ü".repeat(2_000);
        for (industry, reason) in [("Steel", "a\0b"), ("Steel", &format!("{longest}!"))] {
            let said = json!({ "id": id("Account", row.id), "industry": industry, "reason": reason });
            let answer = app.graphql(&admin, UPDATE, input(&said)).await;
            let expected = pairs(&[("VALIDATION", "input.reason")]);
            assert_eq!(problems(&answer), expected, "{}", answer.text);
        }
        assert_eq!(log(app).await.len(), before);
        let said = json!({ "id": id("Account", row.id), "industry": "Steel", "reason": format!(" {longest} ") });
        let _ = app.graphql(&admin, UPDATE, input(&said)).await.data();
        let kept = log(app).await.pop().and_then(|entry: change::Model| entry.reason);
        assert_eq!(kept, Some(longest));
        // Also where something is taken away.
        let delete = "mutation ($input: DeleteInput!) { deleteAccount(input: $input) { outcome } }";
        let said = json!({ "id": id("Account", row.id), "reason": "a\0b" });
        let answer = app.graphql(&admin, delete, input(&said)).await;
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input.reason")]));
    })
    .await;
}

async fn away_from(app: &TestApp, token: &str, from: &str) -> Response {
    let email = format!("{}@example.com", uuid::Uuid::now_v7().simple());
    let said = json!({ "name": "Ida", "email": email, "outOfOfficeFrom": from });
    app.graphql(token, AWAY, input(&said)).await
}

#[tokio::test]
async fn an_instant_is_in_the_years_from_1_to_9999_in_utc() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        for (said, kept) in [
            ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000000Z"),
            (
                "9999-12-31T23:59:59.9999999Z",
                "9999-12-31T23:59:59.999999Z",
            ),
            (
                "2026-11-22T13:30:00.1234567+01:30",
                "2026-11-22T12:00:00.123456Z",
            ),
            ("0000-12-31T23:30:00-01:00", "0001-01-01T00:30:00.000000Z"),
        ] {
            let answer = away_from(app, &admin, said).await;
            let told = &answer.data()["createUser"]["user"]["outOfOfficeFrom"];
            assert_eq!(told, &Value::from(kept));
        }
        for said in [
            "0000-01-01T00:00:00Z",
            "0001-01-01T00:30:00+01:00",
            "9999-12-31T23:59:59.9999999-23:59",
            "2016-12-31T23:59:60Z",
            "2016-12-31 23:59:59Z",
            "+12026-01-01T00:00:00Z",
            "2026-11-22T12:00:00",
        ] {
            let answer = away_from(app, &admin, said).await;
            let expected = pairs(&[("VALIDATION", "input.outOfOfficeFrom")]);
            assert_eq!(problems(&answer), expected, "{said}: {}", answer.text);
        }
    })
    .await;
}

#[tokio::test]
async fn a_day_has_ten_characters_and_is_in_the_years_from_1_to_9999() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let close = async |day: &str| {
            let said = json!({ "name": "Big", "expectedCloseOn": day });
            app.graphql(&admin, CLOSE, input(&said)).await
        };
        for day in ["0001-01-01", "2026-01-01", "9999-12-31"] {
            let answer = close(day).await;
            let told = &answer.data()["createOpportunity"]["opportunity"]["expectedCloseOn"];
            assert_eq!(told, &Value::from(day));
        }
        for day in [
            "+262142-12-31",
            "-0001-01-01",
            "0000-01-01",
            "10000-01-01",
            "2026-1-1",
            "2026-02-30",
            " 2026-01-01",
        ] {
            let answer = close(day).await;
            let expected = pairs(&[("VALIDATION", "input.expectedCloseOn")]);
            assert_eq!(problems(&answer), expected, "{day}: {}", answer.text);
        }
    })
    .await;
}
