//! How frequent each agreement is among pairs of one person (`m`) and of two (`u`).
//!
//! Both were counted on generated people whose duplicates are known (`tests/support/people.rs`, seed 1,
//! 20,000 rows; `measure-matching weights 1 20000`): `m` on all pairs of one person, `u` on pairs of two that were drawn
//! by chance. What was not seen once among four million has a `u` that is below what could have been seen.
//! How well they do on other seeds is in `docs/decisions/0010-the-matcher-weighs.md`.

use super::Level;

/// Before anything is compared: one in 2^16, about 65,000, pairs of people is one person. So it is where a
/// tenth of 6,500 rows are copies; with more people fewer pairs are, and with more copies more.
pub(super) const PRIOR: f64 = -16.0;

const fn level(says: &'static str, m: f64, u: f64) -> Level {
    Level { says, m, u }
}

pub(super) static NAME_SAME: Level = level("the same name", 0.23, 0.000_05);
pub(super) static NAME_SWAPPED: Level = level("given and family name are swapped", 0.053, 0.000_01);
pub(super) static NAME_ALIKE: Level = level("the name with a slip of the pen", 0.40, 0.000_06);
pub(super) static NAME_SHORT: Level = level("a short form of the given name", 0.12, 0.000_05);
pub(super) static NAME_FAMILY: Level = level(
    "the same family name; a given name is missing",
    0.035,
    0.0005,
);
/// As [`NAME_FAMILY`]: both were counted as one level.
pub(super) static NAME_FAMILY_ALIKE: Level = level(
    "the family name with a slip of the pen; a given name is missing",
    0.035,
    0.0005,
);
pub(super) static NAME_GIVEN: Level =
    level("the same given name; a family name is missing", 0.01, 0.001);
pub(super) static NAME_FAMILY_ONLY: Level = level("another given name", 0.024, 0.004);
pub(super) static NAME_GIVEN_ONLY: Level = level("another family name", 0.066, 0.019);
pub(super) static NAME_OTHER: Level = level("another name", 0.077, 0.977);

pub(super) static EMAIL_SAME: Level = level("the same address", 0.47, 0.000_000_1);
pub(super) static EMAIL_SLIP: Level = level("the address with a slip of the pen", 0.135, 0.000_001);
pub(super) static EMAIL_MOVED: Level = level("the same mailbox at another host", 0.15, 0.000_03);
pub(super) static EMAIL_OTHER: Level = level("another address", 0.245, 0.9999);

pub(super) static PHONE_SAME: Level = level("the same number", 0.53, 0.000_04);
/// Colleagues share a switchboard: that number says little more than the company.
pub(super) static PHONE_OF_COMPANY: Level =
    level("the same number, which may be the company's", 0.53, 0.04);
pub(super) static PHONE_SLIP: Level = level("the number with a slip of the pen", 0.167, 0.000_02);
pub(super) static PHONE_OTHER: Level = level("another number", 0.303, 0.9999);

pub(super) static COMPANY_SAME: Level = level("the same company", 0.52, 0.0006);
/// As [`COMPANY_SAME`]: the mail host is what is known of the company.
pub(super) static COMPANY_HOST: Level = level("the same mail host", 0.52, 0.0006);
pub(super) static COMPANY_LIKE: Level = level("a company of nearly that name", 0.14, 0.0017);
pub(super) static COMPANY_OTHER: Level = level("another company", 0.34, 0.9977);
