//! What the demo looks up and keeps beside its rows.

use chrono::{DateTime, Utc};
use entity::{
    business_calendar,
    import_job::{self, ImportStatus},
    lead, reason_code, sla_policy, user,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde_json::Value;
use uuid::Uuid;

use crate::database::Database;

/// The name of the job that brings a made-up year.
pub const JOB: &str = "demo";
/// SQLite's cache while a file is filled: 64 MiB, as a negative number of kibibytes.
const LOAD_CACHE: &str = "PRAGMA cache_size = -65536";

/// Whether there is any lead, deleted ones included.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn has_leads(connection: &impl ConnectionTrait) -> Result<bool, DbErr> {
    let any: Option<Uuid> = lead::Entity::find()
        .select_only()
        .column(lead::Column::Id)
        .limit(1)
        .into_tuple()
        .one(connection)
        .await?;
    Ok(any.is_some())
}

/// Everybody who may sign in, in the order in which they came.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn people(connection: &impl ConnectionTrait) -> Result<Vec<user::Model>, DbErr> {
    user::Entity::find()
        .filter(user::Column::Active.eq(true))
        .filter(user::Column::DeletedAt.is_null())
        .order_by_asc(user::Column::CreatedAt)
        .order_by_asc(user::Column::Id)
        .all(connection)
        .await
}

/// All reasons.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn reasons(tx: &DatabaseTransaction) -> Result<Vec<reason_code::Model>, DbErr> {
    reason_code::Entity::find().all(tx).await
}

/// All calendars.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn calendars(tx: &DatabaseTransaction) -> Result<Vec<business_calendar::Model>, DbErr> {
    business_calendar::Entity::find().all(tx).await
}

/// All policies, in the order in which they are tried.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn policies(tx: &DatabaseTransaction) -> Result<Vec<sla_policy::Model>, DbErr> {
    sla_policy::Entity::find()
        .order_by_asc(sla_policy::Column::Priority)
        .order_by_asc(sla_policy::Column::CreatedAt)
        .order_by_asc(sla_policy::Column::Id)
        .all(tx)
        .await
}

/// Marks a job as done, `at`, with `counts` of rows by table.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn finish_job(
    tx: &DatabaseTransaction,
    id: Uuid,
    at: DateTime<Utc>,
    counts: Value,
) -> Result<(), DbErr> {
    import_job::Entity::update_many()
        .set(import_job::ActiveModel {
            status: Set(ImportStatus::Done),
            finished_at: Set(Some(at)),
            counts: Set(counts),
            ..Default::default()
        })
        .filter(import_job::Column::Id.eq(id))
        .exec(tx)
        .await?;
    Ok(())
}

/// Whether the job brought a year. An import may bear the name, but has files.
#[must_use]
pub fn is_year(job: &import_job::Model) -> bool {
    job.name == JOB && job.sources.as_array().is_none_or(Vec::is_empty)
}

/// What stands in the place of the mapping in the last job that brought a year completely.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn finished_job(connection: &impl ConnectionTrait) -> Result<Option<String>, DbErr> {
    let job = import_job::Entity::find()
        .filter(import_job::Column::Name.eq(JOB))
        .filter(import_job::Column::Status.eq(ImportStatus::Done))
        .order_by_desc(import_job::Column::StartedAt)
        .one(connection)
        .await?;
    Ok(job.map(|job| job.mapping))
}

/// Makes a fresh SQLite file quick to fill, and returns the statements that make its indexes.
///
/// Indexes are dropped, to be built in one go; foreign keys are checked at the end; nothing waits for
/// the disk. Only for a file that nobody else knows of, and that is thrown away unless [`end_load`]
/// succeeds.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn begin_load(database: &Database) -> Result<Vec<String>, DbErr> {
    let connection = database.writes();
    for setting in [
        "PRAGMA synchronous = OFF",
        "PRAGMA foreign_keys = OFF",
        LOAD_CACHE,
    ] {
        connection.execute_unprepared(setting).await?;
    }
    let indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL";
    let mut statements = Vec::new();
    for row in connection.query_all_raw(sqlite(indexes)).await? {
        let name: String = row.try_get_by_index(0)?;
        statements.push(row.try_get_by_index(1)?);
        let drop = format!("DROP INDEX \"{name}\"");
        connection.execute_unprepared(&drop).await?;
    }
    Ok(statements)
}

/// Builds the `indexes` that [`begin_load`] dropped, and checks what was not checked meanwhile.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails, or when a row repeats what is unique or refers to one
/// that is not there.
pub async fn end_load(database: &Database, indexes: Vec<String>) -> Result<(), DbErr> {
    let connection = database.writes();
    for index in indexes {
        connection.execute_unprepared(&index).await?;
    }
    let dangling = connection
        .query_one_raw(sqlite("PRAGMA foreign_key_check"))
        .await?;
    if let Some(row) = dangling {
        let table: String = row.try_get_by_index(0)?;
        let problem = format!("a row of {table} refers to one that is not there");
        return Err(DbErr::Custom(problem));
    }
    Ok(())
}

fn sqlite(sql: &str) -> Statement {
    Statement::from_string(DbBackend::Sqlite, sql)
}
