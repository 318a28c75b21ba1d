//! What matching looks up.

use std::collections::HashMap;

use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait, QueryFilter,
    Statement,
};
use uuid::Uuid;

use entity::{duplicate_candidate, lead_match, lead_match_candidate};

use super::{bulk, lookup, table::Value};

/// So many ids stand in one list.
const CHUNK: usize = 500;

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

/// Keeps others from matching until `tx` ends: two that do at once would miss each other's rows. SQLite has
/// one writer.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn lock(tx: &DatabaseTransaction) -> Result<(), DbErr> {
    if tx.get_database_backend() == DbBackend::Postgres {
        // Any number does that nobody else locks; these are the letters of "match".
        tx.execute_unprepared("SELECT pg_advisory_xact_lock(x'6d61746368'::bigint)")
            .await?;
    }
    Ok(())
}

/// Up to `limit` rows of `entity`, by their ids from after `after` on, that were not matched as they are.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn unmatched(
    db: &impl ConnectionTrait,
    entity: &str,
    after: Uuid,
    limit: u64,
) -> Result<Vec<Uuid>, DbErr> {
    let sql = format!(
        "SELECT t.\"id\" FROM \"{entity}\" AS t LEFT JOIN \"match_state\" AS s ON s.\"entity_id\" = t.\"id\" \
         WHERE t.\"id\" > $1 AND (s.\"version\" IS NULL OR s.\"version\" <> t.\"version\") \
         ORDER BY t.\"id\" LIMIT {limit}"
    );
    ids(db, sql, vec![after.into()]).await
}

/// Rows of `entity` that were matched and are not there any more.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn gone(db: &impl ConnectionTrait, entity: &str) -> Result<Vec<Uuid>, DbErr> {
    let sql = format!(
        "SELECT s.\"entity_id\" FROM \"match_state\" AS s WHERE s.\"entity\" = $1 \
         AND NOT EXISTS (SELECT 1 FROM \"{entity}\" AS t WHERE t.\"id\" = s.\"entity_id\")"
    );
    ids(db, sql, vec![entity.into()]).await
}

/// The accounts that these domains are of, by the domains' ids.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn accounts_of_domains(
    tx: &DatabaseTransaction,
    domains: &[Uuid],
) -> Result<Vec<Uuid>, DbErr> {
    let backend = tx.get_database_backend();
    let found = "t.\"id\" = k.item";
    let sql = lookup::for_each_id(backend, "\"account_id\"", "account_domain", found);
    ids(tx, sql, vec![lookup::id_list(backend, domains)]).await
}

/// The domains of accounts, each with its account.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn domains_of(
    tx: &DatabaseTransaction,
    accounts: &[Uuid],
) -> Result<Vec<(Uuid, String)>, DbErr> {
    let backend = tx.get_database_backend();
    let (wanted, found) = ("\"account_id\", \"domain\"", "t.\"account_id\" = k.item");
    let sql = lookup::for_each_id(backend, wanted, "account_domain", found);
    let rows = lookup::select(tx, sql, vec![lookup::id_list(backend, accounts)]).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

/// The rows that have one of `keys`, each with the key; of keys that no more than `most` rows have.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn sharing(
    tx: &DatabaseTransaction,
    keys: &[i64],
    most: usize,
) -> Result<Vec<(i64, Uuid)>, DbErr> {
    let backend = tx.get_database_backend();
    let texts: Vec<String> = keys.iter().map(ToString::to_string).collect();
    let walk = if backend == DbBackend::Sqlite {
        "(SELECT CAST(\"value\" AS INTEGER) AS item FROM json_each($1)) AS k"
    } else {
        "unnest($1::text::bigint[]) AS k(item)"
    };
    // Of a key that many rows have, no more are looked at than show that it is one.
    let sql = format!(
        "SELECT t.\"key\", t.\"entity_id\" FROM {walk} CROSS JOIN \"match_key\" AS t \
         WHERE t.\"key\" = k.item AND (SELECT count(*) FROM (SELECT 1 FROM \"match_key\" AS m \
         WHERE m.\"key\" = k.item LIMIT {}) AS few) <= {most}",
        most.saturating_add(1)
    );
    let list = bulk::list(backend, texts.iter().map(String::as_str));
    let rows = lookup::select(tx, sql, vec![list]).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

/// The versions as of which rows were matched.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn matched_versions(
    tx: &DatabaseTransaction,
    rows: &[Uuid],
) -> Result<HashMap<Uuid, i32>, DbErr> {
    let backend = tx.get_database_backend();
    let (wanted, found) = ("\"entity_id\", \"version\"", "t.\"entity_id\" = k.item");
    let sql = lookup::for_each_id(backend, wanted, "match_state", found);
    let rows = lookup::select(tx, sql, vec![lookup::id_list(backend, rows)]).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

/// The pairs in which one of `rows` is, with any state.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn pairs_of(
    tx: &DatabaseTransaction,
    rows: &[Uuid],
) -> Result<Vec<duplicate_candidate::Model>, DbErr> {
    let mut pairs: HashMap<Uuid, duplicate_candidate::Model> = HashMap::new();
    for column in ["one_id", "other_id"] {
        let backend = tx.get_database_backend();
        let found = format!("t.\"{column}\" = k.item");
        let sql = lookup::for_each_id(backend, "\"id\"", "duplicate_candidate", &found);
        let found = ids(tx, sql, vec![lookup::id_list(backend, rows)]).await?;
        for chunk in found.chunks(CHUNK) {
            let models = duplicate_candidate::Entity::find()
                .filter(duplicate_candidate::Column::Id.is_in(chunk.iter().copied()))
                .all(tx)
                .await?;
            pairs.extend(models.into_iter().map(|pair| (pair.id, pair)));
        }
    }
    Ok(pairs.into_values().collect())
}

/// The matches of these leads.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn lead_matches(
    tx: &DatabaseTransaction,
    leads: &[Uuid],
) -> Result<Vec<lead_match::Model>, DbErr> {
    let mut found = Vec::new();
    for chunk in leads.chunks(CHUNK) {
        let of_leads = lead_match::Column::LeadId.is_in(chunk.iter().copied());
        let some = lead_match::Entity::find().filter(of_leads);
        found.extend(some.all(tx).await?);
    }
    Ok(found)
}

/// The accounts that were weighed for these leads.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn lead_match_candidates(
    tx: &DatabaseTransaction,
    leads: &[Uuid],
) -> Result<Vec<lead_match_candidate::Model>, DbErr> {
    let mut found = Vec::new();
    for chunk in leads.chunks(CHUNK) {
        let of_leads = lead_match_candidate::Column::LeadId.is_in(chunk.iter().copied());
        let some = lead_match_candidate::Entity::find().filter(of_leads);
        found.extend(some.all(tx).await?);
    }
    Ok(found)
}

async fn ids(
    db: &impl ConnectionTrait,
    sql: String,
    values: Vec<Value>,
) -> Result<Vec<Uuid>, DbErr> {
    let statement = Statement::from_sql_and_values(db.get_database_backend(), sql, values);
    let rows = db.query_all_raw(statement).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
