//! Days and instants as files write them.

use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, SubsecRound,
    TimeDelta, TimeZone, Timelike, Utc,
};
use chrono_tz::Tz;

/// How instants are written when a mapping does not say: ISO 8601 with its usual liberties.
const USUAL: [&str; 4] = [
    "%Y-%m-%dT%H:%M:%S%.f",
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
];

/// The formats that a mapping names, tried in order; without any, ISO 8601.
///
/// `unix` and `unix_ms` are seconds and milliseconds since 1970.
#[derive(Clone, Debug, Default)]
pub struct Dates(pub Vec<String>);

impl Dates {
    /// Reads an instant. A day alone is its first moment in `zone`.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with it.
    pub fn instant(&self, text: &str, zone: Tz) -> Result<DateTime<Utc>, String> {
        let instant = self
            .formats()
            .find_map(|format| instant(text, format, zone))
            .ok_or_else(|| self.not_a_date())?;
        if is_leap_second(&instant) {
            return Err("is a leap second, which cannot be kept".to_owned());
        }
        plausible(instant.year()).map(|()| whole_microseconds(instant))
    }

    /// Reads a day; the time of an instant is left off.
    ///
    /// # Errors
    ///
    /// Returns what is wrong with it.
    pub fn day(&self, text: &str) -> Result<NaiveDate, String> {
        let day = self
            .formats()
            .find_map(|format| local(text, format))
            .map(|local| local.date())
            .ok_or_else(|| self.not_a_date())?;
        plausible(day.year()).map(|()| day)
    }

    fn formats(&self) -> impl Iterator<Item = &str> {
        let usual: &[&str] = if self.0.is_empty() { &USUAL } else { &[] };
        self.0
            .iter()
            .map(String::as_str)
            .chain(usual.iter().copied())
    }

    fn not_a_date(&self) -> String {
        if self.0.is_empty() {
            return "is not a date in ISO 8601, such as 2026-03-31 or 2026-03-31T14:30:00Z \
                    (other forms can be named with `dates` in the mapping)"
                .to_owned();
        }
        format!("is not a date in the format {}", self.0.join(" or "))
    }
}

/// Reads an instant as callers say it, by RFC 3339. It has to be in the years that the databases agree on, once it is
/// in UTC; a leap second they do not agree on either. What is finer than microseconds is left off.
///
/// # Errors
///
/// Returns what would be right.
pub fn api_instant(text: &str) -> Result<DateTime<Utc>, String> {
    let separator = text.as_bytes().get(10);
    let parted = separator.is_some_and(|it| it.eq_ignore_ascii_case(&b'T'));
    let instant = DateTime::parse_from_rfc3339(text).ok().filter(|_| parted);
    let instant = instant.map(|instant| instant.to_utc());
    let instant = instant.filter(|it| is_kept(it.year()) && !is_leap_second(it));
    instant.map(whole_microseconds).ok_or_else(|| {
        "has to be an instant of RFC 3339 such as 2026-01-31T09:30:00Z, in the years from 1 to 9999, and no leap second"
            .to_owned()
    })
}

/// Reads a day as callers say it, such as `2026-01-31`.
///
/// # Errors
///
/// Returns what would be right.
pub fn api_day(text: &str) -> Result<NaiveDate, String> {
    let day = text.parse().ok();
    let day = day.filter(|day: &NaiveDate| day.to_string() == text && is_kept(day.year()));
    day.ok_or_else(|| "has to be a day such as 2026-01-31, in the years from 1 to 9999".to_owned())
}

/// Whether both databases keep days of that year, and answers can have them.
fn is_kept(year: i32) -> bool {
    (1..=9999).contains(&year)
}

fn is_leap_second(instant: &DateTime<Utc>) -> bool {
    instant.nanosecond() >= 1_000_000_000
}

fn plausible(year: i32) -> Result<(), String> {
    if (1900..=2200).contains(&year) {
        return Ok(());
    }
    Err(format!("is in the year {year}, which cannot be meant"))
}

fn whole_microseconds(instant: DateTime<Utc>) -> DateTime<Utc> {
    instant.trunc_subsecs(6)
}

fn instant(text: &str, format: &str, zone: Tz) -> Option<DateTime<Utc>> {
    match format {
        "unix" => DateTime::from_timestamp(text.parse().ok()?, 0),
        "unix_ms" => DateTime::from_timestamp_millis(text.parse().ok()?),
        _ => offset(text, format).or_else(|| in_zone(local(text, format)?, zone)),
    }
}

/// An instant that names its own distance from UTC, as `…Z`, `… UTC` or `…+02:00`.
fn offset(text: &str, format: &str) -> Option<DateTime<Utc>> {
    if format.contains("%z") || format.contains("%:z") {
        return DateTime::parse_from_str(text, format)
            .ok()
            .map(|instant| instant.to_utc());
    }
    let utc = text
        .strip_suffix('Z')
        .or_else(|| text.strip_suffix(" UTC"))
        .map(str::trim_end);
    if let Some(text) = utc {
        return Some(local(text, format)?.and_utc());
    }
    let sign = text.rfind(['+', '-']).filter(|at| *at > 10)?;
    DateTime::parse_from_str(text, &format!("{format}%#z"))
        .ok()
        .filter(|_| text.len() - sign >= 3)
        .map(|instant| instant.to_utc())
}

fn local(text: &str, format: &str) -> Option<NaiveDateTime> {
    if format == "%Y-%m-%d" {
        return iso_day(text).map(|day| day.and_time(NaiveTime::MIN));
    }
    NaiveDateTime::parse_from_str(text, format)
        .ok()
        .or_else(|| {
            let day = NaiveDate::parse_from_str(text, format).ok()?;
            Some(day.and_time(NaiveTime::MIN))
        })
}

/// `2026-03-31`, the form of most dates, without the detour through a format.
fn iso_day(text: &str) -> Option<NaiveDate> {
    let mut parts = text.splitn(3, '-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    if year.len() != 4 || month.len() > 2 || day.len() > 2 {
        return None;
    }
    NaiveDate::from_ymd_opt(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?)
}

/// A clock that is set back shows an hour twice: the first counts. One that is set forward skips an
/// hour: what falls into it counts from the moment after.
fn in_zone(local: NaiveDateTime, zone: Tz) -> Option<DateTime<Utc>> {
    match zone.from_local_datetime(&local) {
        LocalResult::Single(instant) | LocalResult::Ambiguous(instant, _) => Some(instant.to_utc()),
        LocalResult::None => {
            let day_before = local.checked_sub_days(Days::new(1))?;
            let before = zone.from_local_datetime(&day_before).earliest()?;
            Some(before.to_utc() + TimeDelta::days(1))
        }
    }
}
