//! Users, and where they work.

use std::collections::BTreeSet;

use entity::change::ChangeKind;
use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::{
    auth::Outdated,
    change::{self, Change},
    dataset::{GlobalId, dataset},
    error::{ApiError, Problem},
    reader, record,
    store::{
        self, bulk, lookup,
        table::{Record, Value},
    },
    views::{Policy, Scope, Views, allows},
};

use super::{
    rows::{Draft, MOST_ROWS, seen},
    write::Write,
};

/// The name under which the change log has the territories of a user: that of the field.
const TERRITORIES: &str = "territories";

/// Where somebody works from now on.
#[derive(Clone, Debug)]
pub struct Places {
    /// The territories, each with all below it; no others.
    pub territories: Vec<Uuid>,
    /// The version of the user that who asks has read; none: any will do.
    pub expected_version: Option<i32>,
}

/// Whether they come back after they have gone, and whether there are such roles, and they are the caller's to give:
/// their own, or any where they make tokens for systems with any.
pub(super) fn check(
    write: &Write<'_>,
    views: &Views,
    record: &record::Entity,
    draft: &mut Draft,
    problems: &mut Vec<Problem>,
) {
    check_absence(record, draft, problems);
    check_token(write, views.policy(), record, draft, problems);
    if !draft.differs("roles") {
        return;
    }
    let Some(Value::Json(Some(roles))) = draft.get(record, "roles") else {
        return;
    };
    let roles = roles.as_array().map_or(&[][..], Vec::as_slice);
    let any = write.viewer.is_none_or(|viewer| {
        let makes = viewer.view.noun("ApiToken").can.get("createService");
        viewer.makes_tokens && makes.is_some_and(|on| on.covers(&Scope::all()))
    });
    let (policy, had) = (views.policy(), had(record, draft));
    let mut wrong = Vec::new();
    for role in roles.iter().filter_map(Json::as_str) {
        if policy.role(role).is_none() {
            let problem = draft.problem("roles", &format!("there is no role {role:?}"));
            wrong.push(problem.allowing(policy.roles.iter().map(|role| role.name.as_str())));
        } else if !any
            && !had.iter().any(|had| had == role)
            && !write
                .viewer
                .is_some_and(|viewer| viewer.roles.iter().any(|own| own == role))
        {
            let field = format!("{}.roles", draft.path);
            let problem = "you may not give a role that you do not have";
            wrong.push(Problem::new("FORBIDDEN_SCOPE", field, problem));
        }
    }
    problems.extend(wrong);
}

/// Whether who is absent comes back after they have gone.
fn check_absence(record: &record::Entity, draft: &Draft, problems: &mut Vec<Problem>) {
    let at = |column| match draft.get(record, column) {
        Some(Value::ChronoDateTimeUtc(at)) => *at,
        _ => None,
    };
    let absence = at("out_of_office_from").zip(at("out_of_office_until"));
    if absence.is_some_and(|(from, until)| until <= from) {
        problems.push(draft.problem("outOfOfficeUntil", "it is not after outOfOfficeFrom"));
    }
}

/// What a user may do goes as far as their roles, and they are whoever has their address. So who gives a role, or has
/// somebody else have what there is, needs a token that may be used for everything; else one that is for users alone
/// would be as good as any.
fn check_token(
    write: &Write<'_>,
    policy: &Policy,
    record: &record::Entity,
    draft: &Draft,
    problems: &mut Vec<Problem>,
) {
    let everything = policy.vocabulary.scopes();
    let unbound = write.viewer.is_none_or(|viewer| {
        let scopes = &viewer.scopes;
        everything.iter().all(|scope| allows(scopes, scope))
    });
    if unbound {
        return;
    }
    let had = had(record, draft);
    let mut given = roles(draft.get(record, "roles")).into_iter();
    let moves = !had.is_empty() && draft.changes(record, "email");
    let wrong = [
        ("roles", given.any(|role| !had.contains(&role))),
        ("email", moves),
    ];
    for (field, _) in wrong.into_iter().filter(|(_, wrong)| *wrong) {
        let field = format!("{}.{field}", draft.path);
        let problem = "this needs a token that may be used for everything: what is given can be used for everything, too";
        problems.push(Problem::new("FORBIDDEN_SCOPE", field, problem));
    }
}

/// The roles that a user had before.
fn had(record: &record::Entity, draft: &Draft) -> Vec<Json> {
    let position = record.position("roles");
    let before = draft.before.as_ref().zip(position);
    roles(before.and_then(|(row, position)| row.get(position)))
}

fn roles(value: Option<&Value>) -> Vec<Json> {
    match value {
        Some(Value::Json(Some(roles))) => roles.as_array().cloned().unwrap_or_default(),
        _ => Vec::new(),
    }
}

/// Nobody is known any more: roles, managers and teams may be others.
pub(super) fn forget(write: &Write<'_>) {
    write.outdates(Outdated::All);
}

/// Gives the user `id` these territories, and no others.
///
/// # Errors
///
/// - [`ApiError::NotFound`] when the caller does not see the user
/// - [`ApiError::Forbidden`] when they may not update them
/// - [`ApiError::Input`] with `VERSION_CONFLICT` when somebody has changed the user since, with `NOT_FOUND` for each
///   territory that there is not for the caller, and when there are too many
/// - [`ApiError::Internal`] when the database fails
pub async fn set_territories(write: &Write<'_>, id: Uuid, places: Places) -> Result<(), ApiError> {
    let (entity, record) = (dataset().target("User")?, user_record()?);
    let rows = lookup::locked(write.tx, &record.table, &[id]).await?;
    if let Some(viewer) = write.viewer {
        let user = GlobalId { entity, id };
        reader::permit(write.tx, viewer, user, "update", "change this user").await?;
    }
    let mut row = rows.into_iter().next().ok_or_else(|| ApiError::NotFound {
        what: entity.name.to_owned(),
    })?;
    same_version(record, &row, (id, places.expected_version))?;
    let after = there(write, &places.territories).await?;
    let before = store::user_territory::of(write.tx, id).await?;
    let before: BTreeSet<Uuid> = before.into_iter().collect();
    if before == after {
        return Ok(());
    }
    let by = write.author.actor.id();
    let gone: Vec<Uuid> = before.difference(&after).copied().collect();
    let new: Vec<Uuid> = after.difference(&before).copied().collect();
    store::user_territory::take(write.tx, id, &gone).await?;
    store::user_territory::give(write.tx, id, &new, (write.now, by)).await?;
    record::touch(&record.table, &mut row, by, write.now);
    bulk::update_records(write.tx, &record.table, vec![row]).await?;
    let moved = Change::by(
        write.author,
        write.now,
        (record.name, id),
        ChangeKind::Updated,
    );
    let moved = moved.of(json!({ TERRITORIES: [before, after] }));
    change::record(write.tx, vec![moved]).await?;
    forget(write);
    Ok(())
}

fn user_record() -> Result<&'static record::Entity, ApiError> {
    record::entity("user").ok_or_else(|| ApiError::internal("no user is written"))
}

/// Refuses who has read another version of the user.
fn same_version(
    record: &record::Entity,
    row: &Record,
    (id, expected): (Uuid, Option<i32>),
) -> Result<(), ApiError> {
    let version = record.position("version").and_then(|at| row.get(at));
    let (Some(Value::Int(Some(version))), Some(expected)) = (version, expected) else {
        return Ok(());
    };
    if *version == expected {
        return Ok(());
    }
    let problem = format!("the user has version {version} by now: somebody has changed them");
    let mut problem = Problem::new("VERSION_CONFLICT", "input.expectedVersion", &problem);
    problem.current = Some((id, *version));
    Err(ApiError::Input(vec![problem]))
}

/// These territories, each once, if there are all of them for the caller.
async fn there(write: &Write<'_>, territories: &[Uuid]) -> Result<BTreeSet<Uuid>, ApiError> {
    if territories.len() > MOST_ROWS {
        let problem = format!("{MOST_ROWS} at the most");
        let problem = Problem::validation("input.territoryIds", &problem);
        return Err(ApiError::Input(vec![problem]));
    }
    let seen = seen(write, dataset().target("Territory")?, territories).await?;
    let unknown = territories
        .iter()
        .enumerate()
        .filter(|(_, id)| !seen.contains(id));
    let unknown = unknown.map(|(index, _)| {
        let field = format!("input.territoryIds.{index}");
        Problem::new(
            "NOT_FOUND",
            field,
            "there is no such Territory, or none that you may see",
        )
    });
    let unknown: Vec<Problem> = unknown.collect();
    if unknown.is_empty() {
        Ok(territories.iter().copied().collect())
    } else {
        Err(ApiError::Input(unknown))
    }
}
