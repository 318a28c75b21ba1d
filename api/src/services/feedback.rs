//! Feedback between sales and marketing.

pub(super) mod mention;
mod rejection;
pub mod report;
mod waiting;

use std::collections::HashMap;

use entity::{feedback_comment, lead_definition};
use serde_json::Value as Json;
use uuid::Uuid;

use crate::services::ledger;
use crate::{
    dataset::Step,
    error::{ApiError, Problem},
    record,
    store::{
        lookup,
        table::{Record, Table, Value},
    },
};

use super::{
    asset,
    rows::{self, Draft},
    write::Write,
};
pub(super) use rejection::leads_moved;
pub(super) use waiting::{deleted, given, restored};

/// What feedback can be about.
struct Target {
    column: &'static str,
    noun: &'static str,
    /// The column with who answers for it, unless somebody says who does.
    owner: &'static str,
    /// Whether that is somebody of marketing; none: it is of whoever it is.
    of_marketing: Option<bool>,
}

const fn target(
    column: &'static str,
    noun: &'static str,
    owner: &'static str,
    of_marketing: Option<bool>,
) -> Target {
    Target {
        column,
        noun,
        owner,
        of_marketing,
    }
}

/// What feedback can be about; the first that somebody answers for says who is asked.
const TARGETS: [Target; 6] = [
    target("campaign_id", "Campaign", "owner_id", Some(true)),
    target("asset_id", "Asset", "owner_id", Some(true)),
    target("definition_id", DEFINITION, "proposed_by_id", None),
    target("lead_id", "Lead", "owner_id", Some(false)),
    target("opportunity_id", "Opportunity", "owner_id", Some(false)),
    target("account_id", "Account", "owner_id", Some(false)),
];

/// The noun of definitions, which nobody writes as they write rows.
const DEFINITION: &str = "LeadDefinition";

/// Who answers for the rows of a target with those ids.
async fn owners(
    write: &Write<'_>,
    target: &Target,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Record>, ApiError> {
    if target.noun != DEFINITION {
        return rows::columns(write, target.noun, &[target.owner], ids).await;
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let table = Table::of::<lead_definition::Entity>();
    let owner: Vec<usize> = table.position(target.owner).into_iter().collect();
    Ok(lookup::columns(write.tx, &table, &owner, ids).await?)
}

/// Fills in what follows from what is said of new feedback: who gives it to whom, and who is to answer it.
pub(super) async fn settle(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &mut [Draft],
) -> Result<(), ApiError> {
    let user = write.user();
    let functions = rows::columns(write, "User", &["function"], user.as_slice()).await?;
    let function = user.and_then(|id| functions.get(&id)?.first());
    let marketing = matches!(function, Some(Value::String(Some(name))) if name == "MARKETING");
    let mut answering: HashMap<Uuid, Record> = HashMap::new();
    for target in &TARGETS {
        let new = drafts.iter().filter(|draft| draft.before.is_none());
        let ids = new.filter_map(|draft| draft.uuid(record, target.column));
        answering.extend(owners(write, target, &ids.collect::<Vec<_>>()).await?);
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
        let owner = |target: &Target| {
            let about = draft.uuid(record, target.column)?;
            match answering.get(&about)?.first() {
                Some(Value::Uuid(owner)) => *owner,
                _ => None,
            }
        };
        let to_marketing = draft.text(record, "direction") == Some("SALES_TO_MARKETING");
        let mut asked = TARGETS
            .iter()
            .filter(|it| it.of_marketing.is_none_or(|it| it == to_marketing));
        let assignee = asked.find_map(owner);
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
        draft.set(record, "author_id", write.user());
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
