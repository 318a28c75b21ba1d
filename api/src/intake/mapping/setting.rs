//! Settings that mappings, files and fields have in common.

use chrono_tz::Tz;

use crate::{
    document::{Entries, unknown},
    record::value::{Dates, Style},
};

/// Reads what a mapping or a field says on how values are written.
pub(super) fn style(style: &mut Style, entries: &mut Entries<'_>) -> Result<(), String> {
    if let Some(node) = entries.get("dates") {
        style.dates = Dates(node.strings()?.into_iter().map(str::to_owned).collect());
    }
    if let Some(node) = entries.get("time_zone") {
        style.time_zone = node
            .string()?
            .parse::<Tz>()
            .map_err(|_unknown| node.error("this is not a time zone such as `Europe/Vienna`"))?;
    }
    if let Some(node) = entries.get("region") {
        let region = node.string()?.parse().map_err(|_unknown| {
            node.error("this is not the two-letter code of a country, such as `AT`")
        })?;
        style.region = Some(region);
    }
    if let Some(node) = entries.get("decimal") {
        style.decimal = match node.string()? {
            "." => Some('.'),
            "," => Some(','),
            _ => return Err(node.error("`decimal` is \".\" or \",\"")),
        };
    }
    Ok(())
}

/// One of a few words.
pub(super) fn word<T: Copy>(
    entries: &mut Entries<'_>,
    name: &'static str,
    default: T,
    words: &[(&'static str, T)],
) -> Result<T, String> {
    let Some(node) = entries.get(name) else {
        return Ok(default);
    };
    let text = node.string()?;
    words
        .iter()
        .find(|(word, _)| *word == text)
        .map(|(_, value)| *value)
        .ok_or_else(|| {
            let known = words.iter().map(|(word, _)| *word);
            node.error(&unknown(&format!("`{name}` called"), text, known))
        })
}
