//! Who calls, found by the id of a token, in one statement.

use chrono::{DateTime, Utc};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{bulk, territory::given_to};

/// A token, and whose it is.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The user whose token it is; none for a service.
    pub user_id: Option<Uuid>,
    /// What the token is for.
    pub token_name: String,
    /// The roles of a service's token: a JSON array of names.
    pub token_roles: Json,
    /// The token's scopes: a JSON array.
    pub scopes: Json,
    /// The networks that it may be used from: a JSON array; none: from anywhere.
    pub ip_allow: Option<Json>,
    /// How many requests may be made with it in a minute.
    pub requests_per_minute: Option<i32>,
    /// How many cost points may be spent with it in a minute.
    pub points_per_minute: Option<i32>,
    /// UTC; not valid from then on.
    pub expires_at: DateTime<Utc>,
    /// UTC; taken back then.
    pub revoked_at: Option<DateTime<Utc>>,
    /// The user, where there is one.
    pub user: Option<CallingUser>,
}

/// A user who calls, and whose rows and which territories count as theirs.
#[derive(Clone, Debug)]
pub struct CallingUser {
    /// Their name.
    pub name: String,
    /// Their roles: a JSON array of names.
    pub roles: Json,
    /// Whether they may call: active, and not deleted.
    pub active: bool,
    /// They and everybody below them, where their roles ask for it.
    pub team: Vec<Uuid>,
    /// Their territories and all below, where their roles ask for it.
    pub territories: Vec<Uuid>,
    /// The team's territories and all below, where their roles ask for it.
    pub team_territories: Vec<Uuid>,
}

/// Which roles ask for what takes a walk through a tree to find out.
#[derive(Clone, Debug, Default)]
pub struct Asking {
    /// The roles that ask for the team.
    pub team: Vec<String>,
    /// The roles that ask for territories.
    pub territories: Vec<String>,
    /// The roles that ask for the team's territories.
    pub team_territories: Vec<String>,
}

/// Finds the caller whose token has this id. `as_if` stands in for the roles that they have.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn find(
    db: &impl ConnectionTrait,
    token: Uuid,
    asking: &Asking,
    as_if: Option<&str>,
) -> Result<Option<Caller>, DbErr> {
    let token_columns = "t.user_id, t.name AS token_name, t.roles AS token_roles, t.scopes, t.ip_allow, \
         t.requests_per_minute, t.points_per_minute, t.expires_at, t.revoked_at, ";
    let from = "api_token AS t LEFT JOIN \"user\" AS u ON u.id = t.user_id WHERE t.id = $1";
    let sql = sql(db.get_database_backend(), token_columns, from);
    let row = one(db, sql, token, asking, as_if).await?;
    let read = |row: &QueryResult| {
        Ok(Caller {
            user_id: row.try_get("", "user_id")?,
            token_name: row.try_get("", "token_name")?,
            token_roles: row.try_get("", "token_roles")?,
            scopes: row.try_get("", "scopes")?,
            ip_allow: row.try_get("", "ip_allow")?,
            requests_per_minute: row.try_get("", "requests_per_minute")?,
            points_per_minute: row.try_get("", "points_per_minute")?,
            expires_at: row.try_get("", "expires_at")?,
            revoked_at: row.try_get("", "revoked_at")?,
            user: user(row)?,
        })
    };
    row.as_ref().map(read).transpose()
}

/// Finds the user with this id, as they would call. `as_if` stands in for the roles that they have.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn find_user(
    db: &impl ConnectionTrait,
    id: Uuid,
    asking: &Asking,
    as_if: Option<&str>,
) -> Result<Option<CallingUser>, DbErr> {
    let sql = sql(
        db.get_database_backend(),
        "",
        "\"user\" AS u WHERE u.id = $1",
    );
    match one(db, sql, id, asking, as_if).await? {
        Some(row) => user(&row),
        None => Ok(None),
    }
}

async fn one(
    db: &impl ConnectionTrait,
    sql: String,
    id: Uuid,
    asking: &Asking,
    as_if: Option<&str>,
) -> Result<Option<QueryResult>, DbErr> {
    let backend = db.get_database_backend();
    let lists = [&asking.team, &asking.territories, &asking.team_territories];
    let lists = lists.map(|roles| bulk::list(backend, roles.iter().map(String::as_str)));
    let mut values = vec![id.into()];
    values.extend(lists);
    values.push(as_if.into());
    let statement = Statement::from_sql_and_values(backend, sql, values);
    db.query_one_raw(statement).await
}

/// Selects `columns`, and what is said of the user `u`, of the one row in `from`. The roles that ask are
/// parameters 2 to 4, and the one that stands in is the fifth.
fn sql(backend: DbBackend, columns: &str, from: &str) -> String {
    let sqlite = backend == DbBackend::Sqlite;
    // Whether one of the user's roles is among those of a parameter.
    let asks = |parameter: &str| {
        if sqlite {
            format!(
                "EXISTS (SELECT 1 FROM json_each({parameter}) AS a WHERE a.value = $5 OR $5 IS NULL \
                 AND a.value IN (SELECT r.value FROM json_each(u.roles) AS r))"
            )
        } else {
            format!(
                "CASE WHEN $5::text IS NULL THEN jsonb_exists_any(u.roles, {parameter}::text::text[]) \
                 ELSE $5::text = ANY ({parameter}::text::text[]) END"
            )
        }
    };
    let list = |id: &str, from: &str| {
        if sqlite {
            format!("(SELECT json_group_array(lower(hex({id}))) FROM {from})")
        } else {
            format!("(SELECT json_agg({id})::text FROM {from})")
        }
    };
    let (team, territories, teams) = (asks("$2"), asks("$3"), asks("$4"));
    let territories_of = |users: &str| {
        list(
            "found.id",
            &format!("({}) AS found", given_to(backend, users)),
        )
    };
    // `UNION` drops who was found before, so that a circle of managers comes to an end. The team is
    // found once, for both that ask for it.
    format!(
        "WITH RECURSIVE team(id) AS MATERIALIZED (\
         SELECT u.id FROM {from} AND u.id IS NOT NULL AND ({team} OR {teams}) UNION \
         SELECT m.id FROM \"user\" AS m JOIN team ON m.manager_id = team.id) \
         SELECT {columns}u.name AS user_name, u.roles AS user_roles, \
         u.active AND u.deleted_at IS NULL AS user_active, \
         CASE WHEN {team} THEN {} END AS team, \
         CASE WHEN {territories} THEN {} END AS territories, \
         CASE WHEN {teams} THEN {} END AS team_territories FROM {from}",
        list("team.id", "team"),
        territories_of("= u.id"),
        territories_of("IN (SELECT id FROM team)")
    )
}

fn user(row: &QueryResult) -> Result<Option<CallingUser>, DbErr> {
    let name: Option<String> = row.try_get("", "user_name")?;
    let Some(name) = name else {
        return Ok(None);
    };
    Ok(Some(CallingUser {
        name,
        roles: row.try_get("", "user_roles")?,
        active: row.try_get("", "user_active")?,
        team: ids(row, "team")?,
        territories: ids(row, "territories")?,
        team_territories: ids(row, "team_territories")?,
    }))
}

/// A JSON array of ids, or nothing.
fn ids(row: &QueryResult, column: &str) -> Result<Vec<Uuid>, DbErr> {
    let text: Option<String> = row.try_get("", column)?;
    match text {
        Some(text) => serde_json::from_str(&text)
            .map_err(|error| DbErr::Type(format!("{column} is no list of ids: {error}"))),
        None => Ok(Vec::new()),
    }
}
