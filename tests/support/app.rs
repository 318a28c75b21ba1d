//! A real hub on a free port, with a database of its own, inside the test's process.

#![expect(
    clippy::expect_used,
    reason = "a test that cannot have its hub fails, and says why"
)]

use std::{
    future::pending,
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError},
};

use api::{
    app::{App, Running, connect},
    auth::Tokens,
    clock::Clock,
    config::{Config, Sources},
    database::Database,
    error::ApiError,
    services::token::{self, Bearer, Issued, Terms},
    views::{Role, Views},
};
use chrono::{DateTime, Utc};
use futures::future::join_all;
use reqwest::Client;
use sea_orm::Statement;
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    client::{self, Response},
    database::{TestDatabase, each_database},
};

/// A hub that runs as long as this value lives.
pub struct TestApp {
    /// Where it listens: `http://127.0.0.1:…`.
    pub url: String,
    /// Its database, to prepare and to look into.
    pub database: Database,
    /// Its clock; it stands at [`TestApp::NOW`] until a test moves it.
    pub clock: Clock,
    /// For requests that [`TestApp::graphql`] does not make.
    pub http: Client,
    tokens: Tokens,
    views: Views,
    statements: Arc<Mutex<Vec<Statement>>>,
    running: Option<Running>,
    folder: TempDir,
    // Last, because it is dropped last.
    _database: TestDatabase,
}

/// Runs `test` with a hub on each engine, at the same time.
///
/// # Panics
///
/// When a hub does not start, and when `test` does.
pub async fn each_app<Test: AsyncFn(&TestApp)>(test: Test) {
    let runs = each_database().map(async |database| {
        let app = TestApp::start(database).await;
        test(&app).await;
        app.stop().await;
    });
    join_all(runs).await;
}

impl TestApp {
    /// When tests take place: a Sunday, in UTC.
    pub const NOW: &str = "2026-11-22T12:00:00Z";

    /// The instant of [`TestApp::NOW`].
    ///
    /// # Panics
    ///
    /// Never: it is a date.
    #[must_use]
    pub fn now() -> DateTime<Utc> {
        Self::NOW.parse().expect("it is a date")
    }

    /// Starts a hub on `database`, with a clock that stands.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn start(database: TestDatabase) -> Self {
        Self::start_with(database, &[]).await
    }

    /// As [`TestApp::start`], with `settings` such as `("SERVER__BODY_LIMIT_BYTES", "2048")`.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn start_with(database: TestDatabase, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let config = config(&database, &folder, settings);
        let mut connected = connect(&config).await.expect("the database answers");
        let statements = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&statements);
        connected.on_statement(move |info| {
            let mut log = log.lock().unwrap_or_else(PoisonError::into_inner);
            log.push(info.statement.clone());
        });
        let clock = Clock::fixed(Self::now());
        let app = App::with_database(connected.clone(), config, clock.clone()).await;
        let app = app.expect("the hub can be built");
        let (tokens, views) = (app.tokens.clone(), app.views.clone());
        let running = app.listen().expect("the hub can listen");
        Self {
            url: running.url.clone(),
            database: connected,
            clock,
            http: client::http(),
            tokens,
            views,
            statements,
            running: Some(running),
            folder,
            _database: database,
        }
    }

    /// A token of a program in `role`, valid for a day.
    ///
    /// # Panics
    ///
    /// When the hub does not issue it.
    pub async fn token_for(&self, role: Role) -> String {
        let name = format!("a {role} of the tests");
        let role = role.to_string();
        self.issued(Bearer::Service { name, role }).await
    }

    /// A token of the user with this e-mail address, valid for a day.
    ///
    /// # Panics
    ///
    /// When there is no such user.
    pub async fn token_of(&self, email: &str) -> String {
        self.issued(Bearer::User(email.to_owned())).await
    }

    async fn issued(&self, bearer: Bearer) -> String {
        let terms = Terms {
            days: 1,
            scopes: Vec::new(),
        };
        let issued = self.issue(bearer, terms).await;
        issued.expect("a token can be issued").token
    }

    /// Issues a token as the command line does.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError`] when the hub does not issue it.
    pub async fn issue(&self, bearer: Bearer, terms: Terms) -> Result<Issued, ApiError> {
        let now = self.clock.now();
        token::issue(
            &self.database,
            &self.tokens,
            &self.views,
            now,
            bearer,
            terms,
        )
        .await
    }

    /// Sends `query` with `variables`, as a front end would, and reads the answer.
    ///
    /// # Panics
    ///
    /// When the hub does not answer in JSON.
    pub async fn graphql(&self, token: &str, query: &str, variables: Value) -> Response {
        client::graphql(&self.http, &self.url, token, query, variables).await
    }

    /// The SQL statements since the last call, which forgets them. A request's first one looks up
    /// its token.
    #[must_use]
    pub fn take_statements(&self) -> Vec<String> {
        let queries = self.take_queries().into_iter();
        queries.map(|query| query.sql).collect()
    }

    /// The SQL statements with their parameters, as [`TestApp::take_statements`].
    #[must_use]
    pub fn take_queries(&self) -> Vec<Statement> {
        let mut log = self
            .statements
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *log)
    }

    /// The file with the key that signs its tokens.
    #[must_use]
    pub fn key_file(&self) -> PathBuf {
        self.folder.path().join("token-key.pem")
    }

    /// Stops the hub and lets requests finish.
    ///
    /// # Panics
    ///
    /// When it does not stop cleanly.
    pub async fn stop(mut self) {
        if let Some(running) = self.running.take() {
            running.stop(pending()).await.expect("the hub stops");
        }
    }
}

/// The settings of a hub on `database` that keeps its own things in `folder`.
fn config(database: &TestDatabase, folder: &TempDir, settings: &[(&str, &str)]) -> Config {
    let dir = folder.path().display().to_string();
    let ours = [
        ("SERVER__PORT", "0"),
        ("SERVER__WORKERS", "1"),
        ("SERVER__SHUTDOWN_TIMEOUT_SECONDS", "10"),
        ("DATABASE__URL", database.url()),
        ("DATA__DIR", &dir),
    ];
    let variables = ours.iter().chain(settings);
    let variables = variables.map(|(name, value)| (format!("REVHUB__{name}"), (*value).to_owned()));
    let sources = Sources {
        file: None,
        variables: variables.collect(),
    };
    Config::load(sources).expect("the settings are right")
}
