//! What the change log says of a row, as the two databases read it.
//!
//! `fields` is a column such as `c."fields"`, with `[before, after]` by column; `name` is an expression
//! with a column's name, and `side` is 0 for what it was and 1 for what it became.

use std::fmt::Debug;

use super::{Postgres, Sqlite, postgres};

/// A database's way to read the change log.
pub(in crate::reader) trait LogDialect: Debug + Send + Sync {
    /// The condition that a column changed.
    fn has_logged(&self, fields: &str, name: &str) -> String;
    /// A value as JSON.
    fn logged(&self, fields: &str, name: &str, side: u8) -> String;
    /// A value as text.
    fn logged_text(&self, fields: &str, name: &str, side: u8) -> String;
    /// A table of the texts in the list that the value of that name is, as `e`.
    fn logged_items(&self, fields: &str, name: &str, side: u8) -> String;
    /// An instant in a text of RFC 3339 in UTC, with any number of digits, as callers see instants.
    fn instant_of(&self, text: &str) -> String;
    /// A text of JSON, or null.
    fn json_text(&self, text: &str) -> String;
    /// A UUID in a text, as columns hold it.
    fn uuid_of(&self, text: &str) -> String;
    /// A whole number in a text.
    fn integer_of(&self, text: &str) -> String;
    /// The function that makes an array of values.
    fn array_function(&self) -> &'static str;
    /// A table of the items of a JSON array in the parameter, as `e`.
    fn items(&self, placeholder: &str) -> String;
    /// What stands at `place` of the item at `e`, as text.
    fn item_text(&self, place: u8) -> String;
    /// What stands at `place` of the item at `e`, as JSON.
    fn item_json(&self, place: u8) -> String;
    /// The condition that the object at `place` of the item at `e` has a field of that name.
    fn item_has(&self, place: u8, name: &str) -> String;
    /// That field, as text.
    fn item_field(&self, place: u8, name: &str) -> String;
    /// That field, as columns hold JSON.
    fn item_field_json(&self, place: u8, name: &str) -> String;
}

impl LogDialect for Postgres {
    fn has_logged(&self, fields: &str, name: &str) -> String {
        format!("jsonb_exists({fields}, {name})")
    }

    fn logged(&self, fields: &str, name: &str, side: u8) -> String {
        format!("({fields} -> {name} -> {side})::json")
    }

    fn logged_text(&self, fields: &str, name: &str, side: u8) -> String {
        format!("({fields} -> {name} ->> {side})")
    }

    fn logged_items(&self, fields: &str, name: &str, side: u8) -> String {
        format!("jsonb_array_elements_text({fields} -> '{name}' -> {side}) AS e(value)")
    }

    fn instant_of(&self, text: &str) -> String {
        postgres::instant(&format!("({text})::timestamptz"))
    }

    fn json_text(&self, text: &str) -> String {
        format!("to_json(({text})::text)")
    }

    fn uuid_of(&self, text: &str) -> String {
        format!("({text})::uuid")
    }

    fn integer_of(&self, text: &str) -> String {
        format!("({text})::bigint")
    }

    fn array_function(&self) -> &'static str {
        "json_build_array"
    }

    fn items(&self, placeholder: &str) -> String {
        format!("jsonb_array_elements({placeholder}::text::jsonb) AS e(value)")
    }

    fn item_text(&self, place: u8) -> String {
        format!("(e.value ->> {place})")
    }

    fn item_json(&self, place: u8) -> String {
        format!("(e.value -> {place})::json")
    }

    fn item_has(&self, place: u8, name: &str) -> String {
        format!("jsonb_exists(e.value -> {place}, '{name}')")
    }

    fn item_field(&self, place: u8, name: &str) -> String {
        format!("(e.value -> {place} ->> '{name}')")
    }

    fn item_field_json(&self, place: u8, name: &str) -> String {
        format!("(e.value -> {place} -> '{name}')")
    }
}

impl LogDialect for Sqlite {
    fn has_logged(&self, fields: &str, name: &str) -> String {
        format!("json_type({fields}, '$.' || {name}) IS NOT NULL")
    }

    fn logged(&self, fields: &str, name: &str, side: u8) -> String {
        format!("json({fields} -> ('$.' || {name} || '[{side}]'))")
    }

    fn logged_text(&self, fields: &str, name: &str, side: u8) -> String {
        format!("({fields} ->> ('$.' || {name} || '[{side}]'))")
    }

    fn logged_items(&self, fields: &str, name: &str, side: u8) -> String {
        format!("json_each({fields}, '$.{name}[{side}]') AS e")
    }

    fn instant_of(&self, text: &str) -> String {
        // What is behind the point, without `Z` and `+00:00`.
        let fraction = format!("substr(rtrim(replace({text}, '+00:00', ''), 'Z'), 21)");
        format!("substr({text}, 1, 19) || '.' || substr({fraction} || '000000', 1, 6) || 'Z'")
    }

    fn json_text(&self, text: &str) -> String {
        text.to_owned()
    }

    fn uuid_of(&self, text: &str) -> String {
        format!("unhex(replace({text}, '-', ''))")
    }

    fn integer_of(&self, text: &str) -> String {
        format!("CAST({text} AS INTEGER)")
    }

    fn array_function(&self) -> &'static str {
        "json_array"
    }

    fn items(&self, placeholder: &str) -> String {
        format!("json_each({placeholder}) AS e")
    }

    fn item_text(&self, place: u8) -> String {
        format!("(e.value ->> '$[{place}]')")
    }

    fn item_json(&self, place: u8) -> String {
        format!("json(e.value -> '$[{place}]')")
    }

    fn item_has(&self, place: u8, name: &str) -> String {
        format!("json_type(e.value, '$[{place}].{name}') IS NOT NULL")
    }

    fn item_field(&self, place: u8, name: &str) -> String {
        format!("(e.value ->> '$[{place}].{name}')")
    }

    fn item_field_json(&self, place: u8, name: &str) -> String {
        format!("(e.value -> '$[{place}].{name}')")
    }
}
