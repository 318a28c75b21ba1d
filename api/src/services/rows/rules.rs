//! What holds for the rows of single nouns, beyond what their columns say.

use std::collections::HashSet;

use crate::{
    dataset::{Entity, Step},
    error::{ApiError, Problem},
    record::{self, derive},
    services::{
        account, asset, campaign, condition, contact, feedback, lead, leaving, opportunity,
        routing, scoring, sla, task, team_request, territory, touch, user,
    },
    store::tree,
    views::Views,
};

use super::{Refused, draft::Draft, save};
use crate::services::write::Write;

/// Keeps others from what rows are made of that are not there yet, or are written with them, before any is locked: the
/// path of a territory is made of those above, and goes into those below.
pub(super) async fn begin(write: &Write<'_>, record: &record::Entity) -> Result<(), ApiError> {
    if record.name == "territory" {
        tree::lock(write.tx, record.name).await?;
    }
    Ok(())
}

/// Settles what follows from what is said, and refuses what makes no sense.
pub(super) async fn settle(
    write: &Write<'_>,
    views: &Views,
    record: &'static record::Entity,
    drafts: &mut [Draft],
    refused: &mut Refused,
) -> Result<(), ApiError> {
    let mut known = derive::Known::default();
    let mut reasons = HashSet::new();
    match record.name {
        "account_domain" => {
            for (index, problem) in account::settle_domains(write, record, drafts).await? {
                refused.add(index, problem);
            }
        }
        "opportunity" => reasons = opportunity::reasons(write, record, drafts).await?,
        "territory" => {
            let accepted = drafts.iter();
            let accepted = accepted.filter(|draft| !refused.0.contains_key(&draft.index));
            let placed = territory::place(write, record, accepted.collect()).await?;
            for (index, problem) in placed.refused {
                refused.add(index, problem);
            }
            known.paths = placed.paths;
        }
        "touch" => touch::settle(write, record, drafts).await?,
        "feedback" => {
            for (index, problem) in feedback::settle(write, views, record, drafts).await? {
                refused.add(index, problem);
            }
        }
        "sla_policy" | "routing_rule" => {
            known.paths = condition::paths(write, record, drafts).await?;
        }
        "feedback_comment" => {
            for (index, problem) in feedback::mention::check(write, views, record, drafts).await? {
                refused.add(index, problem);
            }
        }
        "routing_pool_member" => {
            for (index, problem) in routing::check_members(write, record, drafts).await? {
                refused.add(index, problem);
            }
        }
        "task" => {
            for (index, problem) in task::settle(write, record, drafts).await? {
                refused.add(index, problem);
            }
        }
        "team_request" => {
            for (index, problem) in team_request::settle(write, views, record, drafts).await? {
                refused.add(index, problem);
            }
        }
        _ => {}
    }
    for draft in drafts {
        let mut problems = Vec::new();
        match record.name {
            "account" => account::check(record, draft, &mut problems),
            "account_domain" => account::check_domain(record, draft, &mut problems),
            "asset" => asset::check(record, draft, &mut problems),
            "business_calendar" => sla::calendar::check(record, draft, &mut problems),
            "campaign" => campaign::settle(record, draft, &mut problems),
            "contact" => contact::check(record, draft, &mut problems),
            "feedback" => feedback::check(record, draft, &mut problems),
            "feedback_comment" => feedback::sign(write, record, draft),
            "lead" => lead::check(record, draft, &mut problems),
            "opportunity" => opportunity::settle(write, record, &reasons, draft, &mut problems),
            "routing_rule" => condition::check(record, draft, &known, &mut problems),
            "sla_policy" => sla::policy::check(record, draft, &known, &mut problems),
            "touch" => touch::check(write, record, draft, &mut problems),
            "user" => user::check(write, views, record, draft, &mut problems),
            _ => {}
        }
        let given: Vec<usize> = draft.said.values().flatten().map(|(at, _)| *at).collect();
        if draft.before.as_ref() != Some(&draft.record) {
            derive::complete(record, &mut draft.record, |at| given.contains(&at), &known);
        }
        refused.accepts(draft.index, problems);
    }
    Ok(())
}

/// Writes what has to be there before the rows are written.
pub(super) async fn ahead(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    match record.name {
        "business_calendar" => sla::calendar::make_room(write, record, drafts).await,
        _ => Ok(()),
    }
}

/// Writes what goes with the rows, which are written.
pub(super) async fn beside(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    match record.name {
        "account" => {
            account::add_domains(write, drafts).await?;
            scoring::of_accounts(write, record, drafts).await
        }
        "feedback" => feedback::given(write, record, drafts).await,
        "feedback_comment" => feedback::mention::added(write, record, drafts).await,
        "team_request" => team_request::made(write, record, drafts).await,
        "lead" => {
            lead::captured(write, record, drafts).await?;
            scoring::of_leads(write, drafts).await
        }
        "touch" => {
            touch::logged(write, record, drafts).await?;
            scoring::of_touches(write, record, drafts).await
        }
        "account_domain" => account::show_primary(write, record, drafts).await,
        "opportunity" => opportunity::record_changes(write, record, drafts).await,
        "territory" => territory::move_children(write, record, drafts).await,
        "user" => {
            user::forget(write);
            leaving::users_written(write, record, drafts).await
        }
        _ => Ok(()),
    }
}

/// Settles what follows from a step, and refuses it where it makes no sense.
pub(super) async fn settle_step(
    write: &Write<'_>,
    views: &Views,
    record: &'static record::Entity,
    step: &'static Step,
    drafts: &mut [Draft],
    refused: &mut Refused,
) -> Result<(), ApiError> {
    let problems = match record.name {
        "lead" => lead::settle_step(write, record, step, drafts).await?,
        "feedback" => feedback::settle_step(write, views, record, step, drafts).await?,
        "task" => task::settle_step(write, record, step, drafts).await?,
        "team_request" => team_request::settle_step(write, views, record, step, drafts).await?,
        _ => Vec::new(),
    };
    for (index, problem) in problems {
        refused.add(index, problem);
    }
    Ok(())
}

/// Writes the rows that take a step, and what goes with it; says what only then turned out to be wrong with which.
pub(super) async fn take_step(
    write: &Write<'_>,
    views: &Views,
    record: &'static record::Entity,
    step: &'static Step,
    drafts: Vec<Draft>,
) -> Result<Vec<(usize, Problem)>, ApiError> {
    match record.name {
        "lead" => lead::take_step(write, views, record, step, drafts).await,
        "feedback" => feedback::take_step(write, record, step, drafts).await,
        "team_request" => team_request::take_step(write, record, &drafts).await,
        _ => {
            save::store(write, record, &drafts).await?;
            Ok(Vec::new())
        }
    }
}

/// Why a row cannot be deleted, whoever asks for it.
pub(super) fn undeletable(record: &record::Entity, draft: &Draft) -> Option<Problem> {
    match record.name {
        "business_calendar" => sla::calendar::undeletable(record, draft),
        _ => None,
    }
}

/// Settles what follows for rows that are about to be deleted.
pub(super) fn settle_deleted(record: &record::Entity, drafts: &mut [Draft]) {
    if record.name == "feedback" {
        feedback::deleted(record, drafts);
    }
}

/// Settles what follows for rows that are about to be brought back, and says which clocks are to be started then.
pub(super) async fn settle_restored(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &mut [Draft],
) -> Result<sla::Planned, ApiError> {
    match record.name {
        "feedback" => feedback::restored(write, record, drafts).await,
        "lead" => lead::restored(write, record, drafts).await,
        "team_request" => team_request::restored(write, record, drafts).await,
        _ => Ok(sla::Planned::default()),
    }
}

/// Writes what goes with rows that were deleted, or brought back.
pub(super) async fn beside_marked(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    match record.name {
        "touch" => scoring::of_touches(write, record, drafts).await,
        _ => Ok(()),
    }
}

/// The action by which a new row is made.
pub(super) fn making(entity: &Entity, record: &record::Entity, draft: &Draft) -> &'static str {
    if record.name == "touch" {
        return touch::making(record, draft);
    }
    let makes = entity.actions.iter().find(|action| action.makes);
    makes.map_or("create", |action| action.name)
}

/// What somebody has to be allowed to change a row as they say, whatever fields it is, and the field that
/// asks for it.
pub(super) fn needs(
    record: &record::Entity,
    draft: &Draft,
) -> Option<(&'static str, &'static str)> {
    match record.name {
        "lead" => lead::needs(record, draft),
        "opportunity" => Some("stage").zip(opportunity::needs(record, draft)),
        _ => None,
    }
}
