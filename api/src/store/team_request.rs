//! Reads of `team_request`.

use entity::team_request::{Column, Entity, Model, RequestState};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, sea_query::LockType,
};
use uuid::Uuid;

/// What these users are to answer or to deliver. Nobody else changes it until the transaction ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn to_deliver(tx: &DatabaseTransaction, users: &[Uuid]) -> Result<Vec<Model>, DbErr> {
    let mut found = Entity::find()
        .filter(Column::AssigneeId.is_in(users.iter().copied()))
        .filter(Column::State.is_in([RequestState::Open, RequestState::Accepted]))
        .filter(Column::DeletedAt.is_null())
        .order_by_asc(Column::Id);
    // SQLite has one writer at a time.
    if tx.get_database_backend() == DbBackend::Postgres {
        found = found.lock(LockType::NoKeyUpdate);
    }
    found.all(tx).await
}
