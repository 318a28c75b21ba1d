//! The workspace's calendar: its days, the periods that they lie in, and what is relative to now.

use std::{cell::RefCell, collections::HashMap};

use chrono::{DateTime, Datelike, Days, Months, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::Value as Json;

use super::value::Value;

/// How far local clocks are ahead of UTC or behind it, at most.
const FARTHEST: TimeDelta = TimeDelta::hours(16);

thread_local! {
    /// When days begin, as far as it was looked for.
    static KNOWN: RefCell<HashMap<(Tz, NaiveDate), DateTime<Utc>>> = RefCell::default();
}

/// Where and when questions are asked.
#[derive(Clone, Debug)]
pub struct Calendar {
    /// Whose clocks count.
    pub zone: Tz,
    /// The month in which a fiscal year begins, from 1.
    pub fiscal_start: u32,
    /// When they are asked.
    pub now: DateTime<Utc>,
}

/// A value of `CalendarPeriod`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Period {
    Day,
    Week,
    Month,
    Quarter,
    Year,
    FiscalQuarter,
    FiscalYear,
}

impl Period {
    /// The period of that name; `None` for what is none, such as `VALUE`.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "DAY" => Self::Day,
            "WEEK" => Self::Week,
            "MONTH" => Self::Month,
            "QUARTER" => Self::Quarter,
            "YEAR" => Self::Year,
            "FISCAL_QUARTER" => Self::FiscalQuarter,
            "FISCAL_YEAR" => Self::FiscalYear,
            _ => return None,
        })
    }

    /// The first day of the period behind the one that begins on `first`, or before it.
    fn shifted(self, first: NaiveDate, forward: bool) -> NaiveDate {
        let days = |count| {
            let days = Days::new(count);
            if forward { first + days } else { first - days }
        };
        let months = |count| {
            let months = Months::new(count);
            if forward {
                first + months
            } else {
                first - months
            }
        };
        match self {
            Self::Day => days(1),
            Self::Week => days(7),
            Self::Month => months(1),
            Self::Quarter | Self::FiscalQuarter => months(3),
            Self::Year | Self::FiscalYear => months(12),
        }
    }
}

impl Calendar {
    /// The day that it is at `instant`: there since 1970 and until 2099, in UTC before and after.
    pub(super) fn day_of(&self, instant: DateTime<Utc>) -> NaiveDate {
        if (1970..2100).contains(&instant.year()) {
            instant.with_timezone(&self.zone).date_naive()
        } else {
            instant.date_naive()
        }
    }

    /// The first day of the period that `day` lies in.
    pub(super) fn first_day(&self, period: Period, day: NaiveDate) -> NaiveDate {
        let since = |first_month: u32| (day.month() + 12 - first_month) % 12;
        let back = |months: u32| {
            let first = day.with_day(1).expect("every month has a first");
            first - Months::new(months)
        };
        match period {
            Period::Day => day,
            Period::Week => day - Days::new(day.weekday().num_days_from_monday().into()),
            Period::Month => back(0),
            Period::Quarter => back(since(1) % 3),
            Period::Year => back(since(1)),
            Period::FiscalQuarter => back(since(self.fiscal_start) % 3),
            Period::FiscalYear => back(since(self.fiscal_start)),
        }
    }

    /// The first instant of `day` there, or of what comes after it where it is left out.
    pub(super) fn first_instant(&self, day: NaiveDate) -> DateTime<Utc> {
        let search = || self.search_first_instant(day);
        KNOWN.with_borrow_mut(|known| *known.entry((self.zone, day)).or_insert_with(search))
    }

    fn search_first_instant(&self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_hms_opt(0, 0, 0).expect("there is midnight");
        let midnight = midnight.and_utc();
        if midnight.year() < 1970 || midnight.year() >= 2100 || midnight.timestamp() == 0 {
            return midnight;
        }
        let begun = |instant: &DateTime<Utc>| self.day_of(*instant) >= day;
        let from = |start: DateTime<Utc>, step: TimeDelta| {
            let mut instants = (0..).map(move |count| start + step * count);
            instants.find(begun).expect("every day begins")
        };
        // Where a day begins twice, both times last longer than that.
        let minute = from(midnight - FARTHEST, TimeDelta::minutes(1));
        from(minute - TimeDelta::minutes(1), TimeDelta::seconds(1))
    }

    /// Whether an instant or a day lies where `operator` says, of a duration or a period.
    pub(super) fn holds(&self, value: &Value, operator: &str, operand: &Json) -> bool {
        let (from, below) = match (operator, operand) {
            ("last" | "next", operand) => return self.is_around(value, operator, operand),
            (_, Json::String(period)) => self.days_of(operator, period),
            _ => panic!("{operator} does not take {operand}"),
        };
        match value {
            Value::Day(day) => (from..below).contains(day),
            Value::Instant(instant) => {
                (self.first_instant(from)..self.first_instant(below)).contains(instant)
            }
            _ => panic!("{value:?} is not in time"),
        }
    }

    /// The first day of this, the previous or the following period, and the first one behind it.
    fn days_of(&self, operator: &str, period: &str) -> (NaiveDate, NaiveDate) {
        let period = Period::of(period).expect("it is a period");
        let this = self.first_day(period, self.day_of(self.now));
        let from = match operator {
            "this" => this,
            "previous" => period.shifted(this, false),
            "following" => period.shifted(this, true),
            _ => panic!("no operator {operator} takes a period"),
        };
        (from, period.shifted(from, true))
    }

    /// Whether it lies in the duration before now, or behind.
    fn is_around(&self, value: &Value, operator: &str, duration: &Json) -> bool {
        let ahead = operator == "next";
        let (unit, count) = only(duration);
        let today = self.day_of(self.now);
        let far = || away(today, unit, count, ahead);
        match (value, unit) {
            (Value::Instant(instant), "minutes" | "hours") => {
                let minutes = i64::from(count) * if unit == "hours" { 60 } else { 1 };
                let length = TimeDelta::minutes(minutes);
                if ahead {
                    (self.now..=self.now + length).contains(instant)
                } else {
                    (self.now - length..=self.now).contains(instant)
                }
            }
            // What lies outside of all years leaves nothing out.
            (Value::Instant(instant), _) if ahead => {
                let below = far().and_then(NaiveDate::into_next);
                *instant >= self.now
                    && below.is_none_or(|below| *instant < self.first_instant(below))
            }
            (Value::Instant(instant), _) => {
                *instant <= self.now && far().is_none_or(|far| *instant >= self.first_instant(far))
            }
            (Value::Day(day), _) if ahead => *day >= today && far().is_none_or(|far| *day <= far),
            (Value::Day(day), _) => *day <= today && far().is_none_or(|far| *day >= far),
            _ => panic!("{value:?} is not in time"),
        }
    }
}

/// The day behind this one, in a year of four digits.
trait Next: Sized {
    fn into_next(self) -> Option<Self>;
}

impl Next for NaiveDate {
    fn into_next(self) -> Option<Self> {
        within_years(self.succ_opt())
    }
}

/// The day that is `count` units before `today`, or behind; `None` outside of all years.
fn away(today: NaiveDate, unit: &str, count: u32, ahead: bool) -> Option<NaiveDate> {
    let days = |days: u32| {
        let days = Days::new(days.into());
        if ahead {
            today.checked_add_days(days)
        } else {
            today.checked_sub_days(days)
        }
    };
    let months = |months: u32| {
        let months = Months::new(months);
        if ahead {
            today.checked_add_months(months)
        } else {
            today.checked_sub_months(months)
        }
    };
    within_years(match unit {
        "days" => days(count),
        "weeks" => days(count * 7),
        "months" => months(count),
        "years" => months(count * 12),
        _ => panic!("no unit {unit} of days"),
    })
}

fn within_years(day: Option<NaiveDate>) -> Option<NaiveDate> {
    day.filter(|day| (1..=9999).contains(&day.year()))
}

/// The one unit of a duration.
fn only(duration: &Json) -> (&str, u32) {
    let units = duration.as_object().into_iter().flatten();
    let units: Vec<_> = units.collect();
    let [(unit, count)] = units.as_slice() else {
        panic!("{duration} is no duration");
    };
    let count = count.as_u64().and_then(|count| u32::try_from(count).ok());
    (unit.as_str(), count.expect("a duration is positive"))
}
