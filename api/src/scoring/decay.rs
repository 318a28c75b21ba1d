//! How much of a touch is left as time goes by: a half after each half-life. In whole numbers, so that it is the same
//! on every machine.

use chrono::TimeDelta;

/// All of it, as a fraction of 2³².
pub(super) const WHOLE: u64 = 1 << 32;
/// So many binary digits of a half-life are told apart: more than a second of a year.
const DIGITS: usize = 24;

/// 2 to the power of -1/2, -1/4, -1/8 and so on, as fractions of 2³².
const ROOTS: [u64; DIGITS] = roots();

const fn roots() -> [u64; DIGITS] {
    let mut roots = [0; DIGITS];
    let mut root = WHOLE >> 1;
    let mut rest: &mut [u64] = &mut roots;
    while let Some((slot, others)) = rest.split_first_mut() {
        // The geometric mean of the last one and the whole.
        root = (root << 32).isqrt();
        *slot = root;
        rest = others;
    }
    roots
}

/// What is left of [`WHOLE`] after `age`, of what halves every `half_life_days`.
pub(super) fn left(age: TimeDelta, half_life_days: u32) -> u64 {
    let half_life = u64::from(half_life_days.max(1)) * 86_400;
    let age = u64::try_from(age.num_seconds()).unwrap_or(0);
    let halvings = age / half_life;
    if halvings >= 32 {
        return 0;
    }
    let mut rest = age % half_life;
    let mut left = WHOLE;
    for root in ROOTS {
        rest *= 2;
        if rest >= half_life {
            rest -= half_life;
            left = (left * root) >> 32;
        }
    }
    left >> halvings
}

/// A sum of points times what is left of them, as whole points: halves away from zero.
pub(super) fn rounded(sum: i64) -> i64 {
    let half = i64::try_from(WHOLE / 2).unwrap_or(0);
    let whole = half * 2;
    if sum < 0 {
        -((half - sum) / whole)
    } else {
        (sum + half) / whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_half_is_left_after_a_half_life_and_a_quarter_after_two() {
        assert_eq!(left(TimeDelta::zero(), 30), WHOLE);
        assert_eq!(left(TimeDelta::days(30), 30), WHOLE / 2);
        assert_eq!(left(TimeDelta::days(60), 30), WHOLE / 4);
        assert_eq!(left(TimeDelta::days(30 * 40), 30), 0);
        // 2^-0.5 is 0.70710678…
        let thousandths = left(TimeDelta::days(15), 30) * 1_000_000 / WHOLE;
        assert_eq!(thousandths, 707_106);
    }

    #[test]
    fn less_is_left_as_time_goes_by() {
        let mut before = u64::MAX;
        for hours in 0..5_000 {
            let now = left(TimeDelta::hours(hours), 45);
            assert!(now < before, "after {hours} hours");
            before = now;
        }
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        let half = i64::try_from(WHOLE / 2).unwrap();
        assert_eq!(rounded(half), 1);
        assert_eq!(rounded(half - 1), 0);
        assert_eq!(rounded(-half), -1);
        assert_eq!(rounded(1 - half), 0);
        assert_eq!(rounded(-3 * half), -2);
    }
}
