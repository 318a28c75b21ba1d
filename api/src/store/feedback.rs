//! Writes of `feedback`.

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement};
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

const SET_DUE_SQLITE: &str = "UPDATE \"feedback\" AS f SET \"due_at\" = c.\"due_at\" \
    FROM (SELECT unhex(value) AS item FROM json_each($1)) AS k \
    CROSS JOIN \"sla_clock\" AS c ON c.\"feedback_id\" = k.item AND c.\"stopped_at\" IS NULL \
    WHERE f.\"id\" = k.item";

const SET_DUE_POSTGRES: &str = "UPDATE \"feedback\" AS f SET \"due_at\" = c.\"due_at\" \
    FROM unnest($1::text::uuid[]) AS k(item) \
    JOIN \"sla_clock\" AS c ON c.\"feedback_id\" = k.item AND c.\"stopped_at\" IS NULL \
    WHERE f.\"id\" = k.item";
