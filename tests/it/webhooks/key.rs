//! What `revhub doctor` says of the key that seals the secrets of webhooks.

use std::{fs, os::unix::fs::PermissionsExt};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use sea_orm::ConnectionTrait;
use serde_json::json;
use tests::{client, database::each_database};

use super::CREATE;
use crate::{
    program::{revhub, run},
    serve::{listening, terminate},
};

#[tokio::test]
async fn a_key_that_does_not_open_what_is_kept_is_told_with_the_way_out() {
    for database in each_database() {
        let folder = tempfile::tempdir().unwrap();
        let told = |arguments: &[&str]| {
            let output = run(revhub(&database, &folder, arguments));
            let told = String::from_utf8(output.stdout).unwrap();
            (told, output.status.success())
        };
        let fine = |expected: &str| {
            let (told, well) = told(&["doctor"]);
            assert!(well && told.contains(expected), "{told}");
        };
        let wrong = |expected: &str, way_out: &str| {
            let (told, well) = told(&["doctor"]);
            let line = told
                .lines()
                .find(|line| line.contains("the key of webhooks"));
            let line = line.unwrap();
            assert!(
                !well && line.starts_with("FAILED") && line.contains(expected),
                "{told}"
            );
            assert!(line.contains(way_out), "{told}");
        };
        fine("webhook-key will be made at the first start");
        let issue = ["token", "issue", "--role", "ADMIN", "--name", "test"];
        let scopes = ["--scope", "*:read", "--scope", "*:write"];
        let (token, _) = told(&[issue.as_slice(), &scopes].concat());
        let (hub, address) = listening(revhub(&database, &folder, &["serve"]));
        let input =
            json!({"system": "warehouse", "url": "https://example.com/hooks", "role": "ADMIN"});
        let (http, url) = (client::http(), format!("http://{address}"));
        let made =
            client::graphql(&http, &url, token.trim(), CREATE, json!({"input": input})).await;
        let _made = made.data();
        terminate(&hub);
        assert!(hub.wait_with_output().unwrap().status.success());
        fine("is for its owner only, and opens the secrets of 1 endpoints");

        let key_file = folder.path().join(".revhub/webhook-key");
        let right = fs::read_to_string(&key_file).unwrap();
        let write = |text: &str| fs::write(&key_file, text).unwrap();
        write(&BASE64_STANDARD.encode([1; 16]));
        wrong("it has 16 bytes, not 32", "webhooks.key_file");
        write("secret?");
        wrong("32 bytes in base64", "webhooks.key_file");
        write(&BASE64_STANDARD.encode([1; 32]));
        wrong("is another than that of 1 endpoints", "overlapHours: 0");
        write(&right);
        fs::set_permissions(&key_file, fs::Permissions::from_mode(0o644)).unwrap();
        wrong("can be read by others", "chmod 600");
        fs::remove_file(&key_file).unwrap();
        wrong(
            "is not there, and seals the secrets of 1 endpoints",
            "put it there",
        );
        assert!(!key_file.exists(), "it changes nothing");
        write(&right);
        fs::set_permissions(&key_file, fs::Permissions::from_mode(0o600)).unwrap();
        let connection = database.connect().await;
        let damage = "UPDATE webhook_endpoint SET secret = 'AAAA'";
        connection.execute_unprepared(damage).await.unwrap();
        wrong("does not open the secrets of 1 endpoints", "from a copy");
    }
}
