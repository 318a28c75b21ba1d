//! Row scopes: which rows a role sees, as a union of terms whose words must all hold.

use std::{collections::BTreeSet, fmt, str::FromStr};

/// A word of a row scope. What it means for a noun is declared with the noun.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Word {
    /// It is the viewer's.
    Own,
    /// It belongs to the viewer's team: the viewer and everybody below them.
    Team,
    /// It lies in the viewer's territories, or below them.
    Territory,
    /// It lies in the territories of somebody in the viewer's team, or below them.
    TeamTerritory,
    /// It is a part of a row that the role sees.
    Parent,
    /// Nobody owns it.
    Unassigned,
    /// It has been announced: it is more than a draft.
    Announced,
    /// It has to do with a campaign of the viewer's.
    Campaign,
    /// The person agreed to be approached.
    Consent,
    /// Sales says it to marketing.
    ToMarketing,
    /// Marketing says it to sales.
    ToSales,
    /// The viewer sees every row that it is about.
    Seen,
}

impl Word {
    /// Every word.
    pub const ALL: [Self; 12] = [
        Self::Own,
        Self::Team,
        Self::Territory,
        Self::TeamTerritory,
        Self::Parent,
        Self::Unassigned,
        Self::Announced,
        Self::Campaign,
        Self::Consent,
        Self::ToMarketing,
        Self::ToSales,
        Self::Seen,
    ];

    /// As it is written in a file of roles.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Team => "team",
            Self::Territory => "territory",
            Self::TeamTerritory => "team_territory",
            Self::Parent => "parent",
            Self::Unassigned => "unassigned",
            Self::Announced => "announced",
            Self::Campaign => "campaign",
            Self::Consent => "consent",
            Self::ToMarketing => "to_marketing",
            Self::ToSales => "to_sales",
            Self::Seen => "seen",
        }
    }
}

/// Rows: those for which any of the terms holds. No term is no row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The terms, none of which another covers.
    terms: Vec<Term>,
}

/// Rows for which every word holds. No word is every row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Term {
    /// The words.
    pub words: BTreeSet<Word>,
    /// For [`Word::Parent`]: which rows of the parent, once that is known.
    pub parent: Option<Scope>,
}

impl Term {
    /// Whether every row of `other` is one of this term, as far as the words tell.
    fn covers(&self, other: &Self) -> bool {
        let parents = match (&self.parent, &other.parent) {
            (Some(ours), Some(theirs)) => ours.covers(theirs),
            (Some(_), None) => false,
            (None, _) => true,
        };
        let holds = |word: &Word| {
            let implied_by = match word {
                Word::Team => Some(Word::Own),
                Word::TeamTerritory => Some(Word::Territory),
                _ => None,
            };
            let mut ways = [Some(*word), implied_by].into_iter().flatten();
            ways.any(|word| other.words.contains(&word))
        };
        parents && self.words.iter().all(holds)
    }
}

impl Scope {
    /// No row.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Every row.
    #[must_use]
    pub fn all() -> Self {
        Self {
            terms: vec![Term::default()],
        }
    }

    /// The rows that are the viewer's.
    #[must_use]
    pub fn own() -> Self {
        let own = Term {
            words: BTreeSet::from([Word::Own]),
            parent: None,
        };
        Self { terms: vec![own] }
    }

    /// The terms.
    #[must_use]
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// Each term as a scope of its own.
    pub fn each(&self) -> impl Iterator<Item = Self> {
        self.terms.iter().map(|term| Self {
            terms: vec![term.clone()],
        })
    }

    /// Whether there is no row in it.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether every row is in it.
    #[must_use]
    pub fn is_all(&self) -> bool {
        let is_all = |term: &Term| term.words.is_empty() && term.parent.is_none();
        self.terms.iter().any(is_all)
    }

    /// Every word in it, those about parents too.
    #[must_use]
    pub fn words(&self) -> BTreeSet<Word> {
        let mut words = BTreeSet::new();
        for term in &self.terms {
            words.extend(&term.words);
            words.extend(term.parent.iter().flat_map(Self::words));
        }
        words
    }

    /// Whether every row of `other` is in it, as far as the words tell: term by term, and never
    /// wrongly.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        other
            .terms
            .iter()
            .all(|term| self.terms.iter().any(|ours| ours.covers(term)))
    }

    /// The rows of either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        let mut union = self.clone();
        for term in &other.terms {
            union.add(term.clone());
        }
        union
    }

    /// The rows of both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut both = Self::none();
        for left in &self.terms {
            for right in &other.terms {
                let parents = [&left.parent, &right.parent].into_iter().flatten();
                let parent = parents.cloned().reduce(|one, another| one.and(&another));
                both.add(Term {
                    words: left.words.union(&right.words).copied().collect(),
                    parent,
                });
            }
        }
        both
    }

    /// The scope with the parent's rows put in where it says `parent`.
    #[must_use]
    pub(super) fn within(&self, parent: &Self) -> Self {
        let mut within = Self::none();
        for term in &self.terms {
            let mut term = term.clone();
            if term.words.contains(&Word::Parent) {
                if parent.is_none() {
                    continue;
                }
                term.parent = Some(parent.clone());
            }
            within.add(term);
        }
        within
    }

    fn add(&mut self, term: Term) {
        if self.terms.iter().any(|known| known.covers(&term)) {
            return;
        }
        self.terms.retain(|known| !term.covers(known));
        self.terms.push(term);
    }
}

impl fmt::Display for Scope {
    /// As it is written in a file of roles.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_none() {
            return f.write_str("none");
        }
        let terms: Vec<_> = self.terms.iter().map(Term::to_string).collect();
        f.write_str(&terms.join(" + "))
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.words.is_empty() {
            return f.write_str("all");
        }
        let words: Vec<_> = self.words.iter().map(|word| word.as_str()).collect();
        f.write_str(&words.join(" and "))
    }
}

/// A text that is no row scope, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BadScope(pub String);

impl FromStr for Scope {
    type Err = BadScope;

    /// Reads `none`, `all`, or words joined with `and`, and those with `+`.
    fn from_str(text: &str) -> Result<Self, BadScope> {
        match text.trim() {
            "none" => return Ok(Self::none()),
            "all" => return Ok(Self::all()),
            _ => {}
        }
        let mut scope = Self::none();
        for term in text.split('+') {
            let words: Vec<_> = term.split_whitespace().collect();
            let mut term = Term::default();
            for (position, word) in words.iter().enumerate() {
                let joint = position % 2 == 1;
                if joint != (*word == "and") {
                    return Err(BadScope(format!(
                        "a scope is `none`, `all`, or words such as `own + territory and unassigned`, not {text:?}"
                    )));
                }
                if !joint {
                    term.words.insert(word_of(word)?);
                }
            }
            if words.len() % 2 == 0 {
                return Err(BadScope(format!("a word is missing in {text:?}")));
            }
            if scope
                .terms
                .iter()
                .any(|known| known.covers(&term) || term.covers(known))
            {
                return Err(BadScope(format!("{text:?} says the same rows twice")));
            }
            scope.add(term);
        }
        Ok(scope)
    }
}

fn word_of(text: &str) -> Result<Word, BadScope> {
    Word::ALL
        .into_iter()
        .find(|word| word.as_str() == text)
        .ok_or_else(|| {
            let words = Word::ALL.map(Word::as_str).join(", ");
            let problem = match text {
                "none" | "all" => format!("`{text}` stands alone"),
                _ => format!("there is no word {text:?}; there are none, all, {words}"),
            };
            BadScope(problem)
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn scope(text: &str) -> Scope {
        text.parse().unwrap()
    }

    /// Whether a row for which `holding` holds is in `scope`.
    fn contains(scope: &Scope, holding: &BTreeSet<Word>) -> bool {
        let mut terms = scope.terms().iter();
        terms.any(|term| term.words.is_subset(holding))
    }

    fn any_words() -> impl Strategy<Value = BTreeSet<Word>> {
        prop::collection::btree_set(prop::sample::select(&Word::ALL[5..]), 0..4)
    }

    fn any_scope() -> impl Strategy<Value = Scope> {
        prop::collection::vec(any_words(), 0..4).prop_map(|terms| {
            let mut scope = Scope::none();
            for words in terms {
                scope.add(Term {
                    words,
                    parent: None,
                });
            }
            scope
        })
    }

    proptest! {
        #[test]
        fn union_intersection_and_cover_are_those_of_sets(
            one in any_scope(), other in any_scope(), holding in any_words(),
        ) {
            let (in_one, in_other) = (contains(&one, &holding), contains(&other, &holding));
            prop_assert_eq!(contains(&one.or(&other), &holding), in_one || in_other);
            prop_assert_eq!(contains(&one.and(&other), &holding), in_one && in_other);
            if one.covers(&other) {
                prop_assert!(!in_other || in_one);
            }
        }

        #[test]
        fn what_is_written_is_read_again(one in any_scope()) {
            prop_assert_eq!(scope(&one.to_string()).to_string(), one.to_string());
        }
    }

    #[test]
    fn and_binds_tighter_than_plus() {
        let scope = scope("own + territory and unassigned");
        assert!(contains(&scope, &BTreeSet::from([Word::Own])));
        assert!(!contains(&scope, &BTreeSet::from([Word::Territory])));
        let both = BTreeSet::from([Word::Territory, Word::Unassigned]);
        assert!(contains(&scope, &both));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in [
            "",
            "mine",
            "own +",
            "own and",
            "and own",
            "own team",
            "own + all",
            "all + all",
            "own + own",
            "own + own and territory",
            "own + team",
        ] {
            assert!(text.parse::<Scope>().is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_part_is_covered_where_its_parent_is() {
        let part = scope("parent");
        let (narrow, wide) = (part.within(&scope("own")), part.within(&Scope::all()));
        assert!(wide.covers(&narrow));
        assert!(!narrow.covers(&wide));
        assert!(part.within(&Scope::none()).is_none());
    }
}
