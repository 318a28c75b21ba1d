//! Reads and writes of the `webhook_endpoint` table.

use chrono::{DateTime, Utc};
use entity::{
    webhook_delivery,
    webhook_endpoint::{ActiveModel, Column, EndpointState, Entity, Model},
};
use sea_orm::{
    ActiveModelTrait,
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
    sea_query::{Expr, ExprTrait, LockType, Query, SelectStatement},
};
use uuid::Uuid;

/// Records an endpoint.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn insert(tx: &DatabaseTransaction, endpoint: Model) -> Result<(), DbErr> {
    let endpoint = endpoint.into_active_model().reset_all();
    Entity::insert(endpoint).exec_without_returning(tx).await?;
    Ok(())
}

/// Finds an endpoint that is not deleted. Nobody else changes it until the transaction ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn lock(tx: &DatabaseTransaction, id: Uuid) -> Result<Option<Model>, DbErr> {
    // SQLite has one writer, and knows no such lock: its queries are written without.
    let endpoint = Entity::find_by_id(id).filter(Column::DeletedAt.is_null());
    endpoint.lock(LockType::NoKeyUpdate).one(tx).await
}

/// Writes `endpoint` as it is, but for where it is in the change log.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn update(tx: &DatabaseTransaction, endpoint: Model) -> Result<(), DbErr> {
    let id = endpoint.id;
    let mut endpoint = endpoint.into_active_model().reset_all();
    endpoint.position = sea_orm::ActiveValue::NotSet;
    endpoint.id = sea_orm::ActiveValue::NotSet;
    let update = Entity::update_many()
        .set(endpoint)
        .filter(Column::Id.eq(id));
    update.exec(tx).await?;
    Ok(())
}

/// Puts an endpoint at `position` in the change log, wherever it was.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn put(tx: &DatabaseTransaction, id: Uuid, position: String) -> Result<(), DbErr> {
    let update = Entity::update_many()
        .set(at(position))
        .filter(Column::Id.eq(id));
    update.exec(tx).await?;
    Ok(())
}

/// Moves an endpoint that is active from `before` in the change log to `after`. Whether it was there: if not,
/// somebody else has moved it. Nobody else moves it until the transaction ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn advance(
    tx: &DatabaseTransaction,
    id: Uuid,
    before: &str,
    after: String,
) -> Result<bool, DbErr> {
    let update = Entity::update_many()
        .set(at(after))
        .filter(Column::Id.eq(id))
        .filter(Column::Position.eq(before))
        .filter(Column::State.eq(EndpointState::Active))
        .filter(Column::DeletedAt.is_null());
    Ok(update.exec(tx).await?.rows_affected == 1)
}

fn at(position: String) -> ActiveModel {
    ActiveModel {
        position: Set(position),
        ..Default::default()
    }
}

/// Every endpoint that is not deleted.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    let all = Entity::find().filter(Column::DeletedAt.is_null());
    all.order_by_asc(Column::Id).all(db).await
}

/// Every endpoint that is active.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn active(db: &impl ConnectionTrait) -> Result<Vec<Model>, DbErr> {
    let active = Entity::find()
        .filter(Column::State.eq(EndpointState::Active))
        .filter(Column::DeletedAt.is_null());
    active.order_by_asc(Column::Id).all(db).await
}

/// The endpoints whose secrets are sealed with the key `sealed_with`, and that have a message to be sent at `now`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn due(
    db: &impl ConnectionTrait,
    now: DateTime<Utc>,
    sealed_with: &str,
) -> Result<Vec<Model>, DbErr> {
    let active = Expr::exists(messages(super::webhook_delivery::due(now)));
    let active = Column::State.eq(EndpointState::Active).and(active);
    // A test goes out whatever the state is.
    let test = super::webhook_delivery::due(now).add(webhook_delivery::Column::Seq.is_null());
    let due = Condition::any()
        .add(active)
        .add(Expr::exists(messages(test)));
    let endpoints = Entity::find()
        .filter(Column::SealedWith.eq(sealed_with))
        .filter(Column::DeletedAt.is_null())
        .filter(due);
    endpoints.order_by_asc(Column::Id).all(db).await
}

/// How many endpoints have secrets that are sealed with another key than `sealed_with`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn count_sealed_otherwise(
    db: &impl ConnectionTrait,
    sealed_with: &str,
) -> Result<u64, DbErr> {
    let others = Entity::find()
        .filter(Column::SealedWith.ne(sealed_with))
        .filter(Column::DeletedAt.is_null());
    others.count(db).await
}

/// Messages of the endpoint that a query around this one looks at.
fn messages(which: Condition) -> SelectStatement {
    let own = (
        webhook_delivery::Entity,
        webhook_delivery::Column::EndpointId,
    );
    Query::select()
        .expr(Expr::val(1))
        .from(webhook_delivery::Entity)
        .and_where(Expr::col(own).equals((Entity, Column::Id)))
        .cond_where(which)
        .take()
}
