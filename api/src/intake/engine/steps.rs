//! How leads came to stand where they stand: a lead that an import brings without the step that led there gets it.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use entity::{
    change::ChangeKind,
    import_row::{self, ImportOutcome},
    lead::{self, LeadStatus},
    lead_transition::{self, TransitionCause},
};

use crate::{
    change::{self, Actor, Change},
    intake::ImportError,
    store::{bulk, import},
};

use super::{batch::Context, job::Job, outcome::Outcome, run::Run};

/// Rows of one transaction.
const BATCH: u64 = 1000;

impl Run<'_> {
    /// Writes the steps that are missing, and has somebody look at leads of which nobody says why they stand there.
    pub(super) async fn steps(&mut self, files: usize) -> Result<(), ImportError> {
        for file in 0..files {
            let mut after = 0;
            while let Some(last) = self.steps_of(file, after).await? {
                after = last;
            }
        }
        Ok(())
    }

    /// Does so for the next leads of a file, and returns the line of the last.
    async fn steps_of(&mut self, file: usize, after: i64) -> Result<Option<i64>, ImportError> {
        let context = self.context(file);
        let tx = self.session.begin().await?;
        let (job, number) = (context.job, context.file);
        let rows = import::rows_of(&tx, (job, number), "lead", after, BATCH).await?;
        let Some(last) = rows.last().map(|row| row.line) else {
            tx.rollback().await?;
            return Ok(None);
        };
        let ids: BTreeSet<Uuid> = rows.iter().filter_map(|row| row.entity_id).collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let unexplained = write(&tx, &context, &ids).await?;
        let mut job = self.job.clone();
        for row in rows {
            let why = row.entity_id.and_then(|id| unexplained.get(&id));
            if let Some(why) = why {
                review(&tx, &mut job, file, row, why).await?;
            }
        }
        job.checkpoint(&tx).await?;
        tx.commit().await?;
        self.job = job;
        Ok(Some(last))
    }
}

/// Says of a row that somebody has to look at what became of it.
async fn review(
    tx: &DatabaseTransaction,
    job: &mut Job,
    file: usize,
    row: import_row::Model,
    why: &str,
) -> Result<(), ImportError> {
    job.uncount(file, &row);
    import::delete_row(tx, &row).await?;
    let why = format!("line {}: {why}", row.line);
    let reason = [row.reason, Some(why)].into_iter().flatten();
    let reason = reason.collect::<Vec<_>>().join("; ");
    job.count_one(file, &row.entity, &Outcome::new(ImportOutcome::NeedsReview));
    let row = import_row::Model {
        outcome: ImportOutcome::NeedsReview,
        reason: Some(reason),
        ..row
    };
    import::insert_rows(tx, vec![row]).await?;
    Ok(())
}

/// Writes the missing steps of these leads. Returns those that need a reason which nobody says, and which.
async fn write(
    tx: &DatabaseTransaction,
    context: &Context,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, &'static str>, ImportError> {
    let mut unexplained = HashMap::new();
    let mut steps = Vec::new();
    for (lead, before) in import::unled(tx, ids).await? {
        match lacks(context, &lead) {
            Some(why) => {
                unexplained.insert(lead.id, why);
            }
            None => steps.push(step(context, &lead, before)),
        }
    }
    let changes = steps.iter().map(|step: &lead_transition::Model| Change {
        at: context.now,
        actor: Actor::Import(context.job),
        entity: "lead_transition",
        entity_id: step.id,
        kind: ChangeKind::Created,
        fields: None,
        reason: None,
        request_id: None,
        address: None,
    });
    let changes = changes.collect();
    bulk::insert(tx, steps).await?;
    change::record(tx, changes).await?;
    Ok(unexplained)
}

/// What is missing to say why a lead stands where it stands.
fn lacks(context: &Context, lead: &lead::Model) -> Option<&'static str> {
    let needs_note = |id: &Uuid| context.known.need_notes.contains(id);
    match (lead.status, reason(lead)) {
        (LeadStatus::Recycled, _) => {
            Some("it is RECYCLED, and no lead_transition says for which reason")
        }
        (_, Some(id)) if needs_note(&id) => {
            Some("its reason is OTHER, and no lead_transition says in its note which")
        }
        _ => None,
    }
}

fn reason(lead: &lead::Model) -> Option<Uuid> {
    match lead.status {
        LeadStatus::Rejected => lead.reject_reason_id,
        LeadStatus::Disqualified => lead.disqualify_reason_id,
        _ => None,
    }
}

/// The step that led a lead to where it stands, from where the last step that is known left it.
fn step(
    context: &Context,
    lead: &lead::Model,
    before: Option<LeadStatus>,
) -> lead_transition::Model {
    lead_transition::Model {
        id: Uuid::now_v7(),
        lead_id: lead.id,
        from_status: before,
        to_status: lead.status,
        at: since(lead).unwrap_or(if before.is_none() {
            lead.created_at
        } else {
            context.now
        }),
        by_user_id: None,
        cause: TransitionCause::Import,
        reason_id: reason(lead),
        note: None,
        need: None,
        authority: None,
        budget: None,
        timing: None,
        score_snapshot: None,
        definition_id: None,
        cycle: lead.cycle,
        backfilled: true,
        created_at: context.now,
    }
}

/// UTC; since when a lead stands where it stands, where its source says so.
fn since(lead: &lead::Model) -> Option<DateTime<Utc>> {
    match lead.status {
        LeadStatus::Mql => lead.mql_at,
        LeadStatus::Accepted => lead.accepted_at,
        LeadStatus::Working => lead.first_touched_at,
        LeadStatus::Sql => lead.sql_at,
        LeadStatus::Converted => lead.converted_at,
        LeadStatus::New => Some(lead.created_at),
        LeadStatus::Nurturing
        | LeadStatus::Rejected
        | LeadStatus::Recycled
        | LeadStatus::Disqualified => None,
    }
}
