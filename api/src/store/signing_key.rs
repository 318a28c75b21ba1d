//! Reads and writes of the `signing_key` table, and what the tokens say of a key.

use chrono::{DateTime, Utc};
use entity::{
    api_token,
    signing_key::{ActiveModel, Column, Entity, Model},
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
    TryInsertResult,
};

/// Lists every key, oldest first.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    let keys = Entity::find().order_by_asc(Column::CreatedAt);
    keys.order_by_asc(Column::Kid).all(db).await
}

/// Finds the key with this `kid`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn find(db: &impl ConnectionTrait, kid: &str) -> Result<Option<Model>, DbErr> {
    Entity::find().filter(Column::Kid.eq(kid)).one(db).await
}

/// Registers a key. Says whether it was not there before.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn insert(tx: &DatabaseTransaction, key: Model) -> Result<bool, DbErr> {
    let key = key.into_active_model();
    let insert = Entity::insert(key).on_conflict_do_nothing_on([Column::Kid]);
    let inserted = insert.exec_without_returning(tx).await?;
    Ok(matches!(inserted, TryInsertResult::Inserted(rows) if rows > 0))
}

/// Has a key retire at `at`. Says whether it would have stayed longer.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn retire(tx: &DatabaseTransaction, kid: &str, at: DateTime<Utc>) -> Result<bool, DbErr> {
    let stays_longer = Condition::any()
        .add(Column::RetiresAt.is_null())
        .add(Column::RetiresAt.gt(at));
    let retired = Entity::update_many()
        .set(ActiveModel {
            retires_at: Set(Some(at)),
            ..Default::default()
        })
        .filter(Column::Kid.eq(kid))
        .filter(stays_longer)
        .exec(tx)
        .await?;
    Ok(retired.rows_affected == 1)
}

/// How many tokens that the key `kid` signed, and nobody took back, are valid after `after`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn count_tokens(
    db: &impl ConnectionTrait,
    kid: &str,
    after: DateTime<Utc>,
) -> Result<u64, DbErr> {
    tokens(kid, after).count(db).await
}

/// When the last of those tokens expires.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn last_expiry(
    db: &impl ConnectionTrait,
    kid: &str,
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let tokens = tokens(kid, after).order_by_desc(api_token::Column::ExpiresAt);
    let last = tokens
        .select_only()
        .column(api_token::Column::ExpiresAt)
        .into_tuple();
    last.one(db).await
}

/// The tokens that the key `kid` signed, and nobody took back, which are valid after `after`.
fn tokens(kid: &str, after: DateTime<Utc>) -> Select<api_token::Entity> {
    api_token::Entity::find()
        .filter(api_token::Column::Kid.eq(kid))
        .filter(api_token::Column::RevokedAt.is_null())
        .filter(api_token::Column::ExpiresAt.gt(after))
}
