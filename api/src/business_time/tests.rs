//! A table of cases, and what holds for any calendar.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value as Json, json};

use super::{BusinessCalendar, TooFar, WeeklyHours};

#[derive(Deserialize)]
struct Table {
    calendars: BTreeMap<String, Said>,
    case: Vec<Case>,
}

#[derive(Deserialize)]
struct Said {
    zone: String,
    #[serde(default)]
    holidays: Vec<NaiveDate>,
    hours: Json,
}

#[derive(Deserialize)]
struct Case {
    name: String,
    calendar: String,
    start: DateTime<Utc>,
    minutes: i64,
    due: DateTime<Utc>,
}

impl Said {
    fn calendar(&self) -> BusinessCalendar {
        let hours = WeeklyHours::read(&self.hours).unwrap();
        BusinessCalendar::new(
            self.zone.parse().unwrap(),
            hours,
            self.holidays.iter().copied(),
        )
    }
}

#[test]
fn the_table_of_cases_holds() {
    let table: Table = toml::from_str(include_str!("cases.toml")).unwrap();
    assert!(table.case.len() >= 25);
    for case in &table.case {
        let calendar = table.calendars[&case.calendar].calendar();
        let time = TimeDelta::minutes(case.minutes);
        assert_eq!(
            calendar.due(case.start, time),
            Ok(case.due),
            "{}",
            case.name
        );
        assert_eq!(
            calendar.between(case.start, case.due),
            time,
            "{}",
            case.name
        );
    }
}

fn calendar(zone: &str, hours: &Json) -> BusinessCalendar {
    BusinessCalendar::new(zone.parse().unwrap(), WeeklyHours::read(hours).unwrap(), [])
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn microseconds_count() {
    let office = calendar("UTC", &json!({"monday": [["09:00", "17:00"]]}));
    let start = at("2026-11-23T16:59:59.999999Z");
    let due = office.due(start, TimeDelta::microseconds(2)).unwrap();
    assert_eq!(due, at("2026-11-30T09:00:00.000001Z"));
    assert_eq!(office.between(start, due), TimeDelta::microseconds(2));
}

#[test]
fn what_takes_a_century_is_too_far() {
    let rare = calendar("UTC", &json!({"monday": [["00:00", "00:01"]]}));
    let start = at("2026-11-23T12:00:00Z");
    assert!(rare.due(start, TimeDelta::minutes(5_000)).is_ok());
    assert_eq!(rare.due(start, TimeDelta::minutes(6_000)), Err(TooFar));
}

#[test]
fn hours_tell_all_that_is_wrong_with_them_and_where() {
    let faults = |hours: Json| -> Vec<(String, String)> {
        let faults = WeeklyHours::read(&hours).unwrap_err();
        let first = |text: &str| text.split([':', ',']).next().unwrap_or_default().to_owned();
        let faults = faults.into_iter();
        faults
            .map(|fault| (fault.path, first(&fault.problem)))
            .collect()
    };
    let fault = |path: &str, problem: &str| (path.to_owned(), problem.to_owned());
    let none = "there are no hours";
    assert_eq!(faults(json!({})), [fault("", none)]);
    assert_eq!(
        faults(json!({"monday": [], "sunday": []})),
        [fault("", none)]
    );
    assert_eq!(
        faults(json!({
            "Monday": [],
            "tuesday": "09:00",
            "wednesday": [["22:00", "06:00"], ["09:00"], ["9:00", "24:01"]],
            "friday": [["13:00", "17:00"], ["09:00", "13:01"]],
        })),
        [
            fault("Monday", "there is no such day"),
            fault("tuesday", "a list of intervals such as [[\"09"),
            fault("wednesday.0", "it has to end after it begins"),
            fault("wednesday.1", "two times of day such as [\"09"),
            fault("wednesday.2.0", "a time of day from 00"),
            fault("wednesday.2.1", "a time of day from 00"),
            fault("friday.0", "it overlaps with another interval of the day"),
        ]
    );
}

const ZONES: [Tz; 8] = [
    Tz::UTC,
    Tz::Europe__Vienna,
    Tz::America__New_York,
    Tz::Asia__Beirut,
    Tz::Australia__Lord_Howe,
    Tz::Pacific__Apia,
    Tz::Africa__Casablanca,
    Tz::Asia__Kathmandu,
];

/// Hours with up to two intervals a day, to the half-hour.
fn any_hours() -> impl Strategy<Value = WeeklyHours> {
    let day = prop::collection::btree_set(0_u32..=48, 0..5);
    let week = prop::collection::vec(day, 7);
    week.prop_filter_map("it has hours", |week| {
        let names = [
            "monday",
            "tuesday",
            "wednesday",
            "thursday",
            "friday",
            "saturday",
            "sunday",
        ];
        let time = |half: &u32| format!("{:02}:{:02}", half / 2, half % 2 * 30);
        let days = names.iter().zip(&week).map(|(name, times)| {
            let times: Vec<_> = times.iter().map(time).collect();
            let pairs = times.chunks_exact(2).map(|pair| json!(pair));
            ((*name).to_owned(), pairs.collect())
        });
        WeeklyHours::read(&Json::Object(days.collect())).ok()
    })
}

fn any_calendar() -> impl Strategy<Value = BusinessCalendar> {
    let holidays = prop::collection::vec(-30_i64..60, 0..10);
    (0..ZONES.len(), any_hours(), holidays).prop_map(|(zone, hours, holidays)| {
        let days = holidays
            .into_iter()
            .map(|day| at("2026-03-20T00:00:00Z").date_naive() + TimeDelta::days(day));
        BusinessCalendar::new(ZONES[zone], hours, days)
    })
}

/// Around the days on which clocks go forward in most zones.
fn any_instant() -> impl Strategy<Value = DateTime<Utc>> {
    let micros = 50 * 24 * 60 * 60 * 1_000_000_i64;
    (-micros..micros)
        .prop_map(|offset| at("2026-03-29T01:00:00Z") + TimeDelta::microseconds(offset))
}

fn any_time() -> impl Strategy<Value = TimeDelta> {
    let micros = 60 * 60 * 60 * 1_000_000_i64;
    prop_oneof![
        (0..micros).prop_map(TimeDelta::microseconds),
        (0_i64..3_000).prop_map(TimeDelta::minutes),
    ]
}

/// How many of the minutes from `start` on are business time, by the clock on the wall: one that was put back
/// goes on once it shows later than ever before.
fn counted(calendar: &BusinessCalendar, start: DateTime<Utc>, minutes: i64) -> i64 {
    let local = |at: DateTime<Utc>| at.with_timezone(&calendar.zone).naive_local();
    let mut latest = local(start - TimeDelta::days(2));
    let mut count = 0;
    for minute in -2 * 24 * 60..minutes {
        latest = latest.max(local(start + TimeDelta::minutes(minute)));
        let since = latest.time() - chrono::NaiveTime::MIN;
        let since = u16::try_from(since.num_minutes()).unwrap();
        let hours = calendar.hours.of(chrono::Datelike::weekday(&latest.date()));
        let mut open = hours
            .iter()
            .filter(|_| !calendar.holidays.contains(&latest.date()));
        let open = open.any(|hours| hours.opens <= since && since < hours.closes);
        count += i64::from(minute >= 0 && open);
    }
    count
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_inside_hours_is_due_after_the_time_until_then(
        calendar in any_calendar(), start in any_instant(), number in 0_usize..40, part in 1_i64..=1_000,
    ) {
        let (opens, closes) = calendar.spans(start).nth(number).unwrap();
        let micros = (closes - opens).num_microseconds().unwrap();
        let inside = opens + TimeDelta::microseconds((micros * part / 1_000).max(1));
        prop_assert_eq!(calendar.due(start, calendar.between(start, inside)), Ok(inside));
    }

    #[test]
    fn time_adds_up(
        calendar in any_calendar(), one in any_instant(), two in any_instant(), three in any_instant(),
    ) {
        let parts = calendar.between(one, two) + calendar.between(two, three);
        prop_assert_eq!(parts, calendar.between(one, three));
    }

    #[test]
    fn one_time_after_another_is_due_as_both_together(
        calendar in any_calendar(), start in any_instant(), one in any_time(), other in any_time(),
    ) {
        let first = calendar.due(start, one).unwrap();
        prop_assert_eq!(calendar.due(first, other), calendar.due(start, one + other));
        prop_assert_eq!(calendar.between(start, first), one);
    }

    #[test]
    fn what_begins_later_or_takes_longer_is_not_due_earlier(
        calendar in any_calendar(), start in any_instant(), later in any_time(), one in any_time(), more in any_time(),
    ) {
        let due = calendar.due(start, one).unwrap();
        prop_assert!(due <= calendar.due(start, one + more).unwrap());
        prop_assert!(due <= calendar.due(start + later, one).unwrap());
        prop_assert!(due >= start + one);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn it_is_what_one_counts_minute_by_minute(
        calendar in any_calendar(), start in any_instant(), minutes in 0_i64..8_000,
    ) {
        let minute = start.timestamp().div_euclid(60) * 60;
        let start = DateTime::from_timestamp(minute, 0).unwrap();
        let end = start + TimeDelta::minutes(minutes);
        let counted = counted(&calendar, start, minutes);
        prop_assert_eq!(calendar.between(start, end).num_minutes(), counted);
    }
}
