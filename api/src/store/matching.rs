//! What matching looks up.

use std::collections::HashMap;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr};
use uuid::Uuid;

use super::{bulk, lookup};

const EXTERNAL_IDS_SQLITE: &str = "SELECT t.\"system\", t.\"key\", t.\"entity_id\" \
    FROM (SELECT \"value\" ->> 0 AS system, \"value\" ->> 1 AS key FROM json_each($1)) AS k \
    CROSS JOIN \"external_id\" AS t \
    WHERE t.\"entity\" = $2 AND t.\"system\" = k.system AND t.\"key\" = k.key";

const EXTERNAL_IDS_POSTGRES: &str = "SELECT r.* \
    FROM unnest($1::text::text[], $3::text::text[]) AS k(system, key) CROSS JOIN LATERAL \
    (SELECT t.\"system\", t.\"key\", t.\"entity_id\" FROM \"external_id\" AS t \
     WHERE t.\"entity\" = $2 AND t.\"system\" = k.system AND t.\"key\" = k.key OFFSET 0) AS r";

/// The ids of rows of `entity` by the systems and keys that others call them by: by system, and there
/// by key. One statement.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn external_ids(
    tx: &DatabaseTransaction,
    entity: &str,
    wanted: &[(&str, &str)],
) -> Result<HashMap<String, HashMap<String, Uuid>>, DbErr> {
    let backend = tx.get_database_backend();
    let (sql, values) = if backend == DbBackend::Sqlite {
        let pairs = serde_json::json!(wanted).to_string();
        (EXTERNAL_IDS_SQLITE, vec![pairs.into(), entity.into()])
    } else {
        let systems = bulk::list(backend, wanted.iter().map(|(system, _)| *system));
        let keys = bulk::list(backend, wanted.iter().map(|(_, key)| *key));
        (EXTERNAL_IDS_POSTGRES, vec![systems, entity.into(), keys])
    };
    let mut ids: HashMap<String, HashMap<String, Uuid>> = HashMap::new();
    for row in lookup::select(tx, sql.to_owned(), values).await? {
        let (system, key, id): (String, String, Uuid) = (
            row.try_get_by_index(0)?,
            row.try_get_by_index(1)?,
            row.try_get_by_index(2)?,
        );
        ids.entry(system).or_default().insert(key, id);
    }
    Ok(ids)
}
