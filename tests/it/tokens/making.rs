//! Who may make which tokens.

use api::{
    dataset::{dataset, global_id},
    views::Role,
};
use entity::change::{ActorKind, ChangeKind};
use reqwest::StatusCode;
use serde_json::json;
use tests::{
    app::{Bearer, each_app},
    fixtures,
};

use super::{CREATE, CREATE_OWN, ROTATE, WHO, changes, input, made, tokens};

#[tokio::test]
async fn an_administrator_makes_a_token_for_a_system_and_it_is_on_record() {
    each_app(async |app| {
        let ada = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
        let admin = app.token_of(&ada.email).await;
        let answer = app
            .graphql(
                &admin,
                CREATE,
                input(&json!({
                    "name": " nightly export ", "role": "ANALYST", "scopes": ["lead:read", "metric:read"],
                    "ipAllow": ["127.0.0.1", "192.0.2.9/24"], "days": 30,
                    "requestsPerMinute": 60, "pointsPerMinute": 100_000,
                })),
            )
            .await;
        let request_id = answer.header("x-request-id").to_owned();
        let made = &answer.data()["createServiceToken"];
        let token = made["token"].as_str().unwrap();
        let mut row = made["apiToken"].clone();
        let id = row.as_object_mut().unwrap().shift_remove("id").unwrap();
        assert_eq!(
            row,
            json!({
                "name": "nightly export", "hint": &token[token.len() - 6..], "roles": ["ANALYST"],
                "scopes": ["lead:read", "metric:read"], "ipAllow": ["127.0.0.1/32", "192.0.2.0/24"],
                "requestsPerMinute": 60, "pointsPerMinute": 100_000,
                "issuedAt": "2026-11-22T12:00:00.000000Z", "expiresAt": "2026-12-22T12:00:00.000000Z",
                "revokedAt": null, "user": null,
            })
        );
        let answer = app.graphql(token, WHO, json!({})).await;
        let who = json!({ "viewer": { "name": "nightly export", "roles": ["ANALYST"] } });
        assert_eq!(answer.data(), &who);

        let last = changes(app).await.pop().unwrap();
        assert_eq!(last.kind, ChangeKind::Created);
        assert_eq!((last.actor_kind, last.actor_id), (ActorKind::User, Some(ada.id)));
        assert_eq!(last.actor_address.as_deref(), Some("127.0.0.1"));
        assert_eq!(last.request_id.as_deref(), Some(request_id.as_str()));
        let named = dataset().entity("ApiToken").unwrap();
        assert_eq!(id, global_id(named, last.entity_id));
        // The token itself is nowhere.
        let kept = format!("{:?} {:?}", tokens(app).await, changes(app).await);
        let signature = token.rsplit('.').next().unwrap();
        assert!(!kept.contains(token) && !kept.contains(signature));
    })
    .await;
}

#[tokio::test]
async fn nobody_else_makes_tokens_for_systems_and_nothing_is_written() {
    each_app(async |app| {
        let new = json!({ "name": "a system", "role": "ANALYST" });
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
            let token = app.token_for(role).await;
            let before = (tokens(app).await.len(), changes(app).await.len());
            let answer = app.graphql(&token, CREATE, input(&new)).await;
            assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"], "{role}");
            let after = (tokens(app).await.len(), changes(app).await.len());
            assert_eq!(before, after, "{role}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_makes_no_sense_is_told_and_makes_no_token() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        for (wrong, field) in [
            (json!({ "name": " ", "role": "ANALYST" }), "name"),
            (json!({ "name": "a\nb", "role": "ANALYST" }), "name"),
            (json!({ "name": "a", "role": "BOSS" }), "role"),
            (
                json!({ "name": "a", "role": "ANALYST", "scopes": ["leads:read"] }),
                "scopes",
            ),
            (
                json!({ "name": "a", "role": "ANALYST", "scopes": ["*"] }),
                "scopes",
            ),
            (
                json!({ "name": "a", "role": "ANALYST", "ipAllow": ["localhost"] }),
                "ipAllow",
            ),
            (json!({ "name": "a", "role": "ANALYST", "days": 0 }), "days"),
            (
                json!({ "name": "a", "role": "ANALYST", "days": -1 }),
                "days",
            ),
            (
                json!({ "name": "a", "role": "ANALYST", "days": 3651 }),
                "days",
            ),
            (
                json!({ "name": "a", "role": "ANALYST", "requestsPerMinute": 0 }),
                "requestsPerMinute",
            ),
            (
                json!({ "name": "a", "role": "ANALYST", "pointsPerMinute": -5 }),
                "pointsPerMinute",
            ),
        ] {
            let before = tokens(app).await.len();
            let answer = app.graphql(&admin, CREATE, input(&wrong)).await;
            assert_eq!(answer.codes(), ["VALIDATION"], "{wrong}");
            assert_eq!(
                answer.problems(),
                [("VALIDATION", format!("input.{field}").as_str())],
                "{wrong}"
            );
            assert_eq!(tokens(app).await.len(), before);
        }
    })
    .await;
}

#[tokio::test]
async fn a_token_cannot_give_what_it_may_not_be_used_for() {
    each_app(async |app| {
        let ada = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
        let issued = app.issue(
            Bearer::User(ada.email.clone()),
            &["token:write", "lead:read"],
        );
        let narrow = issued.await.unwrap().token;
        for scopes in [
            json!(["*:read"]),
            json!(["lead:write"]),
            json!(["lead:read", "export:run"]),
            json!(null),
        ] {
            let new = json!({ "name": "a", "role": "ADMIN", "scopes": scopes });
            let answer = app.graphql(&narrow, CREATE, input(&new)).await;
            assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"], "{scopes}");
            let new = json!({ "name": "a", "scopes": scopes });
            let answer = app.graphql(&narrow, CREATE_OWN, input(&new)).await;
            let codes = answer.codes();
            assert!(
                codes == ["FORBIDDEN_SCOPE"] || codes == ["VALIDATION"],
                "{scopes}"
            );
        }
        // Nor by putting another in the place of one that does more.
        let wide = app
            .issue(Bearer::User(ada.email.clone()), &[])
            .await
            .unwrap();
        let id = global_id(dataset().entity("ApiToken").unwrap(), wide.id);
        let answer = app
            .graphql(&narrow, ROTATE, input(&json!({ "id": id })))
            .await;
        assert_ne!(answer.codes(), [""; 0]);
        let new = json!({ "name": "a", "role": "ADMIN", "scopes": ["lead:read"] });
        let _answered = app.graphql(&narrow, CREATE, input(&new)).await.data();
    })
    .await;
}

#[tokio::test]
async fn a_token_of_ones_own_sees_what_one_sees_and_changes_nothing() {
    each_app(async |app| {
        let rep = fixtures::user(&app.database, "Rita Rep", &[Role::SalesRep]).await;
        let token = app.token_of(&rep.email).await;
        let answer = app
            .graphql(
                &token,
                CREATE_OWN,
                input(&json!({ "name": "my spreadsheet" })),
            )
            .await;
        let made = &answer.data()["createPersonalToken"];
        let row = &made["apiToken"];
        assert_eq!(
            (
                &row["name"],
                &row["scopes"],
                &row["roles"],
                &row["user"]["name"]
            ),
            (
                &json!("my spreadsheet"),
                &json!(["*:read"]),
                &json!([]),
                &json!("Rita Rep")
            )
        );
        let own = made["token"].as_str().unwrap().to_owned();
        let answer = app.graphql(&own, WHO, json!({})).await;
        assert_eq!(
            answer.data()["viewer"],
            json!({ "name": "Rita Rep", "roles": ["SALES_REP"] })
        );
        // It is stopped before anything runs: not a statement.
        let _before = app.take_statements();
        let answer = app
            .graphql(&own, CREATE_OWN, input(&json!({ "name": "another" })))
            .await;
        assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        assert!(answer.body.get("data").is_none());
        assert!(app.take_statements().is_empty());
        // Not even with a right to write something else.
        let writes = json!({ "name": "mine", "scopes": ["lead:write"] });
        let answer = app.graphql(&token, CREATE_OWN, input(&writes)).await;
        assert_eq!(answer.codes(), ["VALIDATION"]);
        // A system is nobody, and has nothing of its own.
        let system = app.token_for(Role::SalesRep).await;
        let answer = app
            .graphql(&system, CREATE_OWN, input(&json!({ "name": "mine" })))
            .await;
        assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
    })
    .await;
}

#[tokio::test]
async fn nobody_takes_the_place_of_somebody_else() {
    each_app(async |app| {
        let leader = fixtures::user(&app.database, "Lena Leader", &[Role::RevenueLeader]).await;
        let ada = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
        let theirs = Bearer::User(leader.email.clone());
        let theirs = app.issue(theirs, &[]).await.unwrap();
        let admin = app.token_of(&ada.email).await;
        let id = global_id(dataset().entity("ApiToken").unwrap(), theirs.id);
        let before = tokens(app).await;
        let answer = app
            .graphql(&admin, ROTATE, input(&json!({ "id": id })))
            .await;
        assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
        assert_eq!(tokens(app).await, before);
        // They themselves do.
        let answer = app
            .graphql(&theirs.token, ROTATE, input(&json!({ "id": id })))
            .await;
        assert_eq!(answer.codes(), [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn a_token_that_is_bound_makes_none_that_is_not() {
    each_app(async |app| {
        let ada = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
        let admin = app.token_of(&ada.email).await;
        for bound in [
            json!({ "ipAllow": ["127.0.0.0/8"] }),
            json!({ "requestsPerMinute": 100 }),
            json!({ "pointsPerMinute": 100_000 }),
        ] {
            let mut of =
                json!({ "name": "ci", "role": "ADMIN", "scopes": ["*:read", "token:write"] });
            of.as_object_mut()
                .unwrap()
                .extend(bound.as_object().unwrap().clone());
            let (token, id) = made(app, &admin, of).await;
            let new = json!({ "name": "free", "role": "ADMIN", "scopes": ["*:read"] });
            let answer = app.graphql(&token, CREATE, input(&new)).await;
            assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"], "{bound}");
            let answer = app
                .graphql(&token, ROTATE, input(&json!({ "id": id })))
                .await;
            assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"], "{bound}");
        }
    })
    .await;
}

#[tokio::test]
async fn somebody_has_fifty_tokens_of_their_own_at_most() {
    each_app(async |app| {
        let rep = fixtures::user(&app.database, "Rita Rep", &[Role::SalesRep]).await;
        // The one that they sign in with is one of them.
        let token = app.token_of(&rep.email).await;
        let one = "createPersonalToken(input: {name: \"a\"}) { apiToken { id } }";
        let many: Vec<_> = (1..50).map(|number| format!("a{number}: {one}")).collect();
        let answer = app
            .graphql(
                &token,
                &format!("mutation {{ {} }}", many.join(" ")),
                json!({}),
            )
            .await;
        assert_eq!(answer.codes(), [""; 0]);
        let answer = app
            .graphql(&token, &format!("mutation {{ {one} }}"), json!({}))
            .await;
        assert_eq!(answer.codes(), ["LIMIT_EXCEEDED"]);
        assert_eq!(answer.body["errors"][0]["extensions"]["limit"], 50);
    })
    .await;
}
