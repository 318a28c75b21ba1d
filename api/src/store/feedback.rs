//! Reads and writes of `feedback`.

use entity::feedback::{Column, Entity, FeedbackState, Model};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter,
    QueryOrder, QuerySelect, Select, Statement, sea_query::LockType,
};
use uuid::Uuid;

use super::lookup::id_list;

/// Says of feedback that was just made when it is due, which its clocks say. Its version stays: it is a part of making it.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn set_due(tx: &DatabaseTransaction, ids: &[Uuid]) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    let sql = if backend == DbBackend::Sqlite {
        SET_DUE_SQLITE
    } else {
        SET_DUE_POSTGRES
    };
    let values = [id_list(backend, ids)];
    let statement = Statement::from_sql_and_values(backend, sql, values);
    tx.execute_raw(statement).await?;
    Ok(())
}

/// What these users are to answer. Nobody else changes it until the transaction ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn to_answer(tx: &DatabaseTransaction, users: &[Uuid]) -> Result<Vec<Model>, DbErr> {
    use FeedbackState::{Acknowledged, Open, Planned, Reopened};
    let found = Entity::find()
        .filter(Column::AssigneeId.is_in(users.iter().copied()))
        .filter(Column::State.is_in([Open, Acknowledged, Planned, Reopened]));
    locked(tx, found).all(tx).await
}

/// What these users are to verify. Nobody else changes it until the transaction ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn to_verify(tx: &DatabaseTransaction, users: &[Uuid]) -> Result<Vec<Model>, DbErr> {
    let found = Entity::find()
        .filter(Column::AuthorId.is_in(users.iter().copied()))
        .filter(Column::State.eq(FeedbackState::Actioned));
    locked(tx, found).all(tx).await
}

fn locked(tx: &DatabaseTransaction, found: Select<Entity>) -> Select<Entity> {
    let found = found
        .filter(Column::DeletedAt.is_null())
        .order_by_asc(Column::Id);
    // SQLite has one writer at a time.
    if tx.get_database_backend() == DbBackend::Postgres {
        return found.lock(LockType::NoKeyUpdate);
    }
    found
}

const SET_DUE_SQLITE: &str = "UPDATE \"feedback\" AS f SET \"due_at\" = c.\"due_at\" \
    FROM (SELECT unhex(value) AS item FROM json_each($1)) AS k \
    CROSS JOIN \"sla_clock\" AS c ON c.\"feedback_id\" = k.item AND c.\"stopped_at\" IS NULL \
    WHERE f.\"id\" = k.item";

const SET_DUE_POSTGRES: &str = "UPDATE \"feedback\" AS f SET \"due_at\" = c.\"due_at\" \
    FROM unnest($1::text::uuid[]) AS k(item) \
    JOIN \"sla_clock\" AS c ON c.\"feedback_id\" = k.item AND c.\"stopped_at\" IS NULL \
    WHERE f.\"id\" = k.item";
