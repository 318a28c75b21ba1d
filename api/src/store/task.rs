//! Playbooks and the tasks that come of them, as the hub itself looks them up.

use chrono::{DateTime, NaiveDate, Utc};
use entity::{
    campaign::{self, CampaignStatus},
    feedback, lead,
    lead::LeadStatus,
    lead_transition, playbook, playbook_step,
    task::{Column, Entity, Model, TaskState},
    user::{self, UserFunction},
};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, EntityTrait,
    QueryFilter, QueryOrder, QuerySelect, Select,
    sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query, SelectStatement},
};
use uuid::Uuid;

const WAITING: [TaskState; 2] = [TaskState::Open, TaskState::Snoozed];

/// The tasks of these leads that are not done yet.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn open_of(tx: &DatabaseTransaction, leads: &[Uuid]) -> Result<Vec<Model>, DbErr> {
    waiting(leads).all(tx).await
}

/// As [`open_of`], and nobody else changes them until the transaction ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn locked_of(tx: &DatabaseTransaction, leads: &[Uuid]) -> Result<Vec<Model>, DbErr> {
    locked(tx, waiting(leads)).all(tx).await
}

/// The tasks of these users that are not done yet. Nobody else changes them until the transaction ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn to_do(tx: &DatabaseTransaction, users: &[Uuid]) -> Result<Vec<Model>, DbErr> {
    let found = open().filter(Column::AssigneeId.is_in(users.iter().copied()));
    locked(tx, found).all(tx).await
}

fn locked(tx: &DatabaseTransaction, found: Select<Entity>) -> Select<Entity> {
    // SQLite has one writer at a time.
    if tx.get_database_backend() == DbBackend::Postgres {
        return found.lock(LockType::NoKeyUpdate);
    }
    found
}

fn waiting(leads: &[Uuid]) -> Select<Entity> {
    open().filter(Column::LeadId.is_in(leads.iter().copied()))
}

fn open() -> Select<Entity> {
    Entity::find()
        .filter(Column::State.is_in(WAITING))
        .filter(Column::DeletedAt.is_null())
        .order_by_asc(Column::Id)
}

/// The playbooks that entering one of these statuses starts.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn playbooks(
    tx: &DatabaseTransaction,
    statuses: &[LeadStatus],
) -> Result<Vec<playbook::Model>, DbErr> {
    playbook::Entity::find()
        .filter(playbook::Column::LeadStatus.is_in(statuses.iter().copied()))
        .filter(playbook::Column::Active.eq(true))
        .filter(playbook::Column::DeletedAt.is_null())
        .all(tx)
        .await
}

/// The steps of these playbooks, in their order.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn steps(
    tx: &DatabaseTransaction,
    playbooks: &[Uuid],
) -> Result<Vec<playbook_step::Model>, DbErr> {
    use playbook_step::Column;
    playbook_step::Entity::find()
        .filter(Column::PlaybookId.is_in(playbooks.iter().copied()))
        .filter(Column::DeletedAt.is_null())
        .order_by_asc(Column::Place)
        .order_by_asc(Column::Id)
        .all(tx)
        .await
}

/// What steps of playbooks have become of these leads. Nobody else changes it until the transaction ends.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn made(tx: &DatabaseTransaction, leads: &[Uuid]) -> Result<Vec<Model>, DbErr> {
    let found = Entity::find()
        .filter(Column::LeadId.is_in(leads.iter().copied()))
        .filter(Column::PlaybookStepId.is_not_null())
        .filter(Column::Cycle.is_not_null())
        .order_by_asc(Column::Id);
    locked(tx, found).all(tx).await
}

/// Tasks of which somebody is to be reminded at `now`, the earliest first, `limit` at the most. Nobody else gets them,
/// nor changes them, until the transaction ends; those that somebody else has are left out.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn reached(
    tx: &DatabaseTransaction,
    now: DateTime<Utc>,
    limit: u64,
) -> Result<Vec<Model>, DbErr> {
    let mut found = Entity::find()
        .filter(Column::RemindAt.lte(now))
        .filter(Column::DeletedAt.is_null())
        .order_by_asc(Column::RemindAt)
        .limit(limit);
    if tx.get_database_backend() == DbBackend::Postgres {
        found = found.lock_with_behavior(LockType::Update, LockBehavior::SkipLocked);
    }
    found.all(tx).await
}

/// When somebody is reminded next.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn next(db: &impl ConnectionTrait) -> Result<Option<DateTime<Utc>>, DbErr> {
    Entity::find()
        .select_only()
        .column(Column::RemindAt)
        .filter(Column::RemindAt.is_not_null())
        .filter(Column::DeletedAt.is_null())
        .order_by_asc(Column::RemindAt)
        .into_tuple::<DateTime<Utc>>()
        .one(db)
        .await
}

/// Who may be asked why they say nothing.
#[derive(Clone, Copy, Debug)]
pub struct Silence {
    /// UTC; they have given no feedback from then on.
    pub since: DateTime<Utc>,
    /// UTC; and had something to tell of from then until now.
    pub until: DateTime<Utc>,
    /// The Monday of the week in which nobody has asked them yet.
    pub week: NaiveDate,
}

/// The users, each with their function, who have given no feedback for a while, though they had leads that took a
/// step, or campaigns that ran, and who were not asked in this week.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn silent(
    tx: &DatabaseTransaction,
    silence: Silence,
) -> Result<Vec<(Uuid, UserFunction)>, DbErr> {
    use user::Column as U;
    let function = |is: UserFunction| U::Function.eq(is);
    let to_tell = Condition::any()
        .add(function(UserFunction::Sales).and(Expr::exists(leads_of_users(silence))))
        .add(function(UserFunction::Marketing).and(Expr::exists(campaigns_of_users(silence))));
    user::Entity::find()
        .select_only()
        .columns([U::Id, U::Function])
        .filter(U::Active.eq(true))
        .filter(U::DeletedAt.is_null())
        .filter(Expr::exists(feedback_of_users(silence)).not())
        .filter(Expr::exists(nudges_of_users(silence)).not())
        .filter(to_tell)
        .order_by_asc(U::Id)
        .into_tuple()
        .all(tx)
        .await
}

/// A column of the user whom a part of a query is about.
fn user_id() -> Expr {
    Expr::col((user::Entity, user::Column::Id))
}

fn feedback_of_users(silence: Silence) -> SelectStatement {
    use feedback::{Column, Entity};
    Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::AuthorId)).eq(user_id()))
        .and_where(Column::CreatedAt.gte(silence.since))
        .take()
}

fn nudges_of_users(silence: Silence) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::AssigneeId)).eq(user_id()))
        .and_where(Column::Week.eq(silence.week))
        .take()
}

fn leads_of_users(silence: Silence) -> SelectStatement {
    use lead::{Column, Entity};
    use lead_transition::{Column as Step, Entity as Steps};
    let steps = Query::select()
        .expr(Expr::val(1))
        .from(Steps)
        .and_where(Expr::col((Steps, Step::LeadId)).eq(Expr::col((Entity, Column::Id))))
        .and_where(Step::At.gte(silence.since))
        .and_where(Step::At.lt(silence.until))
        .take();
    Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::OwnerId)).eq(user_id()))
        .and_where(Column::DeletedAt.is_null())
        .and_where(Expr::exists(steps))
        .take()
}

fn campaigns_of_users(silence: Silence) -> SelectStatement {
    use campaign::{Column, Entity};
    const RAN: [CampaignStatus; 4] = [
        CampaignStatus::Running,
        CampaignStatus::Paused,
        CampaignStatus::Completed,
        CampaignStatus::Closed,
    ];
    Query::select()
        .expr(Expr::val(1))
        .from(Entity)
        .and_where(Expr::col((Entity, Column::OwnerId)).eq(user_id()))
        .and_where(Column::DeletedAt.is_null())
        .and_where(Column::Status.is_in(RAN))
        .and_where(Column::StartsAt.lt(silence.until))
        .and_where(
            Column::EndsAt
                .is_null()
                .or(Column::EndsAt.gte(silence.since)),
        )
        .take()
}
