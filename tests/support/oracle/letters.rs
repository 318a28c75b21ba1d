//! Texts that contain others, with and without regard to case.

/// Whether `text` is what `operator` says of `part`; `None` for an operator that is not about
/// texts.
pub(super) fn holds(text: &str, operator: &str, part: &str) -> Option<bool> {
    if let Some(operator) = operator.strip_suffix("IgnoreCase") {
        let (text, part) = (folded(text), folded(part));
        return if operator == "eq" {
            Some(text == part)
        } else {
            holds(&text, operator, &part)
        };
    }
    Some(match operator {
        "contains" => text.contains(part),
        "startsWith" => text.starts_with(part),
        "endsWith" => text.ends_with(part),
        _ => return None,
    })
}

/// Every character by Unicode's simple case folding.
fn folded(text: &str) -> String {
    text.chars().map(fold).collect()
}

/// The lower case of the upper case, as far as each is one character: that takes together what
/// folding takes together, with these exceptions.
fn fold(letter: char) -> char {
    match letter {
        // Only in Turkish is this a small I.
        'ı' => 'ı',
        // These are the same letters, encoded twice.
        '\u{1fd3}' => '\u{390}',
        '\u{1fe3}' => '\u{3b0}',
        '\u{fb05}' => '\u{fb06}',
        _ => {
            let upper = only(letter.to_uppercase()).unwrap_or(letter);
            only(upper.to_lowercase()).unwrap_or(upper)
        }
    }
}

fn only(mut letters: impl Iterator<Item = char>) -> Option<char> {
    let first = letters.next();
    first.filter(|_| letters.next().is_none())
}
