//! Every filter: data where the caller sees the field of every row, and a refusal where they do
//! not; at the root and in every list of every noun.

use tests::{
    oracle::{Noun, Oracle, lens::Class},
    rows::Rows,
};

use super::{
    callers::{built_in_roles, in_operators_roles, one_role, operators_roles, user},
    documents::{filters, lists, telling},
    hubs::{Hubs, OperatorsFile},
    sweep::{OPERATORS_SEED, SEED},
};

/// How many fields of the root one document has.
const FIELDS: usize = 30;

#[tokio::test]
async fn filters_tell_each_role_nothing_that_it_does_not_see() {
    let rows = || Rows::random(SEED, 40);
    let mut callers = one_role(&rows());
    for pair in [
        ["SALES_REP", "ANALYST"],
        ["SALES_REP", "MARKETER"],
        ["ANALYST", "MARKETING_MANAGER"],
        ["SALES_REP", "SALES_MANAGER"],
    ] {
        callers.push(user(&rows(), 1, &pair, &[]));
    }
    let mut hubs = Hubs::open(rows(), built_in_roles(), &[]).await;
    for (number, caller) in callers.iter().enumerate() {
        hubs.turn_to(caller).await;
        // What is open to all is asked for once.
        filter(&mut hubs, number == 0).await;
    }
    hubs.close().await;
}

#[tokio::test]
async fn filters_tell_an_operators_roles_nothing_that_they_do_not_see() {
    let rows = || Rows::random(OPERATORS_SEED, 40);
    let callers = in_operators_roles(&rows());
    let file = OperatorsFile::written();
    let mut hubs = Hubs::open(rows(), operators_roles(), &file.settings()).await;
    for caller in &callers {
        hubs.turn_to(caller).await;
        filter(&mut hubs, false).await;
    }
    hubs.close().await;
}

async fn filter(hubs: &mut Hubs, also_open: bool) {
    let oracle = &hubs.oracle;
    let mut allowed = Vec::new();
    let mut forbidden = Vec::new();
    for noun in Noun::all() {
        for (field, test) in tests_of(oracle, noun, also_open) {
            let list = format!("{}(filter: {{{field}: {test}}}, first: 50)", noun.plural);
            let list = format!("{list} {{ totalCount nodes {{ id }} }}");
            if oracle.lens.forbids(noun.name, field) {
                forbidden.push(list);
                forbidden.extend(nested(oracle, noun, field, &test));
            } else {
                allowed.push(list);
            }
        }
    }
    // One at a time: where one is refused that must not be null, nothing is said of others.
    for lists in allowed.chunks(FIELDS).chain(forbidden.chunks(1)) {
        let lists = lists.iter().enumerate();
        let lists = lists.map(|(number, list)| format!("k{number}: {list}"));
        let document = format!("{{ {} }}", lists.collect::<Vec<_>>().join(" "));
        hubs.assert(document).await;
    }
}

/// Each field that there is a filter by, with a test that tells rows apart. What may be hidden is
/// also tested for being absent.
fn tests_of<'o>(
    oracle: &'o Oracle,
    noun: &'static Noun,
    also_open: bool,
) -> Vec<(&'o str, String)> {
    let mut tests = Vec::new();
    for (field, type_name) in filters(&oracle.model, noun) {
        let of = type_name.trim_end_matches("Filter");
        let differs = of == "ID" || Class::of(noun.name).guard_of(field).is_some();
        if differs || also_open {
            tests.push((field, telling(oracle, noun, field, type_name)));
        }
        if differs {
            let is_relation = type_name
                .strip_suffix("Filter")
                .and_then(Noun::of)
                .is_some();
            let absent = if is_relation { "{}" } else { "{isNull: true}" };
            tests.push((field, absent.to_owned()));
        }
    }
    tests
}

/// The same filter in every list of `noun` that another noun has, and in one that is further down.
fn nested(oracle: &Oracle, noun: &Noun, field: &str, test: &str) -> Vec<String> {
    let mut nested = Vec::new();
    for parent in Noun::all() {
        let lists = lists(&oracle.model, parent.name);
        for (list, _) in lists.filter(|(_, target)| target.name == noun.name) {
            let list = format!("{list}(filter: {{{field}: {test}}}, first: 1) {{ totalCount }}");
            nested.push(format!(
                "{}(first: 1) {{ edges {{ node {{ id {list} }} }} }}",
                parent.plural
            ));
        }
    }
    nested
}
