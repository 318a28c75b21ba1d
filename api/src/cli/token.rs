//! `revhub token`.

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Subcommand;
use uuid::Uuid;

use super::{Failure, output};
use crate::{
    app::{self, App},
    auth::Allowance,
    change::Author,
    clock::Clock,
    config::Config,
    services::token::{Issued, Issuer, ServiceToken, Terms},
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
    /// Issue another token like that one, print it, and end that one after a while
    Rotate(Rotate),
    /// Take a token back
    Revoke {
        /// The token's id, as `list` and `issue` tell it
        id: Uuid,
    },
}

#[derive(clap::Args)]
struct Issue {
    /// Issue it to the user with this e-mail address, to sign in with
    #[arg(
        long,
        value_name = "EMAIL",
        required_unless_present = "role",
        conflicts_with = "role"
    )]
    user: Option<String>,
    /// Issue it to a system, in this role; `revhub roles` lists them
    #[arg(long, requires = "name")]
    role: Option<String>,
    /// What the system is called that owns it
    #[arg(long, requires = "role")]
    name: Option<String>,
    /// What it may be used for, such as `lead:read`; can be said several times [default: `*:read` for a
    /// system, everything that the user may do for a user]
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// From which network it may be used, such as `192.0.2.0/24`; can be said several times [default: any]
    #[arg(long = "allow", value_name = "NETWORK", requires = "role")]
    ip_allow: Vec<String>,
    /// How many requests may be made with it in a minute [default: as the settings say]
    #[arg(long, value_name = "N", requires = "role")]
    requests_per_minute: Option<u32>,
    /// How many cost points may be spent with it in a minute [default: as the settings say]
    #[arg(long, value_name = "N", requires = "role")]
    points_per_minute: Option<u64>,
    /// How many days it is valid [default: the setting `auth.token_days`]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: Option<u32>,
}

#[derive(clap::Args)]
struct Rotate {
    /// The token's id, as `list` and `issue` tell it
    id: Uuid,
    /// For how many hours it stays valid beside the new one
    #[arg(long, value_name = "N", default_value = "24", value_parser = clap::value_parser!(u32).range(0..=744))]
    overlap_hours: u32,
    /// How many days the new one is valid [default: the setting `auth.token_days`]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: Option<u32>,
}

pub(super) async fn run(args: Args, config: Config) -> Result<(), Failure> {
    if matches!(args.command, Command::List) {
        return list(&config).await;
    }
    let issuer = App::new(config, Clock::system()).await?.issuer();
    let author = Author::SYSTEM;
    let made = match args.command {
        Command::Issue(args) => issue(&issuer, args).await?,
        Command::Rotate(Rotate {
            id,
            overlap_hours,
            days,
        }) => {
            issuer
                .rotate(&author, None, id, overlap_hours, days)
                .await?
        }
        Command::Revoke { id } => {
            issuer.revoke(&author, None, id, false).await?;
            output::note(format_args!("Revoked {id}."));
            return Ok(());
        }
        Command::List => return Ok(()),
    };
    output::line(&made.token);
    let (id, until) = (made.id, time(made.expires_at));
    output::note(format_args!(
        "This token is shown this once. It is valid until {until}; \
         `revhub token revoke {id}` takes it back."
    ));
    Ok(())
}

async fn issue(issuer: &Issuer, args: Issue) -> Result<Issued, Failure> {
    let terms = Terms {
        days: args.days,
        scopes: args.scopes,
    };
    let (name, role) = match (args.user, args.role, args.name) {
        (Some(email), _, _) => return Ok(issuer.issue_to_user(&email, terms).await?),
        (None, Some(role), Some(name)) => (name, role),
        _ => {
            let message = "say --user EMAIL, or --role ROLE --name NAME";
            return Err(Failure::Usage(message.to_owned()));
        }
    };
    let service = ServiceToken {
        name,
        role,
        ip_allow: args.ip_allow,
        allowance: Allowance {
            requests_per_minute: args.requests_per_minute,
            points_per_minute: args.points_per_minute,
        },
        terms,
    };
    Ok(issuer
        .issue_to_service(&Author::SYSTEM, None, service)
        .await?)
}

async fn list(config: &Config) -> Result<(), Failure> {
    let database = app::connect(config).await?;
    let now = Clock::system().now();
    for row in Issuer::list(&database).await? {
        let status = match row.revoked_at {
            Some(_) => "revoked",
            None if row.expires_at <= now => "expired",
            None => "valid",
        };
        let whose = match row.user_id {
            Some(_) => "user".to_owned(),
            None => row.roles.to_string(),
        };
        let hint = row.hint.as_deref().unwrap_or("?");
        let used = row.last_used_at.map_or("never".to_owned(), time);
        output::line(format_args!(
            "{}  …{hint:6}  {status:7}  until {}  used {used}  {whose}  {}  {}",
            row.id,
            time(row.expires_at),
            row.scopes,
            row.name
        ));
    }
    Ok(())
}

fn time(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}
