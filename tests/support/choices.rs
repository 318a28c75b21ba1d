//! Where random tests take their decisions from.

use std::vec;

/// A stream of decisions.
#[derive(Debug)]
pub struct Choices(Source);

#[derive(Debug)]
enum Source {
    Recorded(vec::IntoIter<u32>),
    Seeded(u64),
}

impl Choices {
    /// The decisions in `numbers`, for `proptest` to shrink: a smaller number is a simpler choice,
    /// and behind the last one every choice is the simplest.
    #[must_use]
    pub fn recorded(numbers: Vec<u32>) -> Self {
        Self(Source::Recorded(numbers.into_iter()))
    }

    /// Endless decisions, the same for the same `seed`.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self(Source::Seeded(seed))
    }

    fn next(&mut self) -> u32 {
        match &mut self.0 {
            Source::Recorded(numbers) => numbers.next().unwrap_or(0),
            Source::Seeded(state) => {
                *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
                u32::try_from(mixed(*state) >> 32).unwrap_or(0)
            }
        }
    }

    /// A number from 0 to `count - 1`; 0 where `count` is.
    pub fn below(&mut self, count: usize) -> usize {
        let count = u64::try_from(count).unwrap_or(0);
        usize::try_from((u64::from(self.next()) * count) >> 32).unwrap_or(0)
    }

    /// True once in `count` times; false is simplest.
    pub fn one_in(&mut self, count: usize) -> bool {
        self.below(count) + 1 == count
    }

    /// One of `from`; the first is simplest.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}

/// Every bit of `number` spread over all others: the last step of `SplitMix64`.
#[must_use]
pub fn mixed(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}
