//! How ready leads are: scoring them by the active definition, where something of them has changed, and as time
//! goes by.
//!
//! What callers write is scored in the same transaction; what an import brings, and what grows old, by
//! [`worker`], which says so in the change log as well.

mod facts;
pub mod worker;

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    change::ChangeKind,
    lead_definition::{self, DefinitionStage},
    lead_readiness, score_factor,
};
use sea_orm::{ConnectionTrait, DatabaseTransaction};
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::{
    change::{self, Change},
    error::ApiError,
    record,
    scoring::{Definition, MOST_TOUCHES, Readiness, parse, score},
    store::{
        definition,
        scoring::{self as store, Scored},
    },
};

use super::{lead, rows::Draft, write::Write};

pub(super) use facts::band;

/// So long a score holds when nothing happens: what was done loses its weight.
const HOLDS: TimeDelta = TimeDelta::days(1);
/// What a score is kept in, in the order of [`Scored::scores`].
const COLUMNS: [&str; 3] = ["score", "fit_score", "engagement_score"];

/// The definition of marketing qualified leads that is in force, and its id.
async fn active(db: &impl ConnectionTrait) -> Result<Option<(Uuid, Definition)>, ApiError> {
    let active = definition::active(db, DefinitionStage::Mql).await?;
    active
        .map(|active| Ok((active.id, read(&active)?)))
        .transpose()
}

/// What a definition says that was proposed here.
pub(super) fn read(definition: &lead_definition::Model) -> Result<Definition, ApiError> {
    let read = parse(&definition.criteria, definition.threshold.into(), "");
    read.map_err(|_problems| ApiError::internal("a definition makes no sense any more"))
}

/// Scores the open leads among `ids`, and those that were closed before anybody scored them, as they were then; in a
/// fixed number of statements. Nothing happens while no definition is in
/// force.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails.
pub async fn rescore(write: &Write<'_>, ids: &[Uuid]) -> Result<(), ApiError> {
    if ids.is_empty() {
        return Ok(());
    }
    if let Some((id, definition)) = active(write.tx).await? {
        rescore_by(write, (id, &definition), ids, false).await?;
    }
    Ok(())
}

/// As [`rescore`], by that definition; leads that somebody else is writing are left out where `skip_locked`. Returns
/// those that were scored.
async fn rescore_by(
    write: &Write<'_>,
    (id, definition): (Uuid, &Definition),
    ids: &[Uuid],
    skip_locked: bool,
) -> Result<Vec<Uuid>, ApiError> {
    let leads = store::leads(write.tx, ids, skip_locked).await?;
    let ids: Vec<Uuid> = leads.iter().map(|lead| lead.id).collect();
    let as_of = |lead: &Scored| lead.closed_at.unwrap_or(write.now);
    let earliest = leads.iter().map(as_of).min().unwrap_or(write.now);
    let touches = touches(write, definition, &ids, earliest).await?;
    let (mut kept, mut factors) = (Vec::with_capacity(leads.len()), Vec::new());
    let (mut scores, mut changes) = (Vec::new(), Vec::new());
    for lead in &leads {
        let start = touches.partition_point(|touch| touch.lead < lead.id);
        let end = touches.partition_point(|touch| touch.lead <= lead.id);
        let of_lead: Vec<_> = touches
            .get(start..end)
            .unwrap_or_default()
            .iter()
            .map(facts::touch)
            .collect();
        let at = as_of(lead);
        let readiness = score(definition, &facts::of(lead), &of_lead, at);
        let after = [readiness.score, readiness.fit, readiness.engagement];
        if after != lead.scores {
            scores.push((lead.id, after));
            changes.push(changed(write, lead, after));
        }
        factors.extend(kept_factors(lead.id, &readiness, at));
        kept.push(kept_readiness(lead.id, id, &readiness, at));
    }
    let before = definition_met(write.tx, &ids).await?;
    store::keep(write.tx, kept, factors).await?;
    store::set_scores(write.tx, &scores).await?;
    change::record(write.tx, changes).await?;
    let open: Vec<Uuid> = leads
        .iter()
        .filter(|lead| lead.closed_at.is_none())
        .map(|lead| lead.id)
        .collect();
    store::schedule(write.tx, &open, write.now + HOLDS).await?;
    // Those that were ready before were given back since, and wait for something new.
    let met = definition_met(write.tx, &ids).await?;
    let met: Vec<Uuid> = met.difference(&before).copied().collect();
    lead::take_rule(write, "definitionMet", &met).await?;
    Ok(ids)
}

/// The touches of the leads that `definition` may look at, as of `earliest` and later.
async fn touches(
    write: &Write<'_>,
    definition: &Definition,
    ids: &[Uuid],
    earliest: DateTime<Utc>,
) -> Result<Vec<store::Touched>, ApiError> {
    let back = definition.looks_back();
    // A day more, because a database may compare instants as texts of unlike length.
    let since = back.map(|days| earliest - TimeDelta::days(i64::from(days) + 1));
    let kinds = definition.kinds();
    Ok(store::touches(write.tx, ids, &kinds, since, MOST_TOUCHES).await?)
}

/// That the scores of a lead have changed, for the log.
fn changed(write: &Write<'_>, lead: &Scored, after: [i32; 3]) -> Change {
    let pairs = COLUMNS.into_iter().zip(lead.scores.into_iter().zip(after));
    let fields: Map<String, Json> = pairs
        .filter(|(_, (before, after))| before != after)
        .map(|(column, (before, after))| (column.to_owned(), json!([before, after])))
        .collect();
    let change = Change::by(
        write.author,
        write.now,
        ("lead", lead.id),
        ChangeKind::Updated,
    );
    change.of(fields.into())
}

fn kept_readiness(
    lead: Uuid,
    definition: Uuid,
    readiness: &Readiness,
    at: DateTime<Utc>,
) -> lead_readiness::Model {
    lead_readiness::Model {
        id: lead,
        lead_id: lead,
        definition_id: definition,
        score: readiness.score,
        threshold: readiness.threshold,
        met: readiness.met,
        missing: json!(readiness.missing),
        scored_at: at,
    }
}

fn kept_factors(
    lead: Uuid,
    readiness: &Readiness,
    at: DateTime<Utc>,
) -> impl Iterator<Item = score_factor::Model> + '_ {
    let numbered = (0..).zip(&readiness.factors);
    numbered.map(move |(place, factor)| score_factor::Model {
        id: Uuid::now_v7(),
        lead_id: lead,
        place,
        key: factor.key.clone(),
        label: factor.label.clone(),
        points: factor.points,
        evidence: factor.evidence.clone(),
        count: factor.count,
        last_touch_id: factor.last_touch,
        scored_at: at,
    })
}

/// Those of the leads `ids` that are what the active definition asks for as they were last scored, and stand where
/// they are to be handed over: NEW, NURTURING or RECYCLED. It is for who takes the step to MQL, with the cause RULE.
///
/// # Errors
///
/// [`ApiError::Internal`] when the database fails.
pub async fn definition_met(
    tx: &DatabaseTransaction,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, ApiError> {
    Ok(store::met(tx, ids).await?)
}

/// Scores leads that were made or changed.
pub(super) async fn of_leads(write: &Write<'_>, drafts: &[Draft]) -> Result<(), ApiError> {
    let ids: Vec<Uuid> = drafts.iter().map(|draft| draft.id).collect();
    rescore(write, &ids).await
}

/// Scores the leads of touches that were written, and of those whose they were before.
pub(super) async fn of_touches(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let mut ids: Vec<Uuid> = drafts
        .iter()
        .flat_map(|draft| [draft.uuid(record, "lead_id"), draft.was(record, "lead_id")])
        .flatten()
        .collect();
    ids.sort_unstable();
    ids.dedup();
    rescore(write, &ids).await
}

/// Has the leads of accounts be scored soon where something of these has changed that counts.
pub(super) async fn of_accounts(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let counts = |draft: &&Draft| {
        let mut columns = store::of_account().iter();
        draft.before.is_some() && columns.any(|column| draft.changes(record, column))
    };
    let ids: Vec<Uuid> = drafts.iter().filter(counts).map(|draft| draft.id).collect();
    if !ids.is_empty() {
        store::schedule_of_accounts(write.tx, &ids, write.now).await?;
    }
    Ok(())
}
