//! The steps that the viewer can take with a row: those of its state, as far as their roles go with this row.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use crate::{
    dataset::{Entity, Proviso, Requirement, Step, Workflow},
    error::ApiError,
    views::Scope,
};

use super::{
    super::selection::{RequirementPart, TransitionPart},
    Compiler,
    scope::{ALWAYS, NEVER},
};

/// Stands for the answers that the active definition of a stage asks for, until they are known.
const ANSWERS: &str = "\"@answers\"";

impl Compiler<'_> {
    /// The steps as a JSON array of objects, in the order in which they are declared.
    pub(super) fn allowed_transitions(
        &mut self,
        parts: &[(String, TransitionPart)],
        entity: &'static Entity,
        alias: &str,
    ) -> Result<String, ApiError> {
        let (Some(workflow), Some((column, _))) = (&entity.workflow, entity.state()) else {
            return Err(ApiError::internal("a noun without steps"));
        };
        let mut conditions: BTreeMap<&str, String> = BTreeMap::new();
        let mut pieces = Vec::new();
        for step in &workflow.steps {
            let may = match conditions.get(&*step.action) {
                Some(known) => known.clone(),
                None => self.may_do(&step.action, entity, alias)?,
            };
            if may == NEVER {
                continue;
            }
            let states = literals(&step.from);
            let option = answered(&format!(",{}", option(parts, workflow, step)), step);
            let mut condition = format!("{alias}.\"{column}\" IN ({states}) AND {may}");
            if let Some((column, alone)) = step.bound_to(entity) {
                let user = format!("{alias}.\"{column}\"");
                let named = format!("coalesce({}, FALSE)", self.is_viewer(&user));
                let theirs = if alone {
                    format!("({named} OR {})", is_gone(&user))
                } else {
                    format!("NOT {named}")
                };
                condition = format!("{condition} AND {theirs}");
            }
            for proviso in &step.provided {
                let holds = provided(entity, step, proviso, alias)?;
                condition = format!("{condition} AND {holds}");
            }
            pieces.push(format!("CASE WHEN {condition} THEN {option} ELSE '' END"));
            conditions.insert(&step.action, may);
        }
        if pieces.is_empty() {
            return Ok(self.dialect.json_of_text("'[]'"));
        }
        let options = format!("'[' || substr({}, 2) || ']'", pieces.join(" || "));
        Ok(self.dialect.json_of_text(&options))
    }

    /// The condition for the rows with which the viewer may do `action`.
    fn may_do(&mut self, action: &str, entity: &Entity, alias: &str) -> Result<String, ApiError> {
        let view = self.view;
        let rows = view.noun(entity.name).can.get(action);
        let Some(rows) = rows.filter(|rows| self.may_write && !rows.is_none()) else {
            return Ok(NEVER.to_owned());
        };
        let condition = self.in_scope(entity, rows, alias)?;
        Ok(condition.unwrap_or_else(|| ALWAYS.to_owned()))
    }

    /// The columns that a row must carry so that it can be said what the viewer can do with it.
    pub(super) fn columns_of_steps(&self, entity: &Entity) -> BTreeSet<&'static str> {
        let mut columns: BTreeSet<_> = entity
            .state()
            .map(|(column, _)| column)
            .into_iter()
            .collect();
        let steps = entity.workflow.iter().flat_map(|workflow| &workflow.steps);
        let can = &self.view.noun(entity.name).can;
        let scopes = steps.filter_map(|step| can.get(step.action.as_str()));
        let words = scopes.flat_map(Scope::words);
        columns.extend(words.flat_map(|word| entity.ties.columns(word)));
        let steps = entity.workflow.iter().flat_map(|workflow| &workflow.steps);
        columns.extend(
            steps
                .clone()
                .filter_map(|step| Some(step.bound_to(entity)?.0)),
        );
        let provided = steps.flat_map(|step| &step.provided);
        columns.extend(provided.filter_map(|proviso| proviso.column(entity)));
        columns
    }
}

/// That there is no such user, or that they have left.
fn is_gone(user: &str) -> String {
    format!(
        "NOT EXISTS (SELECT 1 FROM \"user\" AS present WHERE present.\"id\" = {user} \
         AND present.\"active\" AND present.\"deleted_at\" IS NULL)"
    )
}

/// A text as a literal of SQL.
fn literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// What is said of a step, in which the answers are looked up that the active definition asks for.
fn answered(option: &str, step: &Step) -> String {
    let Some(stage) = &step.answers else {
        return literal(option);
    };
    let stage = literal(stage);
    let answers = format!(
        "coalesce((SELECT CAST(\"asked\".\"answers\" AS TEXT) FROM \"lead_definition\" AS \"asked\" \
         WHERE \"asked\".\"stage\" = {stage} AND \"asked\".\"status\" = 'ACTIVE'), '[]')"
    );
    let parts: Vec<String> = option.split(ANSWERS).map(literal).collect();
    parts.join(&format!(" || {answers} || "))
}

/// The condition for the rows of which that is so.
fn provided(
    entity: &Entity,
    step: &Step,
    proviso: &Proviso,
    alias: &str,
) -> Result<String, ApiError> {
    let column = proviso.column(entity);
    let column = column.ok_or_else(|| ApiError::internal("a proviso without a column"))?;
    let column = format!("{alias}.\"{column}\"");
    Ok(match proviso {
        Proviso::Empty(_) => format!("{column} IS NULL"),
        Proviso::Filled(_) => format!("{column} IS NOT NULL"),
        Proviso::IsNot { value, .. } => format!("{column} <> {}", literal(value)),
        Proviso::OnceIn(_) => {
            let (from, to) = (literals(&step.from), literals(&step.to));
            format!(
                "NOT EXISTS (SELECT 1 FROM \"lead_transition\" AS \"taken\" WHERE \"taken\".\"lead_id\" = {alias}.\"id\" \
                 AND \"taken\".\"cycle\" = {column} AND \"taken\".\"cause\" = 'MUTATION' \
                 AND \"taken\".\"from_status\" IN ({from}) AND \"taken\".\"to_status\" IN ({to}))"
            )
        }
    })
}

/// Texts as literals of SQL, for a list.
fn literals(texts: &[String]) -> String {
    let literals: Vec<String> = texts.iter().map(|text| literal(text)).collect();
    literals.join(", ")
}

/// What is said of a requirement.
fn requirement(parts: &[(String, RequirementPart)], requirement: &Requirement) -> Json {
    let value = |part: &RequirementPart| match part {
        RequirementPart::TypeName => json!("TransitionRequirement"),
        RequirementPart::OneOf => json!(requirement.one_of),
        RequirementPart::When => json!(requirement.when),
    };
    let pairs = parts.iter().map(|(key, part)| (key.clone(), value(part)));
    Json::Object(pairs.collect())
}

/// What is said of a step.
fn option(parts: &[(String, TransitionPart)], workflow: &Workflow, step: &Step) -> Json {
    let value = |part: &TransitionPart| match part {
        TransitionPart::TypeName => json!(format!("{}TransitionOption", workflow.noun)),
        TransitionPart::Mutation => json!(step.mutation),
        TransitionPart::To => json!(step.to),
        TransitionPart::Requires if step.answers.is_some() => json!(ANSWERS.trim_matches('"')),
        TransitionPart::Requires => json!(workflow.requires(step)),
        TransitionPart::RequiresAlso(parts) => {
            let also = workflow.requires_also(step);
            json!(
                also.iter()
                    .map(|it| requirement(parts, it))
                    .collect::<Vec<_>>()
            )
        }
        TransitionPart::ReasonKinds => json!(workflow.reasons_of(step).collect::<Vec<_>>()),
        TransitionPart::Description => json!(step.description),
    };
    let pairs = parts.iter().map(|(key, part)| (key.clone(), value(part)));
    Json::Object(pairs.collect())
}
