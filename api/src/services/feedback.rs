//! Feedback between sales and marketing.

mod assignee;
pub(super) mod mention;
mod rejection;
pub mod report;
mod waiting;

use entity::feedback_comment;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::services::ledger;
use crate::{
    dataset::Step,
    error::{ApiError, Problem},
    record,
    store::table::Value,
    views::Views,
};

use super::{
    asset,
    people::{self, People},
    rows::{self, Draft},
    write::Write,
};
pub(super) use rejection::leads_moved;
pub(super) use waiting::{deleted, given, left, restored};

const TO_MARKETING: &str = "SALES_TO_MARKETING";
const TO_SALES: &str = "MARKETING_TO_SALES";
/// What feedback is acted on by.
const LINKS: [&str; 4] = [
    "resolved_by_campaign_id",
    "resolved_by_asset_id",
    "resolved_by_definition_id",
    "resolved_by_url",
];

/// Fills in what follows from what is said of new feedback: who gives it to whom, and who is to answer it; says what
/// makes no sense.
pub(super) async fn settle(
    write: &Write<'_>,
    views: &Views,
    record: &record::Entity,
    drafts: &mut [Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let user = write.user();
    let own = People::of(write, user).await?;
    let own = direction_of(user.and_then(|user| own.function(user)));
    let mut problems = Vec::new();
    for draft in drafts.iter_mut().filter(|draft| draft.before.is_none()) {
        let said = draft
            .text(record, "direction")
            .filter(|_| draft.says("direction"));
        let problem = match (said, own) {
            (None, None) => "say whom you tell: your own function does not tell",
            (Some(said), Some(own)) if said != own => "what you say is for the other function",
            (_, own) => {
                if let Some(own) = own {
                    draft.set(record, "direction", own);
                }
                draft.set(record, "author_id", user);
                continue;
            }
        };
        problems.push((draft.index, draft.problem("direction", problem)));
    }
    assignee::find(write, views, record, drafts).await?;
    Ok(problems)
}

/// In which direction somebody of that function gives feedback; none: in either.
fn direction_of(function: Option<&str>) -> Option<&'static str> {
    match function? {
        "SALES" => Some(TO_MARKETING),
        "MARKETING" => Some(TO_SALES),
        _ => None,
    }
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
        draft.set(record, "author_id", write.user());
    }
}

/// Settles what follows from `step`, and says what is wrong with which.
pub(super) async fn settle_step(
    write: &Write<'_>,
    views: &Views,
    record: &record::Entity,
    step: &Step,
    drafts: &mut [Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let unable = |people: &People, draft: &Draft, user| {
        if draft.uuid(record, "author_id") == Some(user) {
            Some("nobody answers their own feedback")
        } else {
            let may = people.may(views, user, "Feedback", "act");
            (!may).then_some("their roles do not let them answer feedback")
        }
    };
    let mut problems = people::check_assignees(write, record, drafts, unable).await?;
    for draft in drafts {
        let empty = |column: &str| draft.get(record, column).is_none_or(record::is_empty);
        let stamp = match step.mutation.as_str() {
            "acknowledgeFeedback" => empty("acknowledged_at").then_some("acknowledged_at"),
            "actionFeedback" => Some("actioned_at"),
            "verifyFeedback" => Some("verified_at"),
            "appealFeedback" => Some("appealed_at"),
            "decideAppeal" => Some("appeal_decided_at"),
            _ => None,
        };
        let link = draft.text(record, "resolved_by_url");
        let broken = link.is_some_and(|link| !asset::is_link(link));
        if broken {
            problems.push((draft.index, draft.problem("resolvedByUrl", asset::NO_LINK)));
        }
        if let Some(stamp) = stamp {
            draft.set(record, stamp, write.now);
        }
        if draft.text(record, "state") == Some("REOPENED") {
            undo(record, draft);
        }
    }
    Ok(problems)
}

/// What was done does not count any more; what it was is in the history.
fn undo(record: &record::Entity, draft: &mut Draft) {
    draft.set(record, "actioned_at", Value::ChronoDateTimeUtc(None));
    for column in LINKS {
        let nothing = match column {
            "resolved_by_url" => Value::String(None),
            _ => Value::Uuid(None),
        };
        draft.set(record, column, nothing);
    }
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
            author_id: write.user(),
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
    ledger::insert(write, comments).await?;
    waits.take(write).await?;
    Ok(Vec::new())
}
