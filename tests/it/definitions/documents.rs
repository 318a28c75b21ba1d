//! What `docs/definitions.md` says to somebody who may propose definitions is answered.

use std::fs;

use serde_json::json;
use tests::app::each_app;

use super::{done, sides};

/// What stands between these fences is for who may propose.
const FENCE: &str = "```gql\n";

#[tokio::test]
async fn what_the_document_asks_in_their_name_is_answered() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/definitions.md");
    let text = fs::read_to_string(path).unwrap();
    let blocks: Vec<&str> = text
        .split(FENCE)
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .collect();
    assert_eq!(blocks.len(), 2);
    each_app(async |app| {
        let both = sides(app).await;
        for block in &blocks {
            done(&app.graphql(&both.marketing, block, json!({})).await);
        }
    })
    .await;
}
