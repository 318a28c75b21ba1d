//! Reading the settings, and finding all that is wrong with them at once.

use std::{
    iter::successors,
    path::{Path, PathBuf},
};

use figment::{
    Figment,
    error::{Actual, Error, Kind, OneOf},
    providers::{Format, Toml},
};

use super::{Config, ConfigError, DEFAULT, DatabaseUrl, Problem, layer::Layer, provider_check};

/// The settings that are built in.
const DEFAULTS: &str = include_str!("../../../config.default.toml");
/// The file that is read where there is one and the caller names none.
const FILE: &str = "revhub.toml";

/// How many requests a batch may hold, whatever the setting says: a batch has the time of one request, and
/// one slot among those of its caller.
const LONGEST_BATCH: usize = 100;

/// Where to look for settings.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The file that the caller names; it must exist. `None` is `revhub.toml`, if there is one.
    pub file: Option<PathBuf>,
    /// The environment's variables; those that do not begin with `REVHUB__` are left alone.
    pub variables: Vec<(String, String)>,
}

impl Sources {
    /// The environment of this process, and `file` or `revhub.toml`.
    #[must_use]
    pub fn of_process(file: Option<PathBuf>) -> Self {
        let text = |text: std::ffi::OsString| text.to_string_lossy().into_owned();
        let variables = std::env::vars_os();
        Self {
            file,
            variables: variables.map(|(k, v)| (text(k), text(v))).collect(),
        }
    }
}

impl Config {
    /// Reads the settings.
    ///
    /// # Errors
    ///
    /// Returns [`ConfigError`] with every setting that is unknown, of the wrong type or out of
    /// range, and when the file cannot be read.
    pub fn load(sources: Sources) -> Result<Self, ConfigError> {
        let mut layers = Vec::new();
        match sources.file {
            Some(file) => layers.push(Layer::file(&file)?),
            None if Path::new(FILE).exists() => layers.push(Layer::file(Path::new(FILE))?),
            None => {}
        }
        layers.push(Layer::environment(sources.variables));
        let (mut config, mut problems) = extract(&mut layers)?;
        for layer in &layers {
            let origins = layer.origins();
            let origins = origins.map(|(setting, origin)| (setting.to_owned(), origin.to_owned()));
            config.origins.extend(origins);
        }
        let (providers, wrong) = provider_check::check(&config.auth.providers, &config.auth.issuer);
        config.providers = providers;
        for (setting, problem) in wrong {
            // What was left out because it is wrong is not missed as well.
            let below = format!("{setting}.");
            let told =
                |known: &Problem| known.setting == setting || known.setting.starts_with(&below);
            if !problems.iter().any(told) {
                problems.push(Problem::new(
                    &setting,
                    config.origin_near(&setting),
                    problem,
                ));
            }
        }
        problems.extend(config.out_of_range());
        ConfigError::check(problems)?;
        Ok(config)
    }

    /// Where `setting` came from, or, where it is not there, the nearest table that would have it.
    fn origin_near(&self, setting: &str) -> &str {
        let tables = successors(Some(setting), |path| {
            path.rsplit_once('.').map(|(table, _)| table)
        });
        let mut origins = tables.map(|table| self.origin(table));
        origins.find(|origin| *origin != DEFAULT).unwrap_or(DEFAULT)
    }

    /// The settings whose type is right and whose value is not.
    fn out_of_range(&self) -> Vec<Problem> {
        let Self {
            server,
            database,
            limits,
            auth,
            ..
        } = self;
        let url = database.url.as_ref().map_or("sqlite:", DatabaseUrl::expose);
        let known_scheme = ["postgres://", "postgresql://", "sqlite:"];
        let known_scheme = known_scheme.iter().any(|scheme| url.starts_with(scheme));
        let origins = &server.cors_origins;
        let checks = [
            (
                "server.host",
                !server.host.is_empty(),
                "is empty; try \"127.0.0.1\"",
            ),
            (
                "server.workers",
                server.workers != Some(0),
                "must be 1 or more",
            ),
            (
                "server.body_timeout_seconds",
                server.body_timeout_seconds > 0,
                "must be 1 or more",
            ),
            (
                "server.body_limit_bytes",
                server.body_limit_bytes >= 1024,
                "must be 1024 or more",
            ),
            (
                "server.batch_limit",
                server.batch_limit <= LONGEST_BATCH,
                "must be from 0 to 100",
            ),
            (
                "server.cors_origins",
                *origins == ["*"] || origins.iter().all(|origin| is_origin(origin)),
                "must be origins as browsers send them, such as \"https://app.example.com\", or \"*\" alone",
            ),
            (
                "server.trusted_proxies",
                self.trusted_proxies().len() == server.trusted_proxies.len(),
                "must be networks such as \"10.0.0.0/8\"; one address is \"192.0.2.7/32\"",
            ),
            (
                "database.url",
                known_scheme,
                "must begin with postgres:// or sqlite://",
            ),
            (
                "database.max_connections",
                database.max_connections > 0,
                "must be 1 or more",
            ),
            (
                "database.acquire_timeout_seconds",
                database.acquire_timeout_seconds > 0,
                "must be 1 or more",
            ),
            (
                "auth.issuer",
                !auth.issuer.is_empty(),
                "is empty; try \"revhub\"",
            ),
            (
                "auth.audience",
                !auth.audience.is_empty(),
                "is empty; try \"revhub\"",
            ),
            (
                "auth.token_days",
                (1..=auth.longest_token_days).contains(&auth.token_days),
                "must be from 1 to auth.longest_token_days",
            ),
            (
                "auth.longest_token_days",
                (1..=3650).contains(&auth.longest_token_days),
                "must be from 1 to 3650",
            ),
            (
                "changes.kept_days",
                (1..=3650).contains(&self.changes.kept_days),
                "must be from 1 to 3650",
            ),
        ];
        let checks = checks.into_iter().chain(limits.checks());
        let wrong = checks.filter(|(_, right, _)| !right);
        wrong
            .map(|(setting, _, problem)| Problem::new(setting, self.origin(setting), problem))
            .collect()
    }
}

/// Whether a browser would send `text` as the origin of a page: a scheme, a host in small letters,
/// perhaps a port, and nothing behind it.
fn is_origin(text: &str) -> bool {
    let Some((scheme, host)) = text.split_once("://") else {
        return false;
    };
    let scheme_fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "+-.".contains(c);
    let host_fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-._:[]".contains(c);
    let fits = !scheme.is_empty() && scheme.chars().all(scheme_fits);
    fits && !host.is_empty() && host.chars().all(host_fits)
}

/// Reads `layers` over the defaults. What is wrong is left out and read again without, until the
/// rest is right: so one start tells everything.
fn extract(layers: &mut [Layer]) -> Result<(Config, Vec<Problem>), ConfigError> {
    let mut problems = Vec::new();
    loop {
        let mut figment = Figment::from(Toml::string(DEFAULTS));
        for layer in layers.iter() {
            figment = figment.merge(layer.clone());
        }
        let error = match figment.extract_lossy::<Config>() {
            Ok(config) => return Ok((config, problems)),
            Err(error) => error,
        };
        let setting = error.path.join(".");
        // The layer that is read last wins, so it is the one to blame.
        let mut layers = layers.iter_mut().rev();
        let blamed = layers.find_map(|layer| layer.leave_out(&setting));
        let origin = blamed.clone().unwrap_or_else(|| "the defaults".to_owned());
        problems.push(Problem::new(setting, origin, explain(&error)));
        if blamed.is_none() {
            ConfigError::check(problems.clone())?;
        }
    }
}

/// What is wrong, in words for an operator.
fn explain(error: &Error) -> String {
    match &error.kind {
        Kind::UnknownField(_, known) => {
            format!("there is no such setting; there is {}", OneOf(known))
        }
        Kind::UnknownVariant(found, known) => format!("found {found:?}, expected {}", OneOf(known)),
        Kind::InvalidType(found, expected) | Kind::InvalidValue(found, expected) => {
            let found = match found {
                Actual::Map => "a table".to_owned(),
                Actual::Str(text) => format!("{text:?}"),
                other => other.to_string(),
            };
            format!("found {found}, expected {}", readable(expected))
        }
        other => other.to_string(),
    }
}

/// Says Rust's names of types in English.
fn readable(expected: &str) -> &str {
    match expected {
        "u16" => "a whole number from 0 to 65535",
        "u32" | "u64" | "usize" => "a whole number, 0 or more",
        "a boolean" | "bool" => "true or false",
        "a string" | "path string" => "text",
        other if other.starts_with("struct ") => "a table",
        other => other,
    }
}
