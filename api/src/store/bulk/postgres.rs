//! The statement for many rows on PostgreSQL: an array for each column.

use super::{Shape, Table};

/// `INSERT` of any number of rows; the values that they share come first.
pub(super) fn insert(table: &Table, shape: &Shape, tail: &str) -> String {
    let shared = shape.fixed.len() - shape.width();
    let (mut fixed, mut varying) = (0, 0);
    let mut picked = Vec::new();
    let mut arrays = Vec::new();
    let mut names = Vec::new();
    for (column, value) in table.columns.iter().zip(&shape.fixed) {
        let kind = column.kind.postgres();
        if value.is_some() {
            fixed += 1;
            picked.push(format!("${fixed}::text::{kind}"));
        } else {
            varying += 1;
            picked.push(format!("u.c{varying}"));
            names.push(format!("c{varying}"));
            arrays.push(format!("${}::text::{kind}[]", shared + varying));
        }
    }
    format!(
        "INSERT INTO \"{}\" ({}) SELECT {} FROM unnest({}) AS u({}){tail}",
        table.name,
        table.column_list(),
        picked.join(", "),
        arrays.join(", "),
        names.join(", ")
    )
}
