//! Amounts of money, exact to the smallest unit.

use sea_orm::DeriveValueType;

/// An amount in the smallest unit of its currency: cents for EUR, yen for JPY.
///
/// The currency stands next to it, in a column whose name ends in `currency`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, DeriveValueType)]
pub struct MinorUnits(pub i64);

/// The sum of two amounts does not fit in 64 bits.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the sum of the amounts does not fit in 64 bits")]
pub struct AmountOverflow;

impl MinorUnits {
    /// Adds two amounts of the same currency.
    ///
    /// # Errors
    ///
    /// Returns [`AmountOverflow`] when the sum does not fit. It never wraps:
    /// a wrong total in a revenue report is worse than a failed request.
    pub fn checked_add(self, other: Self) -> Result<Self, AmountOverflow> {
        self.0.checked_add(other.0).map(Self).ok_or(AmountOverflow)
    }
}

#[cfg(test)]
mod tests {
    use super::{AmountOverflow, MinorUnits};

    #[test]
    fn amounts_add_up() {
        assert_eq!(
            MinorUnits(150).checked_add(MinorUnits(-50)),
            Ok(MinorUnits(100))
        );
    }

    #[test]
    fn a_sum_that_does_not_fit_is_an_error() {
        assert_eq!(
            MinorUnits(i64::MAX).checked_add(MinorUnits(1)),
            Err(AmountOverflow)
        );
    }
}
