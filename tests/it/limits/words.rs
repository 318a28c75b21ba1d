//! The library's errors in our words: a case of each of its rules, and of each way in which a value is wrong.

use serde_json::{Value, json};
use tests::app::TestApp;

use super::{ask_with, assert_answered, hub};

/// Words that only the library would say.
const LEAKS: [&str; 16] = [
    "Unknown",
    "Invalid value",
    "Invalid default",
    "Expected",
    "expected type",
    "enumeration type",
    "did you mean",
    "Did you mean",
    "conflict because",
    "cannot be spread",
    "must have a selection",
    "must not have",
    "There can only",
    "in position expecting",
    "not defined by",
    "Duplicate",
];

/// A document, the argument at fault, and the sentence.
const DOCUMENTS: [(&str, &str, &str); 65] = [
    // arguments_of_correct_type
    (
        "{ leads(first: \"1\") { totalCount } }",
        "first",
        "first: an Int is required",
    ),
    (
        "{ leads(filter: {score: {in: [1, \"2\"]}}) { totalCount } }",
        "filter.score.in.1",
        "filter.score.in.1: an Int is required",
    ),
    (
        "{ leads(filter: {secret: {eq: 1}}) { totalCount } }",
        "filter.secret",
        "filter.secret: there is no such field of LeadFilter",
    ),
    ("{ lead(id: null) { id } }", "id", "id: an ID is required"),
    // default_values_of_correct_type
    (
        "query($n: Int = \"1\") { leads(first: $n) { totalCount } }",
        "$n",
        "$n: an Int is required",
    ),
    (
        "query($f: LeadFilter = {score: {eq: \"x\"}}) { leads(filter: $f) { totalCount } }",
        "$f.score.eq",
        "$f.score.eq: an Int is required",
    ),
    // directives_unique, known_directives
    (
        "{ viewer { name @skip(if: false) @skip(if: false) } }",
        "",
        "`@skip` may stand here only once",
    ),
    (
        "{ viewer { name @secret } }",
        "",
        "there is no directive `@secret`",
    ),
    (
        "query @skip(if: false) { viewer { name } }",
        "",
        "`@skip` may not stand at a query",
    ),
    (
        "{ viewer { name @specifiedBy(url: \"x\") } }",
        "",
        "`@specifiedBy` may not stand at a field",
    ),
    // Of `__typename`, which the library looks past, and of variables
    (
        "{ __typename @specifiedBy(url: \"x\") }",
        "",
        "`@specifiedBy` may not stand at a field",
    ),
    (
        "{ ...F } fragment F on Query { ... { __typename @oneOf } }",
        "",
        "`@oneOf` may not stand at a field",
    ),
    (
        "{ __typename @secret }",
        "",
        "there is no directive `@secret`",
    ),
    (
        "{ __typename @skip(if: false) @skip(if: false) }",
        "",
        "`@skip` may stand here only once",
    ),
    (
        "{ __typename @skip }",
        "if",
        "if: a Boolean! is required by `@skip`",
    ),
    (
        "{ __typename @skip(if: 1) }",
        "if",
        "if: a Boolean is required",
    ),
    (
        "{ __typename @skip(if: true, iff: true) }",
        "iff",
        "there is no argument `iff` of `@skip`",
    ),
    (
        "{ __typename @skip(if: $b) }",
        "$b",
        "$b: the operation has no such variable",
    ),
    (
        "{ __typename(a: 1) }",
        "a",
        "there is no argument `a` of `Query.__typename`",
    ),
    (
        "{ __typename { a } }",
        "__typename",
        "`__typename` is a String, which has no fields: leave the braces out",
    ),
    (
        "query($n: Int @specifiedBy(url: \"x\")) { leads(first: $n) { totalCount } }",
        "",
        "`@specifiedBy` may not stand at a variable definition",
    ),
    // fields_on_correct_type, scalar_leafs
    (
        "{ leads { nodes { idd } } }",
        "idd",
        "there is no field `idd` on type `Lead`",
    ),
    (
        "{ leads { totalCount { a } } }",
        "totalCount",
        "`totalCount` is an Int, which has no fields: leave the braces out",
    ),
    (
        "{ leads { nodes } }",
        "nodes",
        "say which fields of `nodes`, a Lead, in braces behind it",
    ),
    // fragments_on_composite_types
    (
        "{ viewer { ...F } } fragment F on Int { a }",
        "",
        "fragment `F`: Int is no type with fields",
    ),
    (
        "{ viewer { ... on Int { a } } }",
        "",
        "Int is no type with fields",
    ),
    // known_argument_names
    (
        "{ leads(secret: 1) { totalCount } }",
        "secret",
        "there is no argument `secret` of `Query.leads`",
    ),
    (
        "{ viewer { name @skip(iff: true, if: true) } }",
        "iff",
        "there is no argument `iff` of `@skip`",
    ),
    // known_fragment_names
    (
        "{ viewer { ...None } }",
        "",
        "there is no fragment `None` in this document",
    ),
    // known_type_names
    ("{ ... on Secret { a } }", "", "there is no type `Secret`"),
    (
        "query($v: Secret) { leads(first: $v) { totalCount } }",
        "",
        "there is no type `Secret`",
    ),
    (
        "query($v: [Secret!]! = [1]) { leads(first: $v) { totalCount } }",
        "",
        "there is no type `Secret`",
    ),
    // no_fragment_cycles
    (
        "{ viewer { ...F } } fragment F on Viewer { name ...F }",
        "",
        "fragment `F` contains itself",
    ),
    // no_undefined_variables, no_unused_variables
    (
        "{ leads(first: $n) { totalCount } }",
        "$n",
        "$n: the operation has no such variable",
    ),
    (
        "query Q { leads(first: $n) { totalCount } }",
        "$n",
        "$n: operation `Q` has no such variable",
    ),
    (
        "query($n: Int) { viewer { name } }",
        "$n",
        "$n: this variable is used nowhere: leave it out",
    ),
    (
        "query Q($n: Int) { viewer { name } }",
        "$n",
        "$n: this variable is used nowhere: leave it out",
    ),
    // no_unused_fragments
    (
        "{ viewer { name } } fragment F on Viewer { name }",
        "",
        "fragment `F` is used nowhere: leave it out",
    ),
    // overlapping_fields_can_be_merged
    (
        "{ viewer { a: name a: roles } }",
        "a",
        "`a` is to be `name` and `roles`: give one of them another alias",
    ),
    (
        "{ leads(first: 1) { totalCount } leads(first: 2) { totalCount } }",
        "",
        "this is asked for twice with different arguments: give one of them another alias",
    ),
    (
        "{ leads(first: 1) { nodes { a: score } } leads(first: 1) { nodes { a: status } } }",
        "a",
        "`a` is to be `score` and `status`: give one of them another alias",
    ),
    (
        "{ leads { nodes { touches(first: 1) { totalCount } } } ...F } \
         fragment F on Query { leads { nodes { touches(first: 3) { totalCount } } } }",
        "",
        "this is asked for twice with different arguments: give one of them another alias",
    ),
    (
        "{ node(id: \"a\") { ... on Lead { a: score } ... on Account { a: name } } }",
        "a",
        "`a` is to be an Int! and a String!: give one of them another alias",
    ),
    (
        "{ node(id: \"a\") { a: id ... on Account { a: name } } }",
        "a",
        "`a` is to be `id` and `name`: give one of them another alias",
    ),
    // In a fragment that is spread nowhere
    (
        "{ viewer { name } } fragment F on Viewer { a: name a: roles }",
        "a",
        "`a` is to be `name` and `roles`: give one of them another alias",
    ),
    // A field of an argument twice
    (
        "{ leads(filter: {status: {eq: MQL, eq: NEW}}) { totalCount } }",
        "eq",
        "eq: it is given twice",
    ),
    (
        "query($f: LeadFilter = {score: {eq: 1}, score: {eq: 2}}) { leads(filter: $f) { totalCount } }",
        "score",
        "score: it is given twice",
    ),
    // What is no query
    (
        "mutation { x }",
        "x",
        "there is no field `x` on type `Mutation`",
    ),
    // possible_fragment_spreads
    (
        "{ viewer { ...F } } fragment F on Lead { id }",
        "",
        "fragment `F` is on Lead, and what is here is a Viewer",
    ),
    (
        "{ viewer { ... on Lead { id } } }",
        "",
        "this is on Lead, and what is here is a Viewer",
    ),
    // provided_non_null_arguments
    ("{ lead { id } }", "id", "id: an ID! is required by `lead`"),
    (
        "{ viewer { name @skip } }",
        "if",
        "if: a Boolean! is required by `@skip`",
    ),
    // unique_argument_names, unique_variable_names
    (
        "{ leads(first: 1, first: 1) { totalCount } }",
        "first",
        "first: it is given twice",
    ),
    (
        "query($n: Int, $n: Int) { leads(first: $n) { totalCount } }",
        "$n",
        "$n: it is defined twice",
    ),
    // variables_are_input_types
    (
        "query($n: Lead) { leads(first: $n) { totalCount } }",
        "$n",
        "$n: Lead is no type of values that can be given",
    ),
    // variables_in_allowed_position
    (
        "query($n: String) { leads(first: $n) { totalCount } }",
        "$n",
        "$n: it is a String, and stands where an Int is required",
    ),
    (
        "query($n: [Int]) { leads { nodes { touches(first: $n) { totalCount } } } }",
        "$n",
        "$n: it is a [Int], and stands where an Int is required",
    ),
    (
        "query($id: ID) { ...F } fragment F on Query { lead(id: $id) { id } }",
        "$id",
        "$id: it is an ID, and stands where an ID! is required",
    ),
    (
        "query($s: String) { leads(filter: {score: {in: [1, $s]}}) { totalCount } }",
        "$s",
        "$s: it is a String, and stands where an Int! is required",
    ),
    (
        "query($b: Boolean) { viewer { name @skip(if: $b) } }",
        "$b",
        "$b: it is a Boolean, and stands where a Boolean! is required",
    ),
    // Of the parser
    (
        "query A { viewer { name } } query A { viewer { name } }",
        "",
        "there are two operations `A`",
    ),
    (
        "{ viewer { name } } query A { viewer { name } }",
        "",
        "an operation without a name must be the only one",
    ),
    (
        "{ viewer { ...F } } fragment F on Viewer { name } fragment F on Viewer { name }",
        "",
        "there are two fragments `F`",
    ),
    (
        "fragment F on Viewer { name }",
        "",
        "there is no operation in this document",
    ),
    // Which operation
    (
        "query A { viewer { name } } query B { viewer { name } }",
        "operationName",
        "operationName: the document has several operations: say which one",
    ),
];

/// The errors of an answer that was refused as a whole.
async fn errors(app: &TestApp, query: &str, variables: Value) -> Vec<Value> {
    let answer = ask_with(app, query, variables).await;
    assert_eq!(answer.status, 400, "{query}: {}", answer.text);
    assert!(answer.body.get("data").is_none(), "{query}");
    for leak in LEAKS {
        assert!(!answer.text.contains(leak), "{query}: {}", answer.text);
    }
    answer.body["errors"].as_array().unwrap().clone()
}

#[tokio::test]
async fn each_rule_has_words_of_ours() {
    let app = hub(&[]).await;
    for (query, field, message) in DOCUMENTS {
        let errors = errors(&app, query, json!({})).await;
        let told = |error: &&Value| error["message"] == message;
        let error = errors.iter().find(told);
        let error = error.unwrap_or_else(|| panic!("{query}: {errors:?}"));
        let once = errors.iter().filter(|other| *other == error).count();
        assert_eq!(once, 1, "{query}: {errors:?}");
        let extensions = &error["extensions"];
        assert_eq!(extensions["code"], "GRAPHQL_VALIDATION_FAILED", "{query}");
        assert_eq!(extensions["field"].as_str().unwrap_or(""), field, "{query}");
    }
}

#[tokio::test]
async fn where_there_are_few_values_they_are_told() {
    let app = hub(&[]).await;
    for (query, field) in [
        (
            "{ leads(filter: {status: {eq: SECRET}}) { totalCount } }",
            "filter.status.eq",
        ),
        (
            "query($s: LeadStatus = SECRET) { leads(filter: {status: {eq: $s}}) { totalCount } }",
            "$s",
        ),
    ] {
        let errors = errors(&app, query, json!({})).await;
        let told = errors
            .iter()
            .find(|error| error["extensions"]["field"] == field);
        let extensions = &told.unwrap_or_else(|| panic!("{query}: {errors:?}"))["extensions"];
        assert_eq!(extensions["code"], "GRAPHQL_VALIDATION_FAILED");
        let allowed = extensions["allowed"].as_array().unwrap();
        assert!(
            allowed.contains(&json!("MQL")) && allowed.len() == 10,
            "{allowed:?}"
        );
        assert!(
            !told.unwrap()["message"]
                .as_str()
                .unwrap()
                .contains("SECRET")
        );
    }
}

#[tokio::test]
async fn the_same_field_may_be_asked_for_twice() {
    let app = hub(&[]).await;
    for query in [
        "{ leads(first: 1, orderBy: []) { nodes { id } } leads(orderBy: [], first: 1) { nodes { id score } } }",
        "{ leads(filter: {score: {eq: 1, ne: 2}}) { totalCount } \
         leads(filter: {score: {ne: 2, eq: 1}}) { totalCount } }",
        "{ viewer { name ...F ... { ...F } } ...G } fragment F on Viewer { name roles } \
         fragment G on Query { viewer { name ...F } }",
        "{ node(id: \"lead_00000000000000000000000000000000\") { id __typename \
         ... on Lead { id a: email b: account { c: name } } \
         ... on Account { id a: country b: parent { c: name } } } }",
    ] {
        assert_answered(&ask_with(&app, query, json!({})).await);
    }
}

#[tokio::test]
async fn at_most_twenty_errors_are_told() {
    let app = hub(&[]).await;
    let errors = errors(
        &app,
        &format!("{{ {} }}", "nothing ".repeat(500)),
        json!({}),
    )
    .await;
    assert_eq!(errors.len(), 20);
}
