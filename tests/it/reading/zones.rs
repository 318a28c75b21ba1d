//! Time zones: where days, weeks, years and fiscal years begin, as an operator set it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::{America, Asia, Europe, Pacific, Tz};
use serde_json::Map;
use tests::{
    database::each_database,
    oracle::{Calendar, Oracle},
    rows::{Cell, cell},
};

use super::{
    compare::Cursors,
    hub::{Hub, oracle, text},
};

const ZONES: [Tz; 5] = [
    Tz::UTC,
    Europe::Vienna,
    America::New_York,
    Asia::Kathmandu,
    Pacific::Apia,
];
const PERIODS: [&str; 7] = [
    "DAY",
    "WEEK",
    "MONTH",
    "QUARTER",
    "YEAR",
    "FISCAL_QUARTER",
    "FISCAL_YEAR",
];

/// Leads that were qualified at these instants, one each.
fn leads(instants: &[DateTime<Utc>]) -> Oracle {
    let mut oracle = oracle(3, instants.len());
    let rows = oracle.rows.of("lead").iter();
    let ids: Vec<_> = rows.map(|row| cell(row, "id").clone()).collect();
    for (id, instant) in ids.iter().zip(instants) {
        let Cell::Id(id) = *id else {
            panic!("{id:?} is no id")
        };
        oracle.rows.set("lead", id, "deleted_at", Cell::Null);
        oracle
            .rows
            .set("lead", id, "mql_at", Cell::Instant(*instant));
    }
    oracle.look_again();
    oracle
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Asserts into which periods these instants fall in `zone`, with fiscal years from April on.
async fn assert_periods(zone: Tz, period: &str, cases: &[(&str, &str)]) {
    let instants: Vec<_> = cases.iter().map(|(instant, _)| at(instant)).collect();
    let oracle = leads(&instants);
    let calendar = Calendar {
        zone,
        fiscal_start: 4,
        now: at("2026-11-22T12:00:00Z"),
    };
    let query = format!(
        "{{ leadGroups(by: {{mqlAt: {period}}}) {{ key {{ mqlAt }} leads {{ nodes {{ mqlAt }} }} }} }}"
    );
    for database in each_database() {
        let mut hub = Hub::open(database, &oracle.rows, &oracle.caller).await;
        hub.move_to(&calendar);
        let answer = hub.ask(&query).await;
        let groups = answer.data()["leadGroups"].as_array().unwrap();
        let mut found: BTreeMap<_, &str> = BTreeMap::new();
        for group in groups {
            for lead in group["leads"]["nodes"].as_array().unwrap() {
                found.insert(at(text(&lead["mqlAt"])), text(&group["key"]["mqlAt"]));
            }
        }
        let expected = cases.iter().map(|(instant, day)| (at(instant), *day));
        assert_eq!(found, expected.collect(), "{zone} {period}");
    }
}

#[tokio::test]
async fn a_day_has_twenty_three_hours_when_clocks_go_forward() {
    let cases = [
        ("2026-03-28T22:59:59.999999Z", "2026-03-28"),
        ("2026-03-28T23:00:00Z", "2026-03-29"),
        ("2026-03-29T00:59:59Z", "2026-03-29"),
        ("2026-03-29T01:00:00Z", "2026-03-29"),
        ("2026-03-29T21:59:59Z", "2026-03-29"),
        ("2026-03-29T22:00:00Z", "2026-03-30"),
    ];
    assert_periods(Europe::Vienna, "DAY", &cases).await;
    let cases = [
        ("2026-03-08T04:59:59Z", "2026-03-07"),
        ("2026-03-08T05:00:00Z", "2026-03-08"),
        ("2026-03-09T03:59:59Z", "2026-03-08"),
        ("2026-03-09T04:00:00Z", "2026-03-09"),
    ];
    assert_periods(America::New_York, "DAY", &cases).await;
}

#[tokio::test]
async fn a_day_has_twenty_five_hours_when_clocks_go_back() {
    let cases = [
        ("2026-10-24T21:59:59Z", "2026-10-24"),
        ("2026-10-24T22:00:00Z", "2026-10-25"),
        ("2026-10-25T00:30:00Z", "2026-10-25"),
        ("2026-10-25T01:30:00Z", "2026-10-25"),
        ("2026-10-25T22:59:59.999999Z", "2026-10-25"),
        ("2026-10-25T23:00:00Z", "2026-10-26"),
    ];
    assert_periods(Europe::Vienna, "DAY", &cases).await;
    let cases = [
        ("2026-11-01T03:59:59Z", "2026-10-31"),
        ("2026-11-01T04:00:00Z", "2026-11-01"),
        ("2026-11-02T04:59:59Z", "2026-11-01"),
        ("2026-11-02T05:00:00Z", "2026-11-02"),
    ];
    assert_periods(America::New_York, "DAY", &cases).await;
}

#[tokio::test]
async fn a_day_that_was_left_out_has_no_group() {
    let cases = [
        ("2011-12-30T09:59:59Z", "2011-12-29"),
        ("2011-12-30T10:00:00Z", "2011-12-31"),
        ("2011-12-31T09:59:59Z", "2011-12-31"),
        ("2011-12-31T10:00:00Z", "2012-01-01"),
    ];
    assert_periods(Pacific::Apia, "DAY", &cases).await;
}

#[tokio::test]
async fn the_last_days_of_a_year_may_lie_in_its_week_53() {
    let cases = [
        ("2020-12-27T23:59:59Z", "2020-12-21"),
        ("2020-12-28T00:00:00Z", "2020-12-28"),
        ("2021-01-01T12:00:00Z", "2020-12-28"),
        ("2021-01-03T23:59:59.999999Z", "2020-12-28"),
        ("2021-01-04T00:00:00Z", "2021-01-04"),
        ("2027-01-03T12:00:00Z", "2026-12-28"),
    ];
    assert_periods(Tz::UTC, "WEEK", &cases).await;
    // In Kathmandu a day begins at a quarter past six in the evening.
    let cases = [
        ("2021-01-03T18:14:59.999999Z", "2020-12-28"),
        ("2021-01-03T18:15:00Z", "2021-01-04"),
    ];
    assert_periods(Asia::Kathmandu, "WEEK", &cases).await;
}

#[tokio::test]
async fn a_fiscal_year_begins_where_it_was_set_to() {
    let cases = [
        ("2026-03-31T21:59:59Z", "2025-04-01"),
        ("2026-03-31T22:00:00Z", "2026-04-01"),
        ("2027-01-15T00:00:00Z", "2026-04-01"),
        ("0001-02-03T00:00:00Z", "0001-01-01"),
    ];
    assert_periods(Europe::Vienna, "FISCAL_YEAR", &cases).await;
    let cases = [
        ("2026-06-30T21:59:59Z", "2026-04-01"),
        ("2026-06-30T22:00:00Z", "2026-07-01"),
        ("2027-01-15T00:00:00Z", "2027-01-01"),
    ];
    assert_periods(Europe::Vienna, "FISCAL_QUARTER", &cases).await;
}

#[tokio::test]
async fn time_zones_count_from_1970_to_2099() {
    let cases = [
        ("1969-12-31T23:59:59Z", "1969-12-31"),
        ("1970-01-01T00:00:00Z", "1969-12-31"),
        ("1970-01-01T05:00:00Z", "1970-01-01"),
        ("2099-12-31T23:59:59Z", "2099-12-31"),
        ("2100-01-01T00:00:00Z", "2100-01-01"),
        ("9999-12-31T23:59:59Z", "9999-12-31"),
    ];
    assert_periods(America::New_York, "DAY", &cases).await;
}

/// Instants around everything that turns in some zone.
fn around_turns() -> Vec<DateTime<Utc>> {
    let turns = [
        "2026-03-29T01:00:00Z",
        "2026-10-25T01:00:00Z",
        "2026-03-08T07:00:00Z",
        "2026-11-01T06:00:00Z",
        "2011-12-30T10:00:00Z",
        "2021-01-01T00:00:00Z",
        "2026-11-22T12:00:00Z",
        "2026-04-01T00:00:00Z",
    ];
    let turns = turns.into_iter().map(at);
    let around = turns.flat_map(|turn| {
        let hours = [-24, -10, -5, -1, 0, 1, 4, 11, 23];
        hours.map(|hours| turn + TimeDelta::hours(hours) - TimeDelta::microseconds(1))
    });
    around.collect()
}

/// Every period, as a dimension and as a test, for every zone and many beginnings of fiscal years.
#[tokio::test]
async fn periods_are_the_same_for_the_oracle() {
    let mut oracle = leads(&around_turns());
    let groups = PERIODS.map(|period| {
        format!(
            "{period}: leadGroups(by: {{mqlAt: {period}}}) {{ count key {{ mqlAt }} }} \
             {period}_: campaignCostGroups(by: {{incurredOn: {period}}}) \
             {{ count key {{ incurredOn }} }}"
        )
    });
    let spans = PERIODS.iter().flat_map(|period| {
        ["this", "previous", "following"].map(|span| format!("{span}: {period}"))
    });
    let units = [
        "minutes: 600",
        "hours: 24",
        "days: 1",
        "weeks: 2",
        "months: 8",
        "years: 6",
    ];
    let spans = spans.chain(
        units
            .iter()
            .flat_map(|unit| ["last", "next"].map(|span| format!("{span}: {{{unit}}}"))),
    );
    let lists = spans.enumerate().map(|(number, span)| {
        let list = format!("k{number}: leadAggregate(filter: {{mqlAt: {{{span}}}}}) {{ count }}");
        // A day has neither hours nor minutes.
        if span.contains("hours") || span.contains("minutes") {
            return list;
        }
        format!(
            "{list} d{number}: campaignCostAggregate(filter: {{incurredOn: {{{span}}}}}) {{ count }}"
        )
    });
    let lists: Vec<_> = lists.collect();
    let mut hubs = Vec::new();
    for database in each_database() {
        hubs.push(Hub::open(database, &oracle.rows, &oracle.caller).await);
    }
    let nows = [
        "2026-11-22T12:00:00Z",
        "2026-03-29T01:30:00Z",
        "2026-11-01T05:30:00Z",
        "2011-12-31T12:00:00Z",
    ];
    for (number, zone) in ZONES.into_iter().enumerate() {
        // Of the beginnings of fiscal years each zone has two, and each has two zones at least.
        let starts = [[1, 4], [2, 10]][number % 2];
        for (place, fiscal_start) in starts.into_iter().enumerate() {
            oracle.calendar = Calendar {
                zone,
                fiscal_start,
                now: at(nows[(number + place) % nows.len()]),
            };
            for hub in &mut hubs {
                hub.move_to(&oracle.calendar);
            }
            for document in [
                groups.join(" "),
                lists[..20].join(" "),
                lists[20..].join(" "),
            ] {
                let document = format!("{{ {document} }}");
                let expected = oracle.answer(&document, &Map::new(), &BTreeMap::new());
                for hub in &hubs {
                    let answer = hub.ask(&document).await;
                    let compared = Cursors::default().compare(&expected, answer.data());
                    assert_eq!(compared, Ok(()), "{:?}", oracle.calendar);
                }
            }
        }
    }
}
