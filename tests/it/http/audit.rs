//! The public audit suite of GraphQL over HTTP, all of it: MUST, SHOULD and MAY.

use api::views::Role;
use tests::{
    app::TestApp,
    database::each_database,
    npm::{Workshop, printed},
};

/// How many audits the pinned version has.
const AUDITS: usize = 61;

#[tokio::test(flavor = "multi_thread")]
async fn every_audit_of_graphql_http_passes() {
    let Some(workshop) = Workshop::open(env!("CARGO_TARGET_TMPDIR")) else {
        return;
    };
    for database in each_database() {
        let app = TestApp::start(database).await;
        let token = app.token_for(Role::Analyst).await;
        let mut audit = workshop.node("audit.mjs");
        audit.env("HUB_URL", &app.url).env("HUB_TOKEN", token);
        let audited = tokio::task::spawn_blocking(move || audit.output());
        let audited = audited.await.unwrap().unwrap();
        let report = printed(&audited);
        let failed: Vec<_> = report
            .lines()
            .filter(|line| line.starts_with("FAILED"))
            .collect();
        assert!(audited.status.success() && failed.is_empty(), "{report}");
        assert!(
            report.contains(&format!("{AUDITS} of {AUDITS} audits pass")),
            "{report}"
        );
        app.stop().await;
    }
}
