//! Counting by the minute: a window for each key, from the first time that there is something to count.

use std::{
    collections::{HashMap, VecDeque},
    hash::Hash,
    sync::{Mutex, MutexGuard, PoisonError},
};

use chrono::{DateTime, TimeDelta, Utc};

/// How long a window is.
pub(super) const LENGTH: TimeDelta = TimeDelta::minutes(1);

/// The most windows that are kept, of some hundred bytes each. Beyond it the oldest is forgotten, and counting
/// begins anew for its key: nobody fills the memory with keys.
const MOST: usize = 65_536;

/// The windows that are not over.
#[derive(Debug)]
pub(super) struct Windows<K, C> {
    open: HashMap<K, Window<C>>,
    /// The keys of `open`, each once, in the order in which their windows began. They are all of one length:
    /// what is over is in front.
    order: VecDeque<K>,
    most: usize,
}

/// A minute of one key.
#[derive(Debug)]
pub(super) struct Window<C> {
    began: DateTime<Utc>,
    /// What was counted in it.
    pub(super) count: C,
}

impl<C> Window<C> {
    /// The whole seconds until it is over, the one that has begun as well: 1 at least.
    pub(super) fn seconds_left(&self, now: DateTime<Utc>) -> u32 {
        seconds(self.began + LENGTH - now)
    }

    /// A clock that was put back ends it too.
    fn is_over(&self, now: DateTime<Utc>) -> bool {
        now < self.began || now >= self.began + LENGTH
    }
}

/// A span of time in whole seconds, rounded up.
pub(super) fn seconds(span: TimeDelta) -> u32 {
    let whole = span + TimeDelta::milliseconds(999);
    whole.num_seconds().try_into().unwrap_or_default()
}

impl<K: Copy + Eq + Hash, C: Default> Windows<K, C> {
    /// The window of `key`, where one has begun and is not over.
    pub(super) fn find(&mut self, key: &K, now: DateTime<Utc>) -> Option<&Window<C>> {
        self.forget(now);
        self.open.get(key)
    }

    /// The window of `key`; it begins, where there is none.
    pub(super) fn open(&mut self, key: K, now: DateTime<Utc>) -> &mut Window<C> {
        self.forget(now);
        if !self.open.contains_key(&key) {
            if self.order.len() >= self.most {
                self.forget_first();
            }
            self.order.push_back(key);
        }
        self.open.entry(key).or_insert_with(|| Window {
            began: now,
            count: C::default(),
        })
    }

    fn forget(&mut self, now: DateTime<Utc>) {
        let is_over = |window: Option<&Window<C>>| window.is_none_or(|window| window.is_over(now));
        while let Some(first) = self.order.front()
            && is_over(self.open.get(first))
        {
            self.forget_first();
        }
    }

    fn forget_first(&mut self) {
        if let Some(first) = self.order.pop_front() {
            self.open.remove(&first);
        }
    }
}

impl<K, C> Default for Windows<K, C> {
    fn default() -> Self {
        Self {
            open: HashMap::new(),
            order: VecDeque::new(),
            most: MOST,
        }
    }
}

/// The windows behind `mutex`. What a panic left there is as good as before: each step leaves them whole.
pub(super) fn lock<K, C>(mutex: &Mutex<Windows<K, C>>) -> MutexGuard<'_, Windows<K, C>> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000 + second, 0).unwrap()
    }

    fn count(windows: &mut Windows<&'static str, u32>, key: &'static str, second: i64) -> u32 {
        let window = windows.open(key, at(second));
        window.count += 1;
        window.count
    }

    #[test]
    fn a_minute_begins_with_the_first_time() {
        let mut windows = Windows::default();
        assert_eq!(count(&mut windows, "a", 7), 1);
        assert_eq!(count(&mut windows, "a", 66), 2);
        assert_eq!(windows.find(&"a", at(66)).unwrap().seconds_left(at(66)), 1);
        assert!(windows.find(&"a", at(67)).is_none());
        assert_eq!(count(&mut windows, "a", 90), 1);
        assert_eq!(count(&mut windows, "a", 149), 2);
    }

    #[test]
    fn a_second_that_has_begun_counts_whole() {
        let mut windows = Windows::<_, u32>::default();
        let half = at(0) + TimeDelta::milliseconds(59_500);
        assert_eq!(windows.open("a", at(0)).seconds_left(at(0)), 60);
        assert_eq!(windows.open("a", half).seconds_left(half), 1);
    }

    #[test]
    fn what_is_over_is_not_kept() {
        let mut windows = Windows::default();
        for (key, second) in [("a", 0), ("b", 30), ("c", 59)] {
            count(&mut windows, key, second);
        }
        assert!(windows.find(&"nobody", at(89)).is_none());
        assert_eq!((windows.open.len(), windows.order.len()), (2, 2));
        assert!(windows.find(&"nobody", at(1000)).is_none());
        assert_eq!((windows.open.len(), windows.order.len()), (0, 0));
    }

    #[test]
    fn there_are_so_many_and_no_more() {
        let mut windows = Windows {
            most: 2,
            ..Windows::default()
        };
        for key in ["a", "b", "b", "c"] {
            count(&mut windows, key, 0);
        }
        assert_eq!((windows.open.len(), windows.order.len()), (2, 2));
        assert_eq!(count(&mut windows, "b", 1), 3);
        assert_eq!(count(&mut windows, "a", 1), 1);
    }

    #[test]
    fn a_clock_that_is_put_back_does_not_make_a_window_longer() {
        let mut windows = Windows::default();
        count(&mut windows, "a", 10_000);
        assert_eq!(count(&mut windows, "a", 0), 1);
        assert!(windows.find(&"a", at(60)).is_none());
    }
}
