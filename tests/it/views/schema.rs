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
            "type Viewer {",
            "type Mutation { \"x\" drop: Int } type Viewer {",
            "nobody has classified the type Mutation",
        ),
        (
            "input LeadFilter {",
            "input LeadFilter { \"x\" rawCapture: StringFilter",
            "nobody has classified the filter LeadFilter.rawCapture",
        ),
        (
            "input StringFilter {",
            "input StringFilter { \"x\" contains: String",
            "nobody has classified the test StringFilter.contains",
        ),
        (
            "filter: LeadFilter,",
            "filter: LeadFilter, \"x\" orderBy: Int,",
            "nobody has classified the argument orderBy of",
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
