//! Reads of the `lead` table.

use chrono::{DateTime, Utc};
use entity::lead::{Column, Entity, LeadStatus};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
    sea_query::{LockBehavior, LockType},
};
use uuid::Uuid;

/// Up to `limit` recycled leads whose day to resume has come at `now`, which nobody else takes until `tx` ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn to_resume(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Uuid>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::ResumeAt.lte(now))
        .filter(Column::Status.eq(LeadStatus::Recycled))
        .filter(Column::DeletedAt.is_null())
        .order_by_asc(Column::ResumeAt)
        .order_by_asc(Column::Id)
        .limit(limit)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .into_tuple()
        .all(tx)
        .await
}

/// When the next recycled lead resumes, in UTC; `None` where none waits.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn next_to_resume(db: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::ResumeAt)
        .filter(Column::ResumeAt.is_not_null())
        .filter(Column::Status.eq(LeadStatus::Recycled))
        .filter(Column::DeletedAt.is_null())
        .order_by_asc(Column::ResumeAt)
        .limit(1)
        .into_tuple()
        .one(db)
        .await
}
