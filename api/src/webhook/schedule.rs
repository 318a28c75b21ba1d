//! When a message is sent again, and when no more.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How long after each attempt the next one is made, in seconds: the last one is about a day after the first.
const DELAYS: [i64; 10] = [5, 30, 120, 600, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800];
/// The longest that a receiver may ask to be left alone, in seconds.
const LONGEST_PAUSE: i64 = 28_800;

/// When a message is sent next that failed for the `attempts`th time at `now`; `None` is no more.
///
/// Up to a tenth sooner or later, each message otherwise, so that those that failed together are not sent together; and not
/// before the receiver wants to be asked again, which it said in `retry_after`.
pub(super) fn next(
    message: Uuid,
    attempts: i32,
    now: DateTime<Utc>,
    retry_after: Option<&str>,
) -> Option<DateTime<Utc>> {
    let made = usize::try_from(attempts).ok()?;
    let delay = DELAYS.get(made.checked_sub(1)?)?;
    let chance = message.as_bytes().iter().cycle().nth(made).copied();
    // From 230 to 281 of 256: nine tenths to eleven.
    let share = 230 + i64::from(chance.unwrap_or_default()) / 5;
    let wait = TimeDelta::milliseconds(delay * 1_000 * share / 256);
    let asked = retry_after.and_then(|text| pause(text, now));
    Some(now + wait.max(asked.unwrap_or_default()))
}

/// For how long a receiver wants to be left alone: in seconds, or until a date.
fn pause(text: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    let asked = match text.trim().parse::<u32>() {
        Ok(seconds) => TimeDelta::seconds(seconds.into()),
        Err(_no_number) => DateTime::parse_from_rfc2822(text.trim()).ok()?.to_utc() - now,
    };
    Some(asked.clamp(TimeDelta::zero(), TimeDelta::seconds(LONGEST_PAUSE)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn a_message_is_sent_for_a_day_and_then_no_more() {
        for _ in 0..100 {
            let (message, begin) = (Uuid::now_v7(), at("2026-01-01T00:00:00Z"));
            let (mut now, mut attempts) = (begin, 1);
            while let Some(then) = next(message, attempts, now, None) {
                let delay = DELAYS[usize::try_from(attempts).unwrap() - 1] * 1_000;
                let waited = (then - now).num_milliseconds();
                assert!((delay * 89 / 100..=delay * 111 / 100).contains(&waited));
                (now, attempts) = (then, attempts + 1);
            }
            let hours = (now - begin).num_hours();
            assert_eq!(attempts, 11);
            assert!((21..=26).contains(&hours), "{hours}");
        }
    }

    #[test]
    fn messages_that_failed_together_are_not_sent_together() {
        let now = at("2026-01-01T00:00:00Z");
        let ids = (0..100_u8).map(|byte| Uuid::from_bytes([byte.wrapping_mul(37); 16]));
        let mut times: Vec<_> = ids.filter_map(|id| next(id, 5, now, None)).collect();
        times.sort_unstable();
        times.dedup();
        assert!(times.len() > 40, "{}", times.len());
    }

    #[test]
    fn a_receiver_says_when_it_wants_to_be_asked_again() {
        let (message, now) = (Uuid::now_v7(), at("2026-01-01T00:00:00Z"));
        let said = |text| next(message, 1, now, Some(text)).unwrap() - now;
        assert_eq!(said("90"), TimeDelta::seconds(90));
        assert_eq!(
            said("Thu, 01 Jan 2026 00:02:00 GMT"),
            TimeDelta::seconds(120)
        );
        assert_eq!(said("999999999"), TimeDelta::seconds(LONGEST_PAUSE));
        for nonsense in ["0", "-5", "soon", "Mon, 01 Jan 2001 00:00:00 GMT", ""] {
            assert!(said(nonsense) < TimeDelta::seconds(6), "{nonsense}");
        }
    }
}
