//! Who can be given something to do: people who are there, and whose roles let them do it.

use std::collections::{BTreeSet, HashMap};

use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    error::{ApiError, Problem},
    record,
    store::{self, table::Value},
    views::Views,
};

use super::{
    rows::{self, Draft},
    write::Write,
};

/// Why somebody who has left is given nothing.
pub(super) const INACTIVE: &str = "they are not active";

/// Why something is somebody else's to do, for the change log.
pub(super) const LEFT: &str = "who was to do it has left";

/// What matters of a user who is to do something.
#[derive(Debug)]
struct Person {
    active: bool,
    function: String,
    roles: Vec<String>,
}

/// Users who may be given something to do.
#[derive(Debug)]
pub(super) struct People(HashMap<Uuid, Person>);

impl People {
    /// The users with those ids.
    pub(super) async fn of(
        write: &Write<'_>,
        ids: impl IntoIterator<Item = Uuid>,
    ) -> Result<Self, ApiError> {
        let ids: BTreeSet<Uuid> = ids.into_iter().collect();
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let names = ["active", "deleted_at", "function", "roles"];
        let rows = rows::columns(write, "User", &names, &ids).await?;
        let people = rows.into_iter().filter_map(|(id, row)| {
            let [active, deleted_at, function, roles] = <[Value; 4]>::try_from(row).ok()?;
            let (Value::String(Some(function)), Value::Json(Some(roles))) = (function, roles)
            else {
                return None;
            };
            let roles = roles.as_array().map_or(&[][..], Vec::as_slice);
            let roles = roles.iter().filter_map(Json::as_str).map(str::to_owned);
            let person = Person {
                active: active == Value::Bool(Some(true)) && record::is_empty(&deleted_at),
                function,
                roles: roles.collect(),
            };
            Some((id, person))
        });
        Ok(Self(people.collect()))
    }

    /// Whether they are there still.
    pub(super) fn is_active(&self, user: Uuid) -> bool {
        self.0.get(&user).is_some_and(|person| person.active)
    }

    /// What they do.
    pub(super) fn function(&self, user: Uuid) -> Option<&str> {
        Some(self.0.get(&user)?.function.as_str())
    }

    /// Whether their roles let them do that with some rows of the noun.
    pub(super) fn may(&self, views: &Views, user: Uuid, noun: &str, action: &str) -> bool {
        self.0.get(&user).is_some_and(|person| {
            let view = views.of(&person.roles, &[]);
            let rows = view.noun(noun).can.get(action);
            rows.is_some_and(|rows| !rows.is_none())
        })
    }
}

/// Refuses to give rows to who is not there, and for whatever `wrong` has against it. Who is there stays until the transaction
/// ends, so that nobody leaves with what they have just been given.
pub(super) async fn check_assignees(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
    wrong: impl Fn(&People, &Draft, Uuid) -> Option<&'static str>,
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let given = drafts.iter().filter(|draft| draft.says("assigneeId"));
    let given = given.filter_map(|draft| Some((draft, draft.uuid(record, "assignee_id")?)));
    let given: Vec<(&Draft, Uuid)> = given.collect();
    if given.is_empty() {
        return Ok(Vec::new());
    }
    let named: BTreeSet<Uuid> = given.iter().map(|(_, user)| *user).collect();
    let staying = store::routing::stay_active(write.tx, &named).await?;
    let people = People::of(write, named).await?;
    let problems = given.into_iter().filter_map(|(draft, user)| {
        let problem = if staying.contains(&user) {
            wrong(&people, draft, user)?
        } else {
            INACTIVE
        };
        Some((draft.index, draft.problem("assigneeId", problem)))
    });
    Ok(problems.collect())
}
