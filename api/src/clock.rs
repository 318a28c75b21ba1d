//! What time it is. Everything that needs to know asks a [`Clock`], so that a test can set it.

use std::time::Duration;

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use tokio::{sync::watch, time::sleep};

/// The longest that is slept at a time: the machine's clock may be set meanwhile.
const NAP: Duration = Duration::from_mins(1);

/// A source of the current instant: the system's, or one that a test moves by hand.
#[derive(Clone, Debug, Default)]
pub struct Clock(Option<watch::Sender<DateTime<Utc>>>);

impl Clock {
    /// The clock of the machine.
    #[must_use]
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `instant` until it is set again.
    #[must_use]
    pub fn fixed(instant: DateTime<Utc>) -> Self {
        Self(Some(watch::Sender::new(instant)))
    }

    /// Moves a fixed clock, and every clone of it, to `instant`. The system's clock is left alone.
    pub fn set(&self, instant: DateTime<Utc>) {
        if let Some(fixed) = &self.0 {
            fixed.send_replace(instant);
        }
    }

    /// The current instant in UTC, cut to the microseconds that both databases keep.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that asks the machine"
    )]
    pub fn now(&self) -> DateTime<Utc> {
        let now = match &self.0 {
            Some(fixed) => *fixed.borrow(),
            None => Utc::now(),
        };
        now.duration_trunc(TimeDelta::microseconds(1))
            .unwrap_or(now)
    }

    /// Waits until it is `instant`.
    pub async fn reaches(&self, instant: DateTime<Utc>) {
        if let Some(fixed) = &self.0 {
            let mut set = fixed.subscribe();
            // It cannot end while this clock is there.
            let _now = set.wait_for(|now| *now >= instant).await;
            return;
        }
        loop {
            let left = (instant - self.now()).to_std().unwrap_or_default();
            if left.is_zero() {
                return;
            }
            sleep(left.min(NAP)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_waits_for_an_instant_goes_on_once_it_is_there() {
        let start: DateTime<Utc> = "2026-11-22T12:00:00Z".parse().unwrap();
        let clock = Clock::fixed(start);
        clock.reaches(start).await;
        let waiting = tokio::spawn({
            let clock = clock.clone();
            async move {
                clock.reaches(start + TimeDelta::hours(1)).await;
                clock.now()
            }
        });
        clock.set(start + TimeDelta::minutes(59));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        clock.set(start + TimeDelta::hours(2));
        assert_eq!(waiting.await.unwrap(), start + TimeDelta::hours(2));
        let system = Clock::system();
        system.reaches(system.now() - TimeDelta::hours(1)).await;
        let soon = system.now() + TimeDelta::milliseconds(5);
        system.reaches(soon).await;
        assert!(system.now() >= soon);
    }
}
