//! The command line: one file a command.

mod config;
mod demo;
mod doctor;
mod failure;
mod import;
mod key;
mod migrate;
mod output;
mod roles;
mod schema;
mod serve;
mod token;

use std::{path::PathBuf, process::ExitCode};

use clap::{Parser, Subcommand};

use crate::{
    config::{Config, Sources},
    telemetry,
};
use failure::Failure;

/// Revenue Hub: one dataset for sales and marketing behind one GraphQL API.
#[derive(Parser)]
#[command(name = "revhub", version, arg_required_else_help = true)]
struct Cli {
    /// The file with the settings [default: revhub.toml, if there is one]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the API until a signal says stop
    Serve(serve::Args),
    /// Make up a company's year and serve it
    Demo(demo::Args),
    /// Bring the database's tables up to date
    Migrate(migrate::Args),
    /// Bring in files of other systems
    Import(import::Args),
    /// Issue, list, rotate and revoke tokens
    Token(token::Args),
    /// List, replace and retire the keys that sign tokens
    Key(key::Args),
    /// Print what each role sees and may do
    Roles,
    /// Print the API's schema
    Schema(schema::Args),
    /// Print the settings in force, and where each came from
    Config,
    /// Check that everything the hub needs is there
    Doctor,
}

/// Runs the command that the process was started with. Says 0 when it worked, 1 when it failed and
/// 2 when it was asked wrongly or a setting is wrong.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Runtime::new();
    let done = runtime
        .map_err(Failure::from)
        .and_then(|runtime| runtime.block_on(dispatch(cli)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            output::error(&failure);
            failure.exit_code()
        }
    }
}

async fn dispatch(cli: Cli) -> Result<(), Failure> {
    let load = || Config::load(Sources::of_process(cli.config));
    match cli.command {
        Command::Serve(args) => serve::run(args, logging(load()?)?).await,
        Command::Demo(args) => demo::run(&args, logging(load()?)?).await,
        Command::Migrate(args) => migrate::run(&args, logging(load()?)?).await,
        Command::Import(args) => import::run(args, logging(load()?)?).await,
        Command::Token(args) => token::run(args, logging(load()?)?).await,
        Command::Key(args) => key::run(args, logging(load()?)?).await,
        Command::Roles => roles::run(&load()?),
        Command::Schema(args) => schema::run(&args),
        Command::Config => config::run(&load()?),
        Command::Doctor => doctor::run(&logging(load()?)?).await,
    }
}

/// Starts the log as `config` says.
fn logging(config: Config) -> Result<Config, Failure> {
    telemetry::start(&config)?;
    Ok(config)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
