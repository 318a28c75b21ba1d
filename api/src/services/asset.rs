//! Content.

use crate::{error::Problem, record};

use super::rows::Draft;

/// What is wrong with what is no link.
pub(super) const NO_LINK: &str = "a link that begins with https:// or http:// is required";

/// Whether a text is a link that one can follow without harm: it leads to some host.
pub(super) fn is_link(text: &str) -> bool {
    let mut schemes = ["https://", "http://"].into_iter();
    let behind = schemes.find_map(|scheme| text.strip_prefix(scheme));
    let host = behind.and_then(|behind| behind.split(['/', '?', '#']).next());
    host.is_some_and(|host| !host.is_empty()) && !text.contains(char::is_whitespace)
}

/// Whether where it is can be a place.
pub(super) fn check(record: &record::Entity, draft: &Draft, problems: &mut Vec<Problem>) {
    let url = draft.text(record, "url").filter(|_| draft.says("url"));
    if url.is_some_and(|url| !is_link(url)) {
        problems.push(draft.problem("url", NO_LINK));
    }
}
