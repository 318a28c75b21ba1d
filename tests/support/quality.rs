//! How well people are matched, on rows whose duplicates are known.

use std::{
    collections::{BTreeMap, HashMap},
    time::{Duration, Instant},
};

use api::matching::{
    BLOCK,
    likeness::{PERHAPS, SAME},
    person::{Facts, Person},
};

use crate::{choices::Choices, people};

/// What was found of the pairs that there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// Pairs that are the same, and were found.
    pub right: u64,
    /// Pairs that are not, and were found.
    pub wrong: u64,
    /// Pairs that are the same.
    pub there: u64,
}

/// What came of one run.
#[derive(Clone, Debug)]
pub struct Quality {
    /// Pairs from the score [`SAME`] on.
    pub same: Found,
    /// Pairs from the score [`PERHAPS`] on.
    pub perhaps: Found,
    /// Pairs that share a block: what the best of comparisons could find.
    pub compared: Found,
    /// How long matching all rows took, one after the other.
    pub took: Duration,
}

impl Found {
    fn count(&mut self, same: bool) {
        if same {
            self.right += 1;
        } else {
            self.wrong += 1;
        }
    }

    /// What part of the pairs that were found are the same.
    #[must_use]
    pub fn precision(&self) -> f64 {
        ratio(self.right, self.right + self.wrong)
    }

    /// What part of the pairs that are the same were found.
    #[must_use]
    pub fn recall(&self) -> f64 {
        ratio(self.right, self.there)
    }

    /// The harmonic mean of both.
    #[must_use]
    pub fn f1(&self) -> f64 {
        let (precision, recall) = (self.precision(), self.recall());
        2.0 * precision * recall / (precision + recall)
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::as_conversions,
    reason = "counts of pairs are far below what a float holds exactly"
)]
fn ratio(part: u64, whole: u64) -> f64 {
    part as f64 / whole as f64
}

/// Matches `count` generated rows one after the other, as rows come in: each with those before it that
/// share a key.
#[must_use]
pub fn measure(seed: u64, count: usize) -> Quality {
    let rows = people::population(seed, count);
    let mut quality = Quality {
        same: Found::default(),
        perhaps: Found::default(),
        compared: Found::default(),
        took: Duration::ZERO,
    };
    let began = Instant::now();
    let mut blocks: HashMap<String, Vec<usize>> = HashMap::new();
    let mut before: Vec<Person> = Vec::with_capacity(count);
    for (index, row) in rows.iter().enumerate() {
        let person = Person::new(facts(row));
        let keys = person.keys();
        let small = keys.iter().filter_map(|key| blocks.get(key));
        let small = small.filter(|block| block.len() <= BLOCK);
        let mut others: Vec<usize> = small.flatten().copied().collect();
        others.sort_unstable();
        others.dedup();
        for other in others {
            let (Some(earlier), Some(known)) = (before.get(other), rows.get(other)) else {
                continue;
            };
            let score = person.compare(earlier).score;
            let same = known.truth == row.truth;
            quality.compared.count(same);
            if score >= SAME {
                quality.same.count(same);
            }
            if score >= PERHAPS {
                quality.perhaps.count(same);
            }
        }
        for key in keys {
            blocks.entry(key).or_default().push(index);
        }
        before.push(person);
    }
    quality.took = began.elapsed();
    let mut sizes: HashMap<usize, u64> = HashMap::new();
    for row in &rows {
        *sizes.entry(row.truth).or_default() += 1;
    }
    let there = sizes.values().map(|size| size * (size - 1) / 2).sum();
    for found in [
        &mut quality.same,
        &mut quality.perhaps,
        &mut quality.compared,
    ] {
        found.there = there;
    }
    quality
}

/// How frequent each level is among pairs of one person and of two: field and level, then `m` and `u`,
/// among those pairs in which both have the field.
#[must_use]
pub fn frequencies(seed: u64, count: usize) -> BTreeMap<(&'static str, &'static str), (f64, f64)> {
    let rows = people::population(seed, count);
    let people: Vec<Person> = rows.iter().map(|row| Person::new(facts(row))).collect();
    let mut by_truth: HashMap<usize, Vec<usize>> = HashMap::new();
    for (index, row) in rows.iter().enumerate() {
        by_truth.entry(row.truth).or_default().push(index);
    }
    let mut choices = Choices::seeded(seed);
    let pairs = |members: &Vec<usize>| {
        let all = members.iter().enumerate();
        all.flat_map(|(at, one)| members.iter().skip(at + 1).map(|two| (*one, *two)))
            .collect::<Vec<_>>()
    };
    let same: Vec<(usize, usize)> = by_truth.values().flat_map(pairs).collect();
    let drawn = (0..400_000).map(|_| (choices.below(count), choices.below(count)));
    let truth = |index: usize| rows.get(index).map(|row| row.truth);
    let other: Vec<(usize, usize)> = drawn
        .filter(|(one, two)| truth(*one) != truth(*two))
        .collect();
    let (m, u) = (levels(&people, &same), levels(&people, &other));
    let mut all: BTreeMap<_, (f64, f64)> = BTreeMap::new();
    for (level, share) in m {
        all.entry(level).or_default().0 = share;
    }
    for (level, share) in u {
        all.entry(level).or_default().1 = share;
    }
    all
}

fn levels(
    people: &[Person],
    pairs: &[(usize, usize)],
) -> HashMap<(&'static str, &'static str), f64> {
    let mut fields: HashMap<&str, u64> = HashMap::new();
    let mut counts: HashMap<(&'static str, &'static str), u64> = HashMap::new();
    for (one, two) in pairs {
        if let (Some(one), Some(two)) = (people.get(*one), people.get(*two)) {
            for reason in one.compare(two).reasons {
                *fields.entry(reason.field).or_default() += 1;
                *counts.entry((reason.field, reason.level.says)).or_default() += 1;
            }
        }
    }
    let share = |((field, says), count)| {
        (
            (field, says),
            ratio(count, fields.get(field).copied().unwrap_or(1)),
        )
    };
    counts.into_iter().map(share).collect()
}

fn facts(row: &people::Person) -> Facts<'_> {
    Facts {
        first_name: row.first.as_deref(),
        last_name: row.last.as_deref(),
        email: row.email.as_deref(),
        phone: row.phone.as_deref(),
        company: row.company.as_deref(),
    }
}
