//! Regular expressions that mean the same to PostgreSQL, to SQLite's and to everybody: nothing but
//! characters, each with all that it is equal to when case is ignored.

use regex_syntax::hir::{ClassUnicode, ClassUnicodeRange};

/// How many characters a text that is looked for without regard to case may have.
pub const MAX_PATTERN: usize = 200;

/// Where in a value a text is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// It is the whole value.
    Whole,
    /// Anywhere.
    Anywhere,
    /// At the start.
    Start,
    /// At the end.
    End,
}

/// The regular expression for values that have `text` at that side, without regard to case: two
/// characters are the same when Unicode's simple case folding makes them so.
#[must_use]
pub fn ignoring_case(text: &str, side: Side) -> String {
    let mut pattern = String::with_capacity(text.len() * 4 + 2);
    if matches!(side, Side::Whole | Side::Start) {
        pattern.push('^');
    }
    for character in text.chars() {
        push(&mut pattern, character);
    }
    if matches!(side, Side::Whole | Side::End) {
        pattern.push('$');
    }
    pattern
}

fn push(pattern: &mut String, character: char) {
    let mut class = ClassUnicode::new([ClassUnicodeRange::new(character, character)]);
    // It fails without the tables, which are built in.
    let folded = class.try_case_fold_simple().is_ok();
    let equals: Vec<_> = class
        .iter()
        .flat_map(|range| range.start()..=range.end())
        .collect();
    if folded && equals.len() > 1 {
        // Nothing but letters: no one means anything of its own between brackets.
        pattern.push('[');
        pattern.extend(equals);
        pattern.push(']');
        return;
    }
    // `\<` and `\>` are the ends of a word; by themselves they mean nothing.
    if character.is_ascii_punctuation() && !matches!(character, '<' | '>') {
        pattern.push('\\');
    }
    pattern.push(character);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_letter_stands_for_all_that_fold_to_the_same() {
        assert_eq!(ignoring_case("a_K", Side::Whole), "^[Aa]\\_[Kk\u{212a}]$");
        assert_eq!(ignoring_case("σ", Side::Anywhere), "[Σςσ]");
        assert_eq!(ignoring_case("ß", Side::Start), "^[ßẞ]");
        assert_eq!(ignoring_case("1 <b>.", Side::End), "1 <[Bb]>\\.$");
    }

    #[test]
    fn what_has_no_case_is_itself() {
        assert_eq!(ignoring_case("İ👩", Side::Anywhere), "İ👩");
    }
}
