//! The log: lines for people, or JSON for machines, on standard error.

use std::io::{self, IsTerminal};

use tracing_subscriber::{EnvFilter, fmt};

use crate::config::{Config, ConfigError, LogFormat};

/// Starts logging as `config.log` says. In a process that logs already, changes nothing.
///
/// # Errors
///
/// Returns [`ConfigError`] when `log.filter` makes no sense.
pub fn start(config: &Config) -> Result<(), ConfigError> {
    let filter = EnvFilter::try_new(&config.log.filter).map_err(|error| {
        let problem = format!("{error}; try \"info\" or \"info,api=debug\"");
        config.problem("log.filter", problem)
    })?;
    let log = fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal());
    let started = match config.log.format {
        LogFormat::Pretty => log.with_target(false).try_init(),
        LogFormat::Json => log
            .json()
            .flatten_event(true)
            .with_span_list(false)
            .try_init(),
    };
    if started.is_err() {
        tracing::debug!("logging was started before");
    }
    Ok(())
}
