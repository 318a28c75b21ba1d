//! Random documents of random callers over random rows.

use std::{cell::RefCell, env};

use chrono_tz::{America::New_York, Europe::Vienna};
use proptest::{
    collection::vec,
    prelude::any,
    test_runner::{Config, TestCaseError, TestError, TestRunner},
};
use tests::{choices::Choices, oracle::Caller, rows::Rows};
use tokio::runtime::Runtime;

use super::{
    callers::{built_in_roles, everybody, in_operators_roles, operators_roles},
    hubs::{Hubs, OperatorsFile},
};
use crate::reading::question::write;

/// How many random documents, unless `PROPTEST_CASES` says.
const DOCUMENTS: u32 = 250;
/// How many documents are asked over the same rows. The first rows are always the same; the more
/// documents, the more rows.
const DOCUMENTS_PER_SEED: u32 = 500;

#[test]
fn whoever_asks_whatever_it_is_answered_through_their_lens() {
    for (seed, documents) in portions(cases()) {
        let rows = || Rows::random(seed, 40);
        let callers = everybody(&rows());
        let runtime = Runtime::new().unwrap();
        let settings = settings("America/New_York", "4");
        let mut hubs = runtime.block_on(Hubs::open(rows(), built_in_roles(), &settings));
        hubs.oracle.calendar.zone = New_York;
        hubs.oracle.calendar.fiscal_start = 4;
        ask_at_random(&runtime, hubs, &callers, documents);
    }
}

#[test]
fn roles_of_an_operator_are_lenses_too() {
    for (seed, documents) in portions(cases() / 3) {
        let rows = || Rows::random(seed, 40);
        let callers = in_operators_roles(&rows());
        let file = OperatorsFile::written();
        let runtime = Runtime::new().unwrap();
        let settings = [&settings("Europe/Vienna", "10")[..], &file.settings()].concat();
        let mut hubs = runtime.block_on(Hubs::open(rows(), operators_roles(), &settings));
        hubs.oracle.calendar.zone = Vienna;
        hubs.oracle.calendar.fiscal_start = 10;
        ask_at_random(&runtime, hubs, &callers, documents);
    }
}

/// Where the workspace is, and when its fiscal years begin.
fn settings<'s>(zone: &'s str, month: &'s str) -> [(&'s str, &'s str); 2] {
    [
        ("WORKSPACE__TIME_ZONE", zone),
        ("WORKSPACE__FISCAL_YEAR_STARTS_IN_MONTH", month),
    ]
}

fn cases() -> u32 {
    env::var("PROPTEST_CASES").map_or(DOCUMENTS, |cases| cases.parse().unwrap())
}

/// Which rows, and how many documents over them.
fn portions(documents: u32) -> impl Iterator<Item = (u64, u32)> {
    let seeds = documents.div_ceil(DOCUMENTS_PER_SEED);
    (0..seeds).map(move |number| {
        let asked = number * DOCUMENTS_PER_SEED;
        let documents = (documents - asked).min(DOCUMENTS_PER_SEED);
        (20_261_122 + u64::from(number), documents)
    })
}

fn ask_at_random(runtime: &Runtime, hubs: Hubs, callers: &[Caller], documents: u32) {
    let config = Config {
        cases: documents,
        failure_persistence: None,
        max_shrink_iters: 300,
        ..Config::default()
    };
    let numbers = (0..callers.len(), vec(any::<u32>(), 0..600));
    let hubs = RefCell::new(hubs);
    let outcome = TestRunner::new(config).run(&numbers, |(caller, numbers)| {
        let mut hubs = hubs.borrow_mut();
        runtime.block_on(async {
            hubs.turn_to(&callers[caller]).await;
            let question = write(&hubs.oracle, Choices::recorded(numbers));
            let checked = hubs.check(&question).await;
            checked.map_err(TestCaseError::fail)
        })
    });
    match outcome {
        Ok(()) => runtime.block_on(hubs.into_inner().close()),
        Err(TestError::Fail(problem, _)) => panic!("{problem}"),
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}
