//! Definitions of leads, and who has signed them.

use chrono::{DateTime, Utc};
use entity::{
    lead_definition::{self, Column, DefinitionStage, DefinitionStatus, Entity, Model},
    lead_definition_approval,
};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::bulk;

/// Keeps others from proposing and signing until `tx` ends, so that versions are counted and signatures seen one
/// after the other. SQLite has one writer.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn lock(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        // Any number does that nobody else locks; these are the letters of "define".
        tx.execute_unprepared("SELECT pg_advisory_xact_lock(x'646566696e65'::bigint)")
            .await?;
    }
    Ok(())
}

/// The latest version of the definition of `stage`; 0 where there is none.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn latest_version(
    tx: &DatabaseTransaction,
    stage: DefinitionStage,
) -> Result<i32, DbErr> {
    let latest = Entity::find()
        .filter(Column::Stage.eq(stage))
        .order_by_desc(Column::Version)
        .one(tx)
        .await?;
    Ok(latest.map_or(0, |latest| latest.version))
}

/// The definition with that id.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn find(db: &impl ConnectionTrait, id: Uuid) -> Result<Option<Model>, DbErr> {
    Entity::find_by_id(id).one(db).await
}

/// The definition of `stage` that is in force.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn active(
    db: &impl ConnectionTrait,
    stage: DefinitionStage,
) -> Result<Option<Model>, DbErr> {
    Entity::find()
        .filter(Column::Stage.eq(stage))
        .filter(Column::Status.eq(DefinitionStatus::Active))
        .one(db)
        .await
}

/// Who has signed.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn approvals(
    tx: &DatabaseTransaction,
    definition: Uuid,
) -> Result<Vec<lead_definition_approval::Model>, DbErr> {
    lead_definition_approval::Entity::find()
        .filter(lead_definition_approval::Column::DefinitionId.eq(definition))
        .all(tx)
        .await
}

/// Writes a definition.
///
/// # Errors
///
/// Returns [`DbErr`] when the database refuses it.
pub async fn insert(tx: &DatabaseTransaction, definition: Model) -> Result<(), DbErr> {
    bulk::insert(tx, vec![definition]).await
}

/// Writes a signature.
///
/// # Errors
///
/// Returns [`DbErr`] when the database refuses it.
pub async fn sign(
    tx: &DatabaseTransaction,
    approval: lead_definition_approval::Model,
) -> Result<(), DbErr> {
    bulk::insert(tx, vec![approval]).await
}

/// Has the definition `id`, which is `from`, be `to` from `now` on; whether it was `from`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database refuses it: another one is active.
pub async fn step(
    tx: &DatabaseTransaction,
    id: Uuid,
    (from, to): (DefinitionStatus, DefinitionStatus),
    now: DateTime<Utc>,
) -> Result<bool, DbErr> {
    let mut row = lead_definition::ActiveModel {
        status: Set(to),
        ..Default::default()
    };
    match to {
        DefinitionStatus::Active => row.effective_from = Set(Some(now)),
        DefinitionStatus::Retired => row.superseded_at = Set(Some(now)),
        DefinitionStatus::Proposed | DefinitionStatus::Vetoed => {}
    }
    let updated = Entity::update_many()
        .set(row)
        .filter(Column::Id.eq(id))
        .filter(Column::Status.eq(from))
        .exec(tx)
        .await?;
    Ok(updated.rows_affected == 1)
}
