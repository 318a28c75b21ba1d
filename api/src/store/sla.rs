//! Reads and writes of `sla_clock`, and reads of what clocks run by.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    business_calendar, holiday,
    sla_clock::{Column, Entity, Model, SlaKind, SlaState},
    sla_policy, territory, user,
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement,
    sea_query::{LockBehavior, LockType},
};
use uuid::Uuid;

use super::{
    lookup::{for_each_id, id_list, select},
    table::Table,
};

/// The policies of these kinds that start clocks, in the order in which they are tried.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn policies(
    tx: &DatabaseTransaction,
    kinds: &[SlaKind],
) -> Result<Vec<sla_policy::Model>, DbErr> {
    sla_policy::Entity::find()
        .filter(sla_policy::Column::Kind.is_in(kinds.iter().copied()))
        .filter(sla_policy::Column::Active.eq(true))
        .filter(sla_policy::Column::DeletedAt.is_null())
        .order_by_asc(sla_policy::Column::Priority)
        .order_by_asc(sla_policy::Column::CreatedAt)
        .order_by_asc(sla_policy::Column::Id)
        .all(tx)
        .await
}

/// Which of these policies have breaches go to a manager.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn escalating(
    tx: &DatabaseTransaction,
    policies: &[Uuid],
) -> Result<HashSet<Uuid>, DbErr> {
    let backend = tx.get_database_backend();
    let found = "t.\"id\" = k.item AND t.\"escalate\"";
    let sql = for_each_id(backend, "\"id\"", "sla_policy", found);
    let rows = select(tx, sql, vec![id_list(backend, policies)]).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// The calendars, deleted ones too: clocks run on by the one that they were started with.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn calendars(tx: &impl ConnectionTrait) -> Result<Vec<business_calendar::Model>, DbErr> {
    business_calendar::Entity::find().all(tx).await
}

/// The days off, each with its calendar.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn holidays(tx: &impl ConnectionTrait) -> Result<Vec<(Uuid, NaiveDate)>, DbErr> {
    use holiday::Column;
    holiday::Entity::find()
        .select_only()
        .columns([Column::BusinessCalendarId, Column::Day])
        .filter(Column::DeletedAt.is_null())
        .into_tuple()
        .all(tx)
        .await
}

/// The calendar that is the default, locked.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn default_calendars(tx: &DatabaseTransaction) -> Result<Vec<Uuid>, DbErr> {
    use business_calendar::Column;
    let mut found = business_calendar::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::IsDefault.eq(true))
        .filter(Column::DeletedAt.is_null());
    if tx.get_database_backend() == DbBackend::Postgres {
        found = found.lock_exclusive();
    }
    found.into_tuple().all(tx).await
}

/// The territories that name a calendar: each by its path.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn territory_calendars(tx: &impl ConnectionTrait) -> Result<Vec<(String, Uuid)>, DbErr> {
    use territory::Column;
    territory::Entity::find()
        .select_only()
        .columns([Column::Path, Column::BusinessCalendarId])
        .filter(Column::BusinessCalendarId.is_not_null())
        .filter(Column::DeletedAt.is_null())
        .into_tuple()
        .all(tx)
        .await
}

/// The paths of these territories, by id; of deleted ones none.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn territory_paths(
    tx: &DatabaseTransaction,
    territories: &[Uuid],
) -> Result<HashMap<Uuid, String>, DbErr> {
    let backend = tx.get_database_backend();
    let found = "t.\"id\" = k.item AND t.\"deleted_at\" IS NULL";
    let sql = for_each_id(backend, "\"id\", \"path\"", "territory", found);
    let rows = select(tx, sql, vec![id_list(backend, territories)]).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

/// The managers of these users, who are still there and active.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn managers(
    tx: &DatabaseTransaction,
    users: &[Uuid],
) -> Result<HashMap<Uuid, Uuid>, DbErr> {
    let backend = tx.get_database_backend();
    let wanted = "t.\"id\", (SELECT m.\"id\" FROM \"user\" AS m WHERE m.\"id\" = t.\"manager_id\" \
                  AND m.\"active\" AND m.\"deleted_at\" IS NULL) AS \"manager\"";
    let sql = for_each_id(backend, wanted, "user", "t.\"id\" = k.item");
    let rows = select(tx, sql, vec![id_list(backend, users)]).await?;
    let mut managers = HashMap::new();
    for row in rows {
        let manager: Option<Uuid> = row.try_get_by_index(1)?;
        if let Some(manager) = manager {
            managers.insert(row.try_get_by_index(0)?, manager);
        }
    }
    Ok(managers)
}

/// Who owns these campaigns, where they are still there and active.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn campaign_owners(
    tx: &DatabaseTransaction,
    campaigns: &[Uuid],
) -> Result<HashMap<Uuid, Uuid>, DbErr> {
    let backend = tx.get_database_backend();
    let wanted = "t.\"id\", (SELECT u.\"id\" FROM \"user\" AS u WHERE u.\"id\" = t.\"owner_id\" \
                  AND u.\"active\" AND u.\"deleted_at\" IS NULL) AS \"owner\"";
    let sql = for_each_id(backend, wanted, "campaign", "t.\"id\" = k.item");
    let rows = select(tx, sql, vec![id_list(backend, campaigns)]).await?;
    let mut owners = HashMap::new();
    for row in rows {
        let owner: Option<Uuid> = row.try_get_by_index(1)?;
        if let Some(owner) = owner {
            owners.insert(row.try_get_by_index(0)?, owner);
        }
    }
    Ok(owners)
}

/// The clocks that wait for something of the rows whose ids are in `column`, which nobody else changes until the
/// transaction ends; those too that were breached, while nobody has done it.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn waiting(
    tx: &DatabaseTransaction,
    column: Column,
    ids: &[Uuid],
) -> Result<Vec<Model>, DbErr> {
    let backend = tx.get_database_backend();
    let (table, column) = (Table::of::<Entity>(), sea_orm::IdenStatic::as_str(&column));
    let found = format!("t.\"{column}\" = k.item AND t.\"stopped_at\" IS NULL");
    let columns = table.column_list();
    let sql = if backend == DbBackend::Sqlite {
        for_each_id(backend, &columns, table.name, &found)
    } else {
        let name = table.name;
        format!(
            "SELECT r.* FROM unnest($1::text::uuid[]) AS k(item) CROSS JOIN LATERAL \
             (SELECT {columns} FROM \"{name}\" AS t WHERE {found} ORDER BY t.\"id\" FOR UPDATE) AS r"
        )
    };
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    let values = [id_list(backend, &sorted)];
    let statement = Statement::from_sql_and_values(backend, sql, values);
    Model::find_by_statement(statement).all(tx).await
}

/// How often clocks of these leads were begun anew: by lead, kind and cycle.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn restarts(
    tx: &DatabaseTransaction,
    leads: &[Uuid],
) -> Result<HashMap<(Uuid, SlaKind, i32), i32>, DbErr> {
    let backend = tx.get_database_backend();
    let table = Table::of::<Entity>();
    let found = "t.\"lead_id\" = k.item AND t.\"restarts\" > 0";
    let sql = for_each_id(backend, &table.column_list(), table.name, found);
    let statement = Statement::from_sql_and_values(backend, sql, [id_list(backend, leads)]);
    let mut restarts = HashMap::new();
    for clock in Model::find_by_statement(statement).all(tx).await? {
        if let Some((lead, cycle)) = clock.lead_id.zip(clock.cycle) {
            let known = restarts.entry((lead, clock.kind, cycle)).or_default();
            *known = clock.restarts.max(*known);
        }
    }
    Ok(restarts)
}

/// What a running clock has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// The instant at which it is due.
    Due,
    /// The instant at which it warns; it is not due yet, and has not warned.
    Warning,
}

/// Running clocks that have come to it at `now`, the earliest first, `limit` at the most. Nobody else gets them, nor
/// changes them, until the transaction ends; those that somebody else has are left out.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn reached(
    tx: &DatabaseTransaction,
    what: Reached,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let (at, condition) = match what {
        Reached::Due => (Column::DueAt, Column::DueAt.lte(now).into()),
        Reached::Warning => {
            let warns = Condition::all()
                .add(Column::WarnAt.lte(now))
                .add(Column::WarnedAt.is_null())
                .add(Column::DueAt.gt(now));
            (Column::WarnAt, warns)
        }
    };
    let mut found = Entity::find()
        .filter(Column::State.eq(SlaState::Running))
        .filter::<Condition>(condition)
        .order_by_asc(at)
        .limit(limit);
    // SQLite has one writer at a time.
    if tx.get_database_backend() == DbBackend::Postgres {
        found = found.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    found.all(tx).await
}

/// Whether the user `u` is out of office at `$1`. Who has not said since when, or until when, has always been away, or
/// does not come back.
const ABSENT: &str = "(COALESCE(u.\"out_of_office_from\" <= $1, u.\"out_of_office_until\" IS NOT NULL) \
     AND COALESCE(u.\"out_of_office_until\" > $1, TRUE))";

/// Up to `limit` clocks that run although who is waited for is out of office at `now`, or are paused although they are
/// not. Nobody else gets them, nor changes them, until the transaction ends; those that somebody else has are left out.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn out_of_step(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let backend = tx.get_database_backend();
    // SQLite has one writer at a time.
    let lock = if backend == DbBackend::Postgres {
        " FOR UPDATE OF c SKIP LOCKED"
    } else {
        ""
    };
    let mut clocks = Vec::new();
    for (state, condition) in [
        ("RUNNING", format!("u.\"id\" = c.\"owner_id\" AND {ABSENT}")),
        (
            "PAUSED",
            format!("u.\"id\" = c.\"owner_id\" AND NOT {ABSENT}"),
        ),
    ] {
        let sql = format!(
            "SELECT c.* FROM \"user\" AS u JOIN \"sla_clock\" AS c ON {condition} \
             WHERE c.\"state\" = '{state}' LIMIT {limit}{lock}"
        );
        let statement = Statement::from_sql_and_values(backend, sql, [now.into()]);
        clocks.extend(Model::find_by_statement(statement).all(tx).await?);
    }
    let sql = format!(
        "SELECT c.* FROM \"sla_clock\" AS c WHERE c.\"owner_id\" IS NULL AND c.\"state\" = 'PAUSED' \
         LIMIT {limit}{lock}"
    );
    let statement = Statement::from_string(backend, sql);
    clocks.extend(Model::find_by_statement(statement).all(tx).await?);
    Ok(clocks)
}

/// When the next absence of somebody begins or ends after `now`, in UTC.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn next_absence(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    use user::Column;
    let mut next = None;
    for column in [Column::OutOfOfficeFrom, Column::OutOfOfficeUntil] {
        let found: Option<DateTime<Utc>> = user::Entity::find()
            .select_only()
            .column(column)
            .filter(column.gt(now))
            .order_by_asc(column)
            .limit(1)
            .into_tuple()
            .one(db)
            .await?;
        next = next.into_iter().chain(found).min();
    }
    Ok(next)
}

/// When the next running clock is due or warns.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn next(db: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    let running = || {
        Entity::find()
            .select_only()
            .filter(Column::State.eq(SlaState::Running))
    };
    let due = running()
        .column(Column::DueAt)
        .order_by_asc(Column::DueAt)
        .into_tuple::<DateTime<Utc>>()
        .one(db)
        .await?;
    let warning = running()
        .column(Column::WarnAt)
        .filter(Column::WarnedAt.is_null())
        .filter(Column::WarnAt.is_not_null())
        .order_by_asc(Column::WarnAt)
        .into_tuple::<DateTime<Utc>>()
        .one(db)
        .await?;
    Ok(due.into_iter().chain(warning).min())
}
