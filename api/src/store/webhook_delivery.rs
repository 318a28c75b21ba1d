//! Reads and writes of the `webhook_delivery` table.

use chrono::{DateTime, Utc};
use entity::webhook_delivery::{ActiveModel, Column, DeliveryState, Entity, Model};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect, Statement,
    sea_query::{
        Alias, Expr, ExprTrait, IntoCondition, LockBehavior, LockType, OnConflict, Order, Query,
    },
};
use uuid::Uuid;

/// How many rows one statement takes: SQLite takes 32,766 values.
const MOST_ROWS: usize = 500;

/// Records messages. One that is there already, by its id, is sent anew, unless it is still to be sent.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn plan(tx: &DatabaseTransaction, messages: Vec<Model>) -> Result<(), DbErr> {
    for some in messages.chunks(MOST_ROWS) {
        let rows = some
            .iter()
            .map(|message| message.clone().into_active_model().reset_all());
        let mut again = OnConflict::column(Column::Id);
        again
            .update_columns([
                Column::State,
                Column::Attempts,
                Column::NextAttemptAt,
                Column::StatusCode,
                Column::Error,
            ])
            .action_and_where(Expr::col((Entity, Column::State)).ne(Expr::val("PENDING")));
        let insert = Entity::insert_many(rows).on_conflict(again);
        insert.exec_without_returning(tx).await?;
    }
    Ok(())
}

/// Messages that may be sent at `now`, as far as the message itself says.
pub(super) fn due(now: DateTime<Utc>) -> Condition {
    let free = Condition::any()
        .add(Column::LeasedUntil.is_null())
        .add(Column::LeasedUntil.lte(now));
    Condition::all()
        .add(Column::State.eq(DeliveryState::Pending))
        .add(Column::NextAttemptAt.lte(now))
        .add(free)
}

/// When, after `now`, the next message to an endpoint that there is may be sent, as far as that is said.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn next_attempt(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    first(db, "next_attempt_at", "next_attempt_at > $1", now).await
}

/// When, after `now`, the next claim of a message that is to be sent runs out.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn next_lease(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let which = "next_attempt_at <= $1 AND leased_until > $1";
    first(db, "leased_until", which, now).await
}

/// The earliest instant in `column` of the messages that are to be sent and of which `which` holds at `now`.
async fn first(
    db: &impl ConnectionTrait,
    column: &str,
    which: &str,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    // Endpoint by endpoint, as the index is ordered.
    let sql = format!(
        "SELECT min(first) FROM (SELECT (SELECT min({column}) FROM webhook_delivery \
         WHERE endpoint_id = e.id AND state = 'PENDING' AND {which}) AS first \
         FROM webhook_endpoint AS e WHERE e.deleted_at IS NULL) AS firsts"
    );
    let backend = db.get_database_backend();
    let statement = Statement::from_sql_and_values(backend, sql, [now.into()]);
    match db.query_one_raw(statement).await? {
        Some(row) => row.try_get_by_index(0),
        None => Ok(None),
    }
}

/// For whom messages are claimed, and how many.
#[derive(Clone, Copy, Debug)]
pub struct Claim {
    /// Of which endpoint.
    pub endpoint: Uuid,
    /// Whether only tests are sent to it.
    pub tests_only: bool,
    /// What the claim is known by.
    pub lease: Uuid,
    /// UTC; when the claim begins.
    pub now: DateTime<Utc>,
    /// UTC; from then on others may claim them.
    pub until: DateTime<Utc>,
    /// How many at the most.
    pub most: u64,
}

/// Claims messages to send them: nobody else gets them until the claim has run out. Of those about one row only the
/// first that is still to be sent is claimed, so that they arrive in their order.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn claim(tx: &DatabaseTransaction, claim: Claim) -> Result<Vec<Model>, DbErr> {
    let earlier = Alias::new("earlier");
    let of_earlier = |column: Column| Expr::col((earlier.clone(), column));
    let before = Query::select()
        .expr(Expr::val(1))
        .from_as(Entity, earlier.clone())
        .and_where(of_earlier(Column::EndpointId).equals((Entity, Column::EndpointId)))
        .and_where(of_earlier(Column::State).eq("PENDING"))
        .and_where(of_earlier(Column::Subject).equals((Entity, Column::Subject)))
        .and_where(of_earlier(Column::Seq).lt(Expr::col((Entity, Column::Seq))))
        .take();
    let mut found = Entity::find()
        .filter(Column::EndpointId.eq(claim.endpoint))
        .filter(due(claim.now))
        .filter(Expr::exists(before).not())
        .order_by(Column::NextAttemptAt, Order::Asc)
        .order_by(Column::Seq, Order::Asc)
        .limit(claim.most);
    if claim.tests_only {
        found = found.filter(Column::Seq.is_null());
    }
    // SQLite has one writer at a time.
    if tx.get_database_backend() == DbBackend::Postgres {
        found = found.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    let mut messages = found.all(tx).await?;
    let ids: Vec<_> = messages.iter().map(|message| message.id).collect();
    if ids.is_empty() {
        return Ok(messages);
    }
    let update = Entity::update_many()
        .set(ActiveModel {
            lease: Set(Some(claim.lease)),
            leased_until: Set(Some(claim.until)),
            last_attempt_at: Set(Some(claim.now)),
            ..Default::default()
        })
        .col_expr(Column::Attempts, Expr::col(Column::Attempts).add(1))
        .filter(Column::Id.is_in(ids));
    update.exec(tx).await?;
    for message in &mut messages {
        message.attempts = message.attempts.saturating_add(1);
        message.lease = Some(claim.lease);
        message.last_attempt_at = Some(claim.now);
    }
    Ok(messages)
}

/// Records how an attempt ended, as `message` says it, if it is still claimed by its lease. Whether it was.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn settle(tx: &DatabaseTransaction, message: &Model) -> Result<bool, DbErr> {
    let update = Entity::update_many()
        .set(ActiveModel {
            state: Set(message.state),
            next_attempt_at: Set(message.next_attempt_at),
            status_code: Set(message.status_code),
            error: Set(message.error),
            duration_milliseconds: Set(message.duration_milliseconds),
            lease: Set(None),
            leased_until: Set(None),
            ..Default::default()
        })
        .filter(Column::Id.eq(message.id))
        .filter(Column::Lease.eq(message.lease));
    Ok(update.exec(tx).await?.rows_affected == 1)
}

/// Takes back a message that is still claimed by its lease.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn withdraw(tx: &DatabaseTransaction, message: &Model) -> Result<(), DbErr> {
    let delete = Entity::delete_many()
        .filter(Column::Id.eq(message.id))
        .filter(Column::Lease.eq(message.lease));
    delete.exec(tx).await?;
    Ok(())
}

/// Has every message of an endpoint that failed for good sent anew from `now` on, and every one that waits for its next
/// attempt at once.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn revive(
    tx: &DatabaseTransaction,
    endpoint: Uuid,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let waiting = Condition::any()
        .add(Column::State.eq(DeliveryState::Pending))
        .add(Column::State.eq(DeliveryState::Failed));
    let update = Entity::update_many()
        .set(ActiveModel {
            state: Set(DeliveryState::Pending),
            attempts: Set(0),
            next_attempt_at: Set(Some(now)),
            ..Default::default()
        })
        .filter(Column::EndpointId.eq(endpoint))
        .filter(Column::Seq.is_not_null())
        .filter(waiting);
    update.exec(tx).await?;
    Ok(())
}

/// When the last change happened that an endpoint has a message about.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn last_told(
    db: &impl ConnectionTrait,
    endpoint: Uuid,
) -> Result<Option<DateTime<Utc>>, DbErr> {
    let last = Entity::find()
        .filter(Column::EndpointId.eq(endpoint))
        .filter(Column::Seq.is_not_null())
        .order_by_desc(Column::Seq);
    Ok(last.one(db).await?.map(|message| message.occurred_at))
}

/// Forgets up to `most` messages that were made before `before` and are not to be sent any more, or whose endpoint is
/// deleted. Returns how many.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn forget(
    tx: &DatabaseTransaction,
    before: DateTime<Utc>,
    most: u64,
) -> Result<u64, DbErr> {
    let old = Query::select()
        .column(Column::Id)
        .from(Entity)
        .and_where(Column::CreatedAt.lt(before))
        .and_where(Column::State.ne(DeliveryState::Pending))
        .order_by(Column::CreatedAt, Order::Asc)
        .limit(most)
        .take();
    let delete = Entity::delete_many().filter(Column::Id.in_subquery(old).into_condition());
    Ok(delete.exec(tx).await?.rows_affected)
}

/// Ends what is still to be sent to an endpoint that is deleted.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn give_up(tx: &DatabaseTransaction, endpoint: Uuid) -> Result<(), DbErr> {
    let update = Entity::update_many()
        .set(ActiveModel {
            state: Set(DeliveryState::Failed),
            next_attempt_at: Set(None),
            ..Default::default()
        })
        .filter(Column::EndpointId.eq(endpoint))
        .filter(Column::State.eq(DeliveryState::Pending));
    update.exec(tx).await?;
    Ok(())
}
