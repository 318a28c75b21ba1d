//! Asking a hub over HTTP.

#![expect(
    clippy::expect_used,
    reason = "a test that gets no answer fails, and says why"
)]

use reqwest::{
    Client, StatusCode,
    header::{ACCEPT, CONTENT_TYPE, HeaderMap},
};
use serde_json::{Value, json};

/// A client for tests. They speak to this machine alone, so that it trusts nobody's certificates.
///
/// # Panics
///
/// When it cannot be made.
#[must_use]
pub fn http() -> Client {
    // As the hub does; an error says that somebody chose it before.
    let _chosen_before = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().tls_certs_only([]).build();
    client.expect("a client can be made")
}

/// An answer.
#[derive(Debug)]
pub struct Response {
    /// Its status.
    pub status: StatusCode,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body as it came, with the fields in their order.
    pub text: String,
    /// Its body, read as JSON.
    pub body: Value,
}

impl Response {
    /// Reads an answer to its end.
    ///
    /// # Panics
    ///
    /// When it is cut off. A body that is not JSON reads as null.
    pub async fn read(response: reqwest::Response) -> Self {
        let read = Self::try_read(response).await;
        read.expect("the answer comes whole")
    }

    /// Reads an answer to its end; `None` when it is cut off.
    pub async fn try_read(response: reqwest::Response) -> Option<Self> {
        let status = response.status();
        let headers = response.headers().clone();
        let text = response.text().await.ok()?;
        let body = serde_json::from_str(&text).unwrap_or_default();
        Some(Self {
            status,
            headers,
            text,
            body,
        })
    }

    /// What was asked for.
    ///
    /// # Panics
    ///
    /// When there are errors.
    #[must_use]
    pub fn data(&self) -> &Value {
        assert!(self.body.get("errors").is_none(), "{}", self.text);
        self.body.get("data").expect("an answer has data or errors")
    }

    /// The `extensions.code` of each error.
    #[must_use]
    pub fn codes(&self) -> Vec<&str> {
        let errors = self.body.get("errors").and_then(Value::as_array);
        let errors = errors.into_iter().flatten();
        let codes = errors.map(|error| error.pointer("/extensions/code"));
        let codes = codes.map(|code| code.and_then(Value::as_str).unwrap_or("(none)"));
        codes.collect()
    }

    /// Of each error its `extensions.code`, and the part of the input that it is about; empty where it says none.
    #[must_use]
    pub fn problems(&self) -> Vec<(&str, &str)> {
        let errors = self.body.get("errors").and_then(Value::as_array);
        let errors = errors.into_iter().flatten();
        let told = errors.map(|error| {
            let part = |name| error.pointer(name).and_then(Value::as_str);
            let code = part("/extensions/code").unwrap_or_default();
            (code, part("/extensions/field").unwrap_or_default())
        });
        told.collect()
    }

    /// The text of a header; empty where there is none.
    #[must_use]
    pub fn header(&self, name: &str) -> &str {
        let header = self.headers.get(name);
        header.map_or("", |value| value.to_str().unwrap_or_default())
    }
}

/// Sends a GraphQL request to the hub at `url` and reads the answer.
///
/// # Panics
///
/// When the hub does not answer.
pub async fn graphql(
    http: &Client,
    url: &str,
    token: &str,
    query: &str,
    variables: Value,
) -> Response {
    let body = json!({ "query": query, "variables": variables });
    let request = http
        .post(format!("{url}/graphql"))
        .bearer_auth(token)
        .header(CONTENT_TYPE, "application/json")
        .header(ACCEPT, "application/graphql-response+json")
        .body(body.to_string());
    let response = request.send().await.expect("the hub answers");
    Response::read(response).await
}
