//! Reads and writes of the `api_token` table.

use chrono::{DateTime, Utc};
use entity::api_token::{ActiveModel, Column, Entity, Model};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr,
    EntityTrait, IntoActiveModel, QueryFilter, QueryOrder,
};
use uuid::Uuid;

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
