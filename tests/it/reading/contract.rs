//! What the reading contract refuses: each mistake with its code and the argument at fault.

use serde_json::json;

use super::{
    hub::{Hub, each_hub, oracle, variables},
    refusals::assert_refused,
};

/// Refused as a mistake, at `at` or somewhere in it.
async fn assert_mistake(hub: &Hub, query: &str, expected: &str, at: &str) {
    let answer = hub.ask(query).await;
    let errors = answer.errors();
    let [(code, field, message)] = errors.as_slice() else {
        panic!("{query}: {}", answer.text);
    };
    assert_eq!(*code, expected, "{query}: {message}");
    let inside = field.strip_prefix(at);
    assert!(
        inside.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')),
        "{query}: {field} is not in {at}: {message}"
    );
    assert!(answer.statements.is_empty(), "{:?}", answer.statements);
}

/// The schema itself says of these inputs that they have exactly one field.
#[tokio::test]
async fn objects_that_must_have_exactly_one_key() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        for (arguments, at) in [
            ("leads(orderBy: [{}])", "orderBy.0"),
            ("leads(orderBy: [{score: ASC, cycle: ASC}])", "orderBy.0"),
            // One in the place of a list has no number.
            ("leads(orderBy: {score: ASC, cycle: ASC})", "orderBy"),
            ("leads(orderBy: [{score: ASC}, {score: null}])", "orderBy.1"),
            ("leads(orderBy: [{owner: {}}])", "orderBy.0"),
            (
                "leads(orderBy: [{owner: {name: ASC, email: ASC}}])",
                "orderBy.0",
            ),
            ("leads(filter: {mqlAt: {last: {}}})", "filter.mqlAt.last"),
            (
                "leads(filter: {mqlAt: {last: {days: 1, hours: 1}}})",
                "filter.mqlAt.last",
            ),
            ("leadGroups(by: [{}])", "by.0"),
            ("leadGroups(by: [{status: VALUE, source: VALUE}])", "by.0"),
            (
                "leadGroups(by: {status: VALUE}, orderBy: [{}])",
                "orderBy.0",
            ),
        ] {
            let query = format!("{{ {arguments} {{ __typename }} }}");
            assert_mistake(hub, &query, "GRAPHQL_VALIDATION_FAILED", at).await;
        }
    })
    .await;
}

#[tokio::test]
async fn orders_that_make_no_sense() {
    let oracle = oracle(3, 6);
    let many = "{score: ASC}, ".repeat(6);
    let deep = format!("{}score: ASC{}", "duplicateOf: {".repeat(6), "}".repeat(6));
    each_hub(&oracle, async |hub| {
        for (order, at) in [
            (&format!("[{many}]"), "orderBy"),
            (&format!("{{{deep}}}"), "orderBy"),
        ] {
            let query = format!("{{ leads(orderBy: {order}) {{ totalCount }} }}");
            assert_mistake(hub, &query, "VALIDATION", at).await;
        }
    })
    .await;
}

#[tokio::test]
async fn filters_that_make_no_sense() {
    let oracle = oracle(3, 6);
    let many = "{score: {eq: 1}}, ".repeat(100);
    let deep = format!("{}{}", "not: {".repeat(11), "}".repeat(11));
    let two = "{from: {amount: \"1\", currency: \"EUR\"}, to: {amount: \"2\", currency: \"USD\"}}";
    each_hub(&oracle, async |hub| {
        for (filter, at) in [
            ("account: null", "filter.account"),
            ("and: null", "filter.and"),
            ("not: null", "filter.not"),
            ("touches: {some: null}", "filter.touches.some"),
            ("score: {eq: null}", "filter.score.eq"),
            ("mqlAt: {last: {days: 0}}", "filter.mqlAt.last"),
            ("mqlAt: {next: {days: 10001}}", "filter.mqlAt.next"),
            (
                &format!("account: {{annualRevenue: {{between: {two}}}}}"),
                "filter.account.annualRevenue.between",
            ),
            (
                "account: {annualRevenue: {eq: {amount: \"1\", currency: \"ZZZ\"}}}",
                "filter.account.annualRevenue.eq",
            ),
            (
                "account: {annualRevenue: {eq: {amount: \"one\", currency: \"EUR\"}}}",
                "filter.account.annualRevenue.eq",
            ),
            (
                "opportunities: {some: {expectedCloseOn: {last: {hours: 1}}}}",
                "filter.opportunities.some.expectedCloseOn.last",
            ),
            (&format!("and: [{many}]"), "filter"),
            (&deep, "filter"),
        ] {
            let query = format!("{{ leads(filter: {{{filter}}}) {{ totalCount }} }}");
            assert_mistake(hub, &query, "VALIDATION", at).await;
        }
    })
    .await;
}

#[tokio::test]
async fn groups_that_make_no_sense() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        for (arguments, at) in [
            ("by: []", "by"),
            ("by: [{status: VALUE}, {status: VALUE}]", "by"),
            ("by: [{mqlAt: DAY}, {mqlAt: YEAR}]", "by"),
            (
                "by: [{status: VALUE}, {source: VALUE}, {cycle: VALUE}, {score: VALUE}, {version: VALUE}]",
                "by",
            ),
            ("by: {status: VALUE}, first: 1001", "first"),
            ("by: {status: VALUE}, first: -1", "first"),
            ("by: {status: VALUE}, orderBy: {key: {source: ASC}}", "orderBy.0.key"),
            ("by: {status: VALUE}, having: {count: null}", "having.count"),
        ] {
            let query = format!("{{ leadGroups({arguments}) {{ count }} }}");
            assert_mistake(hub, &query, "VALIDATION", at).await;
        }
    })
    .await;
}

#[tokio::test]
async fn what_is_masked_is_refused_by_any_path() {
    let oracle = oracle(3, 6);
    // An analyst does not see the addresses of leads and contacts, visitors' keys, and authors.
    each_hub(&oracle, async |hub| {
        for (query, at) in [
            ("leads(orderBy: {email: ASC}) { nodes { id } }", "orderBy.0.email"),
            (
                "leads(orderBy: [{score: ASC}, {contact: {email: ASC}}]) { nodes { id } }",
                "orderBy.1.contact.email",
            ),
            (
                "leads(filter: {and: [{contact: {email: {eq: \"x\"}}}]}) { totalCount }",
                "filter.and.0.contact.email",
            ),
            (
                "leads(filter: {touches: {some: {visitorKey: {isNull: true}}}}) { totalCount }",
                "filter.touches.some.visitorKey",
            ),
            (
                "feedbackItems(orderBy: {author: {name: ASC}}) { nodes { id } }",
                "orderBy.0.author.name",
            ),
            ("feedbackItems(filter: {author: {}}) { totalCount }", "filter.author"),
            ("feedbackItems(filter: {not: {authorId: {isNull: true}}}) { totalCount }", "filter.not.authorId"),
            ("leadAggregate { some: countDistinct { other: email } }", "countDistinct.email"),
            ("leadGroups(by: {phone: VALUE}) { count }", "by.0.phone"),
            ("leadGroups(by: {contact: {email: VALUE}}) { count }", "by.0.contact.email"),
            (
                "leadGroups(by: {status: VALUE}, having: {countDistinct: {email: {gt: 1}}}) { count }",
                "having.countDistinct.email",
            ),
            (
                "leadGroups(by: {status: VALUE}, orderBy: {countDistinct: {email: ASC}}) { count }",
                "orderBy.0.countDistinct.email",
            ),
        ] {
            assert_refused(hub, &format!("{{ {query} }}"), "FORBIDDEN_FIELD", at).await;
        }
        // What asks nothing is not refused.
        let query = "{ leads(filter: {email: {}}, orderBy: []) { totalCount } }";
        hub.ask_with(query, &variables(json!({}))).await.data();
    })
    .await;
}
