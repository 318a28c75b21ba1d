//! What a qualified lead is: proposing a definition, signing it, and refusing it.
//!
//! A definition is in force when somebody has signed it for sales, and somebody else for marketing; the one before it
//! is retired in the same transaction.

mod preview;

use entity::{
    change::ChangeKind,
    lead_definition::{DefinitionStage, DefinitionStatus, Model},
    lead_definition_approval::{self, SigningFunction},
};
use sea_orm::ActiveEnum;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    change::{self, Change},
    dataset::{GlobalId, dataset},
    error::{ApiError, Problem},
    reader, scoring,
    store::definition as store,
};

use super::write::Write;

pub use preview::{Outcome, Preview, Tried, preview};

/// The noun.
const NOUN: &str = "LeadDefinition";
/// What sales can find out of a lead before it qualifies it.
pub const ANSWERS: [&str; 4] = ["need", "authority", "budget", "timing"];
/// The most characters of a note.
const LONGEST_NOTE: usize = 4_000;

/// What somebody proposes.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// What it defines.
    pub stage: DefinitionStage,
    /// What counts.
    pub criteria: Json,
    /// From which score a lead is qualified.
    pub threshold: i32,
    /// Of [`ANSWERS`], what sales has to have found out.
    pub answers: Vec<String>,
    /// What it is for.
    pub note: Option<String>,
}

/// Proposes a definition, and returns its id.
///
/// # Errors
///
/// - [`ApiError::Input`] with everything that is wrong with it
/// - [`ApiError::Forbidden`] when the caller may not propose one
/// - [`ApiError::Internal`] when the database fails
pub async fn propose(write: &Write<'_>, proposal: Proposal) -> Result<Uuid, ApiError> {
    let Proposal {
        stage,
        criteria,
        threshold,
        answers,
        note,
    } = proposal;
    let parsed = scoring::parse(&criteria, threshold.into(), "input.");
    let mut problems = parsed.err().unwrap_or_default();
    problems.extend(wrong_answers(stage, &answers));
    let note = note.map(|note| note.trim().to_owned());
    let note = note.filter(|note| !note.is_empty());
    if note
        .as_ref()
        .is_some_and(|note| note.chars().count() > LONGEST_NOTE)
    {
        let problem = format!("{LONGEST_NOTE} characters are allowed");
        problems.push(Problem::validation("input.note", &problem));
    }
    if !problems.is_empty() {
        return Err(ApiError::Input(problems));
    }
    store::lock(write.tx).await?;
    let definition = Model {
        id: Uuid::now_v7(),
        stage,
        version: store::latest_version(write.tx, stage).await? + 1,
        status: DefinitionStatus::Proposed,
        criteria,
        threshold,
        answers: (!answers.is_empty()).then(|| json!(answers)),
        note,
        proposed_by_id: write.viewer.and_then(|viewer| viewer.user_id),
        effective_from: None,
        superseded_at: None,
        created_at: write.now,
    };
    let id = definition.id;
    store::insert(write.tx, definition).await?;
    permit(write, id, "propose", "propose a definition of leads").await?;
    let made = Change::by(
        write.author,
        write.now,
        ("lead_definition", id),
        ChangeKind::Created,
    );
    change::record(write.tx, vec![made]).await?;
    Ok(id)
}

/// What is wrong with what a definition of `stage` has sales find out.
fn wrong_answers(stage: DefinitionStage, answers: &[String]) -> Vec<Problem> {
    if stage != DefinitionStage::Sql && !answers.is_empty() {
        let problem = "only a definition of an SQL asks for answers";
        return vec![Problem::validation("input.answers", problem)];
    }
    let wrong = answers.iter().enumerate().filter_map(|(index, answer)| {
        let problem = if !ANSWERS.contains(&answer.as_str()) {
            format!("it is one of {}", ANSWERS.join(", "))
        } else if answers.iter().take(index).any(|other| other == answer) {
            "it is there twice".to_owned()
        } else {
            return None;
        };
        let path = format!("input.answers.{index}");
        Some(Problem::validation(path, &problem))
    });
    wrong.collect()
}

/// Signs the definition `id` for `function`. With both signatures it is in force.
///
/// # Errors
///
/// - [`ApiError::NotFound`] when there is no such definition
/// - [`ApiError::Forbidden`] when the caller may not sign for that function, or is nobody
/// - [`ApiError::Validation`] when it is not proposed any more, was signed for that function, or by the caller
/// - [`ApiError::Internal`] when the database fails
pub async fn approve(
    write: &Write<'_>,
    id: Uuid,
    function: SigningFunction,
) -> Result<(), ApiError> {
    let (action, doing) = match function {
        SigningFunction::Sales => ("signSales", "sign for sales"),
        SigningFunction::Marketing => ("signMarketing", "sign for marketing"),
    };
    permit(write, id, action, doing).await?;
    let user = write.viewer.and_then(|viewer| viewer.user_id);
    let user = user.ok_or_else(|| ApiError::Forbidden {
        action: "sign with a token of a program: a person signs".to_owned(),
    })?;
    store::lock(write.tx).await?;
    let definition = proposed(write, id, "signed").await?;
    let signed = store::approvals(write.tx, id).await?;
    if signed.iter().any(|it| it.function == function) {
        let problem = "it was signed for this function already";
        return Err(ApiError::validation("function", problem));
    }
    if signed.iter().any(|it| it.user_id == user) {
        let problem =
            "you have signed it for the other function: somebody else has to sign for this one";
        return Err(ApiError::validation("function", problem));
    }
    let approval = lead_definition_approval::Model {
        id: Uuid::now_v7(),
        definition_id: id,
        user_id: user,
        function,
        at: write.now,
    };
    let row = ("lead_definition_approval", approval.id);
    let made = Change::by(write.author, write.now, row, ChangeKind::Created);
    store::sign(write.tx, approval).await?;
    change::record(write.tx, vec![made]).await?;
    if signed.is_empty() {
        return Ok(());
    }
    if let Some(former) = store::active(write.tx, definition.stage).await? {
        let retired = (DefinitionStatus::Active, DefinitionStatus::Retired);
        step(write, &former, retired, None).await?;
    }
    let active = (DefinitionStatus::Proposed, DefinitionStatus::Active);
    step(write, &definition, active, None).await
}

/// Refuses the definition `id`, for a reason. What it was signed by does not count any more.
///
/// # Errors
///
/// - [`ApiError::NotFound`] when there is no such definition
/// - [`ApiError::Forbidden`] when the caller may not refuse it
/// - [`ApiError::Validation`] when it is not proposed any more, or there is no reason
/// - [`ApiError::Internal`] when the database fails
pub async fn veto(write: &Write<'_>, id: Uuid, reason: &str) -> Result<(), ApiError> {
    permit(write, id, "veto", "refuse a definition of leads").await?;
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_NOTE {
        let problem = format!("a reason of 1 to {LONGEST_NOTE} characters is required");
        return Err(ApiError::validation("reason", problem));
    }
    store::lock(write.tx).await?;
    let definition = proposed(write, id, "vetoed").await?;
    let vetoed = (DefinitionStatus::Proposed, DefinitionStatus::Vetoed);
    step(write, &definition, vetoed, Some(reason.to_owned())).await
}

/// Makes sure that the caller may do `action` with the definition.
async fn permit(write: &Write<'_>, id: Uuid, action: &str, doing: &str) -> Result<(), ApiError> {
    let Some(viewer) = write.viewer else {
        return Ok(());
    };
    let entity = dataset().target(NOUN)?;
    reader::permit(write.tx, viewer, GlobalId { entity, id }, action, doing).await
}

/// The definition, if it is proposed: only then it can be `done`.
async fn proposed(write: &Write<'_>, id: Uuid, done: &str) -> Result<Model, ApiError> {
    let definition = store::find(write.tx, id).await?;
    let definition = definition.ok_or_else(|| ApiError::NotFound {
        what: NOUN.to_owned(),
    })?;
    if definition.status != DefinitionStatus::Proposed {
        let problem = format!(
            "it is {}, and only what is PROPOSED can be {done}",
            definition.status.to_value()
        );
        return Err(ApiError::validation("id", problem));
    }
    Ok(definition)
}

/// Has a definition go from one status to another, and records it.
async fn step(
    write: &Write<'_>,
    definition: &Model,
    (from, to): (DefinitionStatus, DefinitionStatus),
    reason: Option<String>,
) -> Result<(), ApiError> {
    if !store::step(write.tx, definition.id, (from, to), write.now).await? {
        return Err(ApiError::internal("a definition was changed meanwhile"));
    }
    let mut fields = json!({"status": [from.to_value(), to.to_value()]});
    let stamp = match to {
        DefinitionStatus::Active => Some("effective_from"),
        DefinitionStatus::Retired => Some("superseded_at"),
        DefinitionStatus::Proposed | DefinitionStatus::Vetoed => None,
    };
    if let Some((stamp, object)) = stamp.zip(fields.as_object_mut()) {
        object.insert(stamp.to_owned(), json!([null, write.now.to_rfc3339()]));
    }
    let row = ("lead_definition", definition.id);
    let change = Change::by(write.author, write.now, row, ChangeKind::Updated);
    change::record(write.tx, vec![change.of(fields).because(reason)]).await?;
    Ok(())
}

/// The stage of that name.
#[must_use]
pub fn stage(name: &str) -> Option<DefinitionStage> {
    DefinitionStage::try_from_value(&name.to_owned()).ok()
}

/// The function of that name.
#[must_use]
pub fn function(name: &str) -> Option<SigningFunction> {
    SigningFunction::try_from_value(&name.to_owned()).ok()
}
