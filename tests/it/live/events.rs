//! Server-sent events, as `graphql-sse` has them with a connection for each operation.

use api::views::Role;
use reqwest::{Response as Answer, StatusCode};
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};

use super::{USERS, id_of, touch};

/// A stream that is being read.
struct Events {
    answer: Answer,
    unread: String,
}

impl Events {
    async fn open(app: &TestApp, token: &str, query: &str) -> Self {
        let answer = post(app, token, query, "text/event-stream").await;
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert!(answer.headers().get("content-encoding").is_none());
        Self {
            answer,
            unread: String::new(),
        }
    }

    /// The next piece: what stands before an empty line.
    async fn piece(&mut self) -> Option<String> {
        loop {
            if let Some((piece, rest)) = self.unread.split_once("\n\n") {
                let (piece, rest) = (piece.to_owned(), rest.to_owned());
                self.unread = rest;
                return Some(piece);
            }
            let chunk = self.answer.chunk().await.unwrap()?;
            self.unread.push_str(std::str::from_utf8(&chunk).unwrap());
        }
    }

    /// The next event that is no heartbeat: its name and its data.
    async fn next(&mut self) -> Option<(String, Value)> {
        loop {
            let piece = self.piece().await?;
            let Some(rest) = piece.strip_prefix("event: ") else {
                assert_eq!(piece, ":");
                continue;
            };
            let (name, data) = rest.split_once("\ndata:").unwrap();
            let data = serde_json::from_str(data.trim()).unwrap_or_default();
            return Some((name.to_owned(), data));
        }
    }
}

async fn post(app: &TestApp, token: &str, query: &str, accept: &str) -> Answer {
    let request = app
        .http
        .post(format!("{}/graphql", app.url))
        .bearer_auth(token)
        .header("content-type", "application/json")
        .header("accept", accept)
        .header("accept-encoding", "gzip")
        .body(json!({ "query": query }).to_string());
    request.send().await.unwrap()
}

#[tokio::test]
async fn what_happens_is_sent_when_it_happens() {
    each_app(async |app| {
        let ada = fixtures::user(&app.database, "Ada Byron", &[Role::Admin]).await;
        let token = app.token_for(Role::Admin).await;
        let mut events = Events::open(app, &token, USERS).await;
        // The first heartbeat says that it has begun.
        assert_eq!(events.piece().await.unwrap(), ":");
        touch(app, &ada).await;
        let (name, data) = events.next().await.unwrap();
        assert_eq!(
            (name.as_str(), &data["data"]["changed"]["id"]),
            ("next", &json!(id_of(&ada)))
        );
    })
    .await;
}

#[tokio::test]
async fn a_query_is_one_event_and_the_end() {
    let app = super::hub(&[]).await;
    let token = app.token_for(Role::Analyst).await;
    let mut events = Events::open(&app, &token, "{ viewer { roles } }").await;
    let (name, data) = events.next().await.unwrap();
    assert_eq!(name, "next");
    assert_eq!(data["data"]["viewer"]["roles"], json!(["ANALYST"]));
    assert_eq!(
        events.next().await,
        Some(("complete".to_owned(), Value::Null))
    );
    assert_eq!(events.next().await, None);
    app.stop().await;
}

#[tokio::test]
async fn what_cannot_be_executed_is_an_event_and_what_is_refused_an_answer() {
    let app = super::hub(&[]).await;
    let token = app.token_for(Role::Analyst).await;
    for query in [
        "{ nothing }",
        "{",
        "subscription { nothing }",
        "subscription { changed(after: \"garbage\") { id } }",
    ] {
        let mut events = Events::open(&app, &token, query).await;
        let (name, data) = events.next().await.unwrap();
        assert_eq!(name, "next");
        assert!(
            data["errors"][0]["extensions"]["code"].is_string(),
            "{data}"
        );
        assert!(data.get("data").is_none(), "{data}");
        assert_eq!(events.next().await.unwrap().0, "complete");
    }
    let stranger = post(&app, "garbage", USERS, "text/event-stream").await;
    let stranger = Response::read(stranger).await;
    assert_eq!(stranger.status, StatusCode::UNAUTHORIZED);
    assert_eq!(stranger.codes(), ["UNAUTHENTICATED"]);
    // A subscription is no JSON.
    let answer = post(&app, &token, USERS, "application/json").await;
    let answer = Response::read(answer).await;
    assert_eq!(answer.status, StatusCode::NOT_ACCEPTABLE);
    app.stop().await;
}

#[tokio::test]
async fn who_takes_both_gets_json_and_a_stream_for_what_needs_one() {
    let app = super::hub(&[]).await;
    let token = app.token_for(Role::Admin).await;
    // What urql sends.
    let both =
        "application/graphql-response+json, application/json, text/event-stream, multipart/mixed";
    let answer = post(&app, &token, "{ __typename }", both).await;
    assert!(
        answer.headers()["content-type"]
            .to_str()
            .unwrap()
            .contains("json")
    );
    let answer = post(&app, &token, USERS, both).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    app.stop().await;
}

#[tokio::test]
async fn by_get_nothing_is_changed_that_way_either() {
    let app = super::hub(&[]).await;
    let token = app.token_for(Role::Admin).await;
    let get = async |query: &str| {
        let request = app.http.get(format!("{}/graphql?query={query}", app.url));
        let request = request
            .bearer_auth(&token)
            .header("accept", "text/event-stream");
        request.send().await.unwrap().status()
    };
    let mutation = "mutation%7BcreatePersonalToken(input:%7Bname:%22a%22%7D)%7Btoken%7D%7D";
    assert_eq!(get(mutation).await, StatusCode::METHOD_NOT_ALLOWED);
    let subscription = "subscription%7Bchanged%7Bid%7D%7D";
    assert_eq!(get(subscription).await, StatusCode::OK);
    app.stop().await;
}
