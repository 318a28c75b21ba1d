//! Reads and writes of the `user` table.

use entity::{
    external_id,
    user::{Column, Entity, Model},
};
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

/// Finds a user who is not deleted by what `system` calls them.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn find_by_external_id(
    db: &impl ConnectionTrait,
    system: &str,
    key: &str,
) -> Result<Option<Model>, DbErr> {
    let id = ("user".to_owned(), system.to_owned(), key.to_owned());
    let Some(known) = external_id::Entity::find_by_id(id).one(db).await? else {
        return Ok(None);
    };
    Entity::find_by_id(known.entity_id)
        .filter(Column::DeletedAt.is_null())
        .one(db)
        .await
}
