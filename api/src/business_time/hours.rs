//! The hours of a week, as callers say them: `{"monday": [["09:00", "12:00"], ["13:00", "17:00"]]}`.

use chrono::Weekday;
use serde_json::Value as Json;

/// How many intervals a day may have.
const MOST_INTERVALS: usize = 24;
/// The minutes of a day; its last one ends at 24:00.
const DAY: u16 = 24 * 60;
/// The days as callers name them, from Monday on.
const DAYS: [&str; 7] = [
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
];

/// The hours of a week: for each day intervals that do not overlap, in their order. There is at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WeeklyHours([Vec<Interval>; 7]);

/// Part of a day, in minutes since its midnight: from `opens` until just before `closes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Interval {
    pub(super) opens: u16,
    pub(super) closes: u16,
}

/// What is wrong with hours, and where, such as `monday.0.1`; nowhere in particular where that is empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub path: String,
    /// What.
    pub problem: String,
}

impl WeeklyHours {
    /// Reads hours.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with them.
    pub fn read(json: &Json) -> Result<Self, Vec<Fault>> {
        let Some(said) = json.as_object() else {
            let problem = "an object such as {\"monday\": [[\"09:00\", \"17:00\"]]} is required";
            return Err(vec![fault("", problem)]);
        };
        let (mut week, mut faults) = (<[Vec<Interval>; 7]>::default(), Vec::new());
        for (name, intervals) in said {
            let day = DAYS.iter().position(|day| day == name);
            let Some(day) = day.and_then(|day| week.get_mut(day)) else {
                let problem = "there is no such day: they are monday to sunday, in small letters";
                faults.push(fault(name, problem));
                continue;
            };
            match of_day(name, intervals) {
                Ok(intervals) => *day = intervals,
                Err(wrong) => faults.extend(wrong),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        if week.iter().all(Vec::is_empty) {
            let problem =
                "there are no hours, so that nothing would ever be due: give at least one interval";
            return Err(vec![fault("", problem)]);
        }
        Ok(Self(week))
    }

    /// The intervals of that day.
    pub(super) fn of(&self, day: Weekday) -> &[Interval] {
        let position = usize::try_from(day.num_days_from_monday()).unwrap_or_default();
        self.0.get(position).map_or(&[], Vec::as_slice)
    }
}

fn fault(path: &str, problem: &str) -> Fault {
    Fault {
        path: path.to_owned(),
        problem: problem.to_owned(),
    }
}

/// The intervals of a day, in their order.
fn of_day(day: &str, json: &Json) -> Result<Vec<Interval>, Vec<Fault>> {
    let said = json.as_array().filter(|list| list.len() <= MOST_INTERVALS);
    let Some(said) = said else {
        let problem = format!(
            "a list of intervals such as [[\"09:00\", \"17:00\"]] is required, {MOST_INTERVALS} at most"
        );
        return Err(vec![fault(day, &problem)]);
    };
    let (mut intervals, mut faults) = (Vec::new(), Vec::new());
    for (position, interval) in said.iter().enumerate() {
        let path = format!("{day}.{position}");
        match self::interval(&path, interval) {
            Ok(interval) => intervals.push((interval, path)),
            Err(wrong) => faults.extend(wrong),
        }
    }
    intervals.sort();
    let pairs = intervals.iter().zip(intervals.iter().skip(1));
    for ((earlier, _), (later, path)) in pairs {
        if later.opens < earlier.closes {
            faults.push(fault(path, "it overlaps with another interval of the day"));
        }
    }
    if faults.is_empty() {
        let intervals = intervals.into_iter().map(|(interval, _)| interval);
        Ok(intervals.collect())
    } else {
        Err(faults)
    }
}

fn interval(path: &str, json: &Json) -> Result<Interval, Vec<Fault>> {
    let Some([opens, closes]) = json.as_array().map(Vec::as_slice) else {
        let problem = "two times of day such as [\"09:00\", \"17:00\"] are required";
        return Err(vec![fault(path, problem)]);
    };
    let time = |place: usize, json: &Json| {
        let minutes = json.as_str().and_then(minutes);
        let problem = "a time of day from 00:00 to 24:00 is required";
        minutes.ok_or_else(|| fault(&format!("{path}.{place}"), problem))
    };
    match (time(0, opens), time(1, closes)) {
        (Ok(opens), Ok(closes)) if opens < closes => Ok(Interval { opens, closes }),
        (Ok(_), Ok(_)) => {
            let problem = "it has to end after it begins, on the same day; what goes over midnight is two \
                           intervals: one until 24:00, and one from 00:00 of the next day";
            Err(vec![fault(path, problem)])
        }
        (one, other) => Err([one.err(), other.err()].into_iter().flatten().collect()),
    }
}

/// The minutes since midnight of `09:30`.
fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |text: &str| text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let since = hours * 60 + minutes;
    (minutes < 60 && since <= DAY).then_some(since)
}
