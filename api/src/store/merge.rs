//! What a merge writes beside the rows themselves.

use chrono::{DateTime, Utc};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    DbBackend, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect, sea_query::LockType,
};
use serde_json::json;
use uuid::Uuid;

use entity::{
    duplicate_candidate::{self, DuplicateState},
    external_id, merge,
};

use super::{
    lookup::{self, id_list},
    table::{Record, Table},
};

/// The rows of `table`, deleted ones too, whose `column` holds one of `ids`. Nobody else changes them before
/// `tx` ends; whoever locks several of them does so in the order of their ids.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn pointing_to(
    tx: &DatabaseTransaction,
    table: &Table,
    column: &str,
    ids: &[Uuid],
) -> Result<Vec<Record>, DbErr> {
    let backend = tx.get_database_backend();
    let list = if backend == DbBackend::Sqlite {
        "IN (SELECT unhex(\"value\") FROM json_each($1))"
    } else {
        "= ANY($1::text::uuid[])"
    };
    let lock = if backend == DbBackend::Postgres {
        " ORDER BY \"id\" FOR NO KEY UPDATE"
    } else {
        ""
    };
    let sql = format!(
        "SELECT {} FROM \"{}\" WHERE \"{column}\" {list}{lock}",
        table.column_list(),
        table.name
    );
    let rows = lookup::select(tx, sql, vec![id_list(backend, ids)]).await?;
    rows.iter().map(|row| table.decode(row)).collect()
}

/// What other systems call these rows of `entity`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn external_ids(
    tx: &DatabaseTransaction,
    entity: &str,
    rows: &[Uuid],
) -> Result<Vec<external_id::Model>, DbErr> {
    external_id::Entity::find()
        .filter(external_id::Column::EntityId.is_in(rows.iter().copied()))
        .filter(external_id::Column::Entity.eq(entity))
        .all(tx)
        .await
}

/// Has what another system calls a row stand for `to`, if it stands for `from`. Says whether it did.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn move_external_id(
    tx: &DatabaseTransaction,
    (entity, system, key): (&str, &str, &str),
    from: Uuid,
    to: Uuid,
) -> Result<bool, DbErr> {
    let moved = external_id::ActiveModel {
        entity_id: Set(to),
        ..Default::default()
    };
    let moved = external_id::Entity::update_many()
        .set(moved)
        .filter(external_id::Column::Entity.eq(entity))
        .filter(external_id::Column::System.eq(system))
        .filter(external_id::Column::Key.eq(key))
        .filter(external_id::Column::EntityId.eq(from))
        .exec(tx)
        .await?;
    Ok(moved.rows_affected == 1)
}

/// Writes what was merged.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn insert(tx: &DatabaseTransaction, row: merge::Model) -> Result<(), DbErr> {
    row.into_active_model().insert(tx).await.map(drop)
}

/// What was merged under that id. Nobody else undoes it before `tx` ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn find(tx: &DatabaseTransaction, id: Uuid) -> Result<Option<merge::Model>, DbErr> {
    merge::Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await
}

/// Notes that it was undone, and forgets how everything was before.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn undone(tx: &DatabaseTransaction, id: Uuid, at: DateTime<Utc>) -> Result<(), DbErr> {
    let row = merge::ActiveModel {
        id: Set(id),
        undone_at: Set(Some(at)),
        ..forgotten(at)
    };
    row.update(tx).await.map(drop)
}

/// Forgets how everything was before the merges from before `end`. Says how many those are.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn forget(
    tx: &DatabaseTransaction,
    end: DateTime<Utc>,
    now: DateTime<Utc>,
) -> Result<u64, DbErr> {
    let forgotten = merge::Entity::update_many()
        .set(forgotten(now))
        .filter(merge::Column::MergedAt.lt(end))
        .filter(merge::Column::ForgottenAt.is_null())
        .exec(tx)
        .await?;
    Ok(forgotten.rows_affected)
}

/// A merge of which nobody knows how everything was before.
fn forgotten(at: DateTime<Utc>) -> merge::ActiveModel {
    merge::ActiveModel {
        steps: Set(json!([])),
        external_ids: Set(json!([])),
        forgotten_at: Set(Some(at)),
        ..Default::default()
    }
}

/// The pair with that id. Nobody else decides on it before `tx` ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn pair(
    tx: &DatabaseTransaction,
    id: Uuid,
) -> Result<Option<duplicate_candidate::Model>, DbErr> {
    duplicate_candidate::Entity::find_by_id(id)
        .lock(LockType::NoKeyUpdate)
        .one(tx)
        .await
}

/// Writes what became of a pair: when, and which user decided.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn decide(
    tx: &DatabaseTransaction,
    id: Uuid,
    state: DuplicateState,
    decided: (Option<DateTime<Utc>>, Option<Uuid>),
) -> Result<(), DbErr> {
    let (at, by) = decided;
    let row = duplicate_candidate::ActiveModel {
        id: Set(id),
        state: Set(state),
        decided_at: Set(at),
        decided_by_id: Set(by),
        ..Default::default()
    };
    row.update(tx).await.map(drop)
}
