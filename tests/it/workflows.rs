//! Who can take which step with rows of a noun that has steps: every state, every step, every role, as its table has it.

#![cfg(test)]

mod names;

use api::{
    dataset::{Entity, Proviso, Step, Workflow, dataset, global_id},
    views::Role,
};
use entity::user;
use sea_orm::{ActiveModelTrait, ActiveValue::Set};
use serde_json::{Value, json};
use tests::{app::TestApp, fixtures};
use uuid::Uuid;

/// Somebody in a role, with a token.
pub(crate) type Member = (Role, user::Model, String);

/// A row, and the state in which it stands.
pub(crate) type Standing = (String, Uuid);

/// The global id of a row.
pub(crate) fn gid(noun: &str, id: Uuid) -> String {
    global_id(dataset().entity(noun).unwrap(), id)
}

/// Somebody in each role, of the function that goes with it; the managers lead the rep and the marketer.
pub(crate) async fn team(app: &TestApp) -> Vec<Member> {
    let mut users = Vec::new();
    for role in Role::ALL {
        let user = fixtures::user(&app.database, role.as_str(), &[role]).await;
        users.push((role, user));
    }
    let id = |wanted| users.iter().find(|(role, _)| *role == wanted).unwrap().1.id;
    let managers = [
        (Role::SalesRep, id(Role::SalesManager)),
        (Role::Marketer, id(Role::MarketingManager)),
    ];
    let tx = app.database.begin().await.unwrap();
    for (role, user) in &mut users {
        let manager = managers.iter().find(|(led, _)| led == role);
        user.manager_id = manager.map(|(_, manager)| *manager);
        user.function = function(*role);
        let changed = user::ActiveModel {
            id: Set(user.id),
            manager_id: Set(user.manager_id),
            function: Set(user.function),
            ..Default::default()
        };
        changed.update(&tx).await.unwrap();
    }
    tx.commit().await.unwrap();
    app.forget_callers();
    let mut team = Vec::new();
    for (role, user) in users {
        let token = app.token_of(&user.email).await;
        team.push((role, user, token));
    }
    team
}

fn function(role: Role) -> user::UserFunction {
    match role {
        Role::SalesRep | Role::SalesManager => user::UserFunction::Sales,
        Role::Marketer | Role::MarketingManager => user::UserFunction::Marketing,
        _ => user::UserFunction::Revenue,
    }
}

/// The member in that role.
pub(crate) fn member(team: &[Member], role: Role) -> (&user::Model, &str) {
    let (_, user, token) = team.iter().find(|(it, ..)| *it == role).unwrap();
    (user, token)
}

/// Whether the table gives a role the step with a row that is `theirs`, as far as the step asks.
fn may(entity: &Entity, step: &Step, role: Role, theirs: bool) -> bool {
    let bound = step.bound_to(entity);
    step.by.iter().any(|by| by == role.as_str()) && bound.is_none_or(|(_, alone)| alone == theirs)
}

/// Whether the step begins in that state, where of the row is `so` what it asks besides.
fn begins(step: &Step, state: &str, so: impl Fn(&Proviso) -> bool) -> bool {
    step.from.iter().any(|from| from == state) && step.provided.iter().all(so)
}

/// The steps that the table gives a role with a row in that state.
fn possible(
    entity: &Entity,
    role: Role,
    state: &str,
    theirs: bool,
    so: impl Fn(&Proviso) -> bool,
) -> Vec<&'static str> {
    let steps = workflow(entity).steps.iter();
    let steps = steps.filter(|step| may(entity, step, role, theirs) && begins(step, state, &so));
    steps.map(|step| step.mutation.as_str()).collect()
}

fn workflow(entity: &Entity) -> &'static Workflow {
    let entity = dataset().entity(entity.name).unwrap();
    entity.workflow.as_ref().unwrap()
}

/// Asserts that each member of `team` can take the steps of `noun` that its table gives them, and is told so. `rows` makes
/// a row in each state for a member, which is theirs in the sense of `only` and `except` or not; `said` is what has to be
/// said with a step, and `so` whether what a step asks besides is so of these rows.
pub(crate) async fn each_triple_is_as_the_table_has_it(
    app: &TestApp,
    noun: &str,
    team: &[Member],
    rows: impl AsyncFn(&user::Model, bool) -> Vec<Standing>,
    said: impl Fn(&Step) -> Value,
    so: impl Fn(&Proviso) -> bool,
) {
    let entity = dataset().entity(noun).unwrap();
    for (role, user, token) in team {
        for theirs in [true, false] {
            let rows = rows(user, theirs).await;
            if rows.is_empty() {
                continue;
            }
            for step in &workflow(entity).steps {
                let may = may(entity, step, *role, theirs);
                for ((state, id), result) in rows
                    .iter()
                    .zip(tried(app, token, noun, step, &rows, &said).await)
                {
                    let told = match &result["problems"][0]["code"] {
                        // Who has a row may be given it again.
                        Value::Null if result["outcome"] == "UNCHANGED" => "UPDATED",
                        Value::Null => result["outcome"].as_str().unwrap(),
                        code => code.as_str().unwrap(),
                    };
                    let expected = match (may, begins(step, state, &so)) {
                        (false, _) => "FORBIDDEN_SCOPE",
                        (true, false) => "INVALID_TRANSITION",
                        (true, true) => "UPDATED",
                    };
                    let triple = format!("{role} {} {state} {id}: {result}", step.mutation);
                    assert_eq!(told, expected, "{triple}");
                    if told != "UPDATED" {
                        let allowed = &result["problems"][0]["allowed"];
                        assert_eq!(
                            *allowed,
                            json!(possible(entity, *role, state, theirs, &so)),
                            "{triple}"
                        );
                    }
                }
            }
            for ((state, _), options) in rows.iter().zip(told(app, token, noun, &rows).await) {
                let expected = possible(entity, *role, state, theirs, &so);
                assert_eq!(options, json!(expected), "{role} {state} {theirs}");
            }
        }
    }
}

/// What would become of each of the rows with `step`.
async fn tried(
    app: &TestApp,
    token: &str,
    noun: &str,
    step: &Step,
    rows: &[Standing],
    said: &impl Fn(&Step) -> Value,
) -> Vec<Value> {
    let (name, many) = (&step.mutation, &step.many);
    let input = name[..1].to_ascii_uppercase() + &name[1..];
    let document = format!(
        "mutation ($input: [{input}Input!]!) {{ {many}(input: $input, atomic: false, validateOnly: true) {{
           results {{ outcome problems {{ code field message allowed }} }} }} }}"
    );
    let input = rows.iter().map(|(_, id)| {
        let mut said = said(step);
        said["id"] = json!(gid(noun, *id));
        said
    });
    let input: Vec<Value> = input.collect();
    let answer = app
        .graphql(token, &document, json!({ "input": input }))
        .await;
    answer.data()[many]["results"].as_array().unwrap().clone()
}

/// The steps that somebody is told that they can take with each of the rows.
async fn told(app: &TestApp, token: &str, noun: &str, rows: &[Standing]) -> Vec<Value> {
    let document = format!(
        "query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on {noun} {{ allowedTransitions {{ mutation }} }} }} }}"
    );
    let ids: Vec<String> = rows.iter().map(|(_, id)| gid(noun, *id)).collect();
    let answer = app.graphql(token, &document, json!({ "ids": ids })).await;
    let nodes = answer.data()["nodes"].as_array().unwrap().clone();
    let options = nodes.iter().map(|node| {
        let options = node["allowedTransitions"].as_array().unwrap();
        options.iter().map(|it| it["mutation"].clone()).collect()
    });
    options.collect()
}
