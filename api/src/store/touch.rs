//! What touches say of leads.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbErr};
use uuid::Uuid;

use super::lookup::{for_each_id, id_list, select};

/// When sales approached each of the leads first since it was handed over in its present cycle (or came, where
/// nobody knows when that was), and not after `until`;
/// those that it has not approached are left out. `approaches` is the condition for a touch `t` to be one.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn first_approaches(
    tx: &DatabaseTransaction,
    leads: &[Uuid],
    until: DateTime<Utc>,
    approaches: &str,
) -> Result<HashMap<Uuid, DateTime<Utc>>, DbErr> {
    let backend = tx.get_database_backend();
    let first = "t.\"lead_id\", MIN(t.\"occurred_at\") AS \"first\"";
    let found = format!(
        "t.\"lead_id\" = k.item AND t.\"deleted_at\" IS NULL AND t.\"occurred_at\" <= $2 AND {approaches} \
         AND t.\"occurred_at\" >= (SELECT COALESCE(l.\"mql_at\", l.\"created_at\") FROM \"lead\" AS l WHERE l.\"id\" = t.\"lead_id\") \
         GROUP BY t.\"lead_id\""
    );
    let sql = for_each_id(backend, first, "touch", &found);
    let rows = select(tx, sql, vec![id_list(backend, leads), until.into()]).await?;
    let mut first = HashMap::new();
    for row in rows {
        let at: Option<DateTime<Utc>> = row.try_get_by_index(1)?;
        if let Some(at) = at {
            first.insert(row.try_get_by_index(0)?, at);
        }
    }
    Ok(first)
}
