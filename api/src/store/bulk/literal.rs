//! PostgreSQL's text form of arrays: `{a,"b c",NULL}`. One parameter carries a whole column.

use std::fmt::Write;

use super::super::table::{Record, Value};

/// No value, in an array.
const NULL: &str = "NULL";

/// One array for each of `columns` columns, out of the records' values.
pub(super) fn arrays(columns: usize, records: impl Iterator<Item = Record>) -> Vec<Value> {
    let mut arrays = vec![String::from("{"); columns];
    for record in records {
        for (array, value) in arrays.iter_mut().zip(&record) {
            separate(array);
            push(array, value);
        }
    }
    arrays.into_iter().map(close).collect()
}

/// One value as a text that PostgreSQL can cast to its type.
pub(super) fn scalar(value: &Value) -> Value {
    if let Value::String(text) = value {
        return Value::String(text.clone());
    }
    if let Value::Json(Some(json)) = value {
        return Value::from(json.to_string());
    }
    let mut text = String::new();
    push(&mut text, value);
    Value::String(Some(text).filter(|text| text != NULL))
}

/// An array of texts.
pub(super) fn texts<'a>(items: impl Iterator<Item = &'a str>) -> Value {
    let mut array = String::from("{");
    for item in items {
        separate(&mut array);
        push_text(&mut array, item);
    }
    close(array)
}

fn separate(array: &mut String) {
    if array.len() > 1 {
        array.push(',');
    }
}

fn close(mut array: String) -> Value {
    array.push('}');
    Value::from(array)
}

fn push(array: &mut String, value: &Value) {
    match value {
        Value::Uuid(Some(id)) => {
            let mut buffer = [0; 36];
            array.push_str(id.as_hyphenated().encode_lower(&mut buffer));
        }
        Value::String(Some(text)) => push_text(array, text),
        Value::ChronoDateTimeUtc(Some(at)) => push_display(array, &at.to_rfc3339()),
        Value::ChronoDate(Some(day)) => push_display(array, day),
        Value::SmallInt(Some(number)) => push_display(array, number),
        Value::Int(Some(number)) => push_display(array, number),
        Value::BigInt(Some(number)) => push_display(array, number),
        Value::Bool(Some(flag)) => push_display(array, flag),
        Value::Json(Some(json)) => push_text(array, &json.to_string()),
        _ => array.push_str(NULL),
    }
}

fn push_display(array: &mut String, value: &impl std::fmt::Display) {
    let written = write!(array, "{value}");
    debug_assert!(written.is_ok(), "writing to a string does not fail");
}

fn push_text(array: &mut String, text: &str) {
    array.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\\']) {
        let (plain, special) = rest.split_at(at);
        array.push_str(plain);
        array.push('\\');
        let (character, after) = special.split_at(1);
        array.push_str(character);
        rest = after;
    }
    array.push_str(rest);
    array.push('"');
}

#[cfg(test)]
mod tests {
    use super::{Value, arrays, texts};

    #[test]
    fn text_is_quoted_so_that_it_comes_back_as_it_was() {
        assert_eq!(
            texts([r"a,b", r#"say "hi""#, r"back\slash", "", "NULL"].into_iter()),
            Value::from(r#"{"a,b","say \"hi\"","back\\slash","","NULL"}"#)
        );
    }

    #[test]
    fn a_column_is_an_array() {
        let records = [
            vec![Value::from(1), Value::from("a")],
            vec![Value::Int(None), Value::String(None)],
        ];
        assert_eq!(
            arrays(2, records.into_iter()),
            [Value::from("{1,NULL}"), Value::from(r#"{"a",NULL}"#)]
        );
    }
}
