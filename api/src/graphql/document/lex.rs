//! A document before it is parsed: how many tokens it has, and how deep its brackets are nested.
//!
//! The parser of the library calls itself for every bracket that opens, so that a few kilobytes of `[` would
//! end the process. One pass over the bytes, which keeps nothing, stops at the first limit.

use std::num::NonZeroUsize;

use async_graphql::Pos;

use crate::error::ApiError;

use super::{Limits, fields::Fields};

/// How deep brackets of all kinds may be nested: as 20 fields in fragments, with a filter of ten levels in
/// the last one.
const BRACKETS: usize = 100;

const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

/// Why a document is not parsed.
#[derive(Debug)]
pub(super) enum Unread {
    /// It is too large.
    TooLarge(ApiError),
    /// It has a string without an end, which begins there.
    Syntax(Pos),
    /// An object among its arguments has a field of that name twice, the second time there.
    Doubled(String, Pos),
}

/// Checks that `text` is small enough to be parsed, and says how many tokens it has.
pub(super) fn check(text: &str, limits: &Limits) -> Result<usize, Unread> {
    at_most("document_bytes", limits.document_bytes, text.len())?;
    let (mut tokens, mut depth) = (0_usize, 0_usize);
    let (mut rest, mut fields) = (text.as_bytes(), Fields::default());
    while let Some((token, length)) = next(rest) {
        if let Token::Endless = token {
            return Err(Unread::Syntax(position(text, text.len() - rest.len())));
        }
        let at = text.len() - rest.len();
        let (piece, behind) = rest.split_at_checked(length.get()).unwrap_or((rest, &[]));
        rest = behind;
        match token {
            Token::Ignored => continue,
            Token::Open => depth += 1,
            Token::Close => depth = depth.saturating_sub(1),
            Token::Other | Token::Endless => {}
        }
        tokens += 1;
        at_most("document_tokens", limits.document_tokens, tokens)?;
        at_most("nesting", BRACKETS, depth)?;
        if let Some((name, at)) = fields.pass(piece, at) {
            let name = String::from_utf8_lossy(name).into_owned();
            return Err(Unread::Doubled(name, position(text, at)));
        }
    }
    Ok(tokens)
}

fn at_most(which: &'static str, limit: usize, actual: usize) -> Result<(), Unread> {
    super::at_most(which, limit, actual).map_err(Unread::TooLarge)
}

/// A piece of a document.
enum Token {
    /// White space, commas and comments.
    Ignored,
    /// A bracket that opens.
    Open,
    /// A bracket that closes.
    Close,
    /// A name, a number, a string or another punctuator.
    Other,
    /// A string without an end.
    Endless,
}

/// The first piece of `bytes`, and its length.
fn next(bytes: &[u8]) -> Option<(Token, NonZeroUsize)> {
    let (token, length) = match *bytes.first()? {
        b' ' | b'\t' | b'\n' | b'\r' | b',' => (Token::Ignored, 1),
        b'#' => (Token::Ignored, run(bytes, |byte| !is_line_end(byte))),
        b'{' | b'[' | b'(' => (Token::Open, 1),
        b'}' | b']' | b')' => (Token::Close, 1),
        b'"' => match string(bytes) {
            Some(length) => (Token::Other, length),
            None => (Token::Endless, 1),
        },
        0xEF if bytes.starts_with(BYTE_ORDER_MARK) => (Token::Ignored, BYTE_ORDER_MARK.len()),
        b'.' => (Token::Other, run(bytes, |byte| byte == b'.').min(3)),
        b'-' | b'0'..=b'9' => (Token::Other, run(bytes, is_of_number)),
        byte if is_of_word(byte) => (Token::Other, run(bytes, is_of_word)),
        _ => (Token::Other, 1),
    };
    Some((token, NonZeroUsize::new(length)?))
}

/// The length of the string that `bytes` begin with; `None` where it has no end.
fn string(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(b"\"\"\"") {
        return block_string(bytes);
    }
    let mut at = 1;
    loop {
        match *bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\\' => at += 2,
            byte if is_line_end(byte) => return None,
            _ => at += 1,
        }
    }
}

/// As [`string`], between three quotes, of which a backslash takes the meaning.
fn block_string(bytes: &[u8]) -> Option<usize> {
    let mut at = 3;
    loop {
        let rest = bytes.get(at..)?;
        at += match rest {
            [b'\\', b'"', b'"', b'"', ..] => 4,
            [b'"', b'"', b'"', ..] => return Some(at + 3),
            [] => return None,
            _ => 1,
        };
    }
}

fn run(bytes: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    let end = bytes.iter().position(|byte| !belongs(*byte));
    end.unwrap_or(bytes.len())
}

fn is_of_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn is_of_number(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+-.".contains(&byte)
}

fn is_line_end(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

/// The line and the column, both from 1, of the byte `at`.
fn position(text: &str, at: usize) -> Pos {
    let before = text.get(..at).unwrap_or_default();
    let line_begins = before.rfind('\n').map_or(0, |end| end + 1);
    let column = before.get(line_begins..).unwrap_or_default();
    Pos {
        line: before.matches('\n').count() + 1,
        column: column.chars().count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits(tokens: usize) -> Limits {
        Limits {
            document_tokens: tokens,
            ..Limits::for_tests()
        }
    }

    /// How many tokens `text` has.
    fn tokens(text: &str) -> usize {
        let fits = |tokens: &usize| check(text, &limits(*tokens)).is_ok();
        (0..1000).find(fits).unwrap()
    }

    #[test]
    fn tokens_are_counted_as_the_specification_does() {
        for (text, expected) in [
            ("", 0),
            ("{ a, b } # c d e\n", 4),
            ("{...F @x}", 6),
            ("query Q($a:Int=-1.5e3){f(a:[$a,1])}", 22),
            (r#"{f(s:"a { \" b # \\")}"#, 8),
            ("{f(s:\"\"\"a \" \\\"\"\" {\n\n\"\"\")}", 8),
            ("{f(s:\"\" t:\"\")}", 11),
            ("\u{feff}{ f(s: \"👩‍👩‍👧\") }", 8),
        ] {
            assert_eq!(tokens(text), expected, "{text}");
        }
    }

    #[test]
    fn brackets_are_counted_where_they_are_brackets() {
        let deep = "[".repeat(BRACKETS + 1);
        for (text, fits) in [
            (format!("{{f(a:{}", &deep[3..]), true),
            (format!("{{f(a:{}", &deep[2..]), false),
            (format!("# {deep}"), true),
            (format!("{{f(s: \"{deep}\")}}"), true),
            (format!("{{f(s: \"\"\"{deep}\"\"\")}}"), true),
            (format!("{{f(s: \"\\\"\") {deep}}}"), false),
            (format!("# \r{deep}"), false),
            (format!("\"\" {deep}"), false),
        ] {
            assert_eq!(check(&text, &limits(1000)).is_ok(), fits, "{text}");
        }
    }

    #[test]
    fn an_object_has_a_field_once() {
        for (text, expected) in [
            ("{f(a:{b:1\n,b:2})}", Some(("b", 2, 2))),
            ("{f(a:[{b:{c:E d:$c c:3}}])}", Some(("c", 1, 20))),
            ("query($v:I={a:1,a:1}){f}", Some(("a", 1, 17))),
            ("{f @d(a:{b:\"b:\" b:1})}", Some(("b", 1, 17))),
            ("{f(a:{b:{b:1}} c:{b:[{b:1} {b:2}]}) b:f b:f}", None),
            ("query($a:{b:1}){b:f(a:{b:b}){b:f} b:f}", None),
            ("{f(a:1 a:2)}", None),
            (")]}{a:b a:c}", None),
        ] {
            let found = match check(text, &limits(100)) {
                Err(Unread::Doubled(name, at)) => Some((name, at.line, at.column)),
                _ => None,
            };
            let expected = expected.map(|(name, line, column)| (name.to_owned(), line, column));
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn a_string_has_an_end() {
        for (text, line, column) in [
            ("{f(s: \"a\n\")}", 1, 7),
            ("{\n é \"", 2, 4),
            ("{ \"\"\" a \" [", 1, 3),
            ("\"\\", 1, 1),
        ] {
            let Err(Unread::Syntax(at)) = check(text, &limits(100)) else {
                panic!("{text}");
            };
            assert_eq!((at.line, at.column), (line, column), "{text}");
        }
    }
}
