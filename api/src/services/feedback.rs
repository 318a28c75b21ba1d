//! Feedback between sales and marketing.

use std::collections::{BTreeMap, HashMap};

use entity::{
    change::ChangeKind,
    feedback::{self, FeedbackDirection, FeedbackKind, FeedbackState},
    feedback_comment,
    lead::LeadStatus,
    sla_policy::SlaKind,
};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    change::{self, Actor, Change},
    dataset::Step,
    error::{ApiError, Problem},
    record,
    store::{
        bulk,
        table::{Record, Value},
    },
};

use super::{
    lead::Moved,
    rows::{self, Draft, record_of},
    sla::{self, About, Subject},
    write::Write,
};

/// The targets of feedback, each with who answers for it unless somebody says who does.
const TARGETS: [(&str, &str); 4] = [
    ("campaign_id", "Campaign"),
    ("lead_id", "Lead"),
    ("opportunity_id", "Opportunity"),
    ("account_id", "Account"),
];

/// Fills in what follows from what is said of new feedback: who gives it to whom, and who is to answer it.
pub(super) async fn settle(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &mut [Draft],
) -> Result<(), ApiError> {
    let user = author(write);
    let functions = rows::columns(write, "User", &["function"], user.as_slice()).await?;
    let function = user.and_then(|id| functions.get(&id)?.first());
    let marketing = matches!(function, Some(Value::String(Some(name))) if name == "MARKETING");
    let mut owners: HashMap<Uuid, Record> = HashMap::new();
    for (column, noun) in TARGETS {
        let new = drafts.iter().filter(|draft| draft.before.is_none());
        let ids: Vec<Uuid> = new.filter_map(|draft| draft.uuid(record, column)).collect();
        owners.extend(rows::columns(write, noun, &["owner_id"], &ids).await?);
    }
    for draft in drafts.iter_mut().filter(|draft| draft.before.is_none()) {
        if !draft.says("direction") {
            let direction = if marketing {
                "MARKETING_TO_SALES"
            } else {
                "SALES_TO_MARKETING"
            };
            draft.set(record, "direction", direction);
        }
        draft.set(record, "author_id", user);
        let owner = |column: &str| match owners.get(&draft.uuid(record, column)?)?.first() {
            Some(Value::Uuid(owner)) => *owner,
            _ => None,
        };
        let to_marketing = draft.text(record, "direction") == Some("SALES_TO_MARKETING");
        let mut answering = TARGETS
            .iter()
            .filter(|(_, noun)| to_marketing == (*noun == "Campaign"));
        let assignee = answering.find_map(|(column, _)| owner(column));
        draft.set(
            record,
            "assignee_id",
            assignee.filter(|id| Some(*id) != user),
        );
    }
    Ok(())
}

/// Whether its mood is one.
pub(super) fn check(record: &record::Entity, draft: &Draft, problems: &mut Vec<Problem>) {
    if let Some(Value::SmallInt(Some(mood))) = draft.get(record, "sentiment")
        && !(-2..=2).contains(mood)
    {
        problems.push(draft.problem("sentiment", "a number from -2 to 2 is required"));
    }
}

/// A comment is its writer's.
pub(super) fn sign(write: &Write<'_>, record: &record::Entity, draft: &mut Draft) {
    if draft.before.is_none() {
        draft.set(record, "author_id", author(write));
    }
}

/// Settles what follows from `step`, and says what is wrong with which.
pub(super) fn settle_step(
    write: &Write<'_>,
    record: &record::Entity,
    step: &Step,
    drafts: &mut [Draft],
) -> Vec<(usize, Problem)> {
    let mut problems = Vec::new();
    for draft in drafts {
        let empty = |column| draft.get(record, column).is_none_or(record::is_empty);
        let stamp = match step.mutation.as_str() {
            "acknowledgeFeedback" => empty("acknowledged_at").then_some("acknowledged_at"),
            "actionFeedback" => Some("actioned_at"),
            "verifyFeedback" => Some("verified_at"),
            "appealFeedback" => Some("appealed_at"),
            "decideAppeal" => Some("appeal_decided_at"),
            _ => None,
        };
        let problem = match step.mutation.as_str() {
            "actionFeedback" if empty("resolved_by_campaign_id") && empty("resolved_by_url") => {
                Some((
                    "resolvedByCampaignId",
                    "a link to what has changed is required",
                ))
            }
            "appealFeedback" if !empty("appealed_at") => {
                Some(("id", "there was an appeal already"))
            }
            "decideAppeal" if empty("appealed_at") => Some(("id", "nobody has appealed")),
            "decideAppeal" if !empty("appeal_decided_at") => Some(("id", "it was decided already")),
            _ => None,
        };
        let link = draft.text(record, "resolved_by_url");
        let broken = link.is_some_and(|link| {
            !["https://", "http://"]
                .iter()
                .any(|it| link.starts_with(it))
        });
        if let Some((field, problem)) = problem {
            problems.push((draft.index, draft.problem(field, problem)));
        } else if broken {
            let problem = "a link that begins with https:// is required";
            problems.push((draft.index, draft.problem("resolvedByUrl", problem)));
        }
        if let Some(stamp) = stamp {
            draft.set(record, stamp, write.now);
        }
    }
    problems
}

/// Writes feedback that has taken `step`; a reason becomes a comment.
pub(super) async fn take_step(
    write: &Write<'_>,
    record: &'static record::Entity,
    step: &Step,
    drafts: &[Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    rows::store(write, record, drafts).await?;
    let by = write.author.actor.id();
    let said = drafts.iter().filter_map(|draft| {
        let note = draft.told.get("note").and_then(Json::as_str).map(str::trim);
        let reason = draft.reason.as_deref().filter(|_| step.why);
        let words = reason.or(note).filter(|words| !words.is_empty())?;
        Some(feedback_comment::Model {
            id: Uuid::now_v7(),
            feedback_id: draft.id,
            author_id: author(write),
            body: words.to_owned(),
            version: 1,
            created_at: write.now,
            created_by: by,
            updated_at: write.now,
            updated_by: by,
            deleted_at: None,
            deleted_by: None,
        })
    });
    let comments: Vec<feedback_comment::Model> = said.collect();
    let made = |row: &feedback_comment::Model| {
        let row = ("feedback_comment", row.id);
        Change::by(write.author, write.now, row, ChangeKind::Created)
    };
    let changes = comments.iter().map(made).collect();
    bulk::insert(write.tx, comments).await?;
    change::record(write.tx, changes).await?;
    follow(write, record, drafts).await?;
    Ok(Vec::new())
}

/// Starts the clocks of feedback that is new.
pub(super) async fn given(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let new = drafts.iter().filter(|draft| draft.before.is_none());
    let waits = new.map(|draft| waits(write, draft.id, draft.uuid(record, "assignee_id")));
    sla::start(
        write,
        SlaKind::FeedbackAcknowledge,
        &waits.collect::<Vec<_>>(),
    )
    .await
}

/// Stops and starts the clocks of feedback that has taken a step.
async fn follow(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let state = record.position("state");
    let mut met: BTreeMap<&str, Vec<Uuid>> = BTreeMap::new();
    let mut begun: BTreeMap<&str, Vec<Subject>> = BTreeMap::new();
    let mut given_to = Vec::new();
    for draft in drafts {
        let before = draft.before.as_ref().zip(state);
        let from = match before.and_then(|(row, at)| row.get(at)) {
            Some(Value::String(Some(from))) => from.as_str(),
            _ => continue,
        };
        let to = draft.text(record, "state").unwrap_or_default();
        let assignee = draft.uuid(record, "assignee_id");
        if from == to {
            given_to.push((draft.id, assignee));
            continue;
        }
        met.entry(from).or_default().push(draft.id);
        let awaited = match to {
            "ACTIONED" => draft.uuid(record, "author_id"),
            _ => assignee,
        };
        let subject = waits(write, draft.id, awaited);
        begun.entry(to).or_default().push(subject);
    }
    for (state, ids) in met {
        if let Some(kind) = clock_of(state) {
            sla::met(write, kind, &ids).await?;
        }
    }
    for (state, subjects) in begun {
        if let Some(kind) = clock_of(state) {
            sla::start(write, kind, &subjects).await?;
        }
    }
    sla::assign(write, About::Feedback, &given_to).await
}

/// What is waited for while feedback is in that state.
fn clock_of(state: &str) -> Option<SlaKind> {
    match state {
        "OPEN" | "REOPENED" => Some(SlaKind::FeedbackAcknowledge),
        "ACKNOWLEDGED" => Some(SlaKind::FeedbackDecide),
        "PLANNED" => Some(SlaKind::FeedbackAction),
        "ACTIONED" => Some(SlaKind::FeedbackVerify),
        _ => None,
    }
}

/// That `owner` is waited for from now on.
fn waits(write: &Write<'_>, id: Uuid, owner: Option<Uuid>) -> Subject {
    Subject {
        id,
        at: write.now,
        owner_id: owner,
        territory_id: None,
        lead: None,
    }
}

/// Who writes, where that is a person.
fn author(write: &Write<'_>) -> Option<Uuid> {
    match write.author.actor {
        Actor::User(user) => Some(user),
        _ => None,
    }
}

/// Tells the owners of the campaigns that brought them why sales did not take leads.
pub(super) async fn leads_moved(write: &Write<'_>, moved: &[Moved]) -> Result<(), ApiError> {
    let rejected = moved.iter().filter(|it| it.to == LeadStatus::Rejected);
    let rejected: Vec<&Moved> = rejected.collect();
    if rejected.is_empty() {
        return Ok(());
    }
    let ids = |column: &str| -> Result<Vec<Uuid>, ApiError> {
        let ids = rejected.iter().map(|lead| id_in(lead, column));
        let ids: Vec<Option<Uuid>> = ids.collect::<Result<_, ApiError>>()?;
        Ok(ids.into_iter().flatten().collect())
    };
    let campaigns = ids("source_campaign_id")?;
    let owners = rows::columns(write, "Campaign", &["owner_id"], &campaigns).await?;
    let chosen = ids("reject_reason_id")?;
    let reasons = rows::columns(write, "ReasonCode", &["key", "label"], &chosen).await?;
    let mut given = Vec::with_capacity(rejected.len());
    for lead in rejected {
        given.push(of_rejection(write, lead, &owners, &reasons)?);
    }
    let made = |row: &feedback::Model| {
        let row = ("feedback", row.id);
        Change::by(write.author, write.now, row, ChangeKind::Created)
    };
    let changes = given.iter().map(made).collect();
    let awaited = given
        .iter()
        .map(|row| waits(write, row.id, row.assignee_id));
    let awaited: Vec<Subject> = awaited.collect();
    bulk::insert(write.tx, given).await?;
    change::record(write.tx, changes).await?;
    sla::start(write, SlaKind::FeedbackAcknowledge, &awaited).await
}

fn of_rejection(
    write: &Write<'_>,
    lead: &Moved,
    owners: &HashMap<Uuid, Record>,
    reasons: &HashMap<Uuid, Record>,
) -> Result<feedback::Model, ApiError> {
    let campaign_id = id_in(lead, "source_campaign_id")?;
    let owner = campaign_id.and_then(|id| owners.get(&id)?.first());
    let assignee_id = match owner {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    };
    let reason = id_in(lead, "reject_reason_id")?.and_then(|id| reasons.get(&id));
    let text = |at: usize| match reason.and_then(|reason| reason.get(at)) {
        Some(Value::String(text)) => text.clone(),
        _ => None,
    };
    let (theme, label) = (text(0), text(1).unwrap_or_default());
    let by = write.author.actor.id();
    Ok(feedback::Model {
        id: Uuid::now_v7(),
        direction: FeedbackDirection::SalesToMarketing,
        kind: FeedbackKind::LeadQuality,
        campaign_id,
        lead_id: Some(lead.id),
        account_id: id_in(lead, "account_id")?,
        opportunity_id: None,
        theme,
        verbatim: match &lead.note {
            Some(note) => format!("{label}: {note}"),
            None => label,
        },
        sentiment: None,
        author_id: author(write),
        assignee_id,
        state: FeedbackState::Open,
        due_at: None,
        acknowledged_at: None,
        actioned_at: None,
        verified_at: None,
        resolved_by_campaign_id: None,
        resolved_by_url: None,
        appealed_at: None,
        appeal_decided_at: None,
        version: 1,
        created_at: write.now,
        created_by: by,
        updated_at: write.now,
        updated_by: by,
        deleted_at: None,
        deleted_by: None,
    })
}

/// The id in a column of the lead, as it is.
fn id_in(lead: &Moved, column: &str) -> Result<Option<Uuid>, ApiError> {
    let record = record_of("Lead")?;
    let value = record.position(column).and_then(|at| lead.after.get(at));
    Ok(match value {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    })
}
