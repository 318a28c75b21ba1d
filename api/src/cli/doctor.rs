//! `revhub doctor`.

mod key;
mod webhooks;

use std::path::Path;

use super::{Failure, output};
use crate::{
    app,
    clock::Clock,
    config::Config,
    database::{Database, migrations},
};

/// What a check found, or what is wrong and how to mend it.
type Check = Result<String, String>;

/// Checks, without changing anything, that what the hub needs is there.
pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    output::line("ok      the settings are right");
    let (key, file) = key::in_file(config);
    let (database, connected) = database(config).await;
    let registered = key::registered(file, connected.as_ref()).await;
    let mut checks = vec![
        Some(key),
        Some(database),
        registered,
        Some(webhooks::key(config, connected.as_ref()).await),
        Some(roles(config)),
        Some(documents(config)),
    ];
    checks.extend(providers(config).await.into_iter().map(Some));
    // The settings are one more.
    let count = checks.iter().flatten().count() + 1;
    let mut failed = 0;
    for check in checks.into_iter().flatten() {
        match check {
            Ok(found) => output::line(format_args!("ok      {found}")),
            Err(problem) => {
                failed += 1;
                output::line(format_args!("FAILED  {problem}"));
            }
        }
    }
    match failed {
        0 => Ok(()),
        _ => Err(Failure::Failed(format!(
            "{failed} of {count} checks failed"
        ))),
    }
}

/// The check of the database, and the database where it is up to date.
async fn database(config: &Config) -> (Check, Option<Database>) {
    let url = config.database_url();
    if let Some(file) = url.sqlite_file()
        && !Path::new(file).exists()
    {
        let found = format!("the database {file} will be made at the first start");
        return (Ok(found), None);
    }
    let database = match app::connect(config).await {
        Ok(database) => database,
        Err(error) => return (Err(error.to_string()), None),
    };
    match migrations::pending(&database).await {
        Ok(pending) if pending.is_empty() => {
            let found = format!("the database {url} answers, and its tables are up to date");
            (Ok(found), Some(database))
        }
        Ok(pending) => {
            let count = pending.len();
            let problem =
                format!("the database {url} lacks {count} migrations; run `revhub migrate`");
            (Err(problem), None)
        }
        Err(error) => (Err(format!("{url}: {error}")), None),
    }
}

fn roles(config: &Config) -> Check {
    let views = app::views(config).map_err(|error| error.to_string())?;
    let count = views.policy().roles.len();
    Ok(match &config.auth.roles_file {
        Some(file) => format!("the {count} roles of {} make sense", file.display()),
        None => format!("the {count} roles are the built-in ones"),
    })
}

fn documents(config: &Config) -> Check {
    let trusted = app::trusted_documents(config).map_err(|error| error.to_string())?;
    Ok(match trusted {
        Some(trusted) => format!("{} documents are trusted, and can be run", trusted.len()),
        None => "no documents are to be trusted".to_owned(),
    })
}

/// Whether each identity provider can be asked for its keys.
async fn providers(config: &Config) -> Vec<Result<String, String>> {
    // Roles that make no sense were told before.
    let Ok(views) = app::views(config) else {
        return Vec::new();
    };
    let providers = match app::providers(config, &views, &Clock::system()) {
        Ok(providers) => providers,
        Err(error) => return vec![Err(error.to_string())],
    };
    let probed = providers.probe().await.into_iter();
    let checks = probed.map(|(issuer, keys)| match keys {
        Ok(count) => Ok(format!(
            "the identity provider {issuer} answers, and {count} of its keys can be used"
        )),
        Err(problem) => Err(format!("the identity provider {issuer}: {problem}")),
    });
    checks.collect()
}
