//! Puts a made-up year into a database.
//!
//! The year counts as history that was there before the hub: its rows carry the times and the people
//! of the business, and the change log, which is for what happens in the hub, has one entry for all of
//! them, that of the job that brought them. The job also says what they were made from.

use std::{collections::HashMap, io};

use chrono::{DateTime, NaiveTime, Utc};
use entity::{
    change::ChangeKind,
    import_job::{self, ImportStatus},
    sla_clock, task,
};
use sea_orm::{ActiveModelTrait, DatabaseTransaction, DbErr, IntoActiveModel};
use serde_json::{Map, Value, json};
use tokio::sync::mpsc;
use uuid::Uuid;

use super::{MissingReason, Plan, Reasons, Rows, VERSION, Year, clock::Terms, task::Playbooks};
use crate::{
    change::{self, Actor, Change},
    database::Database,
    store::{
        bulk, demo as store,
        table::{Record, Table},
    },
};

/// Rows after which what is written so far is committed.
const COMMIT_AFTER: u64 = 200_000;
/// Slices that wait, made, for the one that is being written.
const AHEAD: usize = 2;

/// Why a year could not be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Somebody else's leads would mix with made-up ones.
    #[error("the database has leads already, and made-up ones are not mixed with them")]
    NotEmpty,
    /// The database has lost reasons that the year has to give.
    #[error(transparent)]
    MissingReason(#[from] MissingReason),
    /// The database failed.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
    /// The file of the database could not be written.
    #[error("the file could not be written: {0}")]
    File(#[from] io::Error),
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Rows of all tables.
    pub rows: u64,
    /// Leads among them.
    pub leads: u64,
}

/// Makes the year of `plan` and writes it, telling `progress` how many leads are in.
///
/// It is committed in parts: when it fails half-way, the job stays behind as RUNNING, with what was
/// written until then.
///
/// # Errors
///
/// - [`WriteError::NotEmpty`] when the database has leads
/// - [`WriteError::MissingReason`] when it has no reasons to give
/// - [`WriteError::Database`] when it fails
pub async fn write(
    database: &Database,
    plan: Plan,
    now: DateTime<Utc>,
    mut progress: impl FnMut(u64),
) -> Result<Written, WriteError> {
    let mut tx = database.begin().await?;
    if store::has_leads(&tx).await? {
        return Err(WriteError::NotEmpty);
    }
    let reasons = Reasons::new(store::reasons(&tx).await?)?;
    let job = begin_job(&tx, plan, now).await?;

    let end = plan.ends_on.and_time(NaiveTime::MIN).and_utc();
    let terms = Terms::new(
        store::calendars(&tx).await?,
        store::policies(&tx).await?,
        end,
    );
    let mut slices = make_ahead(Year::new(plan, reasons), terms);
    let mut counts = Map::new();
    let mut written = Written { rows: 0, leads: 0 };
    let mut committed = 0;
    while let Some(slice) = slices.recv().await {
        for (table, records) in slice.tables {
            let rows = u64::try_from(records.len()).unwrap_or(0);
            bulk::insert_records(&tx, &table, records).await?;
            let before = counts.get(table.name).and_then(Value::as_u64);
            counts.insert(table.name.to_owned(), json!(before.unwrap_or(0) + rows));
            written.rows += rows;
        }
        written.leads += slice.leads;
        if written.rows - committed > COMMIT_AFTER {
            tx.commit().await?;
            tx = database.begin().await?;
            committed = written.rows;
        }
        progress(written.leads);
    }
    store::finish_job(&tx, job, now, Value::Object(counts)).await?;
    tx.commit().await?;
    Ok(written)
}

/// The plan that the database was filled with, if it was and completely, by this version.
///
/// # Errors
///
/// Returns [`DbErr`] when the database fails.
pub async fn found(database: &Database) -> Result<Option<Plan>, DbErr> {
    let mapping = store::finished_job(database.reads()).await?;
    Ok(mapping.and_then(|mapping| plan_of(&mapping)))
}

/// The job that brings the year, and its entry in the change log.
async fn begin_job(
    tx: &DatabaseTransaction,
    plan: Plan,
    now: DateTime<Utc>,
) -> Result<Uuid, DbErr> {
    let id = Uuid::now_v7();
    let job = import_job::Model {
        id,
        name: store::JOB.to_owned(),
        mapping: mapping_of(plan),
        sources: json!([]),
        dry_run: false,
        status: ImportStatus::Running,
        started_at: now,
        finished_at: None,
        counts: json!({}),
        created_by: None,
    };
    bulk::insert(tx, vec![job]).await?;
    let entry = Change {
        at: now,
        actor: Actor::System,
        entity: "import_job",
        entity_id: id,
        kind: ChangeKind::Created,
        fields: None,
        reason: Some("a made-up year, as history from before the hub".to_owned()),
        request_id: None,
        address: None,
    };
    change::record(tx, vec![entry]).await?;
    Ok(id)
}

/// In the place of a mapping stands what the year was made from, as TOML.
fn mapping_of(plan: Plan) -> String {
    let Plan {
        seed,
        scale,
        ends_on,
    } = plan;
    format!("version = {VERSION}\nseed = {seed}\nscale = {scale}\nends_on = \"{ends_on}\"\n")
}

fn plan_of(mapping: &str) -> Option<Plan> {
    let value = |key: &str| {
        let line = |line: &str| Some(line.strip_prefix(key)?.strip_prefix(" = ")?.to_owned());
        mapping.lines().find_map(line)
    };
    if value("version")? != VERSION.to_string() {
        return None;
    }
    Some(Plan {
        seed: value("seed")?.parse().ok()?,
        scale: value("scale")?.parse().ok()?,
        ends_on: value("ends_on")?.trim_matches('"').parse().ok()?,
    })
}

/// A slice in the form in which it is written.
struct Slice {
    leads: u64,
    tables: Vec<(Table, Vec<Record>)>,
}

/// Makes slices on a thread of its own while others are written.
fn make_ahead(year: Year, mut terms: Terms) -> mpsc::Receiver<Slice> {
    let (send, receive) = mpsc::channel(AHEAD);
    tokio::task::spawn_blocking(move || {
        let mut playbooks = Playbooks::default();
        let mut owners = HashMap::new();
        for mut rows in year {
            playbooks.learn(&rows);
            let owned = rows.campaigns.iter();
            owners.extend(owned.filter_map(|campaign| Some((campaign.id, campaign.owner_id?))));
            // Nobody is waiting any more: the writer has failed, and says why.
            terms.meet(&rows.users);
            let clocks = terms.clocks(&mut rows);
            let tasks = playbooks.tasks(&rows, &owners, &terms);
            if send.blocking_send(slice(rows, clocks, tasks)).is_err() {
                return;
            }
        }
    });
    receive
}

/// The rows of `model` as records, if there are any.
fn table<A, R>(rows: Vec<R>) -> Option<(Table, Vec<Record>)>
where
    A: ActiveModelTrait,
    R: IntoActiveModel<A>,
{
    let rows = (!rows.is_empty()).then_some(rows)?;
    Some((Table::of::<A::Entity>(), bulk::records(rows).collect()))
}

/// The tables of a slice, each after those that it refers to.
fn slice(rows: Rows, clocks: Vec<sla_clock::Model>, tasks: Vec<task::Model>) -> Slice {
    let Rows {
        territories,
        users,
        territory_users,
        lead_definitions,
        lead_definition_approvals,
        playbooks,
        playbook_steps,
        campaigns,
        campaign_costs,
        assets,
        accounts,
        account_domains,
        contacts,
        leads,
        lead_transitions,
        campaign_members,
        opportunities,
        opportunity_contacts,
        opportunity_changes,
        mut touches,
        feedback,
        feedback_comments,
        feedback_mentions,
    } = rows;
    // By id is by time: neighbours in the index are written together.
    touches.sort_unstable_by_key(|touch| touch.id);
    let count = u64::try_from(leads.len()).unwrap_or(0);
    let tables = [
        table(territories),
        table(users),
        table(territory_users),
        table(lead_definitions),
        table(lead_definition_approvals),
        table(playbooks),
        table(playbook_steps),
        table(campaigns),
        table(campaign_costs),
        table(assets),
        table(accounts),
        table(account_domains),
        table(contacts),
        table(leads),
        table(lead_transitions),
        table(campaign_members),
        table(opportunities),
        table(opportunity_contacts),
        table(opportunity_changes),
        table(touches),
        table(feedback),
        table(feedback_comments),
        table(feedback_mentions),
        table(clocks),
        table(tasks),
    ];
    Slice {
        leads: count,
        tables: tables.into_iter().flatten().collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_is_read_back_as_it_was_written() {
        let plan = Plan {
            seed: 7,
            scale: 20,
            ends_on: "2026-11-22".parse().unwrap(),
        };

        assert_eq!(plan_of(&mapping_of(plan)), Some(plan));
        assert_eq!(
            plan_of(&mapping_of(plan).replace("version = ", "version = 9")),
            None
        );
    }
}
