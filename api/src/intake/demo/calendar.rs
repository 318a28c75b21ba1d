//! When things happen: the demo's year, its busy and its quiet weeks, and working hours.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveTime, TimeDelta, Timelike, Utc, Weekday};

use super::dice::Dice;

/// How busy the months are, from January; the average is about 10.
const MONTHS: [u32; 12] = [9, 10, 12, 10, 10, 9, 7, 5, 12, 12, 11, 5];
/// Hours, local, at which people begin and end to work.
const WORK: std::ops::Range<u32> = 8..18;

/// The 365 days that end before a given one, UTC.
pub(super) struct Calendar {
    start: DateTime<Utc>,
    end: DateTime<Utc>,
    /// Sum of the weights of all days up to and including each.
    busy: Vec<u32>,
}

impl Calendar {
    /// The year that ends as `end` begins: its last day is the one before.
    pub(super) fn new(end: NaiveDate) -> Self {
        let first = end - Days::new(365);
        let busy = first
            .iter_days()
            .take(365)
            .scan(0, |sum, day| {
                *sum += weight(day);
                Some(*sum)
            })
            .collect();
        Self {
            start: first.and_time(NaiveTime::MIN).and_utc(),
            end: end.and_time(NaiveTime::MIN).and_utc(),
            busy,
        }
    }

    /// The first instant of the year.
    pub(super) fn start(&self) -> DateTime<Utc> {
        self.start
    }

    /// The instant at which the year is over; nothing happens at it or later.
    pub(super) fn end(&self) -> DateTime<Utc> {
        self.end
    }

    /// `at`, unless it has not happened by the end of the year.
    pub(super) fn happened(&self, at: DateTime<Utc>) -> Option<DateTime<Utc>> {
        (at < self.end).then_some(at)
    }

    /// An instant from `from` to the end, more likely in busy weeks, on working days, by day.
    pub(super) fn busy_instant(
        &self,
        dice: &mut Dice,
        from: DateTime<Utc>,
        utc_offset: i64,
    ) -> DateTime<Utc> {
        let from = from.max(self.start);
        let first = usize::try_from((from - self.start).num_days()).unwrap_or(0);
        let passed = first.checked_sub(1).and_then(|day| self.busy.get(day));
        let total = self.busy.last().copied().unwrap_or(0);
        let drawn = dice.between(
            i64::from(passed.copied().unwrap_or(0)),
            i64::from(total) - 1,
        );
        let day = self.busy.partition_point(|sum| i64::from(*sum) <= drawn);
        let hour = if dice.chance(85) {
            dice.between(8, 17)
        } else {
            dice.between(0, 23)
        };
        let at = self.start
            + TimeDelta::days(i64::try_from(day).unwrap_or(0))
            + TimeDelta::hours(hour - utc_offset)
            + TimeDelta::seconds(dice.between(0, 3_599));
        if (from..self.end).contains(&at) {
            at
        } else {
            dice.instant(from, self.end.min(from + TimeDelta::hours(12)))
        }
    }
}

/// `at` when people work then, else early on their next working day.
pub(super) fn working(dice: &mut Dice, at: DateTime<Utc>, utc_offset: i64) -> DateTime<Utc> {
    let local = at + TimeDelta::hours(utc_offset);
    let weekend = matches!(local.weekday(), Weekday::Sat | Weekday::Sun);
    if !weekend && WORK.contains(&local.hour()) {
        return at;
    }
    let mut day = local.date_naive();
    if weekend || local.hour() >= WORK.end {
        day = day + Days::new(1);
    }
    while matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        day = day + Days::new(1);
    }
    day.and_time(NaiveTime::MIN).and_utc()
        + TimeDelta::hours(i64::from(WORK.start) - utc_offset)
        + dice.minutes(1, 150)
}

fn weight(day: NaiveDate) -> u32 {
    let month = usize::try_from(day.month0()).ok();
    let month = month.and_then(|month| MONTHS.get(month)).unwrap_or(&10);
    let weekday = match day.weekday() {
        Weekday::Tue | Weekday::Wed | Weekday::Thu => 10,
        Weekday::Mon => 9,
        Weekday::Fri => 7,
        Weekday::Sat | Weekday::Sun => 2,
    };
    month * weekday
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn friday_night_is_worked_on_monday_morning() {
        let then = working(&mut Dice::new(1, 0), at("2026-11-20T21:00:00Z"), 1);

        assert_eq!(
            then.date_naive(),
            NaiveDate::from_ymd_opt(2026, 11, 23).unwrap()
        );
        assert!((7..10).contains(&then.hour()), "{then}");
    }

    #[test]
    fn working_hours_are_local() {
        let noon_in_new_york = at("2026-11-20T17:30:00Z");
        let mut dice = Dice::new(1, 0);

        assert_eq!(working(&mut dice, noon_in_new_york, -5), noon_in_new_york);
        assert_ne!(working(&mut dice, noon_in_new_york, 1), noon_in_new_york);
    }

    #[test]
    fn busy_instants_stay_in_the_year_and_avoid_weekends() {
        let calendar = Calendar::new(NaiveDate::from_ymd_opt(2026, 11, 22).unwrap());
        let mut dice = Dice::new(1, 0);
        let from = calendar.start() + TimeDelta::days(100);
        let drawn: Vec<_> = (0..2_000)
            .map(|_| calendar.busy_instant(&mut dice, from, -5))
            .collect();
        let weekends = drawn
            .iter()
            .filter(|at| matches!(at.weekday(), Weekday::Sat | Weekday::Sun))
            .count();

        assert!(drawn.iter().all(|at| (from..calendar.end()).contains(at)));
        assert!(weekends < 250, "{weekends} of 2000 on a weekend");
    }
}
