//! Whether the hub runs, and whether it can answer.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::State;
use crate::database::{Database, migrations};

/// How long the database may take; those who ask do not wait long themselves.
const PATIENCE: Duration = Duration::from_secs(3);

/// What keeps the hub from answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readiness {
    Ready,
    DatabaseUnreachable,
    MigrationsPending,
}

/// Answers as long as the process does.
pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok().json(json!({ "status": "ok" }))
}

/// Answers 200 when requests can be answered, and 503 with what is missing when not.
pub(super) async fn ready(state: web::Data<State>) -> HttpResponse {
    let unready = |problem: &str| {
        let body = json!({ "status": "unavailable", "problem": problem });
        HttpResponse::ServiceUnavailable().json(body)
    };
    match readiness(&state.database).await {
        Readiness::Ready => HttpResponse::Ok().json(json!({ "status": "ok" })),
        Readiness::DatabaseUnreachable => unready("the database cannot be reached"),
        Readiness::MigrationsPending => unready("migrations are pending"),
    }
}

async fn readiness(database: &Database) -> Readiness {
    let asking = tokio::time::timeout(PATIENCE, migrations::pending(database));
    match asking.await {
        Ok(Ok(pending)) if pending.is_empty() => Readiness::Ready,
        Ok(Ok(_)) => Readiness::MigrationsPending,
        Ok(Err(error)) => {
            tracing::warn!(%error, "not ready");
            Readiness::DatabaseUnreachable
        }
        Err(_elapsed) => Readiness::DatabaseUnreachable,
    }
}
