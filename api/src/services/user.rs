//! Users.

use serde_json::Value as Json;

use crate::{
    auth::Outdated,
    error::Problem,
    record,
    store::table::Value,
    views::{Scope, Views},
};

use super::{rows::Draft, write::Write};

/// Whether they come back after they have gone, and whether there are such roles, and they are the caller's to give: their own, or any where they make tokens
/// for systems with any.
pub(super) fn check(
    write: &Write<'_>,
    views: &Views,
    record: &record::Entity,
    draft: &mut Draft,
    problems: &mut Vec<Problem>,
) {
    check_absence(record, draft, problems);
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
    let policy = views.policy();
    let mut wrong = Vec::new();
    for role in roles.iter().filter_map(Json::as_str) {
        if policy.role(role).is_none() {
            let problem = draft.problem("roles", &format!("there is no role {role:?}"));
            wrong.push(problem.allowing(policy.roles.iter().map(|role| role.name.as_str())));
        } else if !any
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

/// Nobody is known any more: roles, managers and teams may be others.
pub(super) fn forget(write: &Write<'_>) {
    write.outdates(Outdated::All);
}
