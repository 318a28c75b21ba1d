//! By which fields a caller may not filter: what could be asked by halves must be in clear for
//! every row, whatever rows there are.

use std::collections::BTreeSet;

use super::{
    Class, Lens,
    policy::{PARTS, Scope, Word},
    role::Role,
};

impl Lens {
    /// Whether filters by `field` of `noun` are refused: it is masked for some row that they could
    /// see.
    #[must_use]
    pub fn forbids(&self, noun: &str, field: &str) -> bool {
        let Some(guard) = Class::of(noun).guard_of(field) else {
            return false;
        };
        if !self.reads(noun) {
            return false;
        }
        let mut visible = BTreeSet::new();
        let mut clear = BTreeSet::new();
        for role in &self.roles {
            let scope = terms(role, noun, &role.scope(noun));
            let unmasked = match role.mask_of(noun, guard) {
                None => scope.clone(),
                Some(mask) => both(&scope, &terms(role, noun, &mask.clear)),
            };
            visible.extend(scope);
            clear.extend(unmasked);
        }
        // A term is covered by one that demands no more than it does.
        let covered = |term: &BTreeSet<Word>| {
            let implied = implied(term);
            clear.iter().any(|clear| clear.is_subset(&implied))
        };
        !visible.iter().all(covered)
    }
}

/// The words of a term, and those that hold wherever they do: everybody is in their own team.
fn implied(term: &BTreeSet<Word>) -> BTreeSet<Word> {
    let mut implied = term.clone();
    for (word, wider) in [
        (Word::Own, Word::Team),
        (Word::Territory, Word::TeamTerritory),
    ] {
        if term.contains(&word) {
            implied.insert(wider);
        }
    }
    implied
}

/// The terms of `scope`. A part is shown by a role where the role shows the whole: that is not the
/// same for two roles, so that the terms of the whole stand in its place.
fn terms(role: &Role, noun: &str, scope: &Scope) -> BTreeSet<BTreeSet<Word>> {
    let part = PARTS.iter().find(|(part, ..)| *part == noun);
    let whole = part.map(|(_, whole, _)| terms(role, whole, &role.scope(whole)));
    let mut terms = BTreeSet::new();
    for term in &scope.0 {
        let mut rest = term.clone();
        match &whole {
            Some(whole) if rest.remove(&Word::Parent) => {
                terms.extend(both(whole, &BTreeSet::from([rest])));
            }
            _ => {
                terms.insert(rest);
            }
        }
    }
    terms
}

/// The terms that hold where a term of each holds.
fn both(
    one: &BTreeSet<BTreeSet<Word>>,
    other: &BTreeSet<BTreeSet<Word>>,
) -> BTreeSet<BTreeSet<Word>> {
    let pairs = one
        .iter()
        .flat_map(|one| other.iter().map(move |other| one | other));
    pairs.collect()
}
