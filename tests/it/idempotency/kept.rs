//! Which answers are kept, and which are not.

use sea_orm::{ConnectionTrait, DbBackend};

use super::*;

/// The SHA-256 of [`REVOKE`].
const REVOKE_HASH: &str = "da824e41b7ee93431c7c06e249d1c0e621625b4c53583d4d0374d05748cdea6e";

#[tokio::test]
async fn what_fails_by_fault_of_the_caller_is_answered_alike() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let id = some_token(app, "one").await;
        let query = "mutation($no: ID!, $id: ID!) { no: revokeToken(input: { id: $no }) { count } \
                     yes: revokeToken(input: { id: $id }) { count } }";
        let body = json!({ "query": query, "variables": { "no": format!("tok_{}", "0".repeat(32)), "id": id } });
        let first = send(&app.url, &admin, "key", &body).await;
        assert_eq!(first.codes(), ["NOT_FOUND"]);
        let again = send(&app.url, &admin, "key", &body).await;
        assert!(replayed(&again));
        assert_eq!(again.text, first.text);
        assert_eq!(again.status, StatusCode::OK);
    })
    .await;
}

#[tokio::test]
async fn what_was_never_run_leaves_its_key_free() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let id = some_token(app, "one").await;
        let wrong = [
            (
                json!({ "query": "mutation { nothing }" }),
                "GRAPHQL_VALIDATION_FAILED",
            ),
            (json!({ "query": REVOKE }), "VALIDATION"),
            (
                json!({ "query": REVOKE, "variables": { "id": {} } }),
                "VALIDATION",
            ),
            (
                json!({ "query": REVOKE, "variables": { "id": id }, "operationName": "Other" }),
                "GRAPHQL_VALIDATION_FAILED",
            ),
        ];
        for (body, code) in wrong {
            let refused = send(&app.url, &admin, "key", &body).await;
            assert_eq!(
                (refused.codes(), refused.status),
                (vec![code], StatusCode::BAD_REQUEST)
            );
        }
        assert_eq!(rows(app).await, 0);
        assert_done(&send(&app.url, &admin, "key", &revoke(&id)).await);
    })
    .await;
}

/// Has the database fail where a token called `poison` is changed.
async fn poison(app: &TestApp) {
    let statements = match app.database.backend() {
        DbBackend::Postgres => [
            "CREATE FUNCTION poison() RETURNS trigger AS $$ BEGIN RAISE 'poison'; END $$ LANGUAGE plpgsql",
            "CREATE TRIGGER poison BEFORE UPDATE ON api_token FOR EACH ROW \
             WHEN (NEW.name = 'poison') EXECUTE FUNCTION poison()",
        ],
        _ => [
            "SELECT 1",
            "CREATE TRIGGER poison BEFORE UPDATE ON api_token WHEN NEW.name = 'poison' \
             BEGIN SELECT RAISE(ABORT, 'poison'); END",
        ],
    };
    for statement in statements {
        app.database
            .writes()
            .execute_unprepared(statement)
            .await
            .unwrap();
    }
}

async fn cure(app: &TestApp) {
    let statement = match app.database.backend() {
        DbBackend::Postgres => "DROP TRIGGER poison ON api_token",
        _ => "DROP TRIGGER poison",
    };
    app.database
        .writes()
        .execute_unprepared(statement)
        .await
        .unwrap();
}

#[tokio::test]
async fn what_fails_by_fault_of_the_hub_is_taken_back_as_a_whole_and_can_be_sent_again() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let (good, bad) = (some_token(app, "good").await, some_token(app, "poison").await);
        let query = "mutation($good: ID!, $bad: ID!) { good: revokeToken(input: { id: $good }) { count } \
                     bad: revokeToken(input: { id: $bad }) { count } }";
        let body = json!({ "query": query, "variables": { "good": good, "bad": bad } });
        poison(app).await;
        for _ in 0..2 {
            let failed = send(&app.url, &admin, "key", &body).await;
            assert_eq!(failed.codes(), ["INTERNAL"]);
            assert_eq!(failed.body["data"], json!(null));
            assert!(!replayed(&failed));
            assert!(!is_revoked(app, &good).await);
        }
        cure(app).await;
        let done = send(&app.url, &admin, "key", &body).await;
        assert_eq!(done.data()["bad"]["count"], 1);
        assert!(!replayed(&done) && is_revoked(app, &good).await);
        assert!(replayed(&send(&app.url, &admin, "key", &body).await));
        assert_eq!((changes(app, &good).await, changes(app, &bad).await), (1, 1));
    })
    .await;
}

#[tokio::test]
async fn a_fault_of_the_hub_is_not_lost_among_many_of_the_caller() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let bad = some_token(app, "poison").await;
        let wrong = |at| {
            format!("no{at}: createAccount(input: {{ name: \"\", country: \"?\" }}) {{ id }} ")
        };
        let query = format!(
            "mutation {{ {} bad: revokeToken(input: {{ id: \"{bad}\" }}) {{ count }} }}",
            (0..40).map(wrong).collect::<String>()
        );
        poison(app).await;
        let failed = send(&app.url, &admin, "key", &json!({ "query": query })).await;
        assert_eq!(failed.codes().len(), 20);
        assert!(failed.codes().contains(&"INTERNAL"), "{}", failed.text);
        assert_eq!(rows(app).await, 0);
    })
    .await;
}

#[tokio::test]
async fn an_answer_of_more_than_a_mebibyte_is_not_kept_and_nothing_is_done() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let owner = tests::fixtures::user(&app.database, "Ada", &[Role::SalesRep]).await;
        for at in 0..200 {
            let name = format!("{at:03}{}", "x".repeat(150));
            tests::fixtures::account(&app.database, &name, None, Some(&owner)).await;
        }
        let issued = app.issue(Bearer::User(owner.email), &[]).await.unwrap();
        let id = format!("tok_{}", issued.id.simple());
        let lists = |count| (0..count).fold(String::new(), |lists, at| {
            lists + &format!("a{at}: accounts(first: 200) {{ nodes {{ name }} }} ")
        });
        let body = |count| {
            let query = format!(
                "mutation($id: ID!) {{ revokeToken(input: {{ id: $id }}) {{ apiToken {{ user {{ {} }} }} }} }}",
                lists(count)
            );
            json!({ "query": query, "variables": { "id": id } })
        };
        let refused = send(&app.url, &admin, "key", &body(45)).await;
        assert_eq!(refused.codes(), ["LIMIT_EXCEEDED"], "{:.300}", refused.text);
        let said = &refused.body["errors"][0]["extensions"];
        assert_eq!(said["which"], "idempotent_answer_bytes");
        assert_eq!(said["limit"], 1_048_576);
        assert!(said["actual"].as_u64().unwrap() > 1_048_576);
        assert!(!is_revoked(app, &id).await);
        // A large one that fits comes back whole.
        let first = send(&app.url, &admin, "key", &body(25)).await;
        assert!(first.text.len() > 700_000 && is_revoked(app, &id).await, "{:.300}", first.text);
        let again = send(&app.url, &admin, "key", &body(25)).await;
        assert!(replayed(&again) && again.text == first.text);
    })
    .await;
}

#[tokio::test]
async fn a_document_that_is_named_by_its_hash_is_the_same_as_its_text() {
    each_app(async |app| {
        let admin = app.token_for(Role::Admin).await;
        let id = some_token(app, "one").await;
        let persisted = json!({ "version": 1, "sha256Hash": REVOKE_HASH });
        let persisted = json!({ "persistedQuery": persisted });
        let variables = json!({ "id": id });
        let by_hash = json!({ "variables": variables, "extensions": persisted });
        let both = json!({ "query": REVOKE, "variables": variables, "extensions": persisted });
        let unknown = send(&app.url, &admin, "key", &by_hash).await;
        assert_eq!(unknown.codes(), ["PERSISTED_QUERY_NOT_FOUND"]);
        let first = send(&app.url, &admin, "key", &both).await;
        assert_done(&first);
        for body in [&by_hash, &both, &revoke(&id)] {
            let again = send(&app.url, &admin, "key", body).await;
            assert!(replayed(&again) && again.text == first.text, "{body}");
        }
    })
    .await;
}

#[tokio::test]
async fn who_sees_something_else_is_not_told_what_was_answered_before() {
    each_app(async |app| {
        let ada = tests::fixtures::user(&app.database, "Ada", &[Role::Admin]).await;
        let token = app.token_of(&ada.email).await;
        let id = some_token(app, "one").await;
        let first = send(&app.url, &token, "key", &revoke(&id)).await;
        assert_done(&first);
        let roles = async |roles: &str| {
            let cast = match app.database.backend() {
                DbBackend::Postgres => "::jsonb",
                _ => "",
            };
            let change = format!("UPDATE \"user\" SET roles = '{roles}'{cast}");
            app.database
                .writes()
                .execute_unprepared(&change)
                .await
                .unwrap();
            app.forget_callers();
        };
        roles(r#"["ADMIN", "ANALYST"]"#).await;
        let refused = send(&app.url, &token, "key", &revoke(&id)).await;
        assert_eq!(refused.codes(), ["IDEMPOTENCY_CONFLICT"]);
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        roles(r#"["ADMIN"]"#).await;
        let again = send(&app.url, &token, "key", &revoke(&id)).await;
        assert!(replayed(&again) && again.text == first.text);
    })
    .await;
}
