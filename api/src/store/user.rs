//! Reads and writes of the `user` table.

use entity::{
    external_id,
    user::{Column, Entity, Model},
};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbBackend, DbErr, EntityTrait, QueryFilter, Statement,
};
use uuid::Uuid;

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

/// The user `head` and everybody below them, however often the tree meets itself.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn team(db: &impl ConnectionTrait, head: Uuid) -> Result<Vec<Uuid>, DbErr> {
    let backend = db.get_database_backend();
    let head_id = match backend {
        DbBackend::Sqlite => "$1",
        _ => "$1::uuid",
    };
    let sql = format!(
        "WITH RECURSIVE team(id) AS (SELECT {head_id} UNION \
         SELECT m.id FROM \"user\" AS m JOIN team ON m.manager_id = team.id) SELECT id FROM team"
    );
    let statement = Statement::from_sql_and_values(backend, sql, [head.into()]);
    let rows = db.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
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
