//! What the demo looks up and keeps beside its rows.

use chrono::{DateTime, Utc};
use entity::{
    import_job::{self, ImportStatus},
    lead, reason_code,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect,
};
use serde_json::Value;
use uuid::Uuid;

/// The name of the job that brings a made-up year.
pub const JOB: &str = "demo";

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

/// All reasons.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn reasons(tx: &DatabaseTransaction) -> Result<Vec<reason_code::Model>, DbErr> {
    reason_code::Entity::find().all(tx).await
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
