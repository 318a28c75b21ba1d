//! Business time: how much of it lies between two instants, and when so much of it will have passed. Pure: no
//! clock and no database.
//!
//! Minutes are those that pass, not those that a clock shows: the day on which clocks are put forward has an hour
//! less, if its hours reach over that. A time of day that comes twice is its first; one that does not come is the
//! instant at which clocks jump over it. So the hours of a day never overlap, and every instant has one answer.

mod hours;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use chrono::{
    DateTime, Datelike, MappedLocalTime, NaiveDate, NaiveDateTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

pub use hours::{Fault, WeeklyHours};

/// What takes longer than this is taken to have no end.
const HORIZON: TimeDelta = TimeDelta::days(36_525);
/// No offset of a zone from UTC, and no jump of its clocks, is larger, in seconds.
const WIDEST: i64 = 26 * 60 * 60;

/// When people work: hours of a week in a time zone, and days off.
#[derive(Clone, Debug)]
pub struct BusinessCalendar {
    zone: Tz,
    hours: WeeklyHours,
    holidays: BTreeSet<NaiveDate>,
}

/// It would take more than a hundred years.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("so much business time does not pass within a hundred years")]
pub struct TooFar;

impl BusinessCalendar {
    /// The calendar with these hours, in the clocks of `zone`, and none at all on `holidays`.
    #[must_use]
    pub fn new(
        zone: Tz,
        hours: WeeklyHours,
        holidays: impl IntoIterator<Item = NaiveDate>,
    ) -> Self {
        Self {
            zone,
            hours,
            holidays: holidays.into_iter().collect(),
        }
    }

    /// The first instant, from `start` on, by which so much business time has passed: at the end of a day's hours
    /// rather than at the beginning of the next. It is `start` itself where `time` is nothing.
    ///
    /// It costs a look at each day on the way.
    ///
    /// # Errors
    ///
    /// [`TooFar`] when that is more than a hundred years ahead.
    pub fn due(&self, start: DateTime<Utc>, time: TimeDelta) -> Result<DateTime<Utc>, TooFar> {
        if time <= TimeDelta::zero() {
            return Ok(start);
        }
        let end = start.checked_add_signed(HORIZON).ok_or(TooFar)?;
        let mut left = time;
        for (opens, closes) in self.spans(start) {
            if opens > end {
                break;
            }
            let open = closes - opens;
            if left <= open {
                return Ok(opens + left);
            }
            left -= open;
        }
        Err(TooFar)
    }

    /// How much business time lies between the two; it is negative where `to` is the earlier one.
    #[must_use]
    pub fn between(&self, from: DateTime<Utc>, to: DateTime<Utc>) -> TimeDelta {
        if to < from {
            return -self.between(to, from);
        }
        let spans = self.spans(from).take_while(|(opens, _)| *opens < to);
        spans
            .map(|(opens, closes)| closes.min(to) - opens)
            .sum::<TimeDelta>()
    }

    /// The spans of business time from `start` on, the first of them cut to begin there.
    fn spans(
        &self,
        start: DateTime<Utc>,
    ) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> + '_ {
        let today = start.with_timezone(&self.zone).date_naive();
        // Where clocks are put back over midnight, hours of the day before go on.
        let first = today.pred_opt().unwrap_or(today);
        let days = first.iter_days().filter(|day| !self.holidays.contains(day));
        days.flat_map(|day| self.of_day(day))
            .filter(move |(opens, closes)| opens < closes && start < *closes)
            .map(move |(opens, closes)| (opens.max(start), closes))
    }

    /// From when to when it is open on that day of the zone; a span that clocks jump over is empty.
    fn of_day(&self, day: NaiveDate) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>)> + '_ {
        let intervals = self.hours.of(day.weekday()).iter();
        intervals.map(move |interval| {
            let at = |minutes: u16| {
                let midnight = day.and_time(chrono::NaiveTime::MIN);
                let local = midnight + TimeDelta::minutes(minutes.into());
                first_instant(self.zone, local)
            };
            (at(interval.opens), at(interval.closes))
        })
    }
}

/// The first instant at which clocks of the zone show `local`, or have jumped over it.
fn first_instant(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    match zone.from_local_datetime(&local) {
        MappedLocalTime::Single(at) => at.to_utc(),
        MappedLocalTime::Ambiguous(one, other) => one.min(other).to_utc(),
        MappedLocalTime::None => jump_over(zone, local),
    }
}

/// The instant at which clocks of the zone jump over `local`. They jump at whole seconds.
fn jump_over(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let around = local.and_utc();
    let (mut before, mut after) = (-WIDEST, WIDEST);
    while after - before > 1 {
        let middle = before.midpoint(after);
        let at = around + TimeDelta::seconds(middle);
        if at.with_timezone(&zone).naive_local() < local {
            before = middle;
        } else {
            after = middle;
        }
    }
    around + TimeDelta::seconds(after)
}
