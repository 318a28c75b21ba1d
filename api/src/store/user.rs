//! Reads and writes of the `user` table.

use entity::user::{Column, Entity, Model};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter};

/// Finds a user who is not deleted by their e-mail address, in any case.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn find_by_email(db: &impl ConnectionTrait, email: &str) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::Email.eq(email.to_lowercase()))
        .filter(Column::DeletedAt.is_null())
        .one(db)
        .await
}
