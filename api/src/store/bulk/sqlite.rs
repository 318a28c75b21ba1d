//! The statement for many rows on SQLite: lists of values.

use super::{Shape, Table};

/// `INSERT` of so many rows; the values that they share come first.
pub(super) fn insert(table: &Table, shape: &Shape, rows: usize, tail: &str) -> String {
    let row = format!("({})", vec!["?"; shape.width()].join(","));
    let rows = vec![row.as_str(); rows].join(",");
    let (name, columns) = (table.name, table.column_list());
    if shape.fixed.iter().all(Option::is_none) {
        return format!("INSERT INTO \"{name}\" ({columns}) VALUES {rows}{tail}");
    }
    let mut varying = 0;
    let picked: Vec<String> = shape
        .fixed
        .iter()
        .map(|fixed| {
            if fixed.is_some() {
                return "?".to_owned();
            }
            varying += 1;
            format!("column{varying}")
        })
        .collect();
    // Without a condition, `ON` of the tail would be read as that of a join.
    format!(
        "INSERT INTO \"{name}\" ({columns}) SELECT {} FROM (VALUES {rows}) WHERE true{tail}",
        picked.join(",")
    )
}
