//! The end of the change log: what was committed since somebody last looked.
//!
//! Numbers do not say it: of two transactions that write at the same time the one with the lower number
//! may commit last, when a reader has gone past it. SQLite has one writer at a time, so there they do. On
//! PostgreSQL each entry says its transaction, and a reader remembers which ones it has seen the end of, as
//! the database's own snapshots do. What was restored from a dump may name transactions that this database has
//! not come to; it is no news.

use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};
use uuid::Uuid;

/// Where somebody is who follows the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tail {
    /// SQLite: the last number. PostgreSQL: a snapshot, as text. None: nobody has looked yet.
    seen: Option<String>,
}

/// What was written since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// These rows, each with its table.
    Of(Vec<(String, Uuid)>),
    /// More of them than anybody wants to look at one by one.
    Much,
}

/// How many rows are told one by one.
const FEW: usize = 256;

const SQLITE: &str = "SELECT (SELECT coalesce(max(seq), 0) FROM change) AS seen, \
    (SELECT json_group_array(json_array(entity, lower(hex(entity_id)))) FROM (\
     SELECT DISTINCT entity, entity_id FROM change WHERE seq > CAST($1 AS INTEGER) \
     AND entity IN (SELECT value FROM json_each($2)) LIMIT $3)) AS news";

const POSTGRES: &str = "SELECT pg_current_snapshot()::text AS seen, \
    (SELECT coalesce(json_agg(json_build_array(entity, entity_id)), '[]')::text FROM (\
     SELECT DISTINCT entity, entity_id FROM change \
     WHERE transaction_id >= pg_snapshot_xmin($1::text::pg_snapshot)::text::bigint \
     AND NOT pg_visible_in_snapshot(transaction_id::text::xid8, $1::text::pg_snapshot) \
     AND pg_visible_in_snapshot(transaction_id::text::xid8, pg_current_snapshot()) \
     AND entity IN (SELECT jsonb_array_elements_text($2::text::jsonb)) LIMIT $3) AS fresh) AS news";

impl Tail {
    /// What was committed to `entities` since the last call, each row once. The first call says nothing,
    /// and remembers where the log ends.
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when the database fails; the next call then says what this one would have.
    pub async fn news(
        &mut self,
        db: &impl ConnectionTrait,
        entities: &[&str],
    ) -> Result<News, DbErr> {
        let backend = db.get_database_backend();
        let Some(seen) = &self.seen else {
            let end = match backend {
                DbBackend::Postgres => "SELECT pg_current_snapshot()::text AS seen",
                _ => "SELECT CAST(coalesce(max(seq), 0) AS TEXT) AS seen FROM change",
            };
            let row = db
                .query_one_raw(Statement::from_string(backend, end))
                .await?;
            self.seen = Some(one(row)?.try_get("", "seen")?);
            return Ok(News::Of(Vec::new()));
        };
        let sql = match backend {
            DbBackend::Postgres => POSTGRES,
            _ => SQLITE,
        };
        let names =
            serde_json::to_string(entities).map_err(|error| DbErr::Json(error.to_string()))?;
        let most = i64::try_from(FEW + 1).unwrap_or(i64::MAX);
        let values = [seen.clone().into(), names.into(), most.into()];
        let statement = Statement::from_sql_and_values(backend, sql, values);
        let row = one(db.query_one_raw(statement).await?)?;
        let news: String = row.try_get("", "news")?;
        let news: Vec<(String, Uuid)> =
            serde_json::from_str(&news).map_err(|error| DbErr::Json(error.to_string()))?;
        self.seen = Some(match backend {
            DbBackend::Postgres => row.try_get("", "seen")?,
            _ => row.try_get::<i64>("", "seen")?.to_string(),
        });
        Ok(if news.len() > FEW {
            News::Much
        } else {
            News::Of(news)
        })
    }
}

fn one(row: Option<QueryResult>) -> Result<QueryResult, DbErr> {
    row.ok_or_else(|| DbErr::Custom("the end of the change log is no row".to_owned()))
}
