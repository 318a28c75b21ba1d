//! How times are spread: percentiles and the mean, exact to the microsecond. Pure.

use chrono::TimeDelta;

/// How times are spread, in minutes.
///
/// A percentile is interpolated between the two times that it lies between, as `percentile_cont` of SQL does: of four
/// times, the median is in the middle of the second and the third.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// Half of them took no longer.
    pub median: f64,
    /// Three of four took no longer.
    pub p75: f64,
    /// Nine of ten took no longer.
    pub p90: f64,
    /// What they took on average.
    pub mean: f64,
}

impl Spread {
    /// The spread of `times`; none where there are none.
    pub(super) fn of(mut times: Vec<TimeDelta>) -> Option<Self> {
        times.sort_unstable();
        Some(Self {
            median: percentile(&times, 50)?,
            p75: percentile(&times, 75)?,
            p90: percentile(&times, 90)?,
            mean: mean(&times)?,
        })
    }
}

/// The percentile of sorted times, in minutes.
fn percentile(sorted: &[TimeDelta], percent: usize) -> Option<f64> {
    let place = sorted.len().checked_sub(1)? * percent;
    let (below, beyond) = (place / 100, i32::try_from(place % 100).ok()?);
    let lower = *sorted.get(below)?;
    let upper = *sorted.get(below + 1).unwrap_or(&lower);
    // A hundred times as much, which is whole.
    let hundredfold = lower.checked_mul(100)? + (upper - lower).checked_mul(beyond)?;
    Some(hundredfold.as_seconds_f64() / 6_000.0)
}

/// The mean in minutes.
fn mean(times: &[TimeDelta]) -> Option<f64> {
    let count = i128::try_from(times.len())
        .ok()
        .filter(|count| *count > 0)?;
    let all: i128 = times
        .iter()
        .filter_map(|time| time.num_microseconds().map(i128::from))
        .sum();
    // The whole microseconds, and what is left of one.
    let whole = TimeDelta::microseconds(i64::try_from(all / count).ok()?);
    let left = f64::from(i32::try_from(all % count).ok()?) / f64::from(i32::try_from(count).ok()?);
    Some((whole.as_seconds_f64() + left / 1e6) / 60.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(minutes: &[i64]) -> Vec<TimeDelta> {
        minutes.iter().copied().map(TimeDelta::minutes).collect()
    }

    #[test]
    fn percentiles_lie_between_the_times_that_they_fall_between() {
        let spread = Spread::of(minutes(&[40, 10, 30, 20])).unwrap();
        let expected = Spread {
            median: 25.0,
            p75: 32.5,
            p90: 37.0,
            mean: 25.0,
        };
        assert_eq!(spread, expected);
    }

    #[test]
    fn one_time_is_all_of_them_and_none_is_none() {
        let one = Spread {
            median: 7.0,
            p75: 7.0,
            p90: 7.0,
            mean: 7.0,
        };
        assert_eq!(Spread::of(minutes(&[7])), Some(one));
        assert_eq!(Spread::of(Vec::new()), None);
    }
}
