//! A definition of a qualified lead: what counts, and how much.

use entity::touch::TouchKind;

use super::fact::Field;

/// So many touches count for a criterion at the most: the latest.
pub const MOST_TOUCHES: usize = 200;

/// What a qualified lead is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// What counts, in the order in which it is told.
    pub criteria: Vec<Criterion>,
    /// 1 to 100: the score from which a lead is qualified.
    pub threshold: i32,
}

/// Something that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Criterion {
    /// What it is known by in the definition, such as `senior`.
    pub key: String,
    /// What it is called.
    pub label: String,
    /// Whether no lead is qualified without it.
    pub required: bool,
    /// When it holds, and what it is worth.
    pub test: Test,
}

/// When a criterion holds, and what it is worth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Test {
    /// Who they are.
    Fit(Fit),
    /// What they have done.
    Behaviour(Behaviour),
}

/// A test of a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fit {
    /// The field.
    pub field: Field,
    /// What it has to be.
    pub operator: Operator,
    /// What that is worth.
    pub points: i32,
}

/// What a field has to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator {
    /// One of these words, in any case.
    Is(Vec<String>),
    /// One of these numbers.
    Equals(Vec<i64>),
    /// This or more; of a range, where it begins.
    AtLeast(i64),
    /// This or less; of a range, where it ends.
    AtMost(i64),
    /// Has one of these in it, in any case.
    Contains(Vec<String>),
    /// There is something.
    Present,
}

/// A test of what was done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// What counts.
    pub kinds: Vec<TouchKind>,
    /// For how long it counts; none: for ever.
    pub within_days: Option<u32>,
    /// How often it has to have happened.
    pub at_least: u32,
    /// What that is worth.
    pub worth: Worth,
    /// After how many days a half of it is left; none: all of it stays.
    pub half_life_days: Option<u32>,
}

/// What touches are worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worth {
    /// Together, for as long as the latest of them.
    Once(i32),
    /// Each, up to so many points in all, or down to as many below zero.
    Each(i32, i32),
}

impl Worth {
    /// The most that it can add to a score.
    #[must_use]
    pub fn most(self) -> i32 {
        match self {
            Self::Once(points) => points.max(0),
            Self::Each(points, most) => {
                if points > 0 {
                    most
                } else {
                    0
                }
            }
        }
    }
}

impl Test {
    /// The most that it can add to a score.
    #[must_use]
    pub fn most(&self) -> i32 {
        match self {
            Self::Fit(fit) => fit.points.max(0),
            Self::Behaviour(behaviour) => behaviour.worth.most(),
        }
    }
}

impl Definition {
    /// The kinds of touch that it looks at, each once.
    #[must_use]
    pub fn kinds(&self) -> Vec<TouchKind> {
        let mut kinds = Vec::new();
        for behaviour in self.behaviours() {
            for kind in &behaviour.kinds {
                if !kinds.contains(kind) {
                    kinds.push(*kind);
                }
            }
        }
        kinds
    }

    /// How many days it looks back at the most; none: as far as there is anything.
    #[must_use]
    pub fn looks_back(&self) -> Option<u32> {
        let days = self.behaviours().map(|behaviour| behaviour.within_days);
        days.collect::<Option<Vec<_>>>()
            .map(|days| days.into_iter().max().unwrap_or(0))
    }

    /// Whether it looks at that field.
    #[must_use]
    pub fn reads(&self, field: Field) -> bool {
        let mut criteria = self.criteria.iter();
        criteria.any(|it| matches!(&it.test, Test::Fit(fit) if fit.field == field))
    }

    fn behaviours(&self) -> impl Iterator<Item = &Behaviour> {
        self.criteria
            .iter()
            .filter_map(|criterion| match &criterion.test {
                Test::Behaviour(behaviour) => Some(behaviour),
                Test::Fit(_) => None,
            })
    }
}
