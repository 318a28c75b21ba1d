//! The clients that front ends use: they subscribe, receive, go on after a break, and are refused as they should be.

use api::views::Role;
use tests::{
    app::TestApp,
    database::each_database,
    npm::{Workshop, printed},
};

async fn passes(client: &str) {
    let Some(workshop) = Workshop::open(env!("CARGO_TARGET_TMPDIR")) else {
        return;
    };
    for database in each_database() {
        let app = TestApp::start(database).await;
        let token = app.token_for(Role::Admin).await;
        let mut program = workshop.node("live.mjs");
        program
            .arg(client)
            .env("HUB_URL", &app.url)
            .env("HUB_TOKEN", token);
        let run = tokio::task::spawn_blocking(move || program.output());
        let run = run.await.unwrap().unwrap();
        let report = printed(&run);
        assert!(run.status.success(), "{report}");
        for what in [
            "received",
            "resumed",
            "told what is wrong",
            "turned away",
            "ended with its token",
        ] {
            assert!(report.contains(&format!("ok {what}\n")), "{report}");
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn graphql_ws() {
    passes("graphql-ws").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn graphql_sse() {
    passes("graphql-sse").await;
}
