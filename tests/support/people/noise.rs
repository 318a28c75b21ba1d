//! What goes wrong with a text.

use crate::choices::Choices;

use super::{
    Person, some,
    words::{FORMS, SHORT},
};

/// What a scanner takes for one another.
const SCANNED: [(&str, &str); 8] = [
    ("rn", "m"),
    ("m", "rn"),
    ("l", "1"),
    ("o", "0"),
    ("s", "5"),
    ("cl", "d"),
    ("e", "c"),
    ("g", "q"),
];

/// What is heard alike.
const HEARD: [(&str, &str); 14] = [
    ("ph", "f"),
    ("f", "ph"),
    ("th", "t"),
    ("t", "th"),
    ("c", "k"),
    ("k", "c"),
    ("ei", "ai"),
    ("y", "i"),
    ("i", "y"),
    ("tt", "t"),
    ("v", "w"),
    ("z", "s"),
    ("ü", "ue"),
    ("d", "dt"),
];

/// One slip in one of the fields.
pub(super) fn spoil(choices: &mut Choices, row: &mut Person) {
    let field = choices.below(6);
    let digits = field == 4;
    let text = match field {
        0 => &mut row.first,
        1 | 2 => &mut row.last,
        3 => &mut row.email,
        4 => &mut row.phone,
        _ => &mut row.company,
    };
    if let Some(old) = text.as_deref() {
        let new = match choices.below(4) {
            0 if !digits => replaced(choices, old, &SCANNED),
            1 if !digits => replaced(choices, old, &HEARD),
            _ => typed(choices, old, digits),
        };
        *text = Some(new);
    }
}

/// One letter too many, too few, another, or two in the wrong order.
fn typed(choices: &mut Choices, text: &str, digits: bool) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    // Country codes and first letters are mostly right.
    let first = if digits { 3 } else { 1 };
    if letters.len() < first + 3 {
        return text.to_owned();
    }
    let at = first + choices.below(letters.len() - first - 1);
    let keys = if digits {
        "0123456789"
    } else {
        "etaoinshrdlucmfwgbp"
    };
    let keys: Vec<char> = keys.chars().collect();
    let key = choices.pick(&keys).copied().unwrap_or('e');
    match choices.below(4) {
        0 => letters.insert(at, key),
        1 => drop(letters.remove(at)),
        2 => letters.swap(at, at + 1),
        _ => {
            if let Some(letter) = letters.get_mut(at) {
                *letter = key;
            }
        }
    }
    letters.into_iter().collect()
}

fn replaced(choices: &mut Choices, text: &str, pairs: &[(&str, &str)]) -> String {
    let there: Vec<_> = pairs
        .iter()
        .filter(|(right, _)| text.contains(right))
        .collect();
    match choices.pick(&there) {
        Some((right, wrong)) => text.replacen(right, wrong, 1),
        None => typed(choices, text, false),
    }
}

/// What they are called by friends, or their initial.
pub(super) fn short(choices: &mut Choices, name: &str) -> String {
    let known = SHORT.iter().find(|(long, _)| *long == name);
    match known {
        Some((_, short)) if !choices.one_in(3) => (*short).to_owned(),
        _ => name.chars().take(1).collect(),
    }
}

/// The company as somebody else writes it.
pub(super) fn reworded(choices: &mut Choices, name: &str) -> String {
    let mut words: Vec<&str> = name.split(' ').collect();
    if words.last().is_some_and(|last| FORMS.contains(last)) {
        words.pop();
    }
    match choices.below(4) {
        0 => words.join(" "),
        1 => format!("{} {}", words.join(" "), some(choices, &FORMS)),
        2 => {
            words.reverse();
            words.join(" ")
        }
        _ => words.join(" ").to_uppercase(),
    }
}
