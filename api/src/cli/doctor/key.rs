//! Whether the key that signs can be read, and whether what it signs is let in.

use super::Check;
use crate::{
    auth::{KeyFile, PublicKey},
    clock::Clock,
    config::Config,
    database::Database,
    services::signing_key::{self, Listed},
};

/// The check of the file, and the public part of the key in it.
pub(super) fn in_file(config: &Config) -> (Check, Option<PublicKey>) {
    let file = KeyFile::at(config.key_file());
    let path = file.path().display();
    if !file.path().exists() {
        let found = format!("the signing key {path} will be made at the first start");
        return (Ok(found), None);
    }
    let key = file.load().and_then(|key| {
        let public = PublicKey::of(&key);
        public.map_err(|unusable| file.unusable(unusable))
    });
    match key {
        Ok(key) => (
            Ok(format!("the signing key {path} is for its owner only")),
            Some(key),
        ),
        Err(error) => (Err(format!("the signing key {error}")), None),
    }
}

/// The check that the table has the same key, and that it has not been replaced or retired. `None` where
/// the key or the database is not there, which other checks tell.
pub(super) async fn registered(
    key: Option<PublicKey>,
    database: Option<&Database>,
) -> Option<Check> {
    let (key, database) = (key?, database?);
    let now = Clock::system().now();
    let listed = match signing_key::list(database, now).await {
        Ok(listed) => listed,
        Err(error) => return Some(Err(format!("the signing keys: {}", error.message()))),
    };
    let kid = &key.kid;
    let Some(Listed { key: row, .. }) = listed.iter().find(|listed| listed.key.kid == *kid) else {
        return Some(if listed.is_empty() {
            Ok("the signing key will be registered at the next start".to_owned())
        } else {
            Err(format!(
                "the signing key {kid} is not registered, and others are; if it is the right one, start the \
                 hub, which registers it"
            ))
        });
    };
    Some(match row.retires_at {
        _ if (row.algorithm, &row.public_jwk) != (key.algorithm, &key.jwk) => Err(format!(
            "the signing key {kid} is another one in the table; run `revhub key rotate`"
        )),
        Some(at) if at <= now => Err(format!(
            "the signing key {kid} retired at {at}; put the new one in the file, or run `revhub key rotate`"
        )),
        Some(at) => Err(format!(
            "the signing key {kid} was replaced and retires at {at}; put the new one in the file"
        )),
        None => Ok(format!("the signing key {kid} is registered")),
    })
}
