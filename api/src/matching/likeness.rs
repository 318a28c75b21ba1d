//! How alike two rows are: what Fellegi and Sunter do. For each thing that can be compared there are
//! levels of agreement, and each level is so many times more frequent among rows of one person than among
//! rows of two: the ratio `m / u`. Its logarithm is the weight of the level; weights add up.

/// One level of agreement.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// What it says, for people.
    pub says: &'static str,
    /// How frequent it is among pairs that are the same.
    pub m: f64,
    /// How frequent it is among pairs that are not.
    pub u: f64,
}

impl Level {
    /// In bits: by how much it speaks for the same (above 0), or against it.
    #[must_use]
    pub fn weight(&self) -> f64 {
        (self.m / self.u).log2()
    }
}

/// Why two rows are alike, or are not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Reason {
    /// What was compared, for example `email`.
    pub field: &'static str,
    /// What came of it.
    pub level: &'static Level,
}

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq)]
pub struct Likeness {
    /// 0 to 1: how probable it is that both are the same, at what is usual in a dataset.
    pub score: f64,
    /// What it is made of, the weightiest first. What one of the two does not have says nothing.
    pub reasons: Vec<Reason>,
}

impl Likeness {
    /// The likeness that `reasons` make where, before anything is compared, the odds are two to the power
    /// of `prior` to one.
    #[must_use]
    pub fn of(mut reasons: Vec<Reason>, prior: f64) -> Self {
        let bits: f64 = reasons.iter().map(|reason| reason.level.weight()).sum();
        let weight = |reason: &Reason| reason.level.weight().abs();
        reasons.sort_by(|one, other| weight(other).total_cmp(&weight(one)));
        Self {
            score: 1.0 / (1.0 + (-(bits + prior)).exp2()),
            reasons,
        }
    }

    /// What follows from the score.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        if self.score >= SAME {
            Verdict::Same
        } else if self.score >= PERHAPS {
            Verdict::Perhaps
        } else {
            Verdict::Different
        }
    }
}

/// What is to be done with a pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// They are almost certainly the same.
    Same,
    /// Somebody has to look.
    Perhaps,
    /// They are not, or too little is known.
    Different,
}

/// From this score on two rows are almost certainly the same.
pub const SAME: f64 = 0.99;
/// From this score on somebody should look at two rows.
pub const PERHAPS: f64 = 0.10;

#[cfg(test)]
mod tests {
    use super::{Level, Likeness, Reason};

    const FOR: Level = Level {
        says: "the same",
        m: 0.8,
        u: 0.1,
    };
    const AGAINST: Level = Level {
        says: "another",
        m: 0.2,
        u: 0.9,
    };

    #[test]
    fn what_speaks_for_it_raises_the_score() {
        let reason = |level| Reason {
            field: "email",
            level,
        };
        let score = |reasons| Likeness::of(reasons, 0.0).score;
        assert!((score(vec![]) - 0.5).abs() < 1e-12);
        assert!((score(vec![reason(&FOR)]) - 8.0 / 9.0).abs() < 1e-12);
        assert!(score(vec![reason(&FOR), reason(&AGAINST)]) > 0.5);
        assert!(score(vec![reason(&AGAINST)]) < 0.5);
    }
}
