//! From facts to a score, and what it is made of.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::ActiveEnum;
use uuid::Uuid;

use super::{
    criteria::{Behaviour, Criterion, Definition, Fit, MOST_TOUCHES, Operator, Test, Worth},
    decay,
    fact::{Fact, Facts, Touch},
};

/// The key of the factor that keeps a score between 0 and 100.
pub const LIMIT: &str = "limit";
/// The highest score.
const MOST: i64 = 100;

/// How ready a lead is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Readiness {
    /// 0 to 100: the sum of the factors.
    pub score: i32,
    /// 0 to 100: what is of who they are.
    pub fit: i32,
    /// 0 to 100: what is of what they have done.
    pub engagement: i32,
    /// From which score a lead is qualified.
    pub threshold: i32,
    /// Whether it is what the definition asks for.
    pub met: bool,
    /// What the score is made of, in the order of the definition.
    pub factors: Vec<Factor>,
    /// What it lacks, in sentences; empty if and only if it is met.
    pub missing: Vec<String>,
}

/// What a score is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Factor {
    /// The key of the criterion, or [`LIMIT`].
    pub key: String,
    /// What the criterion is called.
    pub label: String,
    /// What it adds.
    pub points: i32,
    /// By what it holds.
    pub evidence: String,
    /// What it is of.
    pub part: Part,
    /// How many touches count; none where it is not about any.
    pub count: Option<i32>,
    /// The latest of them.
    pub last_touch: Option<Uuid>,
}

/// What a factor is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Who they are.
    Fit,
    /// What they have done.
    Engagement,
    /// Neither: what keeps the score within its bounds.
    Limit,
}

/// How ready a lead with these `facts` and `touches`, the earliest first, is at `at`, as far as was known then.
#[must_use]
pub fn score(
    definition: &Definition,
    facts: &Facts,
    touches: &[Touch],
    at: DateTime<Utc>,
) -> Readiness {
    let mut factors = Vec::with_capacity(definition.criteria.len());
    let mut missing = Vec::new();
    for criterion in &definition.criteria {
        match factor(criterion, facts, touches, at) {
            Some(factor) => factors.push(factor),
            None if criterion.required => {
                missing.push(format!("{} is required", criterion.label));
            }
            None => {}
        }
    }
    let sum = |of: &dyn Fn(Part) -> bool| -> i64 {
        let counted = factors.iter().filter(|factor| of(factor.part));
        counted.map(|factor| i64::from(factor.points)).sum()
    };
    let (fit, engagement) = (
        sum(&|part| part == Part::Fit),
        sum(&|part| part == Part::Engagement),
    );
    let (all, score) = (fit + engagement, bounded(fit + engagement));
    factors.extend(limit(all, score));
    let short = definition.threshold - score;
    if short > 0 {
        let words = if short == 1 { "point is" } else { "points are" };
        missing.push(format!("{short} more {words} needed"));
    }
    Readiness {
        score,
        fit: bounded(fit),
        engagement: bounded(engagement),
        threshold: definition.threshold,
        met: missing.is_empty(),
        factors,
        missing,
    }
}

/// A sum within the bounds of a score.
fn bounded(sum: i64) -> i32 {
    i32::try_from(sum.clamp(0, MOST)).unwrap_or(0)
}

/// The factor that keeps a score within its bounds, where the others add up to more or less.
fn limit(all: i64, score: i32) -> Option<Factor> {
    let points = i32::try_from(i64::from(score) - all).ok()?;
    (points != 0).then(|| Factor {
        key: LIMIT.to_owned(),
        label: "A score lies between 0 and 100".to_owned(),
        points,
        evidence: format!("the other factors add up to {all}"),
        part: Part::Limit,
        count: None,
        last_touch: None,
    })
}

fn factor(
    criterion: &Criterion,
    facts: &Facts,
    touches: &[Touch],
    at: DateTime<Utc>,
) -> Option<Factor> {
    let (points, evidence, part, counted) = match &criterion.test {
        Test::Fit(fit) => {
            let fact = facts.get(fit.field).filter(|fact| holds(fit, fact))?;
            (fit.points, said(fit, fact), Part::Fit, None)
        }
        Test::Behaviour(behaviour) => {
            let counted = counted(behaviour, touches, at);
            let points = worth(behaviour, &counted, at)?;
            let evidence = done(&counted);
            (points, evidence, Part::Engagement, Some(counted))
        }
    };
    let count = counted.as_ref().map(Vec::len);
    Some(Factor {
        key: criterion.key.clone(),
        label: criterion.label.clone(),
        points,
        evidence,
        part,
        count: count.map(|count| i32::try_from(count).unwrap_or(i32::MAX)),
        last_touch: counted.and_then(|counted| Some(counted.first()?.id)),
    })
}

/// Whether what a field says is what it has to be.
fn holds(fit: &Fit, fact: &Fact) -> bool {
    let lower = |text: &str| text.to_lowercase();
    match (&fit.operator, fact) {
        (Operator::Present, _) => true,
        (Operator::Is(words), Fact::Text(text)) => {
            let text = lower(text.trim());
            words.iter().any(|word| lower(word.trim()) == text)
        }
        (Operator::Contains(words), Fact::Text(text)) => {
            let text = lower(text);
            words.iter().any(|word| text.contains(&lower(word)))
        }
        (Operator::Equals(numbers), Fact::Range(from, to)) => {
            to.as_ref() == Some(from) && numbers.contains(from)
        }
        (Operator::AtLeast(least), fact) => range(fact).is_some_and(|(from, _)| from >= *least),
        (Operator::AtMost(most), fact) => {
            let end = range(fact).and_then(|(_, to)| to);
            end.is_some_and(|to| to <= *most)
        }
        _ => false,
    }
}

/// The numbers that a field says, also where they stand in words.
fn range(fact: &Fact) -> Option<(i64, Option<i64>)> {
    match fact {
        Fact::Range(from, to) => Some((*from, *to)),
        Fact::Text(text) => match Fact::range(text)? {
            Fact::Range(from, to) => Some((from, to)),
            Fact::Text(_) => None,
        },
    }
}

/// What a field says, in words: of the account only that it does, because not everybody who sees a lead sees its account.
fn said(fit: &Fit, fact: &Fact) -> String {
    let name = fit.field.name();
    match fact {
        Fact::Text(text) if !fit.field.is_of_account() => format!("{name} is {text}"),
        _ => format!("{name} of the account"),
    }
}

/// The touches that count for `behaviour` at `at`, the latest first.
fn counted<'t>(behaviour: &Behaviour, touches: &'t [Touch], at: DateTime<Utc>) -> Vec<&'t Touch> {
    let since = behaviour
        .within_days
        .map(|days| at - TimeDelta::days(i64::from(days)));
    let end = touches.partition_point(|touch| touch.at <= at);
    let before = touches.get(..end).unwrap_or_default().iter().rev();
    before
        .take_while(|touch| since.is_none_or(|since| touch.at > since))
        .filter(|touch| touch.known_at <= at && behaviour.kinds.contains(&touch.kind))
        .take(MOST_TOUCHES)
        .collect()
}

/// What those touches are worth; none where there are too few.
fn worth(behaviour: &Behaviour, counted: &[&Touch], at: DateTime<Utc>) -> Option<i32> {
    let enough = usize::try_from(behaviour.at_least).is_ok_and(|least| counted.len() >= least);
    let latest = counted.first().filter(|_| enough)?;
    let left = |touch: &Touch| match behaviour.half_life_days {
        Some(days) => i64::try_from(decay::left(at - touch.at, days)).unwrap_or(0),
        None => i64::try_from(decay::WHOLE).unwrap_or(0),
    };
    let points = match behaviour.worth {
        Worth::Once(points) => decay::rounded(i64::from(points) * left(latest)),
        Worth::Each(points, most) => {
            let sum: i64 = counted.iter().map(|touch| left(touch)).sum();
            let most = i64::from(most);
            // 200 touches of 100 points are far from what 64 bits hold.
            decay::rounded(i64::from(points) * sum).clamp(-most, most)
        }
    };
    i32::try_from(points).ok()
}

/// `3 × CONTENT_DOWNLOAD, 1 × DEMO, the last on 2026-11-02`.
fn done(counted: &[&Touch]) -> String {
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for touch in counted {
        *kinds.entry(touch.kind.to_value()).or_default() += 1;
    }
    let mut parts: Vec<String> = kinds
        .into_iter()
        .map(|(kind, count)| format!("{count} × {kind}"))
        .collect();
    if let Some(latest) = counted.first() {
        parts.push(format!("the last on {}", latest.at.date_naive()));
    }
    parts.join(", ")
}

/// A lead whose score is asked for again and again, as time goes by: what does not change is looked at once.
#[derive(Debug)]
pub struct Replay<'d> {
    definition: &'d Definition,
    fit: i64,
    /// Whether something is required that it is not.
    fails: bool,
}

impl<'d> Replay<'d> {
    /// A lead with these `facts`.
    #[must_use]
    pub fn of(definition: &'d Definition, facts: &Facts) -> Self {
        let mut replay = Self {
            definition,
            fit: 0,
            fails: false,
        };
        for criterion in &definition.criteria {
            let Test::Fit(fit) = &criterion.test else {
                continue;
            };
            if facts.get(fit.field).is_some_and(|fact| holds(fit, fact)) {
                replay.fit += i64::from(fit.points);
            } else {
                replay.fails |= criterion.required;
            }
        }
        replay
    }

    /// Whether it is what the definition asks for at `at`: as [`score`] says.
    #[must_use]
    pub fn met(&self, touches: &[Touch], at: DateTime<Utc>) -> bool {
        if self.fails {
            return false;
        }
        let mut sum = self.fit;
        for criterion in &self.definition.criteria {
            let Test::Behaviour(behaviour) = &criterion.test else {
                continue;
            };
            match worth(behaviour, &counted(behaviour, touches, at), at) {
                Some(points) => sum += i64::from(points),
                None if criterion.required => return false,
                None => {}
            }
        }
        bounded(sum) >= self.definition.threshold
    }
}
