//! Takes back what an import made, and keeps what somebody has changed or uses since.

use std::collections::{BTreeMap, HashSet};

use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use entity::{change::ChangeKind, import_job::ImportStatus};

use crate::{
    change::{self, Actor, Change},
    clock::Clock,
    database::Database,
    record::{self, Entity, FieldKind},
    store::{self, erase},
};

use super::ImportError;

/// Rows of one transaction.
const BATCH: u64 = 1000;

/// Columns outside of what can be imported that point to it.
const OUTSIDE: [(&str, &str, &str); 3] = [
    ("user", "user_territory", "user_id"),
    ("territory", "user_territory", "territory_id"),
    ("user", "api_token", "user_id"),
];

/// What was taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reverted {
    /// Rows taken away, by entity.
    pub removed: BTreeMap<&'static str, u64>,
    /// Rows kept because somebody has changed them since, by entity.
    pub changed: BTreeMap<&'static str, u64>,
    /// Rows kept because others point to them, by entity.
    pub used: BTreeMap<&'static str, u64>,
}

/// Takes back what the import `job` made.
///
/// # Errors
///
/// Returns [`ImportError`] when there is no such job, it is still running, or the database fails; what was
/// taken back before stays so, and the command can be repeated.
pub async fn revert(
    database: &Database,
    clock: &Clock,
    job: Uuid,
) -> Result<Reverted, ImportError> {
    let found = store::import::find(database.reads(), job).await?;
    let found =
        found.ok_or_else(|| ImportError::Refused(format!("there is no import job {job}")))?;
    ImportError::unless_demo(&found)?;
    if found.status == ImportStatus::Running {
        return Err(ImportError::Refused(format!(
            "the import job {job} is running, or was cut off: resume it first, with \
             `revhub import --resume {job}`"
        )));
    }
    let mut reverted = Reverted::default();
    for entity in record::entities().iter().rev() {
        // Rows of one kind may point to one another: as long as some go, others may become free.
        loop {
            reverted.changed.remove(entity.name);
            reverted.used.remove(entity.name);
            let removed = sweep(database, clock, job, entity, &mut reverted).await?;
            if removed > 0 {
                *reverted.removed.entry(entity.name).or_default() += removed;
            }
            if removed == 0 || !points_to_itself(entity) {
                break;
            }
        }
    }
    let tx = database.begin().await?;
    store::import::set_status(&tx, job, ImportStatus::Reverted, Some(clock.now())).await?;
    tx.commit().await?;
    Ok(reverted)
}

fn points_to_itself(entity: &Entity) -> bool {
    entity
        .fields
        .iter()
        .any(|field| field.kind == FieldKind::Reference(entity.name))
}

/// Goes once through the rows of `entity` that the job made.
async fn sweep(
    database: &Database,
    clock: &Clock,
    job: Uuid,
    entity: &'static Entity,
    reverted: &mut Reverted,
) -> Result<u64, ImportError> {
    let mut removed = 0;
    let mut after = Uuid::nil();
    loop {
        let tx = database.begin().await?;
        let made = erase::made_by(&tx, entity.name, job, after, BATCH).await?;
        let Some(last) = made.last() else {
            return Ok(removed);
        };
        after = *last;
        let there = erase::present(&tx, entity.name, &made).await?;
        let there: Vec<Uuid> = made.into_iter().filter(|id| there.contains(id)).collect();
        let changed = erase::changed_by_others(&tx, entity.name, job, &there).await?;
        let used = used(&tx, entity, job, &there).await?;
        let free: Vec<Uuid> = there
            .iter()
            .filter(|id| !changed.contains(id) && !used.contains(id))
            .copied()
            .collect();
        remove(&tx, clock, job, entity, &free).await?;
        tx.commit().await?;
        removed += u64::try_from(free.len()).unwrap_or(0);
        let kept = u64::try_from(changed.len()).unwrap_or(0);
        let only_used = there.len() - free.len() - changed.len();
        count(&mut reverted.changed, entity, kept);
        count(
            &mut reverted.used,
            entity,
            u64::try_from(only_used).unwrap_or(0),
        );
    }
}

fn count(counts: &mut BTreeMap<&'static str, u64>, entity: &Entity, rows: u64) {
    if rows > 0 {
        *counts.entry(entity.name).or_default() += rows;
    }
}

/// Which of the rows others point to.
async fn used(
    tx: &DatabaseTransaction,
    entity: &Entity,
    job: Uuid,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, ImportError> {
    let mut used = HashSet::new();
    for other in record::entities() {
        for field in &other.fields {
            if field.kind == FieldKind::Reference(entity.name)
                && let Some(column) = other.table.columns.get(field.column)
            {
                used.extend(erase::pointed_to(tx, (other.name, column.name), ids, None).await?);
            }
        }
    }
    for (name, table, column) in OUTSIDE {
        if name == entity.name {
            used.extend(erase::pointed_to(tx, (table, column), ids, None).await?);
        }
    }
    if entity.name == "account" {
        let domains = ("account_domain", "account_id");
        used.extend(erase::pointed_to(tx, domains, ids, Some(job)).await?);
    }
    Ok(used)
}

async fn remove(
    tx: &DatabaseTransaction,
    clock: &Clock,
    job: Uuid,
    entity: &'static Entity,
    ids: &[Uuid],
) -> Result<(), ImportError> {
    erase::delete(tx, ("external_id", "entity_id"), Some(entity.name), ids).await?;
    if entity.name == "account" {
        erase::delete(tx, ("account_domain", "account_id"), None, ids).await?;
    }
    erase::delete(tx, (entity.name, "id"), None, ids).await?;
    let changes = ids.iter().map(|id| Change {
        at: clock.now(),
        actor: Actor::Import(job),
        entity: entity.name,
        entity_id: *id,
        kind: ChangeKind::Deleted,
        fields: None,
        reason: Some("the import was taken back".to_owned()),
        request_id: None,
        address: None,
    });
    change::record(tx, changes.collect()).await?;
    Ok(())
}
