//! Import jobs and what became of their rows.

use std::collections::{HashMap, HashSet};

use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction,
    DbBackend, DbErr, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
    Statement,
};
use serde_json::Value as Json;
use uuid::Uuid;

use entity::{
    import_job::{self, ImportStatus},
    import_row::{self, ImportOutcome},
    lead::{self, LeadStatus},
    lead_transition, reason_code,
};

use super::{
    bulk,
    lookup::{for_each_id, id_list, select},
};

/// Finds a job.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<import_job::Model>, DbErr> {
    import_job::Entity::find_by_id(id).one(db).await
}

/// Writes a job that begins.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn begin(tx: &DatabaseTransaction, job: import_job::Model) -> Result<(), DbErr> {
    job.into_active_model().insert(tx).await.map(drop)
}

/// Writes how far a job is: in the transaction of the rows that brought it there.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn checkpoint(
    tx: &DatabaseTransaction,
    id: Uuid,
    sources: Json,
    counts: Json,
) -> Result<(), DbErr> {
    let job = import_job::ActiveModel {
        id: Set(id),
        sources: Set(sources),
        counts: Set(counts),
        ..Default::default()
    };
    job.update(tx).await.map(drop)
}

/// Writes that a job has ended, or goes on.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn set_status(
    tx: &DatabaseTransaction,
    id: Uuid,
    status: ImportStatus,
    finished_at: Option<chrono::DateTime<chrono::Utc>>,
) -> Result<(), DbErr> {
    let job = import_job::ActiveModel {
        id: Set(id),
        status: Set(status),
        finished_at: Set(finished_at),
        ..Default::default()
    };
    job.update(tx).await.map(drop)
}

/// Writes what became of rows.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn insert_rows(
    tx: &DatabaseTransaction,
    rows: Vec<import_row::Model>,
) -> Result<(), DbErr> {
    bulk::insert(tx, rows).await
}

/// Forgets what became of some rows of a file, to write it anew.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn delete_row(tx: &DatabaseTransaction, row: &import_row::Model) -> Result<(), DbErr> {
    import_row::Entity::delete_many()
        .filter(import_row::Column::JobId.eq(row.job_id))
        .filter(import_row::Column::File.eq(row.file))
        .filter(import_row::Column::Line.eq(row.line))
        .filter(import_row::Column::Entity.eq(row.entity.as_str()))
        .exec(tx)
        .await
        .map(drop)
}

/// Up to `limit` rows of a file with this outcome, from after the line and entity `after` on.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn rows_with(
    db: &impl ConnectionTrait,
    job: Uuid,
    file: i32,
    outcome: ImportOutcome,
    after: i64,
    limit: u64,
) -> Result<Vec<import_row::Model>, DbErr> {
    import_row::Entity::find()
        .filter(import_row::Column::JobId.eq(job))
        .filter(import_row::Column::File.eq(file))
        .filter(import_row::Column::Line.gt(after))
        .filter(import_row::Column::Outcome.eq(outcome))
        .order_by_asc(import_row::Column::Line)
        .order_by_asc(import_row::Column::Entity)
        .limit(limit)
        .all(db)
        .await
}

/// Up to `limit` rows of a job's file that became rows of `entity`, from after the line `after` on; a line whole.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn rows_of(
    tx: &DatabaseTransaction,
    (job, file): (Uuid, i32),
    entity: &str,
    after: i64,
    limit: u64,
) -> Result<Vec<import_row::Model>, DbErr> {
    import_row::Entity::find()
        .filter(import_row::Column::JobId.eq(job))
        .filter(import_row::Column::File.eq(file))
        .filter(import_row::Column::Line.gt(after))
        .filter(import_row::Column::Entity.eq(entity))
        .filter(import_row::Column::EntityId.is_not_null())
        .order_by_asc(import_row::Column::Line)
        .limit(limit)
        .all(tx)
        .await
}

/// Those of the leads `ids` that no step has led to where they stand, each with where its last step led.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn unled(
    tx: &DatabaseTransaction,
    ids: &[Uuid],
) -> Result<Vec<(lead::Model, Option<LeadStatus>)>, DbErr> {
    use lead_transition::Column;
    let mut leads = lead::Entity::find()
        .filter(lead::Column::Id.is_in(ids.iter().copied()))
        .filter(lead::Column::DeletedAt.is_null())
        .order_by_asc(lead::Column::Id)
        .all(tx)
        .await?;
    let steps: Vec<(Uuid, LeadStatus)> = lead_transition::Entity::find()
        .select_only()
        .columns([Column::LeadId, Column::ToStatus])
        .filter(Column::LeadId.is_in(ids.iter().copied()))
        .order_by_asc(Column::At)
        .order_by_asc(Column::Id)
        .into_tuple()
        .all(tx)
        .await?;
    let led: HashSet<(Uuid, LeadStatus)> = steps.iter().copied().collect();
    let last: HashMap<Uuid, LeadStatus> = steps.into_iter().collect();
    leads.retain(|lead| !led.contains(&(lead.id, lead.status)));
    let unled = leads.into_iter().map(|lead| {
        let before = last.get(&lead.id).copied();
        (lead, before)
    });
    Ok(unled.collect())
}

/// The reasons that say nothing without a note.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn reasons_that_need_notes(tx: &DatabaseTransaction) -> Result<HashSet<Uuid>, DbErr> {
    let ids: Vec<Uuid> = reason_code::Entity::find()
        .select_only()
        .column(reason_code::Column::Id)
        .filter(reason_code::Column::Key.eq(reason_code::OTHER))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(ids.into_iter().collect())
}

/// Which of these rows of the dataset an earlier line of the same file was about already.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn seen_before(
    tx: &DatabaseTransaction,
    job: Uuid,
    file: i32,
    line: i64,
    entity: &str,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, i64>, DbErr> {
    let backend = tx.get_database_backend();
    // The plus signs keep SQLite from walking all rows of the job.
    let found = if backend == DbBackend::Sqlite {
        "t.\"entity_id\" = k.item AND +t.\"job_id\" = $2 AND +t.\"file\" = $3 \
         AND +t.\"line\" < $4 AND +t.\"entity\" = $5"
    } else {
        "t.\"entity_id\" = k.item AND t.\"job_id\"::text = $2::uuid::text \
         AND t.\"file\" + 0 = $3 AND t.\"line\" + 0 < $4 AND t.\"entity\" || '' = $5"
    };
    let mut sql = for_each_id(backend, "\"entity_id\", \"line\"", "import_row", found);
    // The last one stays, which is the first line.
    sql.push_str(" ORDER BY 2 DESC");
    let values = vec![
        id_list(backend, ids),
        job.into(),
        file.into(),
        line.into(),
        entity.into(),
    ];
    let rows = select(tx, sql, values).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

/// Gives SQLite's writer room for `pages` of 4 KiB, because a batch that does not fit into its cache
/// is written twice, and lets it keep in memory what it needs to take a single statement back.
/// PostgreSQL's memory is its operator's business.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn make_room(writer: &impl ConnectionTrait, pages: u32) -> Result<(), DbErr> {
    if writer.get_database_backend() == DbBackend::Sqlite {
        let sql = format!(
            "PRAGMA cache_size = {pages}; PRAGMA wal_autocheckpoint = {pages}; \
             PRAGMA temp_store = MEMORY"
        );
        writer.execute_unprepared(&sql).await?;
    }
    Ok(())
}

/// Prepares a connection of SQLite for a transaction whose rows point to one another: foreign keys
/// are checked when it commits. PostgreSQL checks them after each statement, which is late enough.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn defer_foreign_keys(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    let backend = tx.get_database_backend();
    if backend == DbBackend::Sqlite {
        let statement = Statement::from_string(backend, "PRAGMA defer_foreign_keys = ON");
        tx.execute_raw(statement).await?;
    }
    Ok(())
}
