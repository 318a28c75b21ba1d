//! Reads and writes of the `user_territory` table.

use chrono::{DateTime, Utc};
use entity::user_territory::{Column, Entity, Model};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::bulk;

/// How many ids stand in one list.
const CHUNK: usize = 500;

/// The territories that a user was given, deleted ones too.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn of(tx: &DatabaseTransaction, user: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let given = Entity::find().filter(Column::UserId.eq(user)).all(tx);
    Ok(given
        .await?
        .into_iter()
        .map(|pair| pair.territory_id)
        .collect())
}

/// Takes territories away from a user.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn take(tx: &DatabaseTransaction, user: Uuid, territories: &[Uuid]) -> Result<(), DbErr> {
    for some in territories.chunks(CHUNK) {
        let delete = Entity::delete_many()
            .filter(Column::UserId.eq(user))
            .filter(Column::TerritoryId.is_in(some.iter().copied()));
        delete.exec(tx).await?;
    }
    Ok(())
}

/// Gives a user territories that they do not have: when, and who did it.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn give(
    tx: &DatabaseTransaction,
    user: Uuid,
    territories: &[Uuid],
    (at, by): (DateTime<Utc>, Option<Uuid>),
) -> Result<(), DbErr> {
    let pairs = territories.iter().map(|territory| Model {
        user_id: user,
        territory_id: *territory,
        created_at: at,
        created_by: by,
    });
    bulk::insert(tx, pairs.collect::<Vec<_>>()).await
}
