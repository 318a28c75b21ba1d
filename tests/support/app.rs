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
    auth::{Allowance, KeyFile, Keyring, Known, Outdated, Tokens},
    clock::Clock,
    config::{Config, Sources},
    database::Database,
    dataset::vocabulary,
    error::ApiError,
    services::token::{Issued, Issuer, ServiceToken, Terms},
    views::{Policy, Role, Views},
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

/// The scopes of a token that may be used for everything.
const EVERYTHING: [&str; 4] = ["*:read", "*:write", "metric:read", "export:run"];

/// Who gets a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Bearer {
    /// The user with this e-mail address.
    User(String),
    /// A system.
    Service {
        /// What it is called.
        name: String,
        /// Its role.
        role: String,
    },
}

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
    config: Config,
    issuer: Issuer,
    statements: Arc<Mutex<Vec<Statement>>>,
    running: Option<Running>,
    folder: TempDir,
    // Last, because it is dropped last.
    _database: TestDatabase,
}

/// What would issue tokens over `database`, with the built-in roles, had it a key.
///
/// # Panics
///
/// When the built-in roles are wrong.
#[must_use]
pub fn issuer(database: Database, clock: Clock) -> Issuer {
    // Without a key, for who only reads.
    let (file, keyring) = (
        KeyFile::at("no-key.pem"),
        Keyring::new(database.clone(), clock.clone()),
    );
    let policy = Policy::built_in(&vocabulary()).expect("the built-in roles are right");
    Issuer {
        database,
        tokens: Tokens::new(file, keyring, "revhub", "revhub", clock.clone()),
        views: Views::new(policy),
        known: Known::default(),
        clock,
        days: 90,
        longest_days: 365,
    }
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
        let app = App::with_database(connected.clone(), config.clone(), clock.clone()).await;
        let app = app.expect("the hub can be built");
        let issuer = app.issuer();
        let running = app.listen().expect("the hub can listen");
        Self {
            url: running.url.clone(),
            database: connected,
            clock,
            http: client::http(),
            config,
            issuer,
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
        let issued = self.issue(bearer, &[]).await;
        issued.expect("a token can be issued").token
    }

    /// Issues a token as the command line does, valid for a day; without `scopes` it does all that its
    /// bearer may do.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError`] when the hub does not issue it.
    pub async fn issue(&self, bearer: Bearer, scopes: &[&str]) -> Result<Issued, ApiError> {
        let mut terms = Terms {
            days: Some(1),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
        };
        let issuer = &self.issuer;
        match bearer {
            Bearer::User(email) => {
                issuer
                    .as_operator(async |write| issuer.issue_to_user(write, &email, terms).await)
                    .await
            }
            Bearer::Service { name, role } => {
                if scopes.is_empty() {
                    terms.scopes = EVERYTHING.map(str::to_owned).to_vec();
                }
                let service = ServiceToken {
                    name,
                    role,
                    ip_allow: Vec::new(),
                    allowance: Allowance::default(),
                    terms,
                };
                issuer
                    .as_operator(async |write| issuer.issue_to_service(write, service).await)
                    .await
            }
        }
    }

    /// Another hub over the same database, with the same settings and the same key.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn replica(&self) -> Running {
        self.replica_with(|_config| {}).await
    }

    /// As [`Self::replica`], with other settings.
    ///
    /// # Panics
    ///
    /// When it does not start.
    pub async fn replica_with(&self, change: impl FnOnce(&mut Config)) -> Running {
        let (mut config, clock) = (self.config.clone(), self.clock.clone());
        change(&mut config);
        let app = App::with_database(self.database.clone(), config, clock).await;
        app.expect("the hub can be built")
            .listen()
            .expect("the hub can listen")
    }

    /// What issues tokens, as the hub's own.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Has the hub look up everybody again who calls: after a test has written behind its back.
    pub fn forget_callers(&self) {
        self.issuer.known.forget(&Outdated::All);
    }

    /// Sends `query` with `variables`, as a front end would, and reads the answer.
    ///
    /// # Panics
    ///
    /// When the hub does not answer in JSON.
    pub async fn graphql(&self, token: &str, query: &str, variables: Value) -> Response {
        client::graphql(&self.http, &self.url, token, query, variables).await
    }

    /// The SQL statements since the last call, which forgets them, but for those of the hub's own rounds, and by
    /// which it knows who calls: [`TestApp::take_lookups`] has these.
    #[must_use]
    pub fn take_statements(&self) -> Vec<String> {
        let queries = self.take_queries().into_iter();
        queries.map(|query| query.sql).collect()
    }

    /// The SQL statements with their parameters, as [`TestApp::take_statements`].
    #[must_use]
    pub fn take_queries(&self) -> Vec<Statement> {
        let log = self.statements.lock();
        let mut log = log.unwrap_or_else(PoisonError::into_inner);
        log.extract_if(.., |query| !is_of_the_hub(query)).collect()
    }

    /// How many callers were looked up since the last call, which forgets them.
    #[must_use]
    pub fn take_lookups(&self) -> usize {
        let log = self.statements.lock();
        let mut log = log.unwrap_or_else(PoisonError::into_inner);
        let lookups = log.extract_if(.., |query| query.sql.contains(LOOKUP));
        lookups.count()
    }

    /// How often the hub looked what is new in the change log since the last call, which forgets it.
    #[must_use]
    pub fn take_looks(&self) -> usize {
        let log = self.statements.lock();
        let mut log = log.unwrap_or_else(PoisonError::into_inner);
        let looks = log.extract_if(.., |query| {
            query.sql.contains("AS seen") && is_of_the_hub(query)
        });
        looks.count()
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

/// By what one sees that a statement looks up who calls.
const LOOKUP: &str = "api_token AS t LEFT JOIN";

/// Whether a statement looks up who calls, or what changed of them, or forgets answers and merges that are old, or tells other
/// replicas that something did: only who follows callers follows keys.
fn is_of_the_hub(query: &Statement) -> bool {
    let values = query.values.as_ref();
    let follows = || values.is_none_or(|values| format!("{values:?}").contains("signing_key"));
    let sql = &query.sql;
    let own = [
        LOOKUP,
        "\"last_used_at\" =",
        "DELETE FROM \"idempotency\"",
        "\"forgotten_at\" IS NULL",
        "pg_notify",
    ];
    own.iter().any(|own| sql.contains(own)) || (sql.contains("AS seen") && follows())
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
        // The clock stands, so that a minute never ends.
        ("LIMITS__REQUESTS_PER_MINUTE", "0"),
        ("LIMITS__POINTS_PER_MINUTE", "0"),
        ("LIMITS__FAILED_ATTEMPTS_PER_MINUTE", "0"),
        // Nobody looks for messages to send while others count statements.
        ("WEBHOOKS__SEND", "false"),
        // Nothing is written but what a test writes.
        ("MATCHING__BACKGROUND", "false"),
        ("SLA__BACKGROUND", "false"),
        ("TASKS__BACKGROUND", "false"),
        ("SCORING__BACKGROUND", "false"),
        ("LEADS__BACKGROUND", "false"),
    ];
    let variables = ours.iter().chain(settings);
    let variables = variables.map(|(name, value)| (format!("REVHUB__{name}"), (*value).to_owned()));
    let sources = Sources {
        file: None,
        variables: variables.collect(),
    };
    Config::load(sources).expect("the settings are right")
}
