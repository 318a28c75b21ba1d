//! `revhub token`.

use chrono::{DateTime, SecondsFormat, Utc};
use clap::Subcommand;
use uuid::Uuid;

use super::{Failure, output};
use crate::{
    app::{self, App},
    auth::Allowance,
    clock::Clock,
    config::{Config, DatabaseUrl},
    dataset::{GlobalId, dataset, global_id},
    error::ApiError,
    services::token::{Issued, Issuer, ServiceToken, Terms},
};

/// What the dataset calls a token.
const TOKEN: &str = "ApiToken";

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
    Revoke(Revoke),
}

#[derive(clap::Args)]
struct Issue {
    /// Issue it to the user with this e-mail address, to sign in with
    #[arg(long, value_name = "EMAIL")]
    user: Option<String>,
    /// Issue it to a system, in this role; `revhub roles` lists them
    #[arg(long, requires = "name", conflicts_with = "user")]
    role: Option<String>,
    /// What the system is called that owns it
    #[arg(long, requires = "role", conflicts_with = "user")]
    name: Option<String>,
    /// What it may be used for, such as `lead:read`; can be said several times [default: `*:read` for a
    /// system, everything that the user may do for a user]
    #[arg(long = "scope", value_name = "SCOPE")]
    scopes: Vec<String>,
    /// From which network it may be used, such as `192.0.2.0/24`; can be said several times [default: any]
    #[arg(long = "allow", value_name = "NETWORK", conflicts_with = "user")]
    ip_allow: Vec<String>,
    /// How many requests may be made with it in a minute [default: as the settings say]
    #[arg(long, value_name = "N", conflicts_with = "user")]
    requests_per_minute: Option<u32>,
    /// How many cost points may be spent with it in a minute [default: as the settings say]
    #[arg(long, value_name = "N", conflicts_with = "user")]
    points_per_minute: Option<u64>,
    /// How many days it is valid, `auth.longest_token_days` at most [default: the setting `auth.token_days`]
    #[arg(long, value_name = "N")]
    days: Option<u32>,
}

#[derive(clap::Args)]
struct Rotate {
    /// The token's id, as `list` and `issue` tell it
    #[arg(value_parser = token_id)]
    id: Uuid,
    /// For how many hours it stays valid beside the new one
    #[arg(long, value_name = "N", default_value = "24", value_parser = clap::value_parser!(u32).range(0..=744))]
    overlap_hours: u32,
    /// How many days the new one is valid, `auth.longest_token_days` at most [default: the setting
    /// `auth.token_days`]
    #[arg(long, value_name = "N")]
    days: Option<u32>,
}

#[derive(clap::Args)]
struct Revoke {
    /// The token's id, as `list` and `issue` tell it
    #[arg(value_parser = token_id)]
    id: Uuid,
    /// Take back, too, what was made or rotated with it, and with those: when it has leaked
    #[arg(long)]
    and_made_with_it: bool,
}

/// Whose token is issued.
enum Owner {
    /// The user with this e-mail address.
    User(String),
    /// A system.
    System { name: String, role: String },
}

pub(super) async fn run(args: Args, config: Config) -> Result<(), Failure> {
    match args.command {
        Command::Issue(args) => issue(args, config).await,
        Command::List => list(&config).await,
        Command::Rotate(args) => rotate(args, config).await,
        Command::Revoke(args) => revoke(&args, config).await,
    }
}

async fn issue(mut args: Issue, config: Config) -> Result<(), Failure> {
    let owner = owner(&mut args)?;
    let database = config.database_url();
    let issuer = App::new(config, Clock::system()).await?.issuer();
    let terms = Terms {
        days: args.days,
        scopes: args.scopes,
    };
    let made = match owner {
        Owner::User(email) => {
            issuer
                .as_operator(async |write| issuer.issue_to_user(write, &email, terms).await)
                .await
        }
        Owner::System { name, role } => {
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
            issuer
                .as_operator(async |write| issuer.issue_to_service(write, service).await)
                .await
        }
    };
    show(&made.map_err(failure)?, &database)
}

/// Whose token is asked for. Nothing is connected to before that makes sense.
fn owner(args: &mut Issue) -> Result<Owner, Failure> {
    match (args.user.take(), args.role.take(), args.name.take()) {
        (Some(email), _, _) => Ok(Owner::User(email)),
        (None, Some(role), Some(name)) => Ok(Owner::System { name, role }),
        _ => {
            let message = "whose token? say --user EMAIL, or --role ROLE --name NAME";
            Err(Failure::Usage(message.to_owned()))
        }
    }
}

async fn rotate(args: Rotate, config: Config) -> Result<(), Failure> {
    let Rotate {
        id,
        overlap_hours,
        days,
    } = args;
    let database = config.database_url();
    let issuer = App::new(config, Clock::system()).await?.issuer();
    let made =
        issuer.as_operator(async |write| issuer.rotate(write, id, overlap_hours, days).await);
    show(&made.await.map_err(failure)?, &database)
}

async fn revoke(args: &Revoke, config: Config) -> Result<(), Failure> {
    let issuer = App::new(config, Clock::system()).await?.issuer();
    let revoked = issuer
        .as_operator(async |write| issuer.revoke(write, args.id, args.and_made_with_it).await);
    let count = revoked.await.map_err(failure)?;
    let id = shown(args.id)?;
    output::note(match count.saturating_sub(1) {
        0 => format!("Revoked {id}."),
        more => format!("Revoked {id}, and {more} that were made with it."),
    });
    Ok(())
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
            shown(row.id)?,
            time(row.expires_at),
            row.scopes,
            row.name
        ));
    }
    Ok(())
}

/// Prints a token, and tells of which hub it is: another has a database of its own, as the demo does.
fn show(issued: &Issued, database: &DatabaseUrl) -> Result<(), Failure> {
    let (id, until) = (shown(issued.id)?, time(issued.expires_at));
    output::line(&issued.token);
    output::note(format_args!(
        "This token is shown this once. The hub over {database} knows it, until {until}; \
         `revhub token revoke {id}` takes it back."
    ));
    Ok(())
}

/// A token's id as it is shown everywhere: `tok_…`.
fn shown(id: Uuid) -> Result<String, ApiError> {
    Ok(global_id(dataset().target(TOKEN)?, id))
}

/// Reads a token's id: `tok_…`, or the UUID alone.
fn token_id(text: &str) -> Result<Uuid, String> {
    match GlobalId::parse(text) {
        Some(id) if id.entity.name == TOKEN => Ok(id.id),
        Some(id) => Err(format!("this is the id of a row of {}", id.entity.name)),
        None => Uuid::try_parse(text).map_err(|_no_uuid| {
            "an id is `tok_` and 32 digits of 0-9 and a-f, or a UUID; `revhub token list` tells them"
                .to_owned()
        }),
    }
}

/// Why it did not work, in the words of the command line.
fn failure(error: ApiError) -> Failure {
    match error {
        ApiError::Validation { field, problem, .. } => {
            Failure::Usage(format!("{}: {problem}", option(&field)))
        }
        other => other.into(),
    }
}

/// The option for what the API calls `field`.
fn option(field: &str) -> &str {
    match field {
        "days" => "--days",
        "ipAllow" => "--allow",
        "name" => "--name",
        "overlapHours" => "--overlap-hours",
        "pointsPerMinute" => "--points-per-minute",
        "requestsPerMinute" => "--requests-per-minute",
        "role" => "--role",
        "scopes" => "--scope",
        other => other,
    }
}

fn time(instant: DateTime<Utc>) -> String {
    instant.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_read_as_it_is_shown_and_as_a_uuid() {
        let id = Uuid::from_u128(0x01a2_00ff);
        for text in [shown(id).unwrap(), id.to_string(), id.simple().to_string()] {
            assert_eq!(token_id(&text), Ok(id), "{text}");
        }
    }

    #[test]
    fn what_is_no_id_of_a_token_is_told_apart() {
        let lead = format!("lead_{}", Uuid::nil().simple());
        for (text, told) in [
            (lead.as_str(), "of a row of Lead"),
            ("tok_01a2", "`tok_` and 32 digits"),
            ("nightly export", "`revhub token list`"),
        ] {
            let problem = token_id(text).unwrap_err();
            assert!(problem.contains(told), "{text}: {problem}");
        }
    }
}
