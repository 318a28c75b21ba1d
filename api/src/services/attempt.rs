//! Attempts to get in without a good token.

use std::net::IpAddr;

use entity::change::ChangeKind;
use uuid::Uuid;

use crate::{
    auth::TurnedAway,
    change::{self, Author, Change},
    database::Database,
    error::ApiError,
};

/// Puts it on record that somebody failed as often as they may, and is turned away. The row is the address as
/// one of IPv6, in the form of a UUID; of a network of IPv6 the first one.
///
/// # Errors
///
/// Returns [`ApiError::Internal`] when the database fails.
pub async fn record(
    db: &Database,
    turned_away: &TurnedAway,
    request_id: Option<String>,
) -> Result<(), ApiError> {
    let author = Author {
        address: Some(turned_away.address),
        request_id,
        ..Author::SYSTEM
    };
    let owner = ("address", row(turned_away.owner));
    let change = Change::by(&author, turned_away.at, owner, ChangeKind::Refused);
    let tx = db.begin().await?;
    change::record(&tx, vec![change]).await?;
    tx.commit().await?;
    Ok(())
}

fn row(address: IpAddr) -> Uuid {
    let address = match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    Uuid::from_bytes(address.octets())
}
