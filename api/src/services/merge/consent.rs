//! What several rows of one person say they agreed to.

use std::cmp::Ordering;

use chrono::{DateTime, Utc};
use serde_json::Value as Json;

/// The words by which somebody has agreed; any other is none that lets us approach them.
const AGREED: [&str; 3] = ["GIVEN", "GRANTED", "OPTED_IN"];

/// What `lists` say together. Of each channel that several of them name, the latest entry counts; where nobody
/// knows which one that is, the stricter one does. What one list alone says stays as it is.
pub(super) fn joined(lists: &[&Json]) -> Vec<Json> {
    let lists = lists.iter().map(|list| list.as_array());
    let lists: Vec<&[Json]> = lists
        .map(|list| list.map_or(&[][..], Vec::as_slice))
        .collect();
    let all = || lists.iter().copied().flatten();
    let mut joined: Vec<Json> = Vec::new();
    for entry in all() {
        let own = channel(entry);
        let same = |it: &&Json| channel(it) == own;
        let naming = lists.iter().filter(|list| list.iter().any(|it| same(&it)));
        let several = own.is_some() && naming.count() > 1;
        let known = several && joined.iter().any(|it| same(&it));
        if known || (own.is_none() && joined.contains(entry)) {
            continue;
        }
        let counts = if several {
            all().filter(same).reduce(counting)
        } else {
            Some(entry)
        };
        joined.extend(counts.cloned());
    }
    joined
}

/// Which of two entries of a channel counts.
fn counting<'e>(one: &'e Json, other: &'e Json) -> &'e Json {
    if compare(one, other) == Ordering::Less {
        other
    } else {
        one
    }
}

fn channel(entry: &Json) -> Option<&str> {
    entry.get("channel").and_then(Json::as_str)
}

/// Which of two entries of a channel counts: the greater one.
fn compare(one: &Json, other: &Json) -> Ordering {
    let later = at(one).zip(at(other)).map(|(one, other)| one.cmp(&other));
    let later = later.unwrap_or(Ordering::Equal);
    later.then(is_strict(one).cmp(&is_strict(other)))
}

fn is_strict(entry: &Json) -> bool {
    let status = entry.get("status").and_then(Json::as_str);
    !status.is_some_and(|status| AGREED.contains(&status))
}

fn at(entry: &Json) -> Option<DateTime<Utc>> {
    let text = entry.get("at")?.as_str()?;
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|at| at.to_utc())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::joined;

    fn said(status: &str, at: Option<&str>) -> Value {
        json!({"channel": "EMAIL", "status": status, "at": at})
    }

    #[test]
    fn the_later_entry_of_a_channel_counts_and_else_the_stricter_one() {
        let (early, late) = (
            Some("2026-01-01T00:00:00Z"),
            Some("2026-02-01T01:00:00+02:00"),
        );
        let cases = [
            (said("GIVEN", early), said("WITHDRAWN", late), 1),
            (said("GIVEN", late), said("WITHDRAWN", early), 0),
            (said("GIVEN", early), said("WITHDRAWN", early), 1),
            // Nobody knows which of them was later.
            (said("GIVEN", late), said("DENIED", None), 1),
            (said("DENIED", None), said("GRANTED", late), 0),
            (said("GRANTED", None), said("DENIED", None), 1),
        ];
        for (one, other, counts) in cases {
            let lists = [json!([one]), json!([other])];
            let expected = lists[counts].as_array().unwrap();
            assert_eq!(joined(&[&lists[0], &lists[1]]), *expected, "{lists:?}");
        }
    }

    #[test]
    fn what_one_alone_says_stays() {
        let phone = json!({"channel": "PHONE", "status": "GIVEN"});
        let (first, second) = (said("GIVEN", None), said("WITHDRAWN", None));
        let own = json!([first, second, {"basis": "?"}]);
        let other = json!([phone, {"basis": "?"}]);
        let expected = [first, second, json!({"basis": "?"}), phone];
        assert_eq!(joined(&[&own, &other]), expected);
        assert!(joined(&[&json!(null), &json!([])]).is_empty());
    }
}
