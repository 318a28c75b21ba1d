//! What the door lets in and how it says no.

#![cfg(test)]

mod audit;
mod batches;
mod bodies;
mod caching;
mod cases;
mod compression;
mod cors;
mod elsewhere;
mod media;
mod queries;
mod schema;
mod variables;

use api::views::Role;
use reqwest::{Method, RequestBuilder, Url, header::CONTENT_TYPE};
use tests::{app::TestApp, client::Response};

const PLAIN: &str = "application/json; charset=utf-8";
const GRAPHQL: &str = "application/graphql-response+json; charset=utf-8";
/// What an answer to a GraphQL request depends on.
const VARY: &str = "Authorization, Accept, Accept-Encoding, View-As, GraphQL-Cost";

/// A POST to `/graphql` with a good token.
async fn post(app: &TestApp) -> RequestBuilder {
    let token = app.token_for(Role::Admin).await;
    let url = format!("{}/graphql", app.url);
    let request = app.http.post(url).bearer_auth(token);
    request.header(CONTENT_TYPE, "application/json")
}

/// A GET of `/graphql` with these parameters and `token`.
fn get(app: &TestApp, token: &str, parameters: &[(&str, &str)]) -> RequestBuilder {
    ask(app, Method::GET, token, parameters)
}

fn ask(app: &TestApp, method: Method, token: &str, parameters: &[(&str, &str)]) -> RequestBuilder {
    let url = format!("{}/graphql", app.url);
    let url = Url::parse_with_params(&url, parameters).unwrap();
    app.http.request(method, url).bearer_auth(token)
}

async fn answer(request: RequestBuilder) -> Response {
    Response::read(request.send().await.unwrap()).await
}
