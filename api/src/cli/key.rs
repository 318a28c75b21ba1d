//! `revhub key`.

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{
    Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use entity::signing_key::SigningAlgorithm;
use sea_orm::ActiveEnum;

use super::{Failure, output};
use crate::{
    app::{self, App},
    auth::{KeyFile, PublicKey},
    clock::Clock,
    config::Config,
    services::signing_key::{self, Listed, Overlap},
};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// List the keys that tokens are checked with
    List,
    /// Sign with another key from now on; the old one goes on checking what it signed
    Rotate(Rotate),
    /// Refuse, from now on, every token that a key signed
    Retire {
        /// The key, as `list` names it
        #[arg(allow_hyphen_values = true)]
        kid: String,
        /// Do it, whatever tokens are lost
        #[arg(long)]
        yes: bool,
    },
}

#[derive(clap::Args)]
struct Rotate {
    /// What the new key signs with [default: the setting `auth.signing_algorithm`, or else what the old
    /// one signs with]
    #[arg(long, value_name = "A", value_parser = algorithms())]
    algorithm: Option<SigningAlgorithm>,
    /// How many days the tokens of the old key are still good; 0 refuses them at once [default: until
    /// the last of them expires]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(..=3650))]
    overlap_days: Option<u32>,
}

pub(super) async fn run(args: Args, config: Config) -> Result<(), Failure> {
    match args.command {
        Command::List => list(&config).await,
        Command::Rotate(args) => rotate(args, config).await,
        Command::Retire { kid, yes } => retire(&kid, yes, &config).await,
    }
}

async fn list(config: &Config) -> Result<(), Failure> {
    let signs = kid_in_file(config);
    let database = app::connect(config).await?;
    let now = Clock::system().now();
    for Listed { key, tokens } in signing_key::list(&database, now).await? {
        let state = match key.retires_at {
            Some(at) if at <= now => format!("retired {}", time(at)),
            Some(at) => format!("retires {}", time(at)),
            None if Some(&key.kid) == signs.as_ref() => "signs".to_owned(),
            None => "checks".to_owned(),
        };
        output::line(format_args!(
            "{}  {}  since {}  {state}  {}",
            key.kid,
            key.algorithm.to_value(),
            time(key.created_at),
            valid(tokens),
        ));
    }
    Ok(())
}

async fn rotate(args: Rotate, config: Config) -> Result<(), Failure> {
    let algorithm = args.algorithm.or(app::signing_algorithm(&config));
    let overlap = args.overlap_days.map_or(Overlap::LastToken, Overlap::Days);
    let App {
        database,
        tokens,
        clock,
        ..
    } = App::new(config, Clock::system()).await?;
    let rotated = signing_key::rotate(&database, &clock, tokens.file(), algorithm, overlap);
    let (kid, old) = rotated.await?;
    output::line(&kid);
    output::note(format_args!(
        "This key signs from now on. The old one, {}, checks tokens until {}; {}. If other hubs have a copy of \
         the old file, give them the new one.",
        old.kid,
        time(old.at),
        lost(old.cut_off)
    ));
    Ok(())
}

async fn retire(kid: &str, yes: bool, config: &Config) -> Result<(), Failure> {
    if kid_in_file(config).is_some_and(|signs| signs == kid) {
        let message = "this key signs: replace it with `revhub key rotate`, or with `revhub key rotate \
                       --overlap-days 0` if its tokens are to be refused at once";
        return Err(Failure::Usage(message.to_owned()));
    }
    let database = app::connect(config).await?;
    let now = Clock::system().now();
    if !yes {
        let tokens = signing_key::valid_tokens(&database, now, kid).await?;
        let message = format!("{}; say --yes to retire {kid}", lost(tokens));
        return Err(Failure::Usage(message));
    }
    let retired = signing_key::retire(&database, now, kid).await?;
    output::note(format_args!("Retired {kid}: {}.", lost(retired.cut_off)));
    Ok(())
}

/// The key in the file of this hub, if it can be read.
fn kid_in_file(config: &Config) -> Option<String> {
    let key = KeyFile::at(config.key_file()).load().ok()?;
    Some(PublicKey::of(&key).ok()?.kid)
}

/// What a key's end means for its tokens.
fn lost(tokens: u64) -> String {
    let are = if tokens > 1 { "are" } else { "is" };
    format!("{} {are} cut off", valid(tokens))
}

fn valid(tokens: u64) -> String {
    match tokens {
        0 => "no valid token".to_owned(),
        1 => "1 valid token".to_owned(),
        more => format!("{more} valid tokens"),
    }
}

fn algorithms() -> impl TypedValueParser<Value = SigningAlgorithm> {
    PossibleValuesParser::new(["EdDSA", "ES256", "RS256"])
        .try_map(|name| SigningAlgorithm::try_from_value(&name))
}

fn time(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}
