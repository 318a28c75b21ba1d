//! `revhub token`.

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Subcommand;
use uuid::Uuid;

use super::{Failure, output};
use crate::{
    app::{self, App},
    clock::Clock,
    config::Config,
    services::token::{self, Bearer, Terms},
};

#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Issue a token and print it; it is shown this once
    Issue(Issue),
    /// List the tokens that were issued
    List,
    /// Take a token back
    Revoke {
        /// The token's id, as `list` and `issue` tell it
        id: Uuid,
    },
}

#[derive(clap::Args)]
struct Issue {
    /// Issue it to the user with this e-mail address
    #[arg(
        long,
        value_name = "EMAIL",
        required_unless_present = "role",
        conflicts_with = "role"
    )]
    user: Option<String>,
    /// Issue it to a program, in this role; `revhub roles` lists them
    #[arg(long, requires = "name")]
    role: Option<String>,
    /// What the program is called
    #[arg(long, requires = "role")]
    name: Option<String>,
    /// Let it read only this, such as `lead:read`; can be said several times [default: all that the
    /// role sees]
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// How many days it is valid [default: the setting `auth.token_days`]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: Option<u32>,
}

pub(super) async fn run(args: Args, config: Config) -> Result<(), Failure> {
    match args.command {
        Command::Issue(args) => issue(args, config).await,
        Command::List => list(&config).await,
        Command::Revoke { id } => {
            let database = app::connect(&config).await?;
            token::revoke(&database, Clock::system().now(), id).await?;
            output::note(format_args!("Revoked {id}."));
            Ok(())
        }
    }
}

async fn issue(args: Issue, config: Config) -> Result<(), Failure> {
    let days = args.days.unwrap_or(config.auth.token_days);
    let bearer = match (args.user, args.role, args.name) {
        (Some(email), _, _) => Bearer::User(email),
        (None, Some(role), Some(name)) => Bearer::Service { name, role },
        _ => {
            let message = "say --user EMAIL, or --role ROLE --name NAME";
            return Err(Failure::Usage(message.to_owned()));
        }
    };
    let app = App::new(config, Clock::system()).await?;
    let now = app.clock.now();
    let terms = Terms {
        days,
        scopes: args.scopes,
    };
    let issued = token::issue(&app.database, &app.tokens, &app.views, now, bearer, terms).await?;
    output::line(&issued.token);
    let (id, until) = (issued.id, time(issued.expires_at));
    output::note(format_args!(
        "This token is shown this once. It is valid until {until}; \
         `revhub token revoke {id}` takes it back."
    ));
    Ok(())
}

async fn list(config: &Config) -> Result<(), Failure> {
    let database = app::connect(config).await?;
    let now = Clock::system().now();
    for row in token::list(&database).await? {
        let status = match row.revoked_at {
            Some(_) => "revoked",
            None if row.expires_at <= now => "expired",
            None => "valid",
        };
        let whose = match row.user_id {
            Some(_) => "user".to_owned(),
            None => row.roles.to_string(),
        };
        output::line(format_args!(
            "{}  {status:7}  until {}  {whose}  {}",
            row.id,
            time(row.expires_at),
            row.name
        ));
    }
    Ok(())
}

fn time(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}
