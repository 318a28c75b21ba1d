//! What can become of a clock: RUNNING → PAUSED → RUNNING → MET, BREACHED or CANCELLED. What is breached stays so.
//!
//! An instant is too late when it is `due_at` or later. Whoever comes to a clock that was due finds it breached,
//! whether or not somebody has written that down yet.

use chrono::{DateTime, TimeDelta, Utc};
use entity::sla_clock::{Model, SlaState};

use crate::business_time::{BusinessCalendar, TooFar};

/// So many minutes.
#[must_use]
pub fn minutes(number: i32) -> TimeDelta {
    TimeDelta::minutes(number.into())
}

/// It was not done in time.
pub fn breach(clock: &mut Model) {
    clock.state = SlaState::Breached;
    clock.breached_at = Some(clock.due_at);
}

/// It warns.
pub fn warn(clock: &mut Model, now: DateTime<Utc>) {
    clock.warned_at = Some(now);
}

/// What it waits for is done at `at`.
pub fn meet(clock: &mut Model, at: DateTime<Utc>) {
    breach_if_due(clock, at);
    match clock.state {
        SlaState::Running | SlaState::Paused => stop(clock, SlaState::Met, at),
        SlaState::Breached if clock.stopped_at.is_none() => {
            clock.met_late_at = Some(at);
            clock.stopped_at = Some(at);
        }
        SlaState::Breached | SlaState::Met | SlaState::Cancelled => {}
    }
}

/// Nobody waits for it any more from `at` on.
pub fn cancel(clock: &mut Model, at: DateTime<Utc>) {
    breach_if_due(clock, at);
    match clock.state {
        SlaState::Running | SlaState::Paused => stop(clock, SlaState::Cancelled, at),
        SlaState::Breached if clock.stopped_at.is_none() => clock.stopped_at = Some(at),
        SlaState::Breached | SlaState::Met | SlaState::Cancelled => {}
    }
}

/// Its time does not count from `at` on, if it runs.
pub fn pause(clock: &mut Model, calendar: &BusinessCalendar, at: DateTime<Utc>) {
    breach_if_due(clock, at);
    if clock.state == SlaState::Running {
        clock.state = SlaState::Paused;
        clock.paused_at = Some(at);
        clock.remaining_minutes = Some(whole(calendar.between(at, clock.due_at)));
    }
}

/// Its time counts again from `at` on, if it is paused.
///
/// # Errors
///
/// [`TooFar`] when its calendar leaves no time for it; it stays paused then.
pub fn resume(
    clock: &mut Model,
    calendar: &BusinessCalendar,
    at: DateTime<Utc>,
) -> Result<(), TooFar> {
    let Some(paused_at) = clock.paused_at.filter(|_| clock.state == SlaState::Paused) else {
        return Ok(());
    };
    let left = calendar.between(paused_at, clock.due_at);
    // To the microsecond, unless the calendar has changed meanwhile.
    let kept = clock.remaining_minutes.filter(|kept| *kept != whole(left));
    let due_at = calendar.due(at, kept.map_or(left, minutes))?;
    let to_warn = clock.warn_at.filter(|_| clock.warned_at.is_none());
    let to_warn = to_warn.map(|warn_at| calendar.due(at, calendar.between(paused_at, warn_at)));
    if let Some(warn_at) = to_warn.transpose()? {
        clock.warn_at = Some(warn_at.min(due_at));
    }
    let paused = calendar.between(paused_at, at).num_minutes();
    let paused = i32::try_from(paused).unwrap_or(i32::MAX);
    clock.paused_minutes = clock.paused_minutes.saturating_add(paused);
    clock.due_at = due_at;
    clock.state = SlaState::Running;
    clock.paused_at = None;
    clock.remaining_minutes = None;
    Ok(())
}

fn breach_if_due(clock: &mut Model, at: DateTime<Utc>) {
    if clock.state == SlaState::Running && clock.due_at <= at {
        breach(clock);
    }
}

fn stop(clock: &mut Model, state: SlaState, at: DateTime<Utc>) {
    clock.state = state;
    clock.stopped_at = Some(at);
    clock.paused_at = None;
    clock.remaining_minutes = None;
}

/// The minutes of `time`, a part of one counted whole.
fn whole(time: TimeDelta) -> i32 {
    let minutes = time.num_minutes();
    let part = i64::from(TimeDelta::minutes(minutes) < time);
    i32::try_from(minutes.saturating_add(part)).unwrap_or(i32::MAX)
}

#[cfg(test)]
mod tests {
    use entity::sla_clock::SlaKind;
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::business_time::WeeklyHours;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn office() -> BusinessCalendar {
        let hours = json!({"monday": [["09:00", "17:00"]], "tuesday": [["09:00", "17:00"]]});
        BusinessCalendar::new(chrono_tz::UTC, WeeklyHours::read(&hours).unwrap(), [])
    }

    /// Started on a Monday at nine, due at one, warns at noon.
    fn running() -> Model {
        Model {
            id: Uuid::nil(),
            kind: SlaKind::Accept,
            lead_id: Some(Uuid::nil()),
            feedback_id: None,
            team_request_id: None,
            policy_id: Uuid::nil(),
            business_calendar_id: Uuid::nil(),
            owner_id: None,
            cycle: Some(1),
            restarts: 0,
            state: SlaState::Running,
            started_at: at("2026-11-23T09:00:00Z"),
            due_at: at("2026-11-23T13:00:00Z"),
            warn_at: Some(at("2026-11-23T12:00:00Z")),
            warned_at: None,
            paused_at: None,
            paused_minutes: 0,
            remaining_minutes: None,
            stopped_at: None,
            met_late_at: None,
            breached_at: None,
            escalated_to_id: None,
        }
    }

    #[test]
    fn a_microsecond_decides() {
        let mut clock = running();
        meet(&mut clock, at("2026-11-23T12:59:59.999999Z"));
        assert_eq!(clock.state, SlaState::Met);
        let mut clock = running();
        meet(&mut clock, at("2026-11-23T13:00:00Z"));
        assert_eq!(clock.state, SlaState::Breached);
        assert_eq!(clock.breached_at, Some(clock.due_at));
        assert_eq!(clock.met_late_at, Some(clock.due_at));
    }

    #[test]
    fn what_is_breached_stays_so() {
        let mut clock = running();
        breach(&mut clock);
        let late = at("2026-11-24T10:00:00Z");
        meet(&mut clock, late);
        assert_eq!(
            (clock.state, clock.met_late_at),
            (SlaState::Breached, Some(late))
        );
        let done = clock.clone();
        cancel(&mut clock, at("2026-11-25T10:00:00Z"));
        meet(&mut clock, at("2026-11-26T10:00:00Z"));
        assert_eq!(clock, done);
        let mut clock = running();
        cancel(&mut clock, late);
        assert_eq!((clock.state, clock.met_late_at), (SlaState::Breached, None));
    }

    #[test]
    fn what_has_ended_does_not_begin_again() {
        for end in [meet, cancel] {
            let mut clock = running();
            end(&mut clock, at("2026-11-23T10:00:00Z"));
            let ended = clock.clone();
            pause(&mut clock, &office(), at("2026-11-23T11:00:00Z"));
            resume(&mut clock, &office(), at("2026-11-23T11:00:00Z")).unwrap();
            meet(&mut clock, at("2026-11-23T12:00:00Z"));
            cancel(&mut clock, at("2026-11-23T12:00:00Z"));
            assert_eq!(clock, ended);
        }
    }

    #[test]
    fn a_pause_puts_off_by_the_business_time_in_it() {
        let mut clock = running();
        pause(&mut clock, &office(), at("2026-11-23T11:30:30Z"));
        assert_eq!(
            (clock.state, clock.remaining_minutes),
            (SlaState::Paused, Some(90))
        );
        assert_eq!(clock.paused_at, Some(at("2026-11-23T11:30:30Z")));
        // Over the night: five and a half hours, but for half a minute, and one more.
        resume(&mut clock, &office(), at("2026-11-24T10:00:00Z")).unwrap();
        assert_eq!(clock.state, SlaState::Running);
        assert_eq!(clock.due_at, at("2026-11-24T11:29:30Z"));
        assert_eq!(clock.warn_at, Some(at("2026-11-24T10:29:30Z")));
        assert_eq!((clock.paused_minutes, clock.paused_at), (389, None));
        assert_eq!(clock.remaining_minutes, None);
    }

    #[test]
    fn a_pause_of_no_time_changes_nothing() {
        let mut clock = running();
        let now = at("2026-11-23T11:30:30.000001Z");
        pause(&mut clock, &office(), now);
        resume(&mut clock, &office(), now).unwrap();
        assert_eq!(clock, running());
    }

    #[test]
    fn what_was_left_is_left_when_the_calendar_is_another() {
        let mut clock = running();
        pause(&mut clock, &office(), at("2026-11-23T11:00:00Z"));
        let hours = json!({"wednesday": [["09:00", "17:00"]]});
        let other = BusinessCalendar::new(chrono_tz::UTC, WeeklyHours::read(&hours).unwrap(), []);
        resume(&mut clock, &other, at("2026-11-24T10:00:00Z")).unwrap();
        assert_eq!(clock.due_at, at("2026-11-25T11:00:00Z"));
    }

    #[test]
    fn what_is_due_cannot_be_paused() {
        let mut clock = running();
        pause(&mut clock, &office(), at("2026-11-23T13:00:00Z"));
        assert_eq!(clock.state, SlaState::Breached);
    }
}
