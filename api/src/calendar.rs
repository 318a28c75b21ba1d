//! The workspace's calendar: in which time zone a day begins, and in which month a fiscal year.

use std::sync::Arc;

use chrono::{
    DateTime, Datelike, Days, Months, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

/// The first day that there is.
const FIRST_DAY: NaiveDate = day(1, 1, 1);
/// The last day that there is.
const LAST_DAY: NaiveDate = day(9999, 12, 31);
/// The last instant that there is, in the microseconds that the databases keep.
const LAST_INSTANT: DateTime<Utc> = match NaiveTime::from_hms_micro_opt(23, 59, 59, 999_999) {
    Some(time) => LAST_DAY.and_time(time).and_utc(),
    None => midnight(LAST_DAY),
};
/// From here on the rules of the time zone count; before it, UTC.
const RULES_FROM: DateTime<Utc> = midnight(day(1970, 1, 1));
/// From here on UTC counts again: nobody knows the rules of then.
const RULES_UNTIL: DateTime<Utc> = midnight(day(2100, 1, 1));

/// A span of the calendar, by which instants and days are grouped and found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Period {
    /// A day.
    Day,
    /// An ISO week, from Monday on.
    Week,
    /// A month.
    Month,
    /// A quarter of the calendar year.
    Quarter,
    /// A calendar year.
    Year,
    /// A quarter of the fiscal year.
    FiscalQuarter,
    /// A fiscal year.
    FiscalYear,
}

/// How far something lies back, or ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Duration {
    /// So many minutes of 60 seconds.
    Minutes(u32),
    /// So many hours of 60 minutes.
    Hours(u32),
    /// So many days of the calendar.
    Days(u32),
    /// So many weeks of the calendar.
    Weeks(u32),
    /// So many months of the calendar; a day that the month does not have is its last one.
    Months(u32),
    /// So many years of the calendar; as with months.
    Years(u32),
}

/// A span of time, in relation to now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relative {
    /// So much until now.
    Last(Duration),
    /// So much from now on.
    Next(Duration),
    /// The period that now lies in.
    This(Period),
    /// The period before it.
    Previous(Period),
    /// The period after it.
    Following(Period),
}

/// From where to where a span reaches, and whether its end is a part of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach<T> {
    /// Where it begins.
    pub from: T,
    /// Where it ends.
    pub until: T,
    /// Whether `until` itself is out.
    pub open: bool,
}

/// The workspace's calendar at the instant at which a request is answered.
#[derive(Clone, Debug)]
pub struct Moment {
    /// The instant.
    pub now: DateTime<Utc>,
    /// The calendar.
    pub calendar: Calendar,
}

/// The workspace's time zone and fiscal year. Cheap to clone.
///
/// The rules of the time zone hold from 1970 to 2099; any other instant is taken in UTC.
#[derive(Clone, Debug)]
pub struct Calendar {
    fiscal_year_starts_in_month: u32,
    /// From which instant on which offset from UTC holds, in seconds; the earliest first.
    offsets: Arc<[(DateTime<Utc>, i64)]>,
}

impl Default for Calendar {
    /// UTC, and a fiscal year from January on.
    fn default() -> Self {
        Self {
            fiscal_year_starts_in_month: 1,
            offsets: Arc::new([]),
        }
    }
}

impl Calendar {
    /// The calendar of `zone`, with a fiscal year that starts on the first of that month (1 to 12);
    /// `None` for any other month.
    #[must_use]
    pub fn new(zone: Tz, fiscal_year_starts_in_month: u32) -> Option<Self> {
        (1..=12)
            .contains(&fiscal_year_starts_in_month)
            .then(|| Self {
                fiscal_year_starts_in_month,
                offsets: offsets(zone).into(),
            })
    }

    /// From which instant on which offset from UTC holds, in seconds; the earliest first. Before the
    /// first it is UTC.
    #[must_use]
    pub fn offsets(&self) -> &[(DateTime<Utc>, i64)] {
        &self.offsets
    }

    /// How many months the fiscal year starts after January.
    #[must_use]
    pub fn fiscal_shift(&self) -> u32 {
        self.fiscal_year_starts_in_month - 1
    }

    /// The day that it is in the workspace at `instant`.
    #[must_use]
    pub fn day_at(&self, instant: DateTime<Utc>) -> NaiveDate {
        let before = self.offsets.partition_point(|(from, _)| *from <= instant);
        let offset = before.checked_sub(1).and_then(|at| self.offsets.get(at));
        let offset = offset.map_or(0, |(_, seconds)| *seconds);
        let local = instant.checked_add_signed(TimeDelta::seconds(offset));
        local.unwrap_or(instant).date_naive()
    }

    /// The first instant of `day` in the workspace; where the day is left out, the first after it.
    #[must_use]
    pub fn start_of_day(&self, day: NaiveDate) -> DateTime<Utc> {
        let local = midnight(day);
        let at = |offset: i64| local.checked_sub_signed(TimeDelta::seconds(offset));
        let mut offset_before = 0;
        for (from, offset) in self.offsets.iter() {
            // The day begins before this offset does.
            if at(offset_before).is_some_and(|start| start < *from) {
                break;
            }
            // Midnight is left out, or the offset begins with it.
            if at(*offset).is_none_or(|start| start <= *from) {
                return *from;
            }
            offset_before = *offset;
        }
        at(offset_before).unwrap_or(local)
    }

    /// The first day of the period that `day` lies in.
    #[must_use]
    pub fn start_of(&self, period: Period, day: NaiveDate) -> NaiveDate {
        let first_of_month = day.with_day(1).unwrap_or(day);
        let months_in = |length: u32, shift: u32| (day.month0() + 12 - shift) % length;
        let start = match period {
            Period::Day => Some(day),
            Period::Week => {
                day.checked_sub_days(Days::new(day.weekday().num_days_from_monday().into()))
            }
            Period::Month => Some(first_of_month),
            Period::Quarter => back(first_of_month, months_in(3, 0)),
            Period::Year => back(first_of_month, months_in(12, 0)),
            Period::FiscalQuarter => back(first_of_month, months_in(3, self.fiscal_shift())),
            Period::FiscalYear => back(first_of_month, months_in(12, self.fiscal_shift())),
        };
        within(start, FIRST_DAY)
    }

    /// The first day of the period after the one that starts on `start`.
    #[must_use]
    pub fn following(&self, period: Period, start: NaiveDate) -> NaiveDate {
        period.step().ahead(start)
    }

    /// The first day of the period before the one that starts on `start`.
    #[must_use]
    pub fn previous(&self, period: Period, start: NaiveDate) -> NaiveDate {
        period.step().back(start)
    }
}

impl Moment {
    /// The instants of a span.
    #[must_use]
    pub fn instants(&self, span: Relative) -> Reach<DateTime<Utc>> {
        let Self { now, calendar } = self;
        let closed = |from, until| Reach {
            from,
            until,
            open: false,
        };
        match span {
            Relative::Last(so_much) => match so_much.exact() {
                Some(exact) => closed(*now - exact, *now),
                None => closed(calendar.start_of_day(so_much.before(self.today())), *now),
            },
            Relative::Next(so_much) => match (so_much.exact(), so_much.after(self.today())) {
                (Some(exact), _) => closed(*now, *now + exact),
                (None, LAST_DAY) => closed(*now, LAST_INSTANT),
                (None, last) => Reach {
                    from: *now,
                    until: calendar.start_of_day(calendar.following(Period::Day, last)),
                    open: true,
                },
            },
            _ => {
                let days = self.days(span);
                Reach {
                    from: calendar.start_of_day(days.from),
                    until: calendar.start_of_day(days.until),
                    open: true,
                }
            }
        }
    }

    /// The days of a span. Hours and minutes are none.
    #[must_use]
    pub fn days(&self, span: Relative) -> Reach<NaiveDate> {
        let (calendar, today) = (&self.calendar, self.today());
        let (period, start) = match span {
            Relative::Last(so_much) => {
                return Reach {
                    from: so_much.before(today),
                    until: today,
                    open: false,
                };
            }
            Relative::Next(so_much) => {
                return Reach {
                    from: today,
                    until: so_much.after(today),
                    open: false,
                };
            }
            Relative::This(period) => (period, calendar.start_of(period, today)),
            Relative::Previous(period) => {
                let this = calendar.start_of(period, today);
                (period, calendar.previous(period, this))
            }
            Relative::Following(period) => {
                let this = calendar.start_of(period, today);
                (period, calendar.following(period, this))
            }
        };
        Reach {
            from: start,
            until: calendar.following(period, start),
            open: true,
        }
    }

    fn today(&self) -> NaiveDate {
        self.calendar.day_at(self.now)
    }
}

impl Period {
    fn step(self) -> Step {
        match self {
            Self::Day => Step::days(1),
            Self::Week => Step::days(7),
            Self::Month => Step::months(1),
            Self::Quarter | Self::FiscalQuarter => Step::months(3),
            Self::Year | Self::FiscalYear => Step::months(12),
        }
    }
}

impl Duration {
    /// The same time of the clock so much earlier, for hours and minutes; `None` for days and longer.
    #[must_use]
    pub fn exact(self) -> Option<TimeDelta> {
        match self {
            Self::Minutes(n) => Some(TimeDelta::minutes(n.into())),
            Self::Hours(n) => Some(TimeDelta::hours(n.into())),
            _ => None,
        }
    }

    /// The day that lies so much before `day`; `day` itself for hours and minutes.
    #[must_use]
    pub fn before(self, day: NaiveDate) -> NaiveDate {
        self.step().back(day)
    }

    /// The day that lies so much after `day`; `day` itself for hours and minutes.
    #[must_use]
    pub fn after(self, day: NaiveDate) -> NaiveDate {
        self.step().ahead(day)
    }

    fn step(self) -> Step {
        match self {
            Self::Minutes(_) | Self::Hours(_) => Step::days(0),
            Self::Days(n) => Step::days(n.into()),
            Self::Weeks(n) => Step::days(u64::from(n) * 7),
            Self::Months(n) => Step::months(n),
            Self::Years(n) => Step::months(n.saturating_mul(12)),
        }
    }
}

/// A number of months and of days of the calendar, by which one goes within the days that there are.
struct Step {
    months: Months,
    days: Days,
}

impl Step {
    fn days(days: u64) -> Self {
        Self {
            months: Months::new(0),
            days: Days::new(days),
        }
    }

    fn months(months: u32) -> Self {
        Self {
            months: Months::new(months),
            days: Days::new(0),
        }
    }

    fn back(&self, day: NaiveDate) -> NaiveDate {
        let earlier = day.checked_sub_months(self.months);
        let earlier = earlier.and_then(|day| day.checked_sub_days(self.days));
        within(earlier, FIRST_DAY)
    }

    fn ahead(&self, day: NaiveDate) -> NaiveDate {
        let later = day.checked_add_months(self.months);
        let later = later.and_then(|day| day.checked_add_days(self.days));
        within(later, LAST_DAY)
    }
}

/// From which instant on which offset from UTC holds in `zone`, from 1970 to 2099.
fn offsets(zone: Tz) -> Vec<(DateTime<Utc>, i64)> {
    let seconds_at = |instant: DateTime<Utc>| {
        let offset = zone.offset_from_utc_datetime(&instant.naive_utc());
        i64::from(offset.fix().local_minus_utc())
    };
    let mut changes = vec![(RULES_FROM, seconds_at(RULES_FROM))];
    let mut day = RULES_FROM;
    while day < RULES_UNTIL {
        let next = day + TimeDelta::days(1);
        let (before, after) = (seconds_at(day), seconds_at(next));
        if before != after && next < RULES_UNTIL {
            let (mut early, mut late) = (day.timestamp(), next.timestamp());
            while late - early > 1 {
                let middle = early.midpoint(late);
                let instant = DateTime::from_timestamp(middle, 0).unwrap_or(day);
                if seconds_at(instant) == before {
                    early = middle;
                } else {
                    late = middle;
                }
            }
            changes.extend(DateTime::from_timestamp(late, 0).map(|from| (from, after)));
        }
        day = next;
    }
    changes.push((RULES_UNTIL, 0));
    if changes.iter().all(|(_, seconds)| *seconds == 0) {
        changes.clear();
    }
    changes
}

fn back(day: NaiveDate, months: u32) -> Option<NaiveDate> {
    day.checked_sub_months(Months::new(months))
}

/// A day within the years that there are; `end` where it would lie outside.
fn within(day: Option<NaiveDate>, end: NaiveDate) -> NaiveDate {
    day.map_or(end, |day| day.clamp(FIRST_DAY, LAST_DAY))
}

const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => NaiveDate::MIN,
    }
}

const fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

#[cfg(test)]
mod tests {
    use chrono_tz::{Africa, America, Asia, Europe, Pacific};
    use proptest::prelude::*;

    use super::*;

    fn calendar(zone: Tz) -> Calendar {
        Calendar::new(zone, 4).unwrap()
    }

    fn instant(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_day_begins_when_it_does_in_the_time_zone() {
        for (zone, day, start) in [
            (Tz::UTC, "2026-03-29", "2026-03-29T00:00:00Z"),
            (Europe::Vienna, "2026-03-29", "2026-03-28T23:00:00Z"),
            (Europe::Vienna, "2026-03-30", "2026-03-29T22:00:00Z"),
            (Europe::Vienna, "2026-10-26", "2026-10-25T23:00:00Z"),
            (America::New_York, "2026-11-02", "2026-11-02T05:00:00Z"),
            (Asia::Kathmandu, "2026-01-01", "2025-12-31T18:15:00Z"),
            // Midnight is left out: the clocks went from 23:59:59 to 01:00:00.
            (America::Sao_Paulo, "2018-11-04", "2018-11-04T03:00:00Z"),
            // Midnight comes twice: the first one counts.
            (America::Havana, "2026-11-01", "2026-11-01T04:00:00Z"),
            // The whole day is left out.
            (Pacific::Apia, "2011-12-30", "2011-12-30T10:00:00Z"),
            (Pacific::Apia, "2011-12-31", "2011-12-30T10:00:00Z"),
            (Europe::Vienna, "1969-12-31", "1969-12-31T00:00:00Z"),
            (Europe::Vienna, "2100-01-02", "2100-01-02T00:00:00Z"),
        ] {
            let found = calendar(zone).start_of_day(date(day));
            assert_eq!(found, instant(start), "{day} in {zone}");
        }
    }

    #[test]
    fn a_fiscal_quarter_starts_where_the_fiscal_year_does() {
        let calendar = calendar(Tz::UTC);
        for (period, day, start) in [
            (Period::FiscalYear, "2026-03-31", "2025-04-01"),
            (Period::FiscalYear, "2026-04-01", "2026-04-01"),
            (Period::FiscalQuarter, "2026-03-31", "2026-01-01"),
            (Period::FiscalQuarter, "2026-09-30", "2026-07-01"),
            (Period::Quarter, "2026-09-30", "2026-07-01"),
            (Period::Week, "2021-01-03", "2020-12-28"),
            (Period::Week, "2027-01-01", "2026-12-28"),
            (Period::FiscalYear, "0001-01-05", "0001-01-01"),
        ] {
            assert_eq!(
                calendar.start_of(period, date(day)),
                date(start),
                "{period:?} {day}"
            );
        }
    }

    #[test]
    fn a_fiscal_year_starts_in_one_of_twelve_months() {
        assert!(Calendar::new(Tz::UTC, 0).is_none());
        assert!(Calendar::new(Tz::UTC, 13).is_none());
    }

    const ZONES: [Tz; 6] = [
        Tz::UTC,
        Europe::Vienna,
        America::New_York,
        Asia::Kathmandu,
        Africa::Casablanca,
        Pacific::Apia,
    ];

    proptest! {
        #[test]
        fn the_day_of_an_instant_is_that_of_the_time_zone(
            zone in 0..ZONES.len(),
            seconds in 0_i64..4_102_444_800,
        ) {
            let zone = ZONES[zone];
            let calendar = calendar(zone);
            let instant = DateTime::from_timestamp(seconds, 0).unwrap();
            let day = instant.with_timezone(&zone).date_naive();
            prop_assert_eq!(calendar.day_at(instant), day);
            let start = calendar.start_of_day(day);
            prop_assert!(start <= instant);
            prop_assert_eq!(calendar.day_at(start), day.max(FIRST_DAY));
            let before = calendar.day_at(start - TimeDelta::seconds(1));
            prop_assert!(before < day);
        }
    }
}
