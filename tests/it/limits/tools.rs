//! What common tools and a large screen ask for is within the limits.

use reqwest::StatusCode;
use serde_json::json;

use super::{ask, ask_with, assert_answered, hub};

/// As `getIntrospectionQuery` of graphql-js 16 writes it, which `GraphiQL`, Apollo's tools, graphql-codegen and,
/// through graphql-core, Python's gql send, with all that it can be told to ask and the schema can say.
const INTROSPECTION: &str = include_str!("documents/introspection.graphql");
/// Everything that a screen could show at once: 16 tiles, an inbox, campaigns and feedback.
const DASHBOARD: &str = include_str!("documents/dashboard.graphql");

#[tokio::test]
async fn introspection_is_answered_to_who_has_a_token_and_to_nobody_else() {
    let app = hub(&[]).await;
    let answer = ask(&app, INTROSPECTION).await;
    let types = answer.data()["__schema"]["types"].as_array().unwrap();
    assert!(types.iter().any(|kind| kind["name"] == "Lead"));
    let one = "{ __type(name: \"Lead\") { name fields { name type { name ofType { name } } } } }";
    assert_eq!(ask(&app, one).await.data()["__type"]["name"], "Lead");
    let nobody = app.graphql("", INTROSPECTION, json!({})).await;
    assert_eq!(nobody.status, StatusCode::UNAUTHORIZED);
    assert_eq!(nobody.codes(), ["UNAUTHENTICATED"]);
    assert!(!nobody.text.contains("Lead"));
}

#[tokio::test]
async fn a_large_screen_is_one_request() {
    let app = hub(&[]).await;
    let variables = json!({ "since": "2026-01-01T00:00:00Z" });
    assert_answered(&ask_with(&app, DASHBOARD, variables).await);
}

#[tokio::test]
async fn they_have_air() {
    // Half of what is allowed.
    let settings = [
        ("LIMITS__DOCUMENT_BYTES", "32768"),
        ("LIMITS__DOCUMENT_TOKENS", "2500"),
        ("LIMITS__FIELDS", "500"),
        ("LIMITS__ALIASES", "125"),
        ("LIMITS__ALIASES_OF_A_FIELD", "25"),
        ("LIMITS__DIRECTIVES", "50"),
        ("LIMITS__FRAGMENTS", "50"),
        ("LIMITS__VARIABLES", "50"),
        ("LIMITS__DEPTH", "16"),
    ];
    let app = hub(&settings).await;
    assert_answered(&ask(&app, INTROSPECTION).await);
    let variables = json!({ "since": "2026-01-01T00:00:00Z" });
    assert_answered(&ask_with(&app, DASHBOARD, variables).await);
}
