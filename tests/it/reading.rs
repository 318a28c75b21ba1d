//! Reading: whatever is asked, the answer is the one that the specification says, on both databases.
//!
//! The oracle in `support/oracle.rs` executes the same documents over the same rows in memory, field
//! by field, as the specification's algorithm does.

#![cfg(test)]

mod arguments;
mod compare;
mod filters;
mod hub;
mod limits;
mod pages;
mod question;
mod refusals;
mod selection;
mod shape;
mod statements;

use std::{cell::RefCell, collections::BTreeMap, env};

use api::views::Role;
use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, TestCaseError, TestError, TestRunner},
};
use serde_json::{Map, Value as Json};
use tests::{
    app::each_app,
    choices::Choices,
    database::each_database,
    oracle::{Caller, Oracle},
};
use tokio::runtime::Runtime;
use uuid::Uuid;

use compare::Cursors;
use hub::{Hub, oracle};
use question::{Question, write};

/// How many random documents, unless `PROPTEST_CASES` says.
const DOCUMENTS: u32 = 250;

#[test]
fn whatever_is_selected_is_answered_as_the_specification_says() {
    let runtime = Runtime::new().unwrap();
    let oracle = oracle(20_261_122, 30);
    let mut hubs = Vec::new();
    for database in each_database() {
        let hub = runtime.block_on(Hub::open(database, &oracle.rows, &oracle.caller));
        hubs.push((hub, Cursors::default()));
    }
    let config = Config {
        cases: env::var("PROPTEST_CASES").map_or(DOCUMENTS, |cases| cases.parse().unwrap()),
        failure_persistence: None,
        max_shrink_iters: 3000,
        ..Config::default()
    };
    let numbers = vec(any::<u32>(), 0..600);
    let hubs = RefCell::new(hubs);
    let outcome = TestRunner::new(config).run(&numbers, |numbers| {
        let question = write(&oracle, Choices::recorded(numbers));
        let expected = answer(&oracle, &question);
        for (hub, cursors) in hubs.borrow_mut().iter_mut() {
            runtime
                .block_on(check(hub, cursors, &question, &expected))
                .map_err(|problem| {
                    TestCaseError::fail(format!(
                        "{problem}\n{}\nvariables {}\ncursors {:?}\n",
                        question.document,
                        Json::Object(question.variables.clone()),
                        question.cursors
                    ))
                })?;
        }
        Ok(())
    });
    match outcome {
        Ok(()) => {}
        Err(TestError::Fail(problem, _)) => panic!("{problem}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

#[tokio::test]
async fn over_http_the_answer_is_the_same() {
    each_app(async |app| {
        let mut oracle = oracle(20_261_122, 30);
        let role = Role::Analyst;
        oracle.caller = Caller {
            name: format!("a {role} of the tests"),
            roles: vec![role.to_string()],
            user: None,
        };
        oracle.rows.insert(app.database.writes()).await;
        let token = app.token_for(role).await;
        let mut cursors = Cursors::default();
        let questions = (0..100).map(|seed| write(&oracle, Choices::seeded(seed)));
        for question in questions.filter(|question| question.cursors.is_empty()) {
            let variables = Json::Object(question.variables.clone());
            let response = app.graphql(&token, &question.document, variables).await;
            if response.codes() == ["COST_TOO_HIGH"] {
                continue;
            }
            let expected = answer(&oracle, &question);
            cursors
                .compare(&expected, response.data())
                .unwrap_or_else(|problem| panic!("{problem}\n{}", question.document));
        }
    })
    .await;
}

/// What the oracle says.
fn answer(oracle: &Oracle, question: &Question) -> Json {
    let cursors: BTreeMap<String, Uuid> = question
        .cursors
        .iter()
        .enumerate()
        .map(|(number, place)| (placeholder(number), place.row))
        .collect();
    oracle.answer(&question.document, &question.variables, &cursors)
}

/// Whether `hub` says so too.
async fn check(
    hub: &Hub,
    cursors: &mut Cursors,
    question: &Question,
    expected: &Json,
) -> Result<(), String> {
    let mut document = question.document.clone();
    let mut variables = Json::Object(question.variables.clone()).to_string();
    for (number, place) in question.cursors.iter().enumerate() {
        let cursor = hub.cursor(place.noun, &place.filter, place.row).await;
        let cursor = cursor.ok_or_else(|| format!("no cursor for {place:?}"))?;
        document = document.replace(&placeholder(number), &cursor);
        variables = variables.replace(&placeholder(number), &cursor);
    }
    let variables: Map<String, Json> = serde_json::from_str(&variables).unwrap();
    let answer = hub.ask_with(&document, &variables).await;
    let errors = answer.errors();
    if !errors.is_empty() {
        let too_much = errors.iter().all(|(code, ..)| *code == "COST_TOO_HIGH");
        return if too_much { Ok(()) } else { Err(answer.text) };
    }
    cursors.compare(expected, &answer.body["data"])
}

fn placeholder(number: usize) -> String {
    format!("{{{{cursor {number}}}}}")
}
