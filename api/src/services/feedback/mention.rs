//! Who is asked to read a comment: people who see the feedback that it is on.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use entity::feedback_mention::Model;
use uuid::Uuid;

use crate::services::ledger;
use crate::{
    auth::Authenticator,
    dataset::dataset,
    error::{ApiError, Problem},
    reader, record,
    services::{rows::Draft, write::Write},
    views::Views,
};

/// What is said.
const FIELD: &str = "mentionIds";
/// How many people can be mentioned in one mutation: what each of them sees is looked up.
const MOST: usize = 20;

/// What is wrong with who is mentioned: somebody who does not see the feedback, or is not there, cannot be.
pub(in crate::services) async fn check(
    write: &Write<'_>,
    views: &Views,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let mut asked: BTreeMap<Uuid, BTreeSet<Uuid>> = BTreeMap::new();
    for draft in drafts {
        let about = draft.uuid(record, "feedback_id");
        for user in mentioned(draft) {
            asked.entry(*user).or_default().extend(about);
        }
    }
    if asked.len() > MOST {
        let problem = format!("at most {MOST} people can be mentioned at once");
        let mentioning = drafts.iter().filter(|draft| !mentioned(draft).is_empty());
        let problems = mentioning.map(|draft| (draft.index, draft.problem(FIELD, &problem)));
        return Ok(problems.collect());
    }
    let mut seen: HashMap<Uuid, HashSet<Uuid>> = HashMap::new();
    for (user, about) in asked {
        let about: Vec<Uuid> = about.into_iter().collect();
        seen.insert(user, seen_by(write, views, user, &about).await?);
    }
    let mut problems = Vec::new();
    for draft in drafts {
        let about = draft.uuid(record, "feedback_id");
        for (place, user) in mentioned(draft).iter().enumerate() {
            let known = seen.get(user).zip(about);
            if !known.is_some_and(|(seen, about)| seen.contains(&about)) {
                let field = format!("{}.{FIELD}.{place}", draft.path);
                let problem = "there is no such User who sees this feedback";
                problems.push((draft.index, Problem::new("NOT_FOUND", field, problem)));
            }
        }
    }
    Ok(problems)
}

/// Which of these pieces of feedback the user sees.
async fn seen_by(
    write: &Write<'_>,
    views: &Views,
    user: Uuid,
    about: &[Uuid],
) -> Result<HashSet<Uuid>, ApiError> {
    let Some(viewer) = Authenticator::user(views, write.tx, user).await? else {
        return Ok(HashSet::new());
    };
    let feedback = dataset().target("Feedback")?;
    let rows = [&viewer.view.noun(feedback.name).rows];
    let holding = reader::holding(write.tx, &viewer, feedback, about, &rows, false).await?;
    let seen = holding
        .into_iter()
        .filter(|(_, truths)| truths.first() == Some(&true));
    Ok(seen.map(|(id, _)| id).collect())
}

/// Writes who is mentioned in comments that are new.
pub(in crate::services) async fn added(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let mut rows = Vec::new();
    for draft in drafts.iter().filter(|draft| draft.before.is_none()) {
        let Some(feedback_id) = draft.uuid(record, "feedback_id") else {
            continue;
        };
        let once: BTreeSet<Uuid> = mentioned(draft).iter().copied().collect();
        rows.extend(once.into_iter().map(|user_id| Model {
            id: Uuid::now_v7(),
            feedback_id,
            comment_id: draft.id,
            user_id,
            at: write.now,
        }));
    }
    if rows.is_empty() {
        return Ok(());
    }
    ledger::insert(write, rows).await
}

fn mentioned(draft: &Draft) -> &[Uuid] {
    draft.listed.get(FIELD).map_or(&[], Vec::as_slice)
}
