//! How much a caller may ask in a minute, and where they read how much is left.

use api::views::Role;
use chrono::TimeDelta;
use entity::api_token;
use reqwest::{Method, RequestBuilder, StatusCode};
use sea_orm::{EntityTrait, sea_query::Expr};
use serde_json::{Value, json};
use tests::{app::TestApp, client::Response, fixtures};

use super::{assert_answered, extensions, hub};

const PLAIN: &str = "{ __typename }";
/// It costs 105 points.
const LEADS: &str = "{ leads(first: 5) { nodes { id } } }";

/// A hub where a token has so many requests, and so many points.
async fn hub_with(requests: &str, points: &str) -> TestApp {
    hub(&[
        ("LIMITS__REQUESTS_PER_MINUTE", requests),
        ("LIMITS__POINTS_PER_MINUTE", points),
        ("SERVER__BATCH_LIMIT", "5"),
    ])
    .await
}

fn request(app: &TestApp, token: &str, method: Method, path: &str) -> RequestBuilder {
    let request = app.http.request(method, format!("{}{path}", app.url));
    request.bearer_auth(token)
}

fn post(app: &TestApp, token: &str, body: &Value) -> RequestBuilder {
    let request = request(app, token, Method::POST, "/graphql");
    let request = request.header("content-type", "application/json");
    request.body(body.to_string())
}

async fn send(request: RequestBuilder) -> Response {
    Response::read(request.send().await.unwrap()).await
}

async fn ask(app: &TestApp, token: &str, query: &str) -> Response {
    send(post(app, token, &json!({ "query": query }))).await
}

/// What is left, as the answer says it.
fn left(answer: &Response) -> &str {
    answer.header("ratelimit")
}

fn assert_used_up(answer: &Response, which: &str, limit: u64, actual: u64, seconds: &str) {
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert_eq!(answer.header("retry-after"), seconds);
    let expected =
        json!({ "code": "BUDGET_EXCEEDED", "which": which, "limit": limit, "actual": actual });
    assert_eq!(extensions(answer), &expected);
}

#[tokio::test]
async fn a_token_has_so_many_requests_in_a_minute_and_no_more() {
    let app = hub_with("4", "0").await;
    let token = app.token_for(Role::Admin).await;
    let other = app.token_for(Role::Admin).await;
    let first = ask(&app, &token, PLAIN).await;
    assert_answered(&first);
    assert_eq!(first.header("ratelimit-policy"), r#""requests";q=4;w=60"#);
    assert_eq!(left(&first), r#""requests";r=3;t=60"#);
    // Whatever is asked, and whatever becomes of it.
    app.clock.set(TestApp::now() + TimeDelta::seconds(15));
    for (asked, status, remaining) in [
        (
            request(&app, &token, Method::HEAD, "/graphql?query={__typename}"),
            200,
            2,
        ),
        (
            request(&app, &token, Method::GET, "/schema.graphql"),
            200,
            1,
        ),
        (post(&app, &token, &json!({ "no": "query" })), 400, 0),
    ] {
        let answer = send(asked).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(left(&answer), format!(r#""requests";r={remaining};t=45"#));
    }
    for path in ["/graphql?query={__typename}", "/schema.graphql"] {
        let refused = send(request(&app, &token, Method::GET, path)).await;
        assert_used_up(&refused, "requests_per_minute", 4, 5, "45");
        assert_eq!(refused.header("ratelimit-policy"), r#""requests";q=4;w=60"#);
        assert_eq!(left(&refused), r#""requests";r=0;t=45"#);
    }
    // Others have their own.
    assert_answered(&ask(&app, &other, PLAIN).await);
    app.clock.set(TestApp::now() + TimeDelta::seconds(60));
    let again = ask(&app, &token, PLAIN).await;
    assert_answered(&again);
    assert_eq!(left(&again), r#""requests";r=3;t=60"#);
    app.stop().await;
}

#[tokio::test]
async fn what_requests_cost_is_taken_after_them() {
    let app = hub_with("0", "200").await;
    let token = app.token_for(Role::Admin).await;
    // What is refused, or asks for nothing that costs, costs nothing.
    let dear = "{ leads(first: 500) { nodes { touches(first: 500) { nodes { id } } } } }";
    assert_eq!(ask(&app, &token, dear).await.codes(), ["COST_TOO_HIGH"]);
    let free = ask(&app, &token, "{ __schema { queryType { name } } }").await;
    assert_eq!(free.header("ratelimit-policy"), r#""points";q=200;w=60"#);
    assert_eq!(left(&free), r#""points";r=200;t=60"#);
    // The last one may cost more than is left.
    for remaining in [95, 0] {
        let answer = ask(&app, &token, LEADS).await;
        assert_answered(&answer);
        assert_eq!(left(&answer), format!(r#""points";r={remaining};t=60"#));
    }
    let refused = ask(&app, &token, PLAIN).await;
    assert_used_up(&refused, "points_per_minute", 200, 211, "60");
    app.clock.set(TestApp::now() + TimeDelta::seconds(61));
    assert_answered(&ask(&app, &token, LEADS).await);
    app.stop().await;
}

#[tokio::test]
async fn each_request_of_a_batch_counts() {
    let app = hub_with("4", "0").await;
    let token = app.token_for(Role::Admin).await;
    let batch = |count: usize| json!(vec![json!({ "query": PLAIN }); count]);
    let first = send(post(&app, &token, &batch(3))).await;
    assert_eq!(left(&first), r#""requests";r=1;t=60"#);
    let second = send(post(&app, &token, &batch(3))).await;
    assert_eq!(second.status, StatusCode::OK);
    assert_eq!(left(&second), r#""requests";r=0;t=60"#);
    assert_eq!(second.body[0]["data"], json!({ "__typename": "Query" }));
    for at in [1, 2] {
        let refused = &second.body[at]["errors"][0]["extensions"];
        let expected = json!({
            "code": "BUDGET_EXCEEDED", "which": "requests_per_minute", "limit": 4, "actual": 5
        });
        assert_eq!(refused, &expected);
    }
    let third = send(post(&app, &token, &batch(3))).await;
    assert_used_up(&third, "requests_per_minute", 4, 5, "60");
    app.stop().await;
}

#[tokio::test]
async fn every_answer_to_a_known_caller_says_what_is_left() {
    let app = hub_with("1200", "600000").await;
    let token = app.token_for(Role::Admin).await;
    let by_get = |query: &str| {
        request(
            &app,
            &token,
            Method::GET,
            &format!("/graphql?query={query}"),
        )
    };
    let kept = send(by_get("{__typename}")).await;
    let tag = kept.header("etag");
    for (asked, status) in [
        (by_get("{__typename}").header("if-none-match", tag), 304),
        (by_get("{nothing}"), 200),
        (by_get("{__typename}").header("accept", "text/html"), 406),
        (by_get("mutation{__typename}"), 405),
        (
            post(&app, &token, &json!({ "query": "x".repeat(2_000_000) })),
            413,
        ),
        (
            request(&app, &token, Method::POST, "/graphql").body("{}"),
            415,
        ),
        (post(&app, &token, &json!([])), 400),
    ] {
        let answer = send(asked).await;
        assert_eq!(answer.status.as_u16(), status, "{}", answer.text);
        assert_eq!(
            answer.header("ratelimit-policy"),
            r#""requests";q=1200;w=60, "points";q=600000;w=60"#,
            "{status}"
        );
        assert!(left(&answer).starts_with(r#""requests";r=11"#), "{status}");
    }
    // Nobody else is told, and nobody counts who is not known.
    for (path, token) in [
        ("/graphql?query={__typename}", "bad"),
        ("/health/live", &token),
    ] {
        let answer = send(request(&app, token, Method::GET, path)).await;
        assert_eq!((left(&answer), answer.header("ratelimit-policy")), ("", ""));
    }
    app.stop().await;
    let app = hub(&[]).await;
    let token = app.token_for(Role::Admin).await;
    let unlimited = ask(&app, &token, "{ viewer { budget { resetsIn } } }").await;
    assert_eq!(unlimited.data(), &json!({ "viewer": { "budget": null } }));
    assert_eq!(left(&unlimited), "");
    app.stop().await;
}

#[tokio::test]
async fn a_budget_can_be_asked_for_as_well() {
    let app = hub_with("10", "1000").await;
    let token = app.token_for(Role::Admin).await;
    let report = async |query: &str| {
        let asked = post(&app, &token, &json!({ "query": query }));
        send(asked.header("GraphQL-Cost", "report")).await
    };
    let told = report(LEADS).await;
    let expected = json!({
        "requests": { "limit": 10, "remaining": 9 },
        "points": { "limit": 1000, "remaining": 895 },
        "resetsIn": 60,
    });
    assert_eq!(told.body["extensions"]["budget"], expected);
    assert_eq!(told.body["extensions"]["cost"]["requested"], 105);
    // Who does not ask for it is not told: an answer that is the same stays the same.
    let silent = ask(&app, &token, LEADS).await;
    assert_eq!(silent.body["extensions"]["budget"], Value::Null);
    app.clock
        .set(TestApp::now() + TimeDelta::milliseconds(20_500));
    let fields = "requests { limit remaining } points { limit remaining } resetsIn";
    let asked = ask(
        &app,
        &token,
        &format!("{{ viewer {{ budget {{ {fields} }} }} }}"),
    )
    .await;
    let expected = json!({
        "requests": { "limit": 10, "remaining": 7 },
        "points": { "limit": 1000, "remaining": 790 },
        "resetsIn": 40,
    });
    assert_eq!(asked.data()["viewer"]["budget"], expected);
    app.stop().await;
}

#[tokio::test]
async fn a_token_may_have_numbers_of_its_own() {
    let app = hub_with("1", "0").await;
    let token = app.token_for(Role::Admin).await;
    let allow = async |requests: Option<i32>, points: Option<i64>| {
        let update = api_token::Entity::update_many()
            .col_expr(api_token::Column::RequestsPerMinute, Expr::value(requests))
            .col_expr(api_token::Column::PointsPerMinute, Expr::value(points));
        update.exec(app.database.writes()).await.unwrap();
        app.forget_callers();
    };
    allow(Some(3), Some(300)).await;
    let answer = ask(&app, &token, LEADS).await;
    assert_eq!(left(&answer), r#""requests";r=2;t=60, "points";r=195;t=60"#);
    // They hold with the next request, also for what was asked before.
    allow(Some(2), None).await;
    let answer = ask(&app, &token, LEADS).await;
    assert_eq!(left(&answer), r#""requests";r=0;t=60"#);
    let refused = ask(&app, &token, PLAIN).await;
    assert_used_up(&refused, "requests_per_minute", 2, 3, "60");
    allow(Some(0), None).await;
    for _ in 0..5 {
        let answer = ask(&app, &token, PLAIN).await;
        assert_answered(&answer);
        assert_eq!(left(&answer), "");
    }
    app.stop().await;
}

#[tokio::test]
async fn who_may_not_look_with_other_eyes_is_counted_all_the_same() {
    let app = hub_with("2", "0").await;
    let token = app.token_for(Role::Analyst).await;
    let body = json!({ "query": PLAIN });
    for (role, remaining) in [("ADMIN", 1), ("NOBODY", 0)] {
        let answer = send(post(&app, &token, &body).header("view-as", role)).await;
        assert_eq!(answer.status, StatusCode::FORBIDDEN);
        assert_eq!(left(&answer), format!("\"requests\";r={remaining};t=60"));
    }
    let answer = send(post(&app, &token, &body).header("view-as", "ADMIN")).await;
    assert_used_up(&answer, "requests_per_minute", 2, 3, "60");
    app.stop().await;
}

#[tokio::test]
async fn all_tokens_of_a_person_have_one_budget() {
    let app = hub_with("3", "0").await;
    let user = fixtures::user(&app.database, "Rita Rep", &[Role::SalesRep]).await;
    let (one, other) = (
        app.token_of(&user.email).await,
        app.token_of(&user.email).await,
    );
    assert_eq!(left(&ask(&app, &one, PLAIN).await), "\"requests\";r=2;t=60");
    assert_eq!(
        left(&ask(&app, &other, PLAIN).await),
        "\"requests\";r=1;t=60"
    );
    let system = app.token_for(Role::SalesRep).await;
    assert_eq!(
        left(&ask(&app, &system, PLAIN).await),
        "\"requests\";r=2;t=60"
    );
    app.stop().await;
}
