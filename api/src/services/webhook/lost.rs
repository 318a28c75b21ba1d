//! Whether the secrets that are kept can be opened.

use crate::{database::Database, error::ApiError, store};

use super::Vault;

/// How many endpoints there are, by whether their secrets can be opened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Those whose secrets can.
    pub open: usize,
    /// Those whose secrets were sealed with another key.
    pub otherwise: usize,
    /// Those whose secrets cannot be opened with the key that is said to have sealed them.
    pub damaged: usize,
}

/// Tries to open the secrets of all endpoints with the key of `vault`; without one they were all sealed with another.
///
/// # Errors
///
/// Returns [`ApiError::Internal`] when the database fails.
pub async fn sealed(database: &Database, vault: Option<&Vault>) -> Result<Sealed, ApiError> {
    let mut sealed = Sealed::default();
    for endpoint in store::webhook_endpoint::all(database.reserve()).await? {
        let vault = vault.filter(|vault| vault.id() == endpoint.sealed_with);
        let count = match vault.map(|vault| vault.open(endpoint.id, &endpoint.secret)) {
            Some(Some(_)) => &mut sealed.open,
            Some(None) => &mut sealed.damaged,
            None => &mut sealed.otherwise,
        };
        *count += 1;
    }
    Ok(sealed)
}
