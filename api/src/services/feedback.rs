//! Feedback between sales and marketing.

mod rejection;
pub mod report;
mod waiting;

use std::collections::HashMap;

use entity::{change::ChangeKind, feedback_comment};
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
    rows::{self, Draft},
    write::Write,
};
pub(super) use rejection::leads_moved;
pub(super) use waiting::{deleted, given, restored};

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
        let answering = TARGETS
            .iter()
            .filter(|(_, noun)| to_marketing == (*noun == "Campaign"));
        let assignee = answering.filter_map(|(column, _)| owner(column)).next();
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
    mut drafts: Vec<Draft>,
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let waits = waiting::turn(write, record, &mut drafts).await?;
    rows::store(write, record, &drafts).await?;
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
    waits.take(write).await?;
    Ok(Vec::new())
}

/// Who writes, where that is a person.
fn author(write: &Write<'_>) -> Option<Uuid> {
    match write.author.actor {
        Actor::User(user) => Some(user),
        _ => None,
    }
}
