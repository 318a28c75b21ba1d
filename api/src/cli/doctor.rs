//! `revhub doctor`.

use std::path::Path;

use super::{Failure, output};
use crate::{app, auth::check_key_file, clock::Clock, config::Config, database::migrations};

/// Checks, without changing anything, that what the hub needs is there.
pub(super) async fn run(config: &Config) -> Result<(), Failure> {
    output::line("ok      the settings are right");
    let mut failed = 0;
    let mut checks = vec![
        key(config),
        database(config).await,
        roles(config),
        documents(config),
    ];
    checks.extend(providers(config).await);
    // The settings are one more.
    let count = checks.len() + 1;
    for check in checks {
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

fn key(config: &Config) -> Result<String, String> {
    let file = config.key_file();
    let path = file.display();
    if !file.exists() {
        return Ok(format!(
            "the signing key {path} will be made at the first start"
        ));
    }
    check_key_file(&file).map_err(|error| format!("the signing key {error}"))?;
    Ok(format!("the signing key {path} is for its owner only"))
}

async fn database(config: &Config) -> Result<String, String> {
    let url = config.database_url();
    if let Some(file) = url.sqlite_file()
        && !Path::new(file).exists()
    {
        return Ok(format!(
            "the database {file} will be made at the first start"
        ));
    }
    let database = app::connect(config)
        .await
        .map_err(|error| error.to_string())?;
    let pending = migrations::pending(&database).await;
    let pending = pending.map_err(|error| format!("{url}: {error}"))?;
    if pending.is_empty() {
        return Ok(format!(
            "the database {url} answers, and its tables are up to date"
        ));
    }
    let count = pending.len();
    Err(format!(
        "the database {url} lacks {count} migrations; run `revhub migrate`"
    ))
}

fn roles(config: &Config) -> Result<String, String> {
    let views = app::views(config).map_err(|error| error.to_string())?;
    let count = views.policy().roles.len();
    Ok(match &config.auth.roles_file {
        Some(file) => format!("the {count} roles of {} make sense", file.display()),
        None => format!("the {count} roles are the built-in ones"),
    })
}

fn documents(config: &Config) -> Result<String, String> {
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
