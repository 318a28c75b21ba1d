//! Reads and writes of the `api_token` table.

use chrono::{DateTime, Utc};
use entity::api_token::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

/// How many ids one statement takes.
const MOST_IDS: usize = 1000;

/// Lists every token that was issued, newest first.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    Entity::find().order_by_desc(Column::Id).all(db).await
}

/// Records a token that is about to be handed out.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn insert(tx: &DatabaseTransaction, token: Model) -> Result<(), DbErr> {
    let token = token.into_active_model().reset_all();
    Entity::insert(token).exec_without_returning(tx).await?;
    Ok(())
}

/// Takes a token back at `now`. Says whether there was one that was not taken back before.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn revoke(tx: &DatabaseTransaction, id: Uuid, now: DateTime<Utc>) -> Result<bool, DbErr> {
    let revoked = Entity::update_many()
        .set(ActiveModel {
            revoked_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(Column::Id.eq(id))
        .filter(Column::RevokedAt.is_null())
        .exec(tx)
        .await?;
    Ok(revoked.rows_affected == 1)
}

/// Finds a token.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(db).await
}

/// Ends a token at `until`. Says whether there was one that had not ended before, nor was taken back.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn expire(
    tx: &DatabaseTransaction,
    id: Uuid,
    until: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let ended = Entity::update_many()
        .set(ActiveModel {
            expires_at: Set(until),
            ..Default::default()
        })
        .filter(Column::Id.eq(id))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gte(until))
        .exec(tx)
        .await?;
    Ok(ended.rows_affected == 1)
}

/// Ends at `at` the tokens that the key `kid` signed, and that would end later.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn cut_off(tx: &DatabaseTransaction, kid: &str, at: DateTime<Utc>) -> Result<(), DbErr> {
    Entity::update_many()
        .set(ActiveModel {
            expires_at: Set(at),
            ..Default::default()
        })
        .filter(Column::Kid.eq(kid))
        .filter(Column::ExpiresAt.gt(at))
        .exec(tx)
        .await?;
    Ok(())
}

/// How many tokens of `user` are valid at `now`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn count_valid(
    db: &impl ConnectionTrait,
    user: Uuid,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let valid = Entity::find()
        .filter(Column::UserId.eq(user))
        .filter(Column::RevokedAt.is_null())
        .filter(Column::ExpiresAt.gt(now));
    valid.count(db).await
}

/// Every token that was made with that one, and with those, however they ended.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn made_with(db: &impl ConnectionTrait, id: Uuid) -> Result<Vec<Model>, DbErr> {
    let (mut found, mut makers) = (Vec::new(), vec![id]);
    while !makers.is_empty() {
        let made = Entity::find().filter(Column::IssuedWithId.is_in(std::mem::take(&mut makers)));
        let made = made.all(db).await?;
        makers.extend(made.iter().map(|token| token.id));
        found.extend(made);
    }
    Ok(found)
}

/// Records that these tokens were used at about `now`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn used(tx: &DatabaseTransaction, ids: &[Uuid], now: DateTime<Utc>) -> Result<(), DbErr> {
    for ids in ids.chunks(MOST_IDS) {
        Entity::update_many()
            .set(ActiveModel {
                last_used_at: Set(Some(now)),
                ..Default::default()
            })
            .filter(Column::Id.is_in(ids.iter().copied()))
            .exec(tx)
            .await?;
    }
    Ok(())
}
