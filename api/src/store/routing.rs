//! What routing looks up, and the turns of its rules. Each function is one statement, however many leads there are.

use std::collections::{BTreeSet, HashMap};

use entity::{routing_pool_member, routing_rule, user};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr,
    EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect, Statement,
};
use serde_json::Value as Json;
use uuid::Uuid;

use super::lookup::{for_each_id, id_list, select};

/// Where leads are open: somebody in sales is waited for, or works on them.
const OPEN: &str = "('MQL', 'ACCEPTED', 'WORKING', 'SQL')";

/// The rules that count, in the order in which they are tried.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn rules(tx: &DatabaseTransaction) -> Result<Vec<routing_rule::Model>, DbErr> {
    use routing_rule::Column;
    routing_rule::Entity::find()
        .filter(Column::Active.eq(true))
        .filter(Column::DeletedAt.is_null())
        .order_by_asc(Column::Priority)
        .order_by_asc(Column::CreatedAt)
        .order_by_asc(Column::Id)
        .all(tx)
        .await
}

/// The pools of all rules: each rule with a user.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn members(tx: &DatabaseTransaction) -> Result<Vec<(Uuid, Uuid)>, DbErr> {
    use routing_pool_member::Column;
    routing_pool_member::Entity::find()
        .select_only()
        .columns([Column::RoutingRuleId, Column::UserId])
        .filter(Column::DeletedAt.is_null())
        .into_tuple()
        .all(tx)
        .await
}

/// Whose turn was when by these rules. Nobody else gives a turn by them until the transaction ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn turns(
    tx: &DatabaseTransaction,
    rules: &[Uuid],
) -> Result<Vec<(Uuid, Option<Json>)>, DbErr> {
    use routing_rule::Column;
    let mut found = routing_rule::Entity::find()
        .select_only()
        .columns([Column::Id, Column::Turns])
        .filter(Column::Id.is_in(rules.iter().copied()))
        .order_by_asc(Column::Id);
    // SQLite has one writer at a time.
    if tx.get_database_backend() == DbBackend::Postgres {
        found = found.lock_exclusive();
    }
    found.into_tuple().all(tx).await
}

/// Remembers whose turn was when by a rule.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn set_turns(tx: &DatabaseTransaction, rule: Uuid, turns: Json) -> Result<(), DbErr> {
    let row = routing_rule::ActiveModel {
        turns: Set(Some(turns)),
        ..Default::default()
    };
    let update = routing_rule::Entity::update_many().set(row);
    let update = update.filter(routing_rule::Column::Id.eq(rule));
    update.exec(tx).await?;
    Ok(())
}

/// Who is active in sales, and these `others`, active or not, with whom they report to.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn people(tx: &DatabaseTransaction, others: &[Uuid]) -> Result<Vec<user::Model>, DbErr> {
    let backend = tx.get_database_backend();
    let items = if backend == DbBackend::Sqlite {
        "SELECT unhex(\"value\") AS item FROM json_each($1)"
    } else {
        "SELECT unnest($1::text::uuid[]) AS item"
    };
    let sql = format!(
        "WITH k AS ({items}) SELECT u.* FROM \"user\" AS u WHERE u.\"deleted_at\" IS NULL AND \
         ((u.\"active\" AND (u.\"function\" = 'SALES' OR \
         CAST(u.\"roles\" AS text) LIKE '%\"SALES_MANAGER\"%')) \
         OR u.\"id\" IN (SELECT item FROM k) OR u.\"id\" IN \
         (SELECT m.\"manager_id\" FROM \"user\" AS m JOIN k ON m.\"id\" = k.item))"
    );
    let values = [id_list(backend, others)];
    let statement = Statement::from_sql_and_values(backend, sql, values);
    user::Model::find_by_statement(statement).all(tx).await
}

/// The paths of the territories that users work in, each with the user.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn territories(
    tx: &DatabaseTransaction,
    users: &[Uuid],
) -> Result<Vec<(Uuid, String)>, DbErr> {
    let backend = tx.get_database_backend();
    let wanted = "t.\"user_id\", (SELECT p.\"path\" FROM \"territory\" AS p WHERE \
                  p.\"id\" = t.\"territory_id\" AND p.\"deleted_at\" IS NULL) AS \"path\"";
    let sql = for_each_id(backend, wanted, "user_territory", "t.\"user_id\" = k.item");
    let mut found = Vec::new();
    for row in select(tx, sql, vec![id_list(backend, users)]).await? {
        let path: Option<String> = row.try_get_by_index(1)?;
        if let Some(path) = path {
            found.push((row.try_get_by_index(0)?, path));
        }
    }
    Ok(found)
}

/// How many open leads users have.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn loads(tx: &DatabaseTransaction, users: &[Uuid]) -> Result<HashMap<Uuid, i64>, DbErr> {
    let backend = tx.get_database_backend();
    let wanted = format!(
        "t.\"id\", (SELECT COUNT(*) FROM \"lead\" AS l WHERE l.\"owner_id\" = t.\"id\" \
         AND l.\"status\" IN {OPEN} AND l.\"deleted_at\" IS NULL) AS \"open\""
    );
    let sql = for_each_id(backend, &wanted, "user", "t.\"id\" = k.item");
    let rows = select(tx, sql, vec![id_list(backend, users)]).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

/// The open leads of users.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn open_leads(tx: &DatabaseTransaction, users: &[Uuid]) -> Result<Vec<Uuid>, DbErr> {
    let backend = tx.get_database_backend();
    let found =
        format!("t.\"owner_id\" = k.item AND t.\"status\" IN {OPEN} AND t.\"deleted_at\" IS NULL");
    let sql = for_each_id(backend, "t.\"id\"", "lead", &found);
    let rows = select(tx, sql, vec![id_list(backend, users)]).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}

/// Up to `limit` open leads that nobody has who is active, each with who has it all the same.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn nobodys(
    tx: &DatabaseTransaction,
    limit: u64,
) -> Result<HashMap<Uuid, Option<Uuid>>, DbErr> {
    let open = format!("l.\"status\" IN {OPEN} AND l.\"deleted_at\" IS NULL");
    let sql = format!(
        "SELECT l.\"id\", l.\"owner_id\" FROM \"lead\" AS l WHERE l.\"owner_id\" IS NULL AND {open} UNION ALL \
         SELECT l.\"id\", l.\"owner_id\" FROM \"user\" AS u JOIN \"lead\" AS l ON l.\"owner_id\" = u.\"id\" AND {open} \
         WHERE NOT u.\"active\" OR u.\"deleted_at\" IS NOT NULL LIMIT {limit}"
    );
    let rows = select(tx, sql, Vec::new()).await?;
    rows.iter()
        .map(|row| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?)))
        .collect()
}

/// Which of these users are active. They stay so until the transaction ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn stay_active(
    tx: &DatabaseTransaction,
    users: &BTreeSet<Uuid>,
) -> Result<BTreeSet<Uuid>, DbErr> {
    use user::Column;
    let mut found = user::Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(users.iter().copied()))
        .filter(Column::Active.eq(true))
        .filter(Column::DeletedAt.is_null())
        .order_by_asc(Column::Id);
    // SQLite has one writer at a time.
    if tx.get_database_backend() == DbBackend::Postgres {
        found = found.lock_shared();
    }
    let active: Vec<Uuid> = found.into_tuple().all(tx).await?;
    Ok(active.into_iter().collect())
}
