//! Reads of the `lead_transition` table.

use std::collections::HashSet;

use entity::lead_transition::{Column, Entity, TransitionCause};
use sea_orm::{ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

/// Which of the leads somebody had go from one of the statuses to one of the others, each with the cycle in which that was.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn taken(
    tx: &DatabaseTransaction,
    leads: &[Uuid],
    from: &[String],
    to: &[String],
) -> Result<HashSet<(Uuid, i32)>, DbErr> {
    let steps: Vec<(Uuid, i32)> = Entity::find()
        .select_only()
        .columns([Column::LeadId, Column::Cycle])
        .filter(Column::LeadId.is_in(leads.iter().copied()))
        .filter(Column::FromStatus.is_in(from))
        .filter(Column::ToStatus.is_in(to))
        .filter(Column::Cause.eq(TransitionCause::Mutation))
        .into_tuple()
        .all(tx)
        .await?;
    Ok(steps.into_iter().collect())
}
