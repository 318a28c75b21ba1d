//! How frequent each agreement is among pairs of one company (`m`) and of two (`u`); counted as those of
//! people are.

use super::Level;

/// Before anything is compared: one in 2^13, about 8,000, pairs of companies is one company.
pub(super) const PRIOR: f64 = -13.0;

/// As [`PRIOR`], where somebody says for whom they work: one in 2^8 accounts is it. We sell to few companies, and
/// it is those whose people come as leads.
pub(super) const EMPLOYER_PRIOR: f64 = -8.0;

const fn level(says: &'static str, m: f64, u: f64) -> Level {
    Level { says, m, u }
}

pub(super) static NAME_SAME: Level = level("the same name", 0.55, 0.000_05);
pub(super) static NAME_ALIKE: Level = level("the name with a slip of the pen", 0.25, 0.0005);
pub(super) static NAME_PART: Level = level("one name is a part of the other", 0.08, 0.0005);
pub(super) static NAME_REMOTE: Level = level("a name that resembles it", 0.07, 0.005);
pub(super) static NAME_OTHER: Level = level("another name", 0.05, 0.99);

pub(super) static DOMAIN_SAME: Level = level("the same domain", 0.60, 0.000_01);
pub(super) static DOMAIN_ELSEWHERE: Level =
    level("the same domain in another country", 0.15, 0.0002);
pub(super) static DOMAIN_SLIP: Level = level("the domain with a slip of the pen", 0.05, 0.0002);
pub(super) static DOMAIN_OTHER: Level = level("another domain", 0.20, 0.999);

pub(super) static COUNTRY_SAME: Level = level("the same country", 0.92, 0.25);
pub(super) static COUNTRY_OTHER: Level = level("another country", 0.08, 0.75);
