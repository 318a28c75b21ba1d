//! Builds everything once, and serves it.

mod background;
mod documents;
mod providers;
mod webhooks;

use std::{
    fmt, fs, io, net::SocketAddr, os::unix::fs::DirBuilderExt, path::Path, sync::Arc,
    time::Duration,
};

use actix_web::{
    App as Routes, HttpServer,
    dev::{Server, ServerHandle},
    middleware::{Condition, from_fn},
    web::Data,
};
use chrono::TimeDelta;
use chrono_tz::Tz;
use entity::signing_key::SigningAlgorithm;
use sea_orm::DbErr;
use tokio::task::JoinHandle;

use crate::{
    auth::{
        Attempts, Authenticator, Budgets, KeyError, KeyFile, Keyring, Known, PublicKey, Tokens,
    },
    calendar::Calendar,
    change,
    clock::Clock,
    config::{self, Config, ConfigError},
    database::{self, Database, migrations},
    dataset::vocabulary,
    graphql, http,
    services::{
        follower,
        news::News,
        signing_key::{self, Registration},
        token::Issuer,
        webhook::{VaultError, Webhooks},
    },
    views::{Policy, PolicyError, Views},
};

use background::{Background, Needs};

pub use documents::trusted as trusted_documents;
pub use providers::providers;

/// How long a caller may take to send a request's headers.
const HEAD_TIMEOUT: Duration = Duration::from_secs(10);

/// Everything that a hub consists of, before it listens.
pub struct App {
    /// The database, migrated.
    pub database: Database,
    /// Signs tokens and checks them.
    pub tokens: Tokens,
    /// What time it is.
    pub clock: Clock,
    /// Who may see and do what.
    pub views: Views,
    /// Who is known to call.
    pub known: Known,
    /// Makes endpoints of other systems.
    pub webhooks: Webhooks,
    config: Config,
}

/// A hub that listens.
pub struct Running {
    /// Where: `http://127.0.0.1:8080`.
    pub url: String,
    handle: ServerHandle,
    server: JoinHandle<io::Result<()>>,
    state: Data<http::State>,
    background: Background,
    /// Tells other systems of changes; none where the settings say so.
    courier: Option<webhooks::Running>,
    known: Known,
    clock: Clock,
    database: Database,
}

impl App {
    /// Connects to the database of `config`, migrates it, and reads the signing key and registers it.
    ///
    /// # Errors
    ///
    /// Returns [`StartError`] when any of it fails.
    pub async fn new(config: Config, clock: Clock) -> Result<Self, StartError> {
        let database = connect(&config).await?;
        Self::with_database(database, config, clock).await
    }

    /// As [`App::new`], with a `database` that is connected already.
    ///
    /// # Errors
    ///
    /// Returns [`StartError`] when it cannot be migrated or the signing key is no good.
    pub async fn with_database(
        database: Database,
        config: Config,
        clock: Clock,
    ) -> Result<Self, StartError> {
        let views = views(&config)?;
        let applied = migrations::apply(&database).await;
        let applied = applied.map_err(StartError::Migrations)?;
        if applied > 0 {
            tracing::info!(applied, "migrated the database");
        }
        let moved = change::hub::settle(&database).await;
        if moved.map_err(StartError::Migrations)? {
            tracing::info!("the database is another one: cursors of the change feed begin anew");
        }
        let tokens = tokens(&config, &database, &clock).await?;
        let webhooks = webhooks::endpoints(&config, &database, &views, &clock)?;
        Ok(Self {
            webhooks,
            database,
            tokens,
            clock,
            views,
            known: Known::default(),
            config,
        })
    }

    /// What issues tokens and takes them back.
    #[must_use]
    pub fn issuer(&self) -> Issuer {
        Issuer {
            database: self.database.clone(),
            tokens: self.tokens.clone(),
            views: self.views.clone(),
            known: self.known.clone(),
            clock: self.clock.clone(),
            days: self.config.auth.token_days,
            longest_days: self.config.auth.longest_token_days,
        }
    }

    /// Starts to listen and to answer, and returns once it does.
    ///
    /// # Errors
    ///
    /// Returns [`StartError`] when a document that is to be trusted is not right, or when the address is
    /// taken or not ours.
    pub fn listen(self) -> Result<Running, StartError> {
        let calendar = calendar(&self.config)?;
        warn_of_unfairness(&self.config);
        let providers = providers(&self.config, &self.views, &self.clock)?;
        let limits = &self.config.limits;
        let (requests, points) = (limits.requests_per_minute, limits.points_per_minute);
        let kept = TimeDelta::days(self.config.changes.kept_days.into());
        let budgets = Budgets::new(requests, points, self.clock.clone());
        let attempts = Attempts::new(limits.failed_attempts_per_minute, self.clock.clone());
        let news = News::default();
        let documents = Arc::new(documents::read(&self.config, self.views.clone())?);
        let schema = graphql::build(self.issuer(), calendar.clone(), budgets)
            .keeping(kept)
            .with_news(news.clone())
            .with_webhooks(self.webhooks.clone(), Arc::clone(&documents));
        let courier = webhooks::courier(&self.config, self.webhooks, (&schema, &documents), &news);
        let (known, clock) = (self.known, self.clock);
        let authenticator = Authenticator::new(
            self.tokens.clone(),
            self.database.clone(),
            self.views,
            clock.clone(),
            known.clone(),
        )
        .with_providers(providers);
        let database = self.database.clone();
        let needs = Needs {
            database: database.clone(),
            clock: clock.clone(),
            news,
            calendar,
            known: known.clone(),
            tokens: self.tokens.clone(),
        };
        let state = http::State::new(
            schema,
            documents,
            authenticator,
            self.tokens,
            attempts,
            database,
            &self.config,
        );
        let state = Data::new(state);
        let (server, address) = bind(&self.config, state.clone())?;
        let handle = server.handle();
        let url = format!("http://{address}");
        tracing::info!(url, "listening");
        Ok(Running {
            url,
            handle,
            server: tokio::spawn(server),
            state,
            background: Background::start(&self.config, needs),
            courier: courier.map(webhooks::Running::start),
            known,
            clock,
            database: self.database,
        })
    }
}

impl Running {
    /// Stops taking connections, lets requests finish within the timeout, or until `hurry` cuts
    /// them off, and closes the database.
    ///
    /// # Errors
    ///
    /// Returns the error that the server ended with.
    pub async fn stop(mut self, hurry: impl Future<Output = ()>) -> io::Result<()> {
        // What stays open by itself would keep the server waiting.
        self.state.close_streams();
        let finishing = async {
            self.handle.stop(true).await;
            (&mut self.server).await.map_err(io::Error::other)?
        };
        let ended = tokio::select! {
            ended = finishing => ended,
            () = hurry => Ok(()),
        };
        self.background.end();
        if let Some(courier) = &mut self.courier {
            courier.stop().await;
        }
        follower::record_use(&self.database, &self.known, &self.clock).await;
        self.database.close().await;
        ended
    }
}

impl Drop for Running {
    /// Stops at once, unless it has stopped already.
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Connects to the database of `config`. Makes the folder of an SQLite file.
///
/// # Errors
///
/// Returns [`StartError`] when it cannot be reached.
pub async fn connect(config: &Config) -> Result<Database, StartError> {
    let url = config.database_url();
    if let Some(dir) = url.sqlite_file().and_then(|file| Path::new(file).parent()) {
        create_private(dir).map_err(|error| {
            let problem = format!("{} cannot be created: {error}", dir.display());
            StartError::Config(config.problem("data.dir", problem))
        })?;
    }
    let options = database::Options {
        url: url.expose().to_owned(),
        max_connections: config.database.max_connections,
        read_timeout: (config.limits.request_seconds > 0)
            .then(|| Duration::from_secs(config.limits.request_seconds)),
        acquire_timeout: Duration::from_secs(config.database.acquire_timeout_seconds),
        sqlite_full_sync: config.database.sqlite_full_sync,
    };
    Database::connect(&options).await.map_err(|error| {
        let problem = format!("no connection to {url}: {error}");
        StartError::Config(config.problem("database.url", problem))
    })
}

/// Reads the signing key of `config`, or makes it, and registers it in the `database`.
async fn tokens(config: &Config, database: &Database, clock: &Clock) -> Result<Tokens, StartError> {
    let file = KeyFile::at(config.key_file());
    let key = file.load_or_create(signing_algorithm(config).unwrap_or(SigningAlgorithm::EdDsa));
    let public = PublicKey::of(&key.map_err(StartError::Key)?);
    let public = public.map_err(|unusable| StartError::Key(file.unusable(unusable)))?;
    let kid = public.kid.clone();
    let registered = signing_key::register(database, clock.now(), public).await;
    match registered.map_err(StartError::Registration)? {
        Registration::New => tracing::info!(kid, "registered the signing key"),
        Registration::Known { retires_at: None } => {}
        Registration::Known {
            retires_at: Some(retires_at),
        } => tracing::warn!(
            kid,
            %retires_at,
            "the key in this hub's file was replaced, and nothing is signed with it once it has retired: \
             put the new one there"
        ),
    }
    let keyring = Keyring::new(database.clone(), clock.clone());
    let auth = &config.auth;
    let tokens = Tokens::new(file, keyring, &auth.issuer, &auth.audience, clock.clone());
    tokens.reload().await.map_err(StartError::Registration)?;
    Ok(tokens)
}

/// What a key that is made signs with, where the settings say it.
#[must_use]
pub fn signing_algorithm(config: &Config) -> Option<SigningAlgorithm> {
    config.auth.signing_algorithm.map(|setting| match setting {
        config::SigningAlgorithm::EdDsa => SigningAlgorithm::EdDsa,
        config::SigningAlgorithm::Es256 => SigningAlgorithm::Es256,
        config::SigningAlgorithm::Rs256 => SigningAlgorithm::Rs256,
    })
}

/// The calendar of the workspace.
///
/// # Errors
///
/// Returns [`StartError`] when there is no such time zone, or no such month.
pub fn calendar(config: &Config) -> Result<Calendar, StartError> {
    let workspace = &config.workspace;
    let zone: Tz = workspace.time_zone.parse().map_err(|_unknown| {
        let problem = format!(
            "there is no time zone `{}`; a name such as Europe/Vienna is required",
            workspace.time_zone
        );
        StartError::Config(config.problem("workspace.time_zone", problem))
    })?;
    Calendar::new(zone, workspace.fiscal_year_starts_in_month).ok_or_else(|| {
        let problem = "a month from 1 to 12 is required";
        StartError::Config(config.problem("workspace.fiscal_year_starts_in_month", problem))
    })
}

/// Reads the roles that `config` names, or the built-in ones.
///
/// # Errors
///
/// Returns [`StartError`] when the file cannot be read, or makes no sense.
pub fn views(config: &Config) -> Result<Views, StartError> {
    let vocabulary = vocabulary();
    let policy = match &config.auth.roles_file {
        Some(file) => {
            let text = fs::read_to_string(file).map_err(|error| {
                let problem = format!("{} cannot be read: {error}", file.display());
                StartError::Config(config.problem("auth.roles_file", problem))
            })?;
            Policy::parse(&file.display().to_string(), &text, &vocabulary)
        }
        None => Policy::built_in(&vocabulary),
    };
    policy.map(Views::new).map_err(StartError::Roles)
}

/// Tells the operator when one caller could take every connection from the others.
fn warn_of_unfairness(config: &Config) {
    let (limits, database) = (&config.limits, &config.database);
    if limits.concurrent_operations >= database.max_connections {
        tracing::warn!(
            concurrent_operations = limits.concurrent_operations,
            max_connections = database.max_connections,
            "one token may take all connections that read: set limits.concurrent_operations to half of \
             database.max_connections, or less"
        );
    }
}

/// Makes a folder, for its owner only, where there is none.
///
/// # Errors
///
/// Returns [`io::Error`] when it cannot be made.
pub fn create_private(dir: &Path) -> io::Result<()> {
    if dir.as_os_str().is_empty() {
        return Ok(());
    }
    fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(dir)
}

fn bind(config: &Config, state: Data<http::State>) -> Result<(Server, SocketAddr), StartError> {
    let host = config.server.host.trim_matches(['[', ']']);
    let address = (host, config.server.port);
    let origins = config.server.cors_origins.clone();
    let patience = Duration::from_secs(config.limits.stream_write_seconds);
    let mut server = HttpServer::new(move || {
        // The last one is the outermost: it sees a request first, and the answer last.
        Routes::new()
            .app_data(state.clone())
            .wrap(from_fn(http::compress))
            .wrap(Condition::new(!origins.is_empty(), http::cors(&origins)))
            .wrap(from_fn(http::refuse_preflights))
            .wrap(from_fn(http::observe))
            .configure(http::routes)
    })
    .on_connect(move |connection, _data| http::mind_silence(connection, patience))
    // The program listens for signals itself, to close what is not HTTP as well.
    .disable_signals()
    .client_request_timeout(HEAD_TIMEOUT)
    // Who closes their half of a connection has hung up, and what they asked is stopped.
    .h1_allow_half_closed(false)
    .shutdown_timeout(config.server.shutdown_timeout_seconds);
    if let Some(workers) = config.server.workers {
        server = server.workers(workers);
    }
    let server = server.bind(address).map_err(|error| {
        let (setting, problem) = match error.kind() {
            io::ErrorKind::AddrInUse => ("server.port", "it is taken".to_owned()),
            io::ErrorKind::PermissionDenied => ("server.port", "it is not allowed".to_owned()),
            _ => ("server.host", error.to_string()),
        };
        let problem = format!(
            "no listening on {host} port {}: {problem}",
            config.server.port
        );
        StartError::Config(config.problem(setting, problem))
    })?;
    let address = server.addrs().first().copied();
    let address = address.ok_or_else(|| {
        StartError::Config(config.problem("server.host", "names no address of this machine"))
    })?;
    Ok((server.run(), address))
}

/// Why a hub does not start.
#[derive(Debug)]
pub enum StartError {
    /// A setting is wrong.
    Config(ConfigError),
    /// The signing key is no good.
    Key(KeyError),
    /// The key that seals the secrets of webhooks is no good.
    WebhookKey(VaultError),
    /// The file of roles makes no sense.
    Roles(PolicyError),
    /// The database could not be migrated.
    Migrations(DbErr),
    /// The signing key could not be registered.
    Registration(DbErr),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::Key(error) => write!(f, "the signing key {error}"),
            Self::WebhookKey(error) => write!(f, "the key of webhooks {error}"),
            Self::Roles(error) => error.fmt(f),
            Self::Migrations(error) => write!(f, "the database cannot be migrated: {error}"),
            Self::Registration(error) => {
                write!(f, "the signing key cannot be registered: {error}")
            }
        }
    }
}

impl std::error::Error for StartError {}
