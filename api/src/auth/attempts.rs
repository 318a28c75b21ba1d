//! How often somebody may try without a token, or with one that is no good: by the address that they come
//! from, in memory, on each replica.

use std::{
    net::{IpAddr, Ipv6Addr},
    sync::{Arc, Mutex},
};

use chrono::{DateTime, Utc};

use super::window::{self, Windows};
use crate::{clock::Clock, error::ApiError};

/// The part of an IPv6 address that says whose it is. The rest is for its owner to choose.
const NETWORK: u128 = u128::MAX << 64;

/// Counts the attempts that failed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Attempts(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// How many may fail in a minute; 0 is as many as they like.
    most: u32,
    clock: Clock,
    /// By what [`Attempts::owner`] makes of the address.
    windows: Mutex<Windows<IpAddr, u32>>,
}

/// Somebody who has failed as often as they may, and is turned away from then on until their minute is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TurnedAway {
    /// When they failed the last time.
    pub at: DateTime<Utc>,
    /// From where.
    pub address: IpAddr,
    /// All that is turned away: the address, or the first one of its network of IPv6.
    pub owner: IpAddr,
}

impl Attempts {
    /// At most `most` attempts may fail in a minute; 0 is no limit.
    #[must_use]
    pub fn new(most: u32, clock: Clock) -> Self {
        Self(Arc::new(Shared {
            most,
            clock,
            windows: Mutex::default(),
        }))
    }

    /// What stands for everybody who has the same address, or could take it: the address, or the first one of its
    /// network of 64 bits, which is what one customer gets of IPv6 at the least.
    #[must_use]
    pub fn owner(address: IpAddr) -> IpAddr {
        match address.to_canonical() {
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & NETWORK).into(),
            address @ IpAddr::V4(_) => address,
        }
    }

    /// Whether somebody at `address` may try.
    ///
    /// # Errors
    ///
    /// [`ApiError::TooManyAttempts`] when too many have failed from there.
    pub fn may_try(&self, address: IpAddr) -> Result<(), ApiError> {
        let most = self.0.most;
        if most == 0 {
            return Ok(());
        }
        let now = self.0.clock.now();
        let mut windows = window::lock(&self.0.windows);
        match windows.find(&Self::owner(address), now) {
            Some(window) if window.count >= most => Err(ApiError::TooManyAttempts {
                limit: most,
                seconds: window.seconds_left(now),
            }),
            _ => Ok(()),
        }
    }

    /// Counts an attempt from `address` that failed. If it was the last one that may fail, which is once in a
    /// minute, it says who is turned away.
    #[must_use]
    pub fn failed(&self, address: IpAddr) -> Option<TurnedAway> {
        let most = self.0.most;
        if most == 0 {
            return None;
        }
        let (now, owner) = (self.0.clock.now(), Self::owner(address));
        let mut windows = window::lock(&self.0.windows);
        let failed = &mut windows.open(owner, now).count;
        *failed = failed.saturating_add(1);
        (*failed == most).then_some(TurnedAway {
            at: now,
            address,
            owner,
        })
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn who_fails_as_often_as_they_may_is_turned_away_for_the_rest_of_the_minute() {
        let start = DateTime::from_timestamp(1_000_000, 0).unwrap();
        let clock = Clock::fixed(start);
        let attempts = Attempts::new(3, clock.clone());
        let (one, other) = (address("192.0.2.1"), address("192.0.2.2"));
        assert_eq!([(); 2].map(|()| attempts.failed(one)), [None, None]);
        attempts.may_try(one).unwrap();
        let last = start + TimeDelta::seconds(10);
        clock.set(last);
        let turned_away = TurnedAway {
            at: last,
            address: one,
            owner: one,
        };
        // Told once, also when more were on their way.
        let told = [(); 3].map(|()| attempts.failed(one));
        assert_eq!(told, [Some(turned_away), None, None]);
        let refused = attempts.may_try(one).unwrap_err();
        assert_eq!(refused.retry_after(), Some(50));
        attempts.may_try(other).unwrap();
        clock.set(start + TimeDelta::seconds(60));
        attempts.may_try(one).unwrap();
        assert_eq!(attempts.failed(one), None);
    }

    #[test]
    fn who_may_choose_their_address_gains_nothing_by_it() {
        let attempts = Attempts::new(2, Clock::fixed(DateTime::UNIX_EPOCH));
        let (one, other) = (address("2001:db8:1:2::7"), address("2001:db8:1:2:ffff::9"));
        assert_eq!(attempts.failed(one), None);
        let turned_away = attempts.failed(other).unwrap();
        assert_eq!(
            (turned_away.address, turned_away.owner),
            (other, address("2001:db8:1:2::"))
        );
        assert!(attempts.may_try(one).is_err());
        attempts.may_try(address("2001:db8:1:3::7")).unwrap();
        // An address of IPv4 is one, however it is written.
        assert_eq!(
            Attempts::owner(address("::ffff:192.0.2.1")),
            Attempts::owner(address("192.0.2.1"))
        );
    }

    #[test]
    fn without_a_limit_nothing_is_counted() {
        let attempts = Attempts::new(0, Clock::fixed(DateTime::UNIX_EPOCH));
        let one = address("192.0.2.1");
        for _ in 0..1000 {
            assert_eq!(attempts.failed(one), None);
        }
        attempts.may_try(one).unwrap();
    }
}
