//! Amounts in minor units, and as decimals.

use std::cmp::Ordering;

/// How many digits of an amount are behind the point.
pub(super) fn digits(currency: &str) -> u32 {
    match currency {
        "JPY" => 0,
        "KWD" => 3,
        "CLF" => 4,
        _ => 2,
    }
}

/// Minor units as a decimal.
pub(super) fn decimal(minor: i128, currency: &str) -> String {
    let digits = usize::try_from(digits(currency)).expect("few digits");
    if digits == 0 {
        return minor.to_string();
    }
    let sign = if minor < 0 { "-" } else { "" };
    let minor = format!("{:0>width$}", minor.unsigned_abs(), width = digits + 1);
    let (whole, fraction) = minor.split_at(minor.len() - digits);
    format!("{sign}{whole}.{fraction}")
}

/// Compares minor units with a decimal of any length, exactly.
pub(super) fn compare(minor: i128, currency: &str, amount: &str) -> Ordering {
    let ours = decimal(minor, currency);
    let (ours, theirs) = (Parts::of(&ours), Parts::of(amount));
    match (ours.negative, theirs.negative) {
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => ours.size(&theirs),
        (true, true) => theirs.size(&ours),
    }
}

/// A decimal without the zeros that say nothing. Zero is not negative.
struct Parts<'t> {
    negative: bool,
    whole: &'t str,
    fraction: &'t str,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Self {
        let (negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let (whole, fraction) = (
            whole.trim_start_matches('0'),
            fraction.trim_end_matches('0'),
        );
        Self {
            negative: negative && !(whole.is_empty() && fraction.is_empty()),
            whole,
            fraction,
        }
    }

    /// Compares without the sign.
    fn size(&self, other: &Self) -> Ordering {
        let longer = self.whole.len().cmp(&other.whole.len());
        let larger = longer.then_with(|| self.whole.cmp(other.whole));
        larger.then_with(|| self.fraction.cmp(other.fraction))
    }
}
