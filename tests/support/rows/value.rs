//! Random values: with ties, at the edges, and with what quoting gets wrong.

use api::dataset::{Kind, dataset};
use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use sea_orm::{ColumnType, Value, sea_query::StringLen};
use serde_json::{Value as Json, json};
use uuid::Uuid;

use super::{Cell, rules};
use crate::choices::{Choices, mixed};

const TEXTS: [&str; 32] = [
    "Ada",
    "ada",
    "Ada Lovelace",
    "",
    "Straße STRAẞE strasse",
    "STRASSE STRAßE",
    "İstanbul",
    "ıstanbul istanbul",
    "i\u{307}stanbul",
    "\u{212a}elvin kelvin",
    "ſ s S ΣΊΣΥΦΟΣ",
    "σίσυφος s",
    " ",
    "Å ä é e\u{301} ß ﬀ",
    "日本語",
    "👩‍👩‍👧 \u{10ffff}",
    "\u{e000}\u{fffd}",
    "O'Brien",
    "say \"no\"",
    "back\\slash \\u0041 \\",
    "tab\tline\nreturn\r",
    "\u{1}\u{8}\u{b}\u{1f}\u{7f}\u{85}\u{a0}",
    "\u{2028}\u{2029}\u{feff}\u{202e}",
    "'; DROP TABLE lead; --",
    "%_*?[a-z]",
    "$1 ?1 :name @p",
    "{\"a\": 1}",
    "null",
    "0",
    "-1.50",
    "</script>&amp;",
    "a rather long text, which is cut where the column is short, and which has a comma or two",
];
const EMAILS: [&str; 13] = [
    "ada@acme.example",
    "bob@acme.example",
    "@x",
    "a@b@c",
    "@@",
    "ada@",
    "ä@ö.example",
    "e\u{301}va@acme.example",
    "👩‍👩‍👧@x.example",
    "no address",
    "ada",
    "",
    "'@\"",
];
const PHONES: [&str; 10] = [
    "+4312345677",
    "+43 1 234 56 78",
    "1234567",
    "12345678",
    "",
    "1",
    "12@34",
    "👩‍👩‍👧12345",
    "ääääääää",
    "%_%_%_%_%",
];
/// Mostly the same, so that there is something to add.
const CURRENCIES: [&str; 12] = [
    "EUR", "USD", "JPY", "KWD", "CLF", "ZZZ", "EUR", "EUR", "EUR", "EUR", "EUR", "EUR",
];
const INTS: [i64; 8] = [0, 1, -1, 7, 42, 100, 2_147_483_647, -2_147_483_648];
const AMOUNTS: [i64; 22] = [
    0,
    99_999,
    100_000,
    499_999,
    500_000,
    10_000_000,
    99_999_999,
    1_000_000_000,
    100_000_000_000,
    1,
    -1,
    9,
    -10,
    99,
    -99,
    100,
    -100,
    12_345_678,
    -1_000_050,
    9_007_199_254_740_993,
    i64::MAX,
    i64::MIN,
];
/// Where days, weeks and years begin somewhere, or clocks are put forward or back.
const TURNS: [&str; 14] = [
    // The clocks of Vienna and of New York.
    "2026-03-29T00:59:59Z",
    "2026-10-25T00:59:59Z",
    "2026-03-08T06:59:59Z",
    "2026-11-01T05:59:59Z",
    // Apia leaves a day out.
    "2011-12-30T09:59:59Z",
    // A year begins in UTC, Vienna, New York and Kathmandu, after a week 53.
    "2026-12-31T23:59:59Z",
    "2026-12-31T22:59:59Z",
    "2021-01-01T04:59:59Z",
    "2020-12-31T18:14:59Z",
    // Weeks begin.
    "2021-01-03T22:59:59Z",
    "2027-01-03T23:59:59Z",
    // When tests take place, and the day before.
    "2026-11-22T11:59:59Z",
    "2026-11-21T22:59:59Z",
    // Time zones count no more.
    "2099-12-31T23:59:59Z",
];
/// Microseconds: a whole second, milliseconds, and six digits.
const FRACTIONS: [i64; 6] = [0, 0, 500_000, 120_000, 1, 999_999];

/// A value of the column `(table, column)` of row `number`.
pub(super) fn draw(
    choices: &mut Choices,
    (table, column): (&str, &str),
    kind: &ColumnType,
    number: usize,
) -> Cell {
    match kind {
        ColumnType::Uuid if column == "id" => Cell::Id(nth_id(number)),
        ColumnType::Uuid => Cell::Id(nth_id(1_000_000 + choices.below(1_000_000))),
        ColumnType::String(_) | ColumnType::Text => {
            Cell::Text(text(choices, (table, column), kind, number))
        }
        ColumnType::SmallInteger => Cell::Int(pick(choices, &[0, 1, -1, 2, -2])),
        ColumnType::BigInteger => Cell::Int(pick(choices, &AMOUNTS)),
        ColumnType::Boolean => Cell::Bool(choices.one_in(2)),
        ColumnType::Date => Cell::Day(day(choices)),
        ColumnType::TimestampWithTimeZone => Cell::Instant(instant(choices)),
        ColumnType::JsonBinary => Cell::Json(json(choices, column)),
        _ => Cell::Int(pick(choices, &INTS)),
    }
}

/// The id of row `number`: the same in every table, so that whoever mistakes one thing for another
/// is found out; and in no order.
pub(super) fn nth_id(number: usize) -> Uuid {
    let number = u64::try_from(number).unwrap_or(0);
    Uuid::from_u64_pair(mixed(number + 1), mixed(number ^ u64::MAX))
}

fn pick(choices: &mut Choices, from: &[i64]) -> i64 {
    choices.pick(from).copied().unwrap_or(0)
}

fn text(
    choices: &mut Choices,
    (table, column): (&str, &str),
    kind: &ColumnType,
    number: usize,
) -> String {
    if let Some(values) = values_of(table, column) {
        let value = choices.pick(&values).cloned();
        return value.unwrap_or_default();
    }
    if column.ends_with("currency") {
        return choices
            .pick(&CURRENCIES)
            .copied()
            .unwrap_or("EUR")
            .to_owned();
    }
    let texts = match column {
        "email" if !choices.one_in(4) => &EMAILS[..],
        "phone" if !choices.one_in(4) => &PHONES[..],
        // Half of them are one of four.
        _ if choices.one_in(2) => TEXTS.get(..4).unwrap_or(&TEXTS),
        _ => &TEXTS[..],
    };
    let mut text = choices.pick(texts).copied().unwrap_or("").to_owned();
    if rules::is_unique(table, column) {
        text = format!("{}{number}", text.chars().take(40).collect::<String>());
    }
    if let ColumnType::String(StringLen::N(length)) = kind {
        let length = usize::try_from(*length).unwrap_or(usize::MAX);
        text = text.chars().take(length).collect();
    }
    text
}

/// What an enumeration's column may hold.
fn values_of(table: &str, column: &str) -> Option<Vec<String>> {
    let entities = dataset().entities();
    let entity = entities.iter().find(|entity| entity.table == table)?;
    entity.fields.iter().find_map(|field| match &field.kind {
        Kind::Choice(name, choice) if *name == column => Some(
            choice
                .values
                .iter()
                .map(|(value, _)| value.clone())
                .collect(),
        ),
        _ => None,
    })
}

/// Few different ones, so that there are ties.
fn instant(choices: &mut Choices) -> DateTime<Utc> {
    let base = match choices.below(12) {
        0 => -62_135_596_800, // 0001-01-01
        1 => -1,              // 1969-12-31T23:59:59
        2 => 253_402_300_799, // 9999-12-31T23:59:59
        3..=6 => turn(choices),
        _ => 1_767_225_600, // 2026-01-01
    };
    let seconds = i64::try_from(choices.below(4)).unwrap_or(0);
    let seconds = if base == 253_402_300_799 { 0 } else { seconds };
    let fraction = TimeDelta::microseconds(pick(choices, &FRACTIONS));
    DateTime::from_timestamp(base + seconds, 0).unwrap_or_default() + fraction
}

fn turn(choices: &mut Choices) -> i64 {
    let turn = choices.pick(&TURNS).and_then(|turn| turn.parse().ok());
    turn.map_or(0, |turn: DateTime<Utc>| turn.timestamp())
}

fn day(choices: &mut Choices) -> NaiveDate {
    let base = match choices.below(12) {
        0 => NaiveDate::from_ymd_opt(1, 1, 1),
        1 => NaiveDate::from_ymd_opt(9999, 12, 20),
        2 => NaiveDate::from_ymd_opt(2020, 12, 30),
        3 => NaiveDate::from_ymd_opt(2026, 11, 20),
        4 => NaiveDate::from_ymd_opt(2026, 3, 30),
        _ => NaiveDate::from_ymd_opt(2024, 2, 27),
    };
    let days = u64::try_from(choices.below(5)).unwrap_or(0);
    base.unwrap_or_default() + Days::new(days)
}

/// Objects have their shorter keys first, as `jsonb` keeps them.
fn json(choices: &mut Choices, column: &str) -> Json {
    let values = match column {
        "roles" => vec![
            json!(["SALES_REP"]),
            json!([]),
            json!(["ADMIN", "ANALYST", "'\"\\\n👩"]),
        ],
        "reasons" => vec![
            json!([]),
            json!(["name: the same name"]),
            json!(["a", "'\"\\\n👩"]),
        ],
        "merged_ids" => vec![json!(["con_00", "acc_01"]), json!([])],
        "consent" => consents(choices),
        _ => vec![
            json!({}),
            json!([]),
            json!({"a": null, "bb": [1, 2.5, -3, {}], "ccc": {"": "x"}}),
            json!({"\"'": false, "ä": "👩 \"quoted\" \\ \u{1}\n"}),
            json!("text"),
            json!(9_007_199_254_740_993_i64),
            json!([null, true, 0.1]),
        ],
    };
    choices.pick(&values).cloned().unwrap_or_default()
}

/// Given in half of all cases; and much that only looks like it.
fn consents(choices: &mut Choices) -> Vec<Json> {
    let entry = |status: Json| {
        json!({
            "at": "2026-01-01T00:00:00Z",
            "basis": "OPT_IN",
            "status": status,
            "channel": "EMAIL",
        })
    };
    let given = || entry(json!("GIVEN"));
    let withdrawn = || entry(json!("WITHDRAWN"));
    if choices.one_in(2) {
        return vec![
            json!([given()]),
            json!([withdrawn(), given()]),
            json!([{"status": "GIVEN"}]),
            json!([null, "GIVEN", {"status": "GIVEN"}]),
        ];
    }
    vec![
        json!([]),
        json!([withdrawn()]),
        json!([entry(json!("PENDING")), entry(Json::Null)]),
        json!([entry(json!("given")), entry(json!("NOT GIVEN"))]),
        json!([{"basis": "GIVEN"}, {"": {"status": "GIVEN"}}, [{"status": "GIVEN"}]]),
        json!(["GIVEN", null, 5, ["status", "GIVEN"]]),
        json!([entry(json!(["GIVEN"])), entry(json!({"status": "GIVEN"}))]),
        json!({"status": "GIVEN"}),
        json!({"a": {"status": "GIVEN"}}),
        json!("GIVEN"),
        json!("\"status\": \"GIVEN\""),
    ]
}

/// `cell` as the database's driver takes it.
pub(super) fn stored(cell: &Cell, kind: &ColumnType) -> Value {
    match (cell, kind) {
        (Cell::Null, ColumnType::Uuid) => None::<Uuid>.into(),
        (Cell::Null, ColumnType::SmallInteger) => None::<i16>.into(),
        (Cell::Null, ColumnType::Integer) => None::<i32>.into(),
        (Cell::Null, ColumnType::BigInteger) => None::<i64>.into(),
        (Cell::Null, ColumnType::Boolean) => None::<bool>.into(),
        (Cell::Null, ColumnType::Date) => None::<NaiveDate>.into(),
        (Cell::Null, ColumnType::TimestampWithTimeZone) => None::<DateTime<Utc>>.into(),
        (Cell::Null, ColumnType::JsonBinary) => None::<Json>.into(),
        (Cell::Null, _) => None::<String>.into(),
        (Cell::Text(text), _) => text.as_str().into(),
        (Cell::Int(number), ColumnType::SmallInteger) => i16::try_from(*number).ok().into(),
        (Cell::Int(number), ColumnType::Integer) => i32::try_from(*number).ok().into(),
        (Cell::Int(number), _) => (*number).into(),
        (Cell::Bool(value), _) => (*value).into(),
        (Cell::Instant(instant), _) => (*instant).into(),
        (Cell::Day(day), _) => (*day).into(),
        (Cell::Id(id), _) => (*id).into(),
        (Cell::Json(json), _) => json.clone().into(),
    }
}
