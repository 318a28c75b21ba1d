//! What is left of a value that is masked.

use serde_json::{Value as Json, json};

/// Where bands begin, in major units.
const EDGES: [i128; 10] = [
    0, 1_000, 5_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000,
];

/// `a…@acme.com` of an address, `+43 … 77` of anything else. An address that begins with the sign
/// has no first letter to show.
pub(crate) fn partial(text: &str) -> String {
    if let Some(at) = text.rfind('@') {
        let (person, host) = text.split_at(at);
        let first: String = person
            .chars()
            .take(1)
            .filter(|first| *first != '@')
            .collect();
        return format!("{first}…{host}");
    }
    let letters: Vec<char> = text.chars().collect();
    if letters.len() <= 7 {
        return "…".to_owned();
    }
    let first: String = letters.iter().take(3).collect();
    let last: String = letters.iter().skip(letters.len() - 2).collect();
    format!("{first} … {last}")
}

/// The edges around an amount in minor units, `digits` of which are behind the point: the last
/// one that is not above it, and the first one that is.
pub(crate) fn band(minor: i64, digits: u32) -> (Json, Json) {
    let minor_units = |edge: i128| edge * 10_i128.pow(digits);
    let text = |edge: &i128| json!(edge.to_string());
    let above = |edge: &&i128| minor_units(**edge) > i128::from(minor);
    let from = EDGES.iter().rev().find(|edge| !above(edge));
    let below = EDGES.iter().find(above);
    (
        from.map_or(Json::Null, text),
        below.map_or(Json::Null, text),
    )
}
