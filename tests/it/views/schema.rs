//! Everything that can be asked is classified, so that nothing new is shown by accident.

use api::graphql::sdl;
use tests::oracle::{known, model::Model};

#[test]
fn everything_in_the_schema_is_classified() {
    let problems = known::unknown(&Model::of(&sdl()));
    assert!(problems.is_empty(), "\n{}", problems.join("\n"));
}

#[test]
fn what_nobody_has_classified_is_named() {
    for (one, other, problem) in [
        (
            "type Lead implements Node {",
            "type Lead implements Node { \"x\" birthday: Date",
            "nobody has classified Lead.birthday",
        ),
        (
            "type Viewer {",
            "type Viewer { \"x\" salary: Int",
            "nobody has classified Viewer.salary",
        ),
        (
            "type Query {",
            "type Query { \"x\" leadsGrouped: [Int!]!",
            "nobody has classified Query.leadsGrouped",
        ),
        (
            "type Viewer {",
            "type Quote implements Node { \"x\" id: ID! } type Viewer {",
            "nobody has classified the type Quote",
        ),
        (
            "type Mutation {",
            "type Mutation { \"x\" drop: Int",
            "nobody has classified Mutation.drop",
        ),
        (
            "input LeadFilter {",
            "input LeadFilter { \"x\" rawCapture: StringFilter",
            "nobody has classified LeadFilter.rawCapture",
        ),
        (
            "input StringFilter {",
            "input StringFilter { \"x\" resembles: String",
            "nobody has classified StringFilter.resembles",
        ),
        (
            "filter: LeadFilter,",
            "filter: LeadFilter, \"x\" sorted: Int,",
            "nobody has classified the argument Account.leads.sorted",
        ),
        (
            "input LeadFilter {",
            "input LeadPlan { \"x\" score: Int } input LeadFilter {",
            "nobody has classified the type LeadPlan",
        ),
        (
            "input LeadOrder @oneOf {",
            "input LeadOrder @oneOf { \"x\" id: SortOrder",
            "nobody has classified LeadOrder.id",
        ),
        (
            "enum SortOrder {",
            "enum SortOrder { RANDOM",
            "SortOrder has the values",
        ),
        (
            "type LeadAggregate {",
            "type LeadAggregate { \"x\" median: LeadNumbers!",
            "nobody has classified LeadAggregate.median",
        ),
        (
            "type LeadGroupKey {",
            "type LeadGroupKey { \"x\" rawCapture: JSON",
            "nobody has classified LeadGroupKey.rawCapture",
        ),
        (
            "input LeadHaving {",
            "input LeadHaving { \"x\" median: Int",
            "nobody has classified LeadHaving.median",
        ),
    ] {
        let sdl = sdl().replacen(one, other, 1);
        let problems = known::unknown(&Model::of(&sdl));
        assert!(
            problems.iter().any(|it| it.starts_with(problem)),
            "{problem}: {problems:?}"
        );
    }
}
