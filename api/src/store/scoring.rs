//! What scoring looks up, and where it keeps what it finds.

mod due;

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use entity::{
    lead_readiness, score_factor,
    touch::{self, TouchKind},
};
use sea_orm::{
    ActiveEnum, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, QueryResult, Statement,
};
use uuid::Uuid;

use super::{
    bulk, erase, lookup,
    table::{Record, Table, Value},
};

pub use due::{due, forget_closed, is_due, schedule, schedule_of_accounts, unscored};

/// Where a lead stands whose score still matters.
const OPEN: &str =
    "('NEW', 'NURTURING', 'MQL', 'ACCEPTED', 'WORKING', 'SQL', 'REJECTED', 'RECYCLED')";
/// When a lead `t` that is closed was closed.
const CLOSED_AT: &str = "CASE WHEN t.\"status\" IN ('CONVERTED', 'DISQUALIFIED') THEN COALESCE((\
     SELECT MAX(s.\"at\") FROM \"lead_transition\" AS s WHERE s.\"lead_id\" = t.\"id\" \
     AND s.\"to_status\" = t.\"status\"), t.\"updated_at\") END";
/// Where a lead stands that is handed over once it is what the definition asks for.
const BEFORE: &str = "('NEW', 'NURTURING', 'RECYCLED')";
/// What of a lead is looked at, and of its account.
const OF_LEAD: [&str; 7] = [
    "id",
    "score",
    "fit_score",
    "engagement_score",
    "job_title",
    "company_name",
    "source",
];
const OF_ACCOUNT: [&str; 8] = [
    "country",
    "industry",
    "employee_band",
    "annual_revenue_minor",
    "annual_revenue_currency",
    "channel",
    "lifecycle",
    "target_tier",
];

/// Of what a touch is looked at.
const OF_TOUCH: [&str; 5] = ["lead_id", "id", "kind", "occurred_at", "identified_at"];

/// A lead as it is scored.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    /// Its id.
    pub id: Uuid,
    /// Score, fit and engagement, as they stand there.
    pub scores: [i32; 3],
    /// What they are called at work.
    pub job_title: Option<String>,
    /// Their company, as they gave it.
    pub company_name: Option<String>,
    /// How it came to us.
    pub source: Option<String>,
    /// What its account says.
    pub account: OfAccount,
    /// UTC; when it was closed, where it is.
    pub closed_at: Option<DateTime<Utc>>,
}

/// What an account says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfAccount {
    /// ISO 3166-1 alpha-2.
    pub country: Option<String>,
    /// Its line of business.
    pub industry: Option<String>,
    /// How many people work there.
    pub employee_band: Option<String>,
    /// What it turns over, in minor units of the currency.
    pub annual_revenue: Option<(i64, String)>,
    /// Who sells to it.
    pub channel: Option<String>,
    /// How far it is on the way to being a customer.
    pub lifecycle: Option<String>,
    /// How much we want it.
    pub target_tier: Option<i32>,
}

/// The leads among `ids` that are there and open, or were never scored, with their accounts: those that they belong
/// to, or else were matched with. Nobody else writes the leads until `tx` ends; one that somebody is writing is left out where
/// `skip_locked`, and waited for otherwise.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn leads(
    tx: &DatabaseTransaction,
    ids: &[Uuid],
    skip_locked: bool,
) -> Result<Vec<Scored>, DbErr> {
    let backend = tx.get_database_backend();
    let of = |alias: &'static str, names: &[&str]| -> Vec<String> {
        let columns = names.iter().map(|name| format!("{alias}.\"{name}\""));
        columns.collect()
    };
    let wanted = [of("t", &OF_LEAD), of("a", &OF_ACCOUNT)]
        .concat()
        .join(", ");
    let found = format!(
        "l.\"id\" = k.item AND l.\"deleted_at\" IS NULL AND {}",
        to_score()
    );
    let leads = if backend == DbBackend::Sqlite {
        format!(
            "(SELECT l.* FROM (SELECT unhex(\"value\") AS item FROM json_each($1)) AS k \
             CROSS JOIN \"lead\" AS l WHERE {found}) AS t"
        )
    } else {
        let skip = if skip_locked { " SKIP LOCKED" } else { "" };
        // Ids that are sorted are locked in the order of everybody else.
        format!(
            "unnest($1::text::uuid[]) AS k(item) CROSS JOIN LATERAL \
             (SELECT l.* FROM \"lead\" AS l WHERE {found} FOR UPDATE{skip}) AS t"
        )
    };
    let sql = format!(
        "SELECT {wanted}, {CLOSED_AT} FROM {leads} LEFT JOIN \"lead_match\" AS m ON m.\"id\" = t.\"id\" \
         LEFT JOIN \"account\" AS a ON a.\"id\" = COALESCE(t.\"account_id\", m.\"account_id\") \
         AND a.\"deleted_at\" IS NULL"
    );
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    let rows = lookup::select(tx, sql, vec![lookup::id_list(backend, &sorted)]).await?;
    rows.iter().map(scored).collect()
}

/// Whether a lead `l` is to be scored: as long as its score matters, or once, where it was closed before anybody did.
fn to_score() -> String {
    format!(
        "(l.\"status\" IN {OPEN} OR NOT EXISTS (SELECT 1 FROM \"lead_readiness\" AS r WHERE r.\"id\" = l.\"id\"))"
    )
}

fn scored(row: &QueryResult) -> Result<Scored, DbErr> {
    let minor: Option<i64> = row.try_get_by_index(10)?;
    let currency: Option<String> = row.try_get_by_index(11)?;
    Ok(Scored {
        id: row.try_get_by_index(0)?,
        scores: [
            row.try_get_by_index(1)?,
            row.try_get_by_index(2)?,
            row.try_get_by_index(3)?,
        ],
        job_title: row.try_get_by_index(4)?,
        company_name: row.try_get_by_index(5)?,
        source: row.try_get_by_index(6)?,
        account: OfAccount {
            country: row.try_get_by_index(7)?,
            industry: row.try_get_by_index(8)?,
            employee_band: row.try_get_by_index(9)?,
            annual_revenue: minor.zip(currency),
            channel: row.try_get_by_index(12)?,
            lifecycle: row.try_get_by_index(13)?,
            target_tier: row.try_get_by_index(14)?,
        },
        closed_at: row.try_get_by_index(15)?,
    })
}

/// A touch of a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Whose it is.
    pub lead: Uuid,
    /// Its id.
    pub id: Uuid,
    /// What happened.
    pub kind: TouchKind,
    /// UTC; when.
    pub at: DateTime<Utc>,
    /// UTC; when it became known whose it is, where that was not at once.
    pub identified_at: Option<DateTime<Utc>>,
}

/// The touches of the leads `ids`, the earliest first: of each of `kinds` the latest `most` of each lead, not before
/// `since`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn touches(
    tx: &DatabaseTransaction,
    ids: &[Uuid],
    kinds: &[TouchKind],
    since: Option<DateTime<Utc>>,
    most: usize,
) -> Result<Vec<Touched>, DbErr> {
    let backend = tx.get_database_backend();
    let part = Table::of::<touch::Entity>().part(&OF_TOUCH);
    let kinds: Vec<String> = kinds
        .iter()
        .map(|kind| format!("'{}'", kind.to_value()))
        .collect();
    if kinds.is_empty() || ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut values = vec![lookup::id_list(backend, ids)];
    let mut found = format!(
        "t.\"lead_id\" = k.item AND t.\"kind\" IN ({}) AND t.\"deleted_at\" IS NULL",
        kinds.join(", ")
    );
    if let Some(since) = since {
        found.push_str(" AND t.\"occurred_at\" >= $2");
        values.push(since.into());
    }
    let columns = part.column_list();
    let wanted = format!(
        "{columns}, row_number() OVER (PARTITION BY t.\"lead_id\", t.\"kind\" \
         ORDER BY t.\"occurred_at\" DESC, t.\"id\" DESC) AS latest"
    );
    let all = lookup::for_each_id(backend, &wanted, "touch", &found);
    let sql = format!("SELECT {columns} FROM ({all}) AS c WHERE c.latest <= {most}");
    let records = lookup::select_part(tx, &part, sql, values).await?;
    let mut touches: Vec<Touched> = records.iter().filter_map(touched).collect();
    touches.sort_unstable_by_key(|touch| (touch.lead, touch.at, touch.id));
    Ok(touches)
}

fn touched(record: &Record) -> Option<Touched> {
    match record.as_slice() {
        [
            Value::Uuid(Some(lead)),
            Value::Uuid(Some(id)),
            Value::String(Some(kind)),
            Value::ChronoDateTimeUtc(Some(at)),
            Value::ChronoDateTimeUtc(identified_at),
        ] => Some(Touched {
            lead: *lead,
            id: *id,
            kind: TouchKind::try_from_value(kind).ok()?,
            at: *at,
            identified_at: *identified_at,
        }),
        _ => None,
    }
}

/// Keeps what was found of leads, in the place of what was known of them.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn keep(
    tx: &DatabaseTransaction,
    readiness: Vec<lead_readiness::Model>,
    factors: Vec<score_factor::Model>,
) -> Result<(), DbErr> {
    let ids: Vec<Uuid> = readiness.iter().map(|row| row.id).collect();
    erase::delete(tx, ("score_factor", "lead_id"), None, &ids).await?;
    let table = Table::of::<lead_readiness::Entity>();
    let rows = bulk::records::<lead_readiness::ActiveModel, _>(readiness).collect();
    bulk::update_records(tx, &table, rows).await?;
    bulk::insert(tx, factors).await
}

const SET_SQLITE: &str = "UPDATE \"lead\" SET \"score\" = j.score, \"fit_score\" = j.fit, \
     \"engagement_score\" = j.engagement FROM (SELECT unhex(\"value\" ->> 0) AS id, \"value\" ->> 1 AS score, \
     \"value\" ->> 2 AS fit, \"value\" ->> 3 AS engagement FROM json_each($1)) AS j WHERE \"lead\".\"id\" = j.id";

const SET_POSTGRES: &str = "UPDATE \"lead\" SET \"score\" = (j.item ->> 1)::integer, \
     \"fit_score\" = (j.item ->> 2)::integer, \"engagement_score\" = (j.item ->> 3)::integer \
     FROM jsonb_array_elements($1::text::jsonb) AS j(item) WHERE \"lead\".\"id\" = (j.item ->> 0)::uuid";

/// Sets score, fit and engagement of leads. It is no new version of them: nobody has changed what they had read.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn set_scores(
    tx: &DatabaseTransaction,
    scores: &[(Uuid, [i32; 3])],
) -> Result<(), DbErr> {
    if scores.is_empty() {
        return Ok(());
    }
    let rows: Vec<_> = scores
        .iter()
        .map(|(id, [score, fit, engagement])| (id.simple().to_string(), score, fit, engagement))
        .collect();
    let backend = tx.get_database_backend();
    let sql = if backend == DbBackend::Sqlite {
        SET_SQLITE
    } else {
        SET_POSTGRES
    };
    let list = serde_json::to_string(&rows).map_err(|error| DbErr::Json(error.to_string()))?;
    let statement = Statement::from_sql_and_values(backend, sql, vec![list.into()]);
    tx.execute_raw(statement).await.map(drop)
}

/// Those of the leads `among` that are what the active definition asks for, and are not handed over.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn met(tx: &DatabaseTransaction, among: &[Uuid]) -> Result<HashSet<Uuid>, DbErr> {
    let backend = tx.get_database_backend();
    let found = format!(
        "t.\"id\" = k.item AND t.\"met\" AND EXISTS (SELECT 1 FROM \"lead\" AS l WHERE l.\"id\" = t.\"id\" \
         AND l.\"deleted_at\" IS NULL AND l.\"status\" IN {BEFORE})"
    );
    let sql = lookup::for_each_id(backend, "\"id\"", "lead_readiness", &found);
    let met = ids(tx, sql, vec![lookup::id_list(backend, among)]).await?;
    Ok(met.into_iter().collect())
}

/// The columns of accounts that are looked at.
#[must_use]
pub fn of_account() -> &'static [&'static str] {
    &OF_ACCOUNT
}

async fn ids(
    tx: &DatabaseTransaction,
    sql: String,
    values: Vec<Value>,
) -> Result<Vec<Uuid>, DbErr> {
    let rows = lookup::select(tx, sql, values).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
