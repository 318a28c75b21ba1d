//! Seeded randomness: the same seed throws the same numbers on every machine.
//!
//! Everything is made of whole numbers drawn from `ChaCha8`, whose stream is fixed by its definition.
//! Floating point would not do: `exp` and `ln` differ in their last digit between machines.

use chrono::{DateTime, TimeDelta, Utc};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use uuid::{Builder, Uuid};

/// A source of seeded chance.
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    /// Dice number `stream` of `seed`. What one throws does not depend on how often another was.
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut source = ChaCha8Rng::seed_from_u64(seed);
        source.set_stream(stream);
        Self(source)
    }

    /// The source, for the crate that invents names.
    pub(super) fn source(&mut self) -> &mut ChaCha8Rng {
        &mut self.0
    }

    /// A whole number of 64 bits.
    pub(super) fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// One of 0 to `limit` - 1; 0 when `limit` is 0.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        let limit = u128::try_from(limit).unwrap_or(0);
        let scaled = (u128::from(self.0.next_u64()) * limit) >> 64;
        usize::try_from(scaled).unwrap_or(0)
    }

    /// One of `low` to `high`, both included; `low` when there is nothing between.
    pub(super) fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = u128::from(high.saturating_sub(low).max(0).unsigned_abs()) + 1;
        let scaled = (u128::from(self.0.next_u64()) * span) >> 64;
        low.saturating_add(i64::try_from(scaled).unwrap_or(0))
    }

    /// As [`Dice::between`], for the columns that are 32 bits wide.
    pub(super) fn between_i32(&mut self, low: i32, high: i32) -> i32 {
        i32::try_from(self.between(low.into(), high.into())).unwrap_or(low)
    }

    /// True in `percent` of 100 throws.
    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.between(0, 99) < percent
    }

    /// One of `items`, each as likely as the others.
    #[expect(
        clippy::indexing_slicing,
        reason = "the index is below the length; an empty table of words is a mistake that every run shows"
    )]
    pub(super) fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// One of `items`, or none when there are none.
    pub(super) fn pick_any<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// One of `items`, as likely as the weight beside it.
    pub(super) fn weighted<T: Copy>(&mut self, items: &[(i64, T)]) -> T {
        let total: i64 = items.iter().map(|(weight, _)| weight).sum();
        let mut left = self.between(1, total);
        for (weight, item) in items {
            left -= weight;
            if left <= 0 {
                return *item;
            }
        }
        self.pick(items).1
    }

    /// A value of the distribution whose quantiles are given as (per mille, value), straight
    /// between them. The first is at 0, the last at 1000.
    pub(super) fn quantile(&mut self, table: &[(i64, i64)]) -> i64 {
        let at = self.between(0, 999);
        let below = table.iter().rev().find(|(mille, _)| *mille <= at);
        let above = table.iter().find(|(mille, _)| *mille > at);
        match (below, above) {
            (Some((from, low)), Some((to, high))) => {
                low + (high - low) * (at - from) / (to - from)
                    + self.between(0, (high - low) / (to - from))
            }
            (Some((_, value)), None) | (None, Some((_, value))) => *value,
            (None, None) => 0,
        }
    }

    /// A duration from `low` to `high` minutes, to the second.
    pub(super) fn minutes(&mut self, low: i64, high: i64) -> TimeDelta {
        TimeDelta::seconds(self.between(low * 60, high * 60))
    }

    /// An instant from `low` to just before `high`, to the second; `low` when there is nothing
    /// between.
    pub(super) fn instant(&mut self, low: DateTime<Utc>, high: DateTime<Utc>) -> DateTime<Utc> {
        low + TimeDelta::seconds(self.between(0, (high - low).num_seconds() - 1))
    }

    /// The id of something that came into being `at`: a UUID of version 7.
    pub(super) fn id(&mut self, at: DateTime<Utc>) -> Uuid {
        let mut random = [0; 10];
        self.0.fill_bytes(&mut random);
        let millis = u64::try_from(at.timestamp_millis()).unwrap_or(0);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid()
    }

    /// As [`Dice::id`], above `previous` where both are of the same instant, so that rows of one
    /// instant keep their order.
    pub(super) fn id_after(&mut self, previous: Uuid, at: DateTime<Utc>) -> Uuid {
        let id = self.id(at);
        if id > previous || id.get_timestamp() != previous.get_timestamp() {
            return id;
        }
        // The upper of the two remaining halves: soon above, and still not predictable.
        Uuid::from_u128(previous.as_u128() + u128::from(self.bits() >> 16) + 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_stream_throw_the_same() {
        let throws = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            [dice.bits(), dice.bits(), dice.bits()]
        };

        assert_eq!(throws(7, 1), throws(7, 1));
        assert_ne!(throws(7, 1), throws(7, 2));
        assert_ne!(throws(7, 1), throws(8, 1));
    }

    #[test]
    fn a_range_is_reached_at_both_ends_and_never_left() {
        let mut dice = Dice::new(1, 0);
        let throws: Vec<i64> = (0..1_000).map(|_| dice.between(-2, 3)).collect();

        assert_eq!(throws.iter().min(), Some(&-2));
        assert_eq!(throws.iter().max(), Some(&3));
    }

    #[test]
    fn a_quantile_lies_where_the_table_says() {
        let mut dice = Dice::new(1, 0);
        let table = [(0, 0), (500, 100), (1000, 1_000)];
        let throws: Vec<i64> = (0..10_000).map(|_| dice.quantile(&table)).collect();
        let low = throws.iter().filter(|value| **value < 100).count();

        assert!(
            (4_700..5_300).contains(&low),
            "{low} of 10000 below the median"
        );
        assert!(throws.iter().all(|value| (0..=1_000).contains(value)));
    }

    #[test]
    fn ids_of_one_instant_keep_their_order_and_stay_version_7() {
        let mut dice = Dice::new(1, 0);
        let at = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let mut previous = dice.id(at);
        for _ in 0..1_000 {
            let next = dice.id_after(previous, at);
            assert!(next > previous);
            assert_eq!(next.get_version_num(), 7);
            previous = next;
        }
    }
}
