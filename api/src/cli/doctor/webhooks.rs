//! Whether the key that seals the secrets of webhooks is there, and opens them.

use super::Check;
use crate::{
    config::Config,
    database::Database,
    services::webhook::{Sealed, Vault, sealed},
};

/// How endpoints are sent to again whose secrets nobody can open any more.
const ANEW: &str = "make new secrets (`rotateWebhookSecret` with `overlapHours: 0`) and give them to the receivers";

/// The check of the key, with the secrets in the database where that is there.
pub(super) async fn key(config: &Config, database: Option<&Database>) -> Check {
    let path = config.webhook_key_file();
    let there = path.exists();
    let vault = if there {
        let vault = Vault::open_file(&path);
        Some(vault.map_err(|error| {
            format!(
                "the key of webhooks {error}: put the right one there (webhooks.key_file), or take the file away, \
                 so that the next start makes another, and then {ANEW}"
            )
        })?)
    } else {
        None
    };
    let path = path.display();
    let found = match database {
        Some(database) => sealed(database, vault.as_ref()).await,
        None => Ok(Sealed::default()),
    };
    let found = found.map_err(|error| format!("the secrets of webhooks: {}", error.message()))?;
    match found {
        Sealed { otherwise, .. } if otherwise > 0 && !there => Err(format!(
            "the key of webhooks {path} is not there, and seals the secrets of {otherwise} endpoints, which nothing is \
             sent to: put it there (webhooks.key_file), or {ANEW}"
        )),
        Sealed { otherwise, .. } if otherwise > 0 => Err(format!(
            "the key of webhooks {path} is another than that of {otherwise} endpoints, which nothing is sent to from \
             here: put that one there (webhooks.key_file), or {ANEW}"
        )),
        Sealed { damaged, .. } if damaged > 0 => Err(format!(
            "the key of webhooks {path} does not open the secrets of {damaged} endpoints, though they were sealed with \
             it: bring the database back from a copy, or {ANEW}"
        )),
        _ if !there => Ok(format!(
            "the key of webhooks {path} will be made at the first start"
        )),
        Sealed { open, .. } => Ok(format!(
            "the key of webhooks {path} is for its owner only, and opens the secrets of {open} endpoints"
        )),
    }
}
