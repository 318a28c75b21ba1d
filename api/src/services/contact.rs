//! Contacts.

use serde_json::Value as Json;

use crate::{error::Problem, record, store::table::Value};

use super::rows::Draft;

/// What each entry of `consent` says.
const OF_CONSENT: [&str; 2] = ["channel", "status"];

/// Whether anything says who it is, and the consent what was agreed to.
pub(super) fn check(record: &record::Entity, draft: &mut Draft, problems: &mut Vec<Problem>) {
    let telling = ["first_name", "last_name", "email", "phone"];
    if telling
        .iter()
        .all(|column| draft.text(record, column).is_none())
    {
        let problem = "a name, an e-mail address or a telephone number is required";
        problems.push(Problem::validation(draft.path.clone(), problem));
    }
    if let Some(Value::Json(Some(consent))) = draft.get(record, "consent") {
        let entries = consent.as_array().map_or(&[][..], Vec::as_slice);
        let says = |entry: &Json| {
            let text = |key: &&str| entry.get(*key).is_some_and(Json::is_string);
            OF_CONSENT.iter().all(text)
        };
        if !entries.iter().all(says) {
            let problem = "a list of {channel, basis, status, at}, of which channel and status are texts, is required";
            problems.push(draft.problem("consent", problem));
        }
    }
}
