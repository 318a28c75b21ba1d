//! Names of people.

use strsim::jaro_winkler;

use super::{super::nickname, Level, other_number, skeleton, weight, words};

/// Alike enough to be one name with a slip of the pen, by Jaro and Winkler: the usual bound for names.
const ALIKE: f64 = 0.88;

/// Somebody's name, folded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Name {
    given: Vec<String>,
    family: String,
}

/// How a part of a name agrees with one of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Agreement {
    None,
    /// An initial, or a name that may be short for the other.
    Short,
    /// With a slip of the pen.
    Alike,
    Same,
}

impl Name {
    pub(super) fn new(first: &str, last: &str) -> Self {
        Self {
            given: words(first),
            family: words(last).concat(),
        }
    }

    /// The first given name and the family name as they are heard, in the order of the alphabet: so it
    /// does not matter which stands first.
    pub(super) fn bones(&self) -> Vec<String> {
        let given = self.given.first().filter(|name| name.len() > 1);
        let given = given.map(|name| skeleton(nickname::usual(name)));
        let family = (self.family.len() > 1).then(|| skeleton(&self.family));
        let mut bones: Vec<String> = given.into_iter().chain(family).collect();
        bones.sort();
        bones
    }

    /// Whether `mailbox` is made of the name: it has the family name in it, and no digit.
    pub(super) fn makes(&self, mailbox: &str) -> bool {
        let umlauts = |text: &str| {
            text.replace("ae", "a")
                .replace("oe", "o")
                .replace("ue", "u")
        };
        let digits = mailbox.chars().any(|letter| letter.is_ascii_digit());
        let family = umlauts(&self.family);
        !digits
            && family.len() > 1
            && umlauts(&mailbox.replace(['.', '-', '_'], "")).contains(&family)
    }

    fn given(&self) -> &str {
        self.given.first().map_or("", String::as_str)
    }
}

/// How alike two names are; nothing where one of them is not known.
pub(super) fn compare(one: &Name, other: &Name) -> Option<&'static Level> {
    if one.family.is_empty() || other.family.is_empty() {
        return compare_given_names(one, other);
    }
    let family = alike(&one.family, &other.family);
    if one.given.is_empty() || other.given.is_empty() {
        return Some(match family {
            Agreement::Same => &weight::NAME_FAMILY,
            Agreement::Alike => &weight::NAME_FAMILY_ALIKE,
            Agreement::Short | Agreement::None => &weight::NAME_OTHER,
        });
    }
    let given = given_names(one, other);
    let swapped = alike(one.given(), &other.family).min(alike(&one.family, other.given()));
    Some(match (given, family) {
        (Agreement::Same, Agreement::Same) => &weight::NAME_SAME,
        _ if swapped == Agreement::Same => &weight::NAME_SWAPPED,
        (Agreement::Same | Agreement::Alike, Agreement::Same | Agreement::Alike) => {
            &weight::NAME_ALIKE
        }
        _ if swapped == Agreement::Alike => &weight::NAME_ALIKE,
        (Agreement::Short, Agreement::Same | Agreement::Alike) => &weight::NAME_SHORT,
        (Agreement::None, Agreement::Same | Agreement::Alike) => &weight::NAME_FAMILY_ONLY,
        (Agreement::Same | Agreement::Alike, _) => &weight::NAME_GIVEN_ONLY,
        (Agreement::Short | Agreement::None, _) => &weight::NAME_OTHER,
    })
}

/// The given names alone, where a family name is missing.
fn compare_given_names(one: &Name, other: &Name) -> Option<&'static Level> {
    if one.given.is_empty() || other.given.is_empty() {
        return None;
    }
    Some(match given_names(one, other) {
        Agreement::None => &weight::NAME_OTHER,
        _ => &weight::NAME_GIVEN,
    })
}

fn given_names(one: &Name, other: &Name) -> Agreement {
    let (first, second) = (one.given(), other.given());
    let plain = alike(first, second);
    if plain != Agreement::None {
        return plain;
    }
    let initial = |short: &str, long: &str| short.len() == 1 && long.starts_with(short);
    let middle = |names: &[String], name: &str| names.iter().skip(1).any(|other| other == name);
    let short = initial(first, second)
        || initial(second, first)
        || nickname::may_be_one(first, second)
        || middle(&one.given, second)
        || middle(&other.given, first);
    if short {
        Agreement::Short
    } else {
        Agreement::None
    }
}

fn alike(one: &str, other: &str) -> Agreement {
    if one == other && !one.is_empty() {
        Agreement::Same
    } else if other_number(one, other) {
        Agreement::None
    } else if one.len() > 2 && other.len() > 2 && jaro_winkler(one, other) >= ALIKE {
        Agreement::Alike
    } else {
        Agreement::None
    }
}
