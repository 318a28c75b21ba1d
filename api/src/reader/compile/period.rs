//! Spans of the calendar: in which of them an instant or a day lies.

use chrono::{DateTime, Utc};

use crate::{
    calendar::{Calendar, Period},
    dataset::{Field, Kind},
};

use super::{super::dialect::Dialect, Compiler};

impl Compiler<'_> {
    /// The first day of the period that the value of `field` at `alias` lies in.
    pub(super) fn period(&self, field: &Field, period: Period, alias: &str) -> Option<String> {
        let value = |column: &str| format!("{alias}.\"{column}\"");
        let day = match field.kind {
            Kind::Day(column) => value(column),
            Kind::Instant(column) => local_day(self.dialect, self.calendar, &value(column)),
            _ => return None,
        };
        let shift = self.calendar.fiscal_shift();
        Some(self.dialect.start_of_period(&day, period, shift))
    }
}

/// The day that it was in the workspace at the instant in `column`.
fn local_day(dialect: &dyn Dialect, calendar: &Calendar, column: &str) -> String {
    let seconds = seconds_at(dialect, 0, calendar.offsets(), column);
    dialect.day_at(column, &seconds)
}

/// The offset from UTC at the instant in `column`: `before`, or what came into force last. The rules are
/// asked by halves, so that a century of them costs eight comparisons.
fn seconds_at(
    dialect: &dyn Dialect,
    before: i64,
    rules: &[(DateTime<Utc>, i64)],
    column: &str,
) -> String {
    let (earlier, later) = rules.split_at(rules.len() / 2);
    let Some(((from, seconds), later)) = later.split_first() else {
        return before.to_string();
    };
    let is_before = dialect.is_before(column, *from);
    let earlier = seconds_at(dialect, before, earlier, column);
    let later = seconds_at(dialect, *seconds, later, column);
    format!("CASE WHEN {is_before} THEN {earlier} ELSE {later} END")
}
