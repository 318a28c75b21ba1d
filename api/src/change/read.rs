//! Reading the change log from a position on.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult, QueryResult, Statement, Value};
use uuid::Uuid;

pub use entity::change::Model as Entry;

use super::{
    position::{Place, Position, Window},
    snapshot::Snapshot,
};

/// The snapshot in which the statement runs, as text. What the transaction that it is part of has written itself
/// counts as running, also where the database's own does not say so: it may write more.
const NOW: &str = "(SELECT pg_snapshot_xmin(s) || ':' || pg_snapshot_xmax(s) || ':' || coalesce((\
     SELECT string_agg(id::text, ',' ORDER BY id) FROM (\
      SELECT pg_snapshot_xip(s) AS id \
      UNION SELECT pg_current_xact_id_if_assigned()) AS running \
     WHERE id < pg_snapshot_xmax(s)), '') \
    FROM pg_current_snapshot() AS s)";

/// The log, from the change after the number `last`, from the window's beginning `$2` to its end `until`.
///
/// The first number of a window is looked up in an index; from there on it goes by the numbers, so that a page costs
/// what it is long.
const POSTGRES: &str = "WITH here AS MATERIALIZED (SELECT {NOW} AS seen), \
    span AS MATERIALIZED (SELECT seen, coalesce($3::text, seen) AS until, CASE \
     WHEN $3::text IS NOT NULL THEN $4::bigint \
     WHEN $2::text IS NULL THEN -1 \
     ELSE coalesce((SELECT min(seq) - 1 FROM change \
      WHERE transaction_id >= pg_snapshot_xmin($2::text::pg_snapshot)::text::bigint \
      AND NOT pg_visible_in_snapshot(transaction_id::text::xid8, $2::text::pg_snapshot)), \
      9223372036854775807) END AS last FROM here) \
    SELECT hub.feed_id AS log, span.seen AS seen, span.until AS until, \
     coalesce(greatest(pg_snapshot_xmax($2::text::pg_snapshot), pg_snapshot_xmax($3::text::pg_snapshot)) \
      > pg_snapshot_xmax(seen::pg_snapshot), false) AS ahead, news.* \
    FROM hub CROSS JOIN span LEFT JOIN LATERAL (\
     SELECT * FROM change WHERE seq > span.last \
     AND ($2::text IS NULL OR NOT pg_visible_in_snapshot(\
      coalesce(transaction_id, 0)::text::xid8, $2::text::pg_snapshot)) \
     AND pg_visible_in_snapshot(coalesce(transaction_id, 0)::text::xid8, span.until::pg_snapshot) \
     AND entity IN (SELECT jsonb_array_elements_text($1::text::jsonb)) \
     ORDER BY seq LIMIT $5) AS news ON true ORDER BY news.seq";

const SQLITE: &str = "SELECT hub.feed_id AS log, here.seen AS seen, $2 > here.seen AS ahead, news.* \
    FROM hub CROSS JOIN (SELECT coalesce(max(seq), 0) AS seen FROM change) AS here LEFT JOIN (\
     SELECT * FROM change WHERE seq > $2 AND entity IN (SELECT value FROM json_each($1)) \
     ORDER BY seq LIMIT $3) AS news ON true ORDER BY news.seq";

/// A piece of the log.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The changes, in their order, each with the position behind it.
    pub rows: Vec<(Entry, Position)>,
    /// Behind all that was told, and behind what was not asked for.
    pub end: Position,
    /// Whether there is more to tell from [`Self::end`] on, as far as is known now.
    pub more: bool,
    /// Where the log ended when this was read: behind what there was to tell besides.
    pub log_end: Position,
}

/// Why the log cannot be read from a position on.
#[derive(Debug)]
pub enum ReadError {
    /// The position is of another log, or of a time that this one was set back from.
    Expired,
    /// The database failed.
    Database(DbErr),
}

impl From<DbErr> for ReadError {
    fn from(error: DbErr) -> Self {
        Self::Database(error)
    }
}

impl Position {
    /// Where the log ends now: behind all that is committed.
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when the database fails.
    pub async fn end(db: &impl ConnectionTrait) -> Result<Self, DbErr> {
        let (backend, seen) = (db.get_database_backend(), seen(db.get_database_backend()));
        let sql = format!("SELECT feed_id AS log, {seen} AS seen FROM hub");
        let row = db
            .query_one_raw(Statement::from_string(backend, sql))
            .await?;
        let row = row.ok_or_else(no_hub)?;
        Ok(Self {
            log: Some(row.try_get("", "log")?),
            place: place_of(backend, &row)?,
        })
    }

    /// Before the first change that was recorded at `instant` or later, or at the end where there is none.
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when the database fails.
    pub async fn since(db: &impl ConnectionTrait, instant: DateTime<Utc>) -> Result<Self, DbErr> {
        let (backend, seen) = (db.get_database_backend(), seen(db.get_database_backend()));
        let sql = format!(
            "SELECT feed_id AS log, {seen} AS seen, \
             (SELECT min(seq) - 1 FROM change WHERE at >= $1) AS last FROM hub"
        );
        let statement = Statement::from_sql_and_values(backend, sql, [instant.into()]);
        let row = db.query_one_raw(statement).await?.ok_or_else(no_hub)?;
        let last: Option<i64> = row.try_get("", "last")?;
        let place = match (last, place_of(backend, &row)?) {
            (None, end) => end,
            (Some(last), Place::Window(Window { from, .. })) => Place::Window(Window {
                from: None,
                told: from.map(|until| (until, last)),
            }),
            (Some(last), _) => Place::Number(last),
        };
        Ok(Self {
            log: Some(row.try_get("", "log")?),
            place,
        })
    }
}

/// Up to `limit` changes of `entities` (tables) from `position` on, in one statement.
///
/// In a transaction that writes itself: what it has recorded is told to others, and to it, once it has committed
/// (PostgreSQL), or is told at once (SQLite), so that such a transaction has to keep the position that it gets.
///
/// # Errors
///
/// [`ReadError::Expired`] when the position is not of this log, or ahead of it; [`ReadError::Database`] when the
/// database fails.
pub async fn read(
    db: &impl ConnectionTrait,
    position: &Position,
    entities: &[&str],
    limit: u32,
) -> Result<Page, ReadError> {
    let backend = db.get_database_backend();
    let statement = statement(backend, &position.place, entities, limit)?;
    let rows = db.query_all_raw(statement).await?;
    let first = rows.first().ok_or_else(no_hub)?;
    let log: Uuid = first.try_get("", "log")?;
    if position.log.is_some_and(|of| of != log) || first.try_get::<bool>("", "ahead")? {
        return Err(ReadError::Expired);
    }
    let log_end = place_of(backend, first)?;
    let window = match backend {
        DbBackend::Postgres => Some(window_of(&position.place, first)?),
        _ => None,
    };
    let mut told = told(&rows, log, window.as_ref())?;
    let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
    let more = told.len() > wanted;
    told.truncate(wanted);
    let at = |place| Position {
        log: Some(log),
        place,
    };
    let end = match (told.last(), window) {
        (Some((_, last)), _) if more => last.clone(),
        (_, Some((_, until))) => at(Place::Window(Window {
            from: Some(until),
            told: None,
        })),
        _ => at(log_end.clone()),
    };
    // The window may have ended before the log does.
    let more = more || end.place != log_end;
    Ok(Page {
        rows: told,
        end,
        more,
        log_end: at(log_end),
    })
}

/// The changes in `rows`, each with the position behind it: in the window, or by its number where there is none.
fn told(
    rows: &[QueryResult],
    log: Uuid,
    window: Option<&(Option<Snapshot>, Snapshot)>,
) -> Result<Vec<(Entry, Position)>, DbErr> {
    let mut told = Vec::new();
    for row in rows {
        // Where there is no change, there is one row that says where the log ends.
        if row.try_get::<Option<i64>>("", "seq")?.is_none() {
            continue;
        }
        let entry = Entry::from_query_result(row, "")?;
        let place = match window {
            Some((from, until)) => Place::Window(Window {
                from: from.clone(),
                told: Some((until.clone(), entry.seq)),
            }),
            None => Place::Number(entry.seq),
        };
        let log = Some(log);
        told.push((entry, Position { log, place }));
    }
    Ok(told)
}

/// What was done to `rows`, each with its table, from the change with the number `first` on, in its order.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn of_rows(
    db: &impl ConnectionTrait,
    rows: &[(&str, Uuid)],
    first: i64,
) -> Result<Vec<Entry>, DbErr> {
    let backend = db.get_database_backend();
    let (list, place) = match backend {
        DbBackend::Postgres => (
            "jsonb_array_elements($1::text::jsonb) AS item(value)",
            "change.entity = item.value ->> 0 AND change.entity_id = (item.value ->> 1)::uuid",
        ),
        _ => (
            "json_each($1) AS item",
            "change.entity = item.value ->> '$[0]' \
             AND change.entity_id = unhex(replace(item.value ->> '$[1]', '-', ''))",
        ),
    };
    let sql = format!(
        "SELECT change.* FROM {list} JOIN change ON {place} AND change.seq >= $2 ORDER BY change.seq"
    );
    let rows = serde_json::to_string(rows).map_err(|error| DbErr::Json(error.to_string()))?;
    let statement = Statement::from_sql_and_values(backend, sql, [rows.into(), first.into()]);
    let found = db.query_all_raw(statement).await?;
    found
        .iter()
        .map(|row| Entry::from_query_result(row, ""))
        .collect()
}

/// What says where the log ends.
fn seen(backend: DbBackend) -> &'static str {
    match backend {
        DbBackend::Postgres => NOW,
        _ => "(SELECT coalesce(max(seq), 0) FROM change)",
    }
}

/// The place that `row` has seen the end of the log at.
fn place_of(backend: DbBackend, row: &QueryResult) -> Result<Place, DbErr> {
    Ok(match backend {
        DbBackend::Postgres => Place::Window(Window {
            from: Some(snapshot(row, "seen")?),
            told: None,
        }),
        _ => Place::Number(row.try_get("", "seen")?),
    })
}

/// The window that was read, which may have begun with this statement: its beginning and its end.
fn window_of(place: &Place, row: &QueryResult) -> Result<(Option<Snapshot>, Snapshot), DbErr> {
    let from = match place {
        Place::Window(window) => window.from.clone(),
        Place::Start | Place::Number(_) => None,
    };
    Ok((from, snapshot(row, "until")?))
}

fn snapshot(row: &QueryResult, column: &str) -> Result<Snapshot, DbErr> {
    let text: String = row.try_get("", column)?;
    Snapshot::parse(&text).ok_or_else(|| DbErr::Custom(format!("`{text}` is no snapshot")))
}

/// What reads one change more than `limit`, so that one sees whether there are more.
fn statement(
    backend: DbBackend,
    place: &Place,
    entities: &[&str],
    limit: u32,
) -> Result<Statement, ReadError> {
    let entities =
        serde_json::to_string(entities).map_err(|error| DbErr::Json(error.to_string()))?;
    let limit = i64::from(limit).saturating_add(1);
    let (sql, values): (_, Vec<Value>) = match (backend, place) {
        (DbBackend::Postgres, Place::Number(_)) | (DbBackend::Sqlite, Place::Window(_)) => {
            return Err(ReadError::Expired);
        }
        (DbBackend::Postgres, place) => {
            let (from, told) = match place {
                Place::Window(Window { from, told }) => (from.as_ref(), told.as_ref()),
                _ => (None, None),
            };
            let (until, last) = (
                told.map(|(until, _)| until.text()),
                told.map(|(_, last)| *last),
            );
            let from = from.map(Snapshot::text);
            let values = vec![
                entities.into(),
                from.into(),
                until.into(),
                last.into(),
                limit.into(),
            ];
            (POSTGRES.replace("{NOW}", NOW), values)
        }
        (_, place) => {
            let last = match place {
                Place::Number(number) => *number,
                _ => 0,
            };
            (
                SQLITE.to_owned(),
                vec![entities.into(), last.into(), limit.into()],
            )
        }
    };
    Ok(Statement::from_sql_and_values(backend, sql, values))
}

fn no_hub() -> DbErr {
    DbErr::Custom("the table `hub` has no row".to_owned())
}
