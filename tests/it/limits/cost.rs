//! What a request could cost, for who asks.

use api::views::Role;
use serde_json::{Value, json};
use tests::{client::Response, fixtures};

use super::hub;

#[tokio::test]
async fn an_answer_says_what_the_request_could_cost_when_it_is_asked() {
    let app = hub(&[]).await;
    let token = app.token_for(Role::Admin).await;
    let ask = async |token: &str, query: &str, header: Option<&str>| {
        let request = app.http.post(format!("{}/graphql", app.url));
        let mut request = request
            .bearer_auth(token)
            .header("content-type", "application/json")
            .body(json!({ "query": query }).to_string());
        if let Some(value) = header {
            request = request.header("GraphQL-Cost", value);
        }
        Response::read(request.send().await.unwrap()).await
    };
    let leads = "{ leads(first: 5) { nodes { id } } }";
    let told = ask(&token, leads, Some("report")).await;
    assert_eq!(
        told.body["extensions"]["cost"],
        json!({ "requested": 105, "limit": 30_000 })
    );
    for silent in [None, Some("no")] {
        let answer = ask(&token, leads, silent).await;
        assert_eq!(answer.body["extensions"]["cost"], Value::Null);
    }
    // What has to be looked up first is a statement of its own: the user who is asked about.
    let ada = fixtures::user(&app.database, "Ada Admin", &[Role::Admin]).await;
    let (token, id) = (app.token_of(&ada.email).await, ada.id.simple());
    let explained =
        format!("{{ explainAccess(id: \"user_{id}\", viewerId: \"user_{id}\") {{ visible }} }}");
    let told = ask(&token, &explained, Some("report")).await;
    assert_eq!(told.data()["explainAccess"]["visible"], true);
    assert_eq!(told.body["extensions"]["cost"]["requested"], 200);
    // What is refused is told as well.
    let dear = "{ leads(first: 500) { nodes { touches(first: 500) { nodes { id } } } } }";
    let refused = ask(&token, dear, Some("report")).await;
    assert_eq!(refused.codes(), ["COST_TOO_HIGH"]);
    let extensions = &refused.body["errors"][0]["extensions"];
    assert_eq!(
        (&extensions["which"], &extensions["limit"]),
        (&json!("cost"), &json!(30_000))
    );
    // Both say the same: 500 leads of 500 touches, and a root field.
    assert_eq!(extensions["actual"], 250_600);
    assert_eq!(refused.body["extensions"]["cost"]["requested"], 250_600);
}
