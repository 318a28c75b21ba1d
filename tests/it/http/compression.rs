//! Compression: for who accepts it, where it is worth it.

use std::io::Read;

use api::views::Role;
use flate2::read::GzDecoder;
use reqwest::header::ACCEPT_ENCODING;
use tests::{
    app::{TestApp, each_app},
    database::each_database,
};

use super::get;

const SHORT: &str = "{ __typename }";
/// Some 20 kB.
const LONG: &str = "{ __schema { types { name description } } }";
/// Some 300 kB.
const LONGER: &str = "{ __schema { types { name fields { name description args { name description } type { name } } } } }";

/// What comes back: how it is encoded, and its bytes.
async fn fetch(app: &TestApp, token: &str, query: &str, accept: Option<&str>) -> (String, Vec<u8>) {
    let mut request = get(app, token, &[("query", query)]);
    if let Some(accept) = accept {
        request = request.header(ACCEPT_ENCODING, accept);
    }
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert!(
        response.headers()["vary"]
            .to_str()
            .unwrap()
            .contains("Accept-Encoding")
    );
    let encoding = response.headers().get("content-encoding");
    let encoding = encoding
        .map_or("", |encoding| encoding.to_str().unwrap())
        .to_owned();
    let length = response.headers()["content-length"]
        .to_str()
        .unwrap()
        .to_owned();
    let bytes = response.bytes().await.unwrap().to_vec();
    assert_eq!(length, bytes.len().to_string());
    (encoding, bytes)
}

#[tokio::test]
async fn a_long_answer_is_compressed_for_who_accepts_it() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        for query in [LONG, LONGER] {
            let (encoding, plain) = fetch(app, &token, query, None).await;
            assert_eq!(encoding, "");
            for accept in ["gzip", "gzip, deflate, br, zstd", "br;q=1, gzip;q=0.5"] {
                let (encoding, bytes) = fetch(app, &token, query, Some(accept)).await;
                assert_eq!(encoding, "gzip", "{accept}");
                assert!(
                    bytes.len() * 3 < plain.len(),
                    "{} of {}",
                    bytes.len(),
                    plain.len()
                );
                let mut unpacked = Vec::new();
                GzDecoder::new(&bytes[..])
                    .read_to_end(&mut unpacked)
                    .unwrap();
                assert_eq!(unpacked, plain);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_stays_plain_where_gzip_is_not_wanted_or_not_worth_it() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        for accept in [
            "",
            "identity",
            "br",
            "gzip;q=0",
            "identity, gzip;q=0.5",
            "*;q=0",
        ] {
            let (encoding, _) = fetch(app, &token, LONG, Some(accept)).await;
            assert_eq!(encoding, "", "{accept}");
        }
        assert_eq!(fetch(app, &token, SHORT, Some("gzip")).await.0, "");
    })
    .await;
}

#[tokio::test]
async fn compression_can_be_turned_off() {
    for database in each_database() {
        let app = TestApp::start_with(database, &[("SERVER__COMPRESSION", "false")]).await;
        let token = app.token_for(Role::Admin).await;
        assert_eq!(fetch(&app, &token, LONG, Some("gzip")).await.0, "");
        app.stop().await;
    }
}
