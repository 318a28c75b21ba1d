//! Every path to every noun, for many callers: no path depends on chance.

use serde_json::json;
use tests::{
    oracle::{Caller, Noun, Oracle},
    rows::Rows,
};
use uuid::Uuid;

use super::{
    callers::{
        built_in_roles, in_operators_roles, one_role, operators_roles, others, two_roles, user,
    },
    documents::{everything, guarded, lists, page},
    hubs::{Hubs, OperatorsFile, placeholder},
};
use crate::reading::{
    hub::ids,
    question::{Place, Question},
};

/// What a page says of what lies around it.
const AROUND: &str = "totalCount pageInfo { hasNextPage hasPreviousPage } nodes { id }";
/// The seed of the rows.
pub(super) const SEED: u64 = 20_261_236;
/// As [`SEED`], for the roles of an operator.
pub(super) const OPERATORS_SEED: u64 = 20_261_258;

#[tokio::test]
async fn every_path_shows_each_role_what_it_may_see() {
    let rows = || Rows::random(SEED, 40);
    let callers = one_role(&rows());
    let mut hubs = Hubs::open(rows(), built_in_roles(), &[]).await;
    walk(&mut hubs, &callers).await;
    hubs.close().await;
}

#[tokio::test]
async fn every_path_shows_pairs_of_roles_what_either_may_see() {
    let rows = || Rows::random(SEED + 1, 40);
    let callers = [two_roles(&rows()), others(&rows())].concat();
    let pair = user(&rows(), 0, &["SALES_REP", "MARKETER"], &[]);
    let mut hubs = Hubs::open(rows(), built_in_roles(), &[]).await;
    walk(&mut hubs, &[pair]).await;
    for caller in &callers {
        hubs.turn_to(caller).await;
        hubs.assert(overview(&hubs.oracle)).await;
    }
    hubs.close().await;
}

#[tokio::test]
async fn every_path_shows_an_operators_roles_what_they_may_see() {
    let rows = || Rows::random(OPERATORS_SEED, 40);
    let callers = in_operators_roles(&rows());
    let file = OperatorsFile::written();
    let mut hubs = Hubs::open(rows(), operators_roles(), &file.settings()).await;
    // Each of their own, and two that do not show the same parts.
    let (some, others) = callers.split_at(4);
    walk(&mut hubs, some).await;
    for caller in others {
        hubs.turn_to(caller).await;
        hubs.assert(overview(&hubs.oracle)).await;
    }
    hubs.close().await;
}

async fn walk(hubs: &mut Hubs, callers: &[Caller]) {
    for caller in callers {
        hubs.turn_to(caller).await;
        hubs.assert(
            "{ viewer { name roles user { id } territories { totalCount nodes { id path } } } }"
                .to_owned(),
        )
        .await;
        for noun in Noun::all() {
            hubs.assert(list(&hubs.oracle, noun)).await;
            hubs.assert(one_by_one(&hubs.oracle, noun)).await;
            let question = around_others(&hubs.oracle, noun);
            if let Err(problem) = hubs.check(&question).await {
                panic!("{problem}");
            }
        }
    }
}

/// The list of all rows, with all that there is of each.
fn list(oracle: &Oracle, noun: &Noun) -> String {
    let everything = everything(&oracle.model, noun);
    let page = page(&oracle.model, noun);
    format!(
        "{{ list: {0}(first: 100) {{ totalCount nodes {{ {everything} }} }} \
         start: {0}(first: 3) {page} end: {0}(last: 2) {page} }}",
        noun.plural
    )
}

/// By id: some rows that are seen, some that are not, and all at once.
fn one_by_one(oracle: &Oracle, noun: &Noun) -> String {
    let fields = guarded(&oracle.model, noun);
    let (seen, unseen) = ids(oracle, noun);
    let mut text = format!(
        "nodes(ids: {}) {{ __typename id ... on {} {{ {fields} }} }}",
        json!([seen.as_slice(), unseen.as_slice()].concat()),
        noun.name
    );
    let some = seen.iter().take(3).chain(unseen.iter().take(4));
    for (number, id) in some.enumerate() {
        text = format!(
            "{text} one{number}: {}(id: \"{id}\") {{ {fields} }} \
             node{number}: node(id: \"{id}\") {{ id ... on {} {{ {fields} }} }}",
            noun.single, noun.name
        );
    }
    format!("{{ {text} }}")
}

/// Pages behind and before rows that the caller need not see, with cursors that somebody else got:
/// in the list of all, and in each list that another noun has.
fn around_others(oracle: &Oracle, noun: &'static Noun) -> Question {
    let mut question = Question::default();
    let mut pages = |list: &str, row: Option<&Uuid>| {
        let Some(row) = row else {
            return "id".to_owned();
        };
        let cursor = json!(placeholder(question.cursors.len()));
        question.cursors.push(Place {
            row: *row,
            ..Place::of(noun)
        });
        let number = question.cursors.len();
        format!(
            "after{number}: {list}(first: 1, after: {cursor}) {{ {AROUND} }} \
             before{number}: {list}(last: 1, before: {cursor}) {{ {AROUND} }}"
        )
    };
    let order = oracle.in_order(noun);
    let mut text = pages(noun.plural, order.first());
    text = format!("{text} {}", pages(noun.plural, order.last()));
    for parent in Noun::all() {
        for (list, _) in lists(&oracle.model, parent.name).filter(|(_, it)| it.name == noun.name) {
            let pages = pages(list, order.get(order.len() / 2));
            text = format!(
                "{text} {}_{list}: {}(first: 5) {{ nodes {{ {pages} }} }}",
                parent.name, parent.plural
            );
        }
    }
    question.document = format!("{{ {text} }}");
    question
}

/// All lists, with what lenses differ in.
pub(super) fn overview(oracle: &Oracle) -> String {
    let lists = Noun::all().iter().map(|noun| {
        let fields = guarded(&oracle.model, noun);
        format!(
            "{}(first: 100) {{ totalCount nodes {{ {fields} }} }}",
            noun.plural
        )
    });
    format!("{{ {} }}", lists.collect::<Vec<_>>().join(" "))
}
