//! Examples of what the reading contract promises, over a few leads that a reader can keep in mind.

use serde_json::{Value as Json, json};
use tests::{
    oracle::Oracle,
    rows::{Cell, cell},
};

use super::hub::{Hub, each_hub, lead_ids, oracle, text};

/// As many leads as there are values, each with one of them in `column`.
fn leads(column: &'static str, values: &[Cell]) -> Oracle {
    let mut oracle = oracle(3, values.len());
    let ids = lead_ids(&oracle);
    for (id, value) in ids.into_iter().zip(values) {
        oracle.rows.set("lead", id, "deleted_at", Cell::Null);
        oracle.rows.set("lead", id, column, value.clone());
    }
    oracle.look_again();
    oracle
}

fn texts(values: &[Option<&str>]) -> Vec<Cell> {
    let values = values.iter();
    values
        .map(|value| value.map_or(Cell::Null, |text| Cell::Text(text.to_owned())))
        .collect()
}

fn instants(values: &[&str]) -> Vec<Cell> {
    let values = values.iter();
    values
        .map(|value| Cell::Instant(value.parse().unwrap()))
        .collect()
}

/// The numbers of the leads in a list.
async fn found(hub: &Hub, oracle: &Oracle, arguments: &str) -> Vec<usize> {
    let query = format!("{{ leads({arguments}) {{ nodes {{ id }} }} }}");
    let answer = hub.ask(&query).await;
    let nodes = answer.data()["leads"]["nodes"].as_array().unwrap().iter();
    let ids = lead_ids(oracle);
    let number = |node: &Json| {
        let id = text(&node["id"]).trim_start_matches("lead_").to_owned();
        ids.iter().position(|it| it.simple().to_string() == id)
    };
    nodes.map(|node| number(node).unwrap()).collect()
}

async fn assert_found(oracle: &Oracle, cases: &[(&str, &[usize])]) {
    each_hub(oracle, async |hub| {
        for (filter, expected) in cases {
            let mut found = found(hub, oracle, &format!("filter: {{{filter}}}")).await;
            found.sort_unstable();
            assert_eq!(found, *expected, "{filter}");
        }
    })
    .await;
}

#[tokio::test]
async fn texts_are_compared_by_bytes_and_by_their_parts() {
    let values = [
        Some("Ada"),
        Some("ada"),
        Some("Straße 50%_\\"),
        Some(""),
        None,
        Some("ΣΊΣΥΦΟΣ K"),
    ];
    let oracle = leads("company_name", &texts(&values));
    assert_found(
        &oracle,
        &[
            ("companyName: {eq: \"Ada\"}", &[0]),
            ("companyName: {ne: \"Ada\"}", &[1, 2, 3, 5]),
            ("companyName: {in: [\"Ada\", \"\"]}", &[0, 3]),
            ("companyName: {in: \"Ada\"}", &[0]),
            ("companyName: {in: []}", &[]),
            ("companyName: {nin: [\"Ada\", \"\"]}", &[1, 2, 5]),
            ("companyName: {nin: []}", &[0, 1, 2, 3, 5]),
            ("companyName: {isNull: true}", &[4]),
            ("companyName: {isNull: false}", &[0, 1, 2, 3, 5]),
            ("companyName: {lt: \"a\"}", &[0, 2, 3]),
            ("companyName: {gte: \"ada\"}", &[1, 5]),
            (
                "companyName: {between: {from: \"Ada\", to: \"ada\"}}",
                &[0, 1, 2],
            ),
            ("companyName: {between: {from: \"b\", to: \"a\"}}", &[]),
            ("companyName: {contains: \"d\"}", &[0, 1]),
            ("companyName: {contains: \"%_\\\\\"}", &[2]),
            ("companyName: {contains: \"\"}", &[0, 1, 2, 3, 5]),
            ("companyName: {startsWith: \"A\"}", &[0]),
            ("companyName: {endsWith: \"_\\\\\"}", &[2]),
            ("companyName: {eqIgnoreCase: \"ADA\"}", &[0, 1]),
            ("companyName: {startsWithIgnoreCase: \"ſTRAẞE\"}", &[2]),
            ("companyName: {startsWithIgnoreCase: \"STRASSE\"}", &[]),
            ("companyName: {containsIgnoreCase: \"ίςυφος\"}", &[5]),
            ("companyName: {endsWithIgnoreCase: \"\u{212a}\"}", &[5]),
            ("companyName: {}", &[0, 1, 2, 3, 4, 5]),
            ("companyName: {gt: \"A\", lt: \"B\"}", &[0]),
        ],
    )
    .await;
}

#[tokio::test]
async fn every_row_passes_a_filter_or_its_negation() {
    let oracle = leads("company_name", &texts(&[Some("a"), Some("b"), None]));
    assert_found(
        &oracle,
        &[
            ("not: {companyName: {eq: \"a\"}}", &[1, 2]),
            ("not: {companyName: {ne: \"a\"}}", &[0, 2]),
            ("not: {not: {companyName: {eq: \"a\"}}}", &[0]),
            ("not: {}", &[]),
            ("and: []", &[0, 1, 2]),
            ("or: []", &[]),
            ("or: {}", &[0, 1, 2]),
            (
                "or: [{companyName: {eq: \"a\"}}, {companyName: {isNull: true}}]",
                &[0, 2],
            ),
            (
                "and: [{companyName: {gte: \"a\"}}, {companyName: {lte: \"a\"}}]",
                &[0],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn relations_ask_about_the_rows_that_they_lead_to() {
    let mut oracle = leads("company_name", &texts(&[Some("a"), Some("b"), Some("c")]));
    let ids = lead_ids(&oracle);
    // The second and the third repeat the first.
    for (id, of) in [(0, None), (1, Some(0)), (2, Some(0))] {
        let of = of.map_or(Cell::Null, |of: usize| Cell::Id(ids[of]));
        oracle.rows.set("lead", ids[id], "duplicate_of_id", of);
    }
    oracle.look_again();
    let some = "duplicates: {some: {companyName: {eq: \"b\"}}}";
    let none = "duplicates: {none: {companyName: {eq: \"b\"}}}";
    let every = "duplicates: {every: {companyName: {gte: \"b\"}}}";
    let every_b = "duplicates: {every: {companyName: {eq: \"b\"}}}";
    assert_found(
        &oracle,
        &[
            ("duplicateOf: {}", &[1, 2]),
            ("not: {duplicateOf: {}}", &[0]),
            ("duplicateOf: {companyName: {eq: \"a\"}}", &[1, 2]),
            ("duplicateOf: {companyName: {ne: \"a\"}}", &[]),
            ("duplicateOf: {duplicates: {some: {}}}", &[1, 2]),
            ("duplicates: {}", &[0, 1, 2]),
            (some, &[0]),
            (none, &[1, 2]),
            (every, &[0, 1, 2]),
            (every_b, &[1, 2]),
            (
                "duplicates: {some: {}, none: {companyName: {eq: \"x\"}}}",
                &[0],
            ),
        ],
    )
    .await;
}

#[tokio::test]
async fn durations_and_periods_are_relative_to_now() {
    // It is noon on Sunday, 22 November 2026, in UTC.
    let oracle = leads(
        "mql_at",
        &instants(&[
            "2026-11-22T11:59:59.999999Z",
            "2026-11-22T12:00:00Z",
            "2026-11-22T12:00:00.000001Z",
            "2026-11-21T00:00:00Z",
            "2026-11-20T23:59:59.999999Z",
            "2026-11-16T00:00:00Z",
            "2026-10-31T23:59:59Z",
            "2026-11-23T23:59:59.999999Z",
            "2025-12-31T23:59:59Z",
        ]),
    );
    assert_found(
        &oracle,
        &[
            ("mqlAt: {last: {hours: 1}}", &[0, 1]),
            ("mqlAt: {next: {minutes: 5}}", &[1, 2]),
            ("mqlAt: {last: {days: 1}}", &[0, 1, 3]),
            ("mqlAt: {next: {days: 1}}", &[1, 2, 7]),
            ("mqlAt: {last: {weeks: 1}}", &[0, 1, 3, 4, 5]),
            ("mqlAt: {last: {months: 1}}", &[0, 1, 3, 4, 5, 6]),
            ("mqlAt: {last: {years: 10000}}", &[0, 1, 3, 4, 5, 6, 8]),
            ("mqlAt: {this: DAY}", &[0, 1, 2]),
            ("mqlAt: {this: WEEK}", &[0, 1, 2, 3, 4, 5]),
            ("mqlAt: {following: WEEK}", &[7]),
            ("mqlAt: {this: MONTH}", &[0, 1, 2, 3, 4, 5, 7]),
            ("mqlAt: {previous: MONTH}", &[6]),
            ("mqlAt: {this: QUARTER}", &[0, 1, 2, 3, 4, 5, 6, 7]),
            ("mqlAt: {previous: YEAR}", &[8]),
        ],
    )
    .await;
}

#[tokio::test]
async fn nulls_come_last_in_both_directions_unless_one_says_otherwise() {
    let values = texts(&[Some("b"), None, Some("B"), Some("a"), None]);
    let oracle = leads("company_name", &values);
    let ids = lead_ids(&oracle);
    // Of those without a name, the id decides, in the direction of the last key.
    let nulls = if ids[1] < ids[4] { [1, 4] } else { [4, 1] };
    let (up, down) = (nulls.to_vec(), vec![nulls[1], nulls[0]]);
    each_hub(&oracle, async |hub| {
        for (direction, expected) in [
            ("ASC", [vec![2, 3, 0], up.clone()].concat()),
            ("ASC_NULLS_FIRST", [up.clone(), vec![2, 3, 0]].concat()),
            ("DESC", [vec![0, 3, 2], down.clone()].concat()),
            ("DESC_NULLS_FIRST", [down.clone(), vec![0, 3, 2]].concat()),
        ] {
            let order = format!("orderBy: {{companyName: {direction}}}");
            assert_eq!(found(hub, &oracle, &order).await, expected, "{direction}");
        }
    })
    .await;
}

#[tokio::test]
async fn enumerations_are_in_the_order_of_the_way_that_things_take() {
    let status = ["RECYCLED", "NEW", "SQL", "MQL", "NURTURING"];
    let oracle = leads("status", &texts(&status.map(Some)));
    each_hub(&oracle, async |hub| {
        let found = found(hub, &oracle, "orderBy: [{status: ASC}]").await;
        assert_eq!(found, [1, 4, 3, 2, 0]);
        let query = "{ leadGroups(by: {status: VALUE}, first: 3) { key { status } count } }";
        let groups = json!([
            { "key": { "status": "NEW" }, "count": 1 },
            { "key": { "status": "NURTURING" }, "count": 1 },
            { "key": { "status": "MQL" }, "count": 1 },
        ]);
        assert_eq!(hub.ask(query).await.data()["leadGroups"], groups);
    })
    .await;
}

#[tokio::test]
async fn one_order_is_one_list_however_it_is_written() {
    let oracle = leads("company_name", &texts(&[Some("a"), Some("b")]));
    each_hub(&oracle, async |hub| {
        let cursor = async |order: &str| {
            let query = format!("{{ leads(first: 1, {order}) {{ pageInfo {{ endCursor }} }} }}");
            hub.ask(&query).await.data()["leads"]["pageInfo"]["endCursor"].to_string()
        };
        let own = cursor("orderBy: []").await;
        assert_eq!(cursor("orderBy: [{createdAt: DESC}]").await, own);
        assert_eq!(cursor("orderBy: {createdAt: DESC}").await, own);
        let query =
            format!("{{ leads(after: {own}, orderBy: {{createdAt: ASC}}) {{ totalCount }} }}");
        let answer = hub.ask(&query).await;
        let (code, field, _) = answer.errors()[0];
        assert_eq!((code, field), ("VALIDATION", "after"));
    })
    .await;
}

#[tokio::test]
async fn numbers_leave_null_out_and_do_not_mix_currencies() {
    let mut oracle = oracle(3, 4);
    let rows = oracle.rows.of("opportunity").iter();
    let ids: Vec<_> = rows.map(|row| cell(row, "id").clone()).collect();
    let amounts = [
        (Some(101), "EUR"),
        (Some(-100), "EUR"),
        (Some(7), "JPY"),
        (None, "EUR"),
    ];
    for (id, (minor, currency)) in ids.iter().zip(amounts) {
        let Cell::Id(id) = *id else {
            panic!("{id:?} is no id")
        };
        let currency = minor.map_or(Cell::Null, |_| Cell::Text(currency.to_owned()));
        oracle.rows.set("opportunity", id, "deleted_at", Cell::Null);
        oracle.rows.set(
            "opportunity",
            id,
            "amount_minor",
            minor.map_or(Cell::Null, Cell::Int),
        );
        oracle
            .rows
            .set("opportunity", id, "amount_currency", currency);
        oracle.rows.set(
            "opportunity",
            id,
            "push_count",
            Cell::Int(minor.unwrap_or(0)),
        );
    }
    oracle.look_again();
    let query = "{
        all: opportunityAggregate { count sum { amount { amount } pushCount } avg { pushCount } }
        none: opportunityAggregate(filter: {or: []}) { count sum { pushCount } avg { pushCount } }
        euros: opportunityGroups(
            by: {amountCurrency: VALUE}
            having: {sum: {amount: {gte: {amount: \"0.01\", currency: \"EUR\"}}}}
        ) {
            key { amountCurrency } count
            sum { amount { amount } } avg { amount { amount } } max { amount { amount } }
        }
    }";
    each_hub(&oracle, async |hub| {
        let expected = json!({
            "all": {
                "count": 4,
                "sum": { "amount": null, "pushCount": 8 },
                "avg": { "pushCount": 2 },
            },
            "none": { "count": 0, "sum": { "pushCount": null }, "avg": { "pushCount": null } },
            "euros": [{
                "key": { "amountCurrency": "EUR" },
                "count": 2,
                "sum": { "amount": { "amount": "0.01" } },
                // Half a cent is rounded up.
                "avg": { "amount": { "amount": "0.01" } },
                "max": { "amount": { "amount": "1.01" } },
            }],
        });
        let answer = hub.ask(query).await;
        let compared = super::compare::Cursors::default().compare(&expected, answer.data());
        assert_eq!(compared, Ok(()));
    })
    .await;
}
