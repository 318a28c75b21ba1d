//! The table of the transport: each row a request, and the status, media type and code it gets.

use api::views::Role;
use reqwest::Method;
use tests::app::{TestApp, each_app};

use super::{GRAPHQL, PLAIN, answer};

/// A request and its answer.
struct Case {
    method: Method,
    /// What comes behind `/graphql`.
    url: &'static str,
    headers: &'static [(&'static str, &'static str)],
    body: &'static str,
    status: u16,
    media: &'static str,
    /// The code of the first error; empty where there is none.
    code: &'static str,
}

const JSON: (&str, &str) = ("content-type", "application/json");
const STATUS: (&str, &str) = ("accept", "application/graphql-response+json");

const TYPENAME: &str = "?query=%7B__typename%7D";
const QUERY: &str = r#"{"query":"{__typename}"}"#;
/// An operation of each kind, each with a name.
const EACH: &str =
    "?query=query+Q%7B__typename%7Dmutation+M%7B__typename%7Dsubscription+S%7B__typename%7D";

/// A GET of `/graphql` with `url` behind it.
fn get(
    url: &'static str,
    headers: &'static [(&str, &str)],
    (status, media, code): (u16, &'static str, &'static str),
) -> Case {
    let method = Method::GET;
    let body = "";
    Case {
        method,
        url,
        headers,
        body,
        status,
        media,
        code,
    }
}

/// A POST of `body`.
fn post(
    body: &'static str,
    headers: &'static [(&str, &str)],
    (status, media, code): (u16, &'static str, &'static str),
) -> Case {
    let method = Method::POST;
    Case {
        method,
        url: "",
        headers,
        body,
        status,
        media,
        code,
    }
}

#[rustfmt::skip]
fn gets() -> Vec<Case> {
    const FINE: (u16, &str, &str) = (200, PLAIN, "");
    const BAD: (u16, &str, &str) = (400, PLAIN, "BAD_REQUEST");
    vec![
        get(TYPENAME, &[], FINE),
        get(TYPENAME, &[STATUS], (200, GRAPHQL, "")),
        get(TYPENAME, &[("accept", "text/html")], (406, PLAIN, "NOT_ACCEPTABLE")),
        get(TYPENAME, &[("accept", "application/json;charset=utf-16")], (406, PLAIN, "NOT_ACCEPTABLE")),
        // What a body would be is no matter of a GET.
        get(TYPENAME, &[("content-type", "text/plain")], FINE),
        get("?query=%7B__typename%7D&variables=%7B%7D&extensions=%7B%7D&operationName=", &[], FINE),
        get("?query=%7B__typename%7D&variables=null&extensions=null&x=1&x=2", &[], FINE),
        get("?query=query+null%7B__typename%7D&operationName=null", &[], FINE),
        // Not a request.
        get("", &[], BAD),
        get("", &[STATUS], (400, GRAPHQL, "BAD_REQUEST")),
        get("?Query=%7B__typename%7D", &[], BAD),
        get("?query=%7B__typename%7D&query=%7B__typename%7D", &[], BAD),
        get("?query=%7B__typename%7D&variables=%7B%7D&variables=%7B%7D", &[], BAD),
        get("?query=%7B__typename%7D&variables=", &[], BAD),
        get("?query=%7B__typename%7D&variables=%7B", &[], BAD),
        get("?query=%7B__typename%7D&variables=%5B%5D", &[], BAD),
        get("?query=%7B__typename%7D&variables=%22%7B%7D%22", &[], BAD),
        get("?query=%7B__typename%7D&extensions=1", &[], BAD),
        get("?query=%7B__typename%7", &[], BAD),
        get("?query=%ff", &[], BAD),
        // A request that cannot be executed.
        get("?query=", &[], (200, PLAIN, "GRAPHQL_PARSE_FAILED")),
        get("?query=", &[STATUS], (400, GRAPHQL, "GRAPHQL_PARSE_FAILED")),
        get("?query=%7Bnothing%7D", &[], (200, PLAIN, "GRAPHQL_VALIDATION_FAILED")),
        get("?query=%7Bnothing%7D", &[STATUS], (400, GRAPHQL, "GRAPHQL_VALIDATION_FAILED")),
        // Queries only, whichever of several is asked for.
        get("?query=mutation%7B__typename%7D", &[], (405, PLAIN, "METHOD_NOT_ALLOWED")),
        get("?query=mutation%7B__typename%7D", &[STATUS], (405, GRAPHQL, "METHOD_NOT_ALLOWED")),
        get("?query=mutation+M%7B__typename%7D", &[], (405, PLAIN, "METHOD_NOT_ALLOWED")),
        get("?query=subscription%7B__typename%7D", &[], (406, PLAIN, "NOT_ACCEPTABLE")),
    ]
}

#[rustfmt::skip]
fn posts() -> Vec<Case> {
    const FINE: (u16, &str, &str) = (200, PLAIN, "");
    const BAD: (u16, &str, &str) = (400, PLAIN, "BAD_REQUEST");
    const BAD_STATUS: (u16, &str, &str) = (400, GRAPHQL, "BAD_REQUEST");
    const MEDIA: (u16, &str, &str) = (415, PLAIN, "UNSUPPORTED_MEDIA_TYPE");
    vec![
        post(QUERY, &[JSON], FINE),
        post(QUERY, &[JSON, STATUS], (200, GRAPHQL, "")),
        post(QUERY, &[("content-type", "Application/JSON; Charset=\"utf-8\"")], FINE),
        post(r#"{"query":"query A{__typename}query B{__typename}","operationName":"B"}"#, &[JSON], FINE),
        post(r#"{"query":"{__typename}","variables":null,"operationName":null,"extensions":null}"#, &[JSON], FINE),
        post(r#"{"query":"{__typename}","extensions":{"a":[1,{"b":null}]},"of":"tomorrow"}"#, &[JSON], FINE),
        post(r#"{"query":"{__type(name:\"🏃\"){name}}"}"#, &[JSON], FINE),
        // Not a body that is read.
        post(QUERY, &[], MEDIA),
        post(QUERY, &[("content-type", "text/plain")], MEDIA),
        post(QUERY, &[("content-type", "application/graphql")], MEDIA),
        post(QUERY, &[("content-type", "application/json; charset=latin1")], MEDIA),
        post(QUERY, &[("content-type", "multipart/form-data; boundary=x")], MEDIA),
        post("query=%7B__typename%7D", &[("content-type", "application/x-www-form-urlencoded")], MEDIA),
        post(QUERY, &[JSON, ("content-encoding", "gzip")], MEDIA),
        post(QUERY, &[JSON, ("accept", "text/html, image/*;q=0.8")], (406, PLAIN, "NOT_ACCEPTABLE")),
        // Not a request: 400 whatever is accepted.
        post("", &[JSON], BAD),
        post("{", &[JSON], BAD),
        post("{", &[JSON, STATUS], BAD_STATUS),
        post("null", &[JSON], BAD),
        post("{}", &[JSON, STATUS], BAD_STATUS),
        post(r#"{"query":null}"#, &[JSON], BAD),
        post(r#"{"query":["{__typename}"]}"#, &[JSON, STATUS], BAD_STATUS),
        post(r#"{"query":"{__typename}","variables":[]}"#, &[JSON], BAD),
        post(r#"{"query":"{__typename}","operationName":1}"#, &[JSON, STATUS], BAD_STATUS),
        post(r#"{"query":"{__typename}","extensions":"{}"}"#, &[JSON], BAD),
        post(r#"{"extensions":{"persistedQuery":1}}"#, &[JSON], BAD),
        post(r#"[{"query":"{__typename}"}]"#, &[JSON], BAD),
        post("[]", &[JSON], BAD),
        // A request that cannot be executed: the status tells who accepts that.
        post(r#"{"query":""}"#, &[JSON], (200, PLAIN, "GRAPHQL_PARSE_FAILED")),
        post(r#"{"query":""}"#, &[JSON, STATUS], (400, GRAPHQL, "GRAPHQL_PARSE_FAILED")),
        post(r#"{"query":"{"}"#, &[JSON, STATUS], (400, GRAPHQL, "GRAPHQL_PARSE_FAILED")),
        post(r#"{"query":"{nothing}"}"#, &[JSON], (200, PLAIN, "GRAPHQL_VALIDATION_FAILED")),
        post(r#"{"query":"{nothing}"}"#, &[JSON, STATUS], (400, GRAPHQL, "GRAPHQL_VALIDATION_FAILED")),
        post(r#"{"query":"query($id:ID!){__typename}"}"#, &[JSON, STATUS], (400, GRAPHQL, "GRAPHQL_VALIDATION_FAILED")),
        post(r#"{"query":"{__typename}","operationName":"Q"}"#, &[JSON], (200, PLAIN, "GRAPHQL_VALIDATION_FAILED")),
        post(r#"{"query":"{__typename}","operationName":"Q"}"#, &[JSON, STATUS], (400, GRAPHQL, "GRAPHQL_VALIDATION_FAILED")),
        post(r#"{"query":"mutation{__typename}"}"#, &[JSON, STATUS], (200, GRAPHQL, "")),
        post(r#"{"query":"subscription{__typename}"}"#, &[JSON], (406, PLAIN, "NOT_ACCEPTABLE")),
        post(r#"{"query":"subscription{__typename}"}"#, &[JSON, STATUS], (406, GRAPHQL, "NOT_ACCEPTABLE")),
    ]
}

/// Says what is wrong with the answers to `cases`, all of them.
async fn wrong(app: &TestApp, cases: Vec<Case>) -> Vec<String> {
    let token = app.token_for(Role::Admin).await;
    let mut wrong = Vec::new();
    for case in cases {
        let url = format!("{}/graphql{}", app.url, case.url);
        let mut request = app
            .http
            .request(case.method.clone(), url)
            .bearer_auth(&token);
        for (name, value) in case.headers {
            request = request.header(*name, *value);
        }
        let response = answer(request.body(case.body)).await;
        let found = (
            response.status.as_u16(),
            response.header("content-type"),
            response.codes().first().copied().unwrap_or_default(),
        );
        let expected = (case.status, case.media, case.code);
        let cached = response.headers.contains_key("etag");
        let kept = case.method == Method::GET && case.code.is_empty();
        if found != expected || cached != kept || response.header("vary").is_empty() {
            let Case {
                method,
                url,
                headers,
                body,
                ..
            } = case;
            wrong.push(format!(
                "{method} {url} {headers:?} {body}: {}",
                response.text
            ));
        }
    }
    wrong
}

#[tokio::test]
async fn every_request_gets_the_status_the_media_type_and_the_code_of_the_table() {
    each_app(async |app| {
        let cases = gets().into_iter().chain(posts()).collect();
        let wrong = wrong(app, cases).await;
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    })
    .await;
}

#[tokio::test]
async fn over_get_the_operation_that_is_asked_for_decides() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        for (name, status) in [("Q", 200), ("M", 405), ("S", 406)] {
            let url = format!("{}/graphql{EACH}&operationName={name}", app.url);
            let response = answer(app.http.get(url).bearer_auth(&token)).await;
            assert_eq!(response.status.as_u16(), status, "{name}");
            if status == 405 {
                assert_eq!(response.header("allow"), "POST");
            }
        }
    })
    .await;
}
