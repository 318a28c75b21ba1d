//! What makes a company of random rows: a tree of managers, a tree of territories, and who covers
//! which, so that lenses differ.
//!
//! The first three users are the ones that tests ask as. Half of all rows belong to them.

use serde_json::json;

use super::{Cell, Row, Rows, cell, value::nth_id};

/// Codes of territories that whoever compares paths as patterns, or by the rules of some
/// language, takes for one another.
const CODES: [&str; 14] = [
    "W",
    "E%",
    "w",
    "EX",
    "E_",
    "e%",
    "É",
    "e\u{301}",
    "\u{10ffff}",
    "\\",
    "'",
    "[A-Z]",
    "*",
    " ",
];

/// Ties users and territories together.
pub(super) fn settle(rows: &mut Rows) {
    for table in &mut rows.tables {
        // There is something to refer to, and a draft among it.
        for row in table.rows.iter_mut().take(2) {
            if row.contains_key("deleted_at") {
                row.insert("deleted_at", Cell::Null);
            }
        }
        for (number, row) in table.rows.iter_mut().take(3).enumerate() {
            belong(row, number, rows.count);
        }
        match table.name {
            "user" => users(&mut table.rows),
            "territory" => territories(&mut table.rows),
            "user_territory" => cover(&mut table.rows, rows.count),
            "campaign" => campaigns(&mut table.rows),
            _ => {}
        }
    }
}

/// What most rows refer to belongs to one each of the first three users, and lies in a territory of
/// another.
fn belong(row: &mut Row, number: usize, count: usize) {
    for (column, place) in [("owner_id", number), ("territory_id", (number + 1) % 3)] {
        let is_own = row.contains_key("version") && row.contains_key(column);
        if is_own && place < count {
            row.insert(column, Cell::Id(nth_id(place)));
        }
    }
}

/// Who reports to whom. The first and the fifth to each other, one to themselves, and some through
/// a user who is deleted and one who is not active.
fn users(rows: &mut [Row]) {
    // The first one's team has a loop, and the second one's is a part of it.
    const MANAGERS: [(usize, Option<usize>); 10] = [
        (0, Some(4)),
        (1, Some(0)),
        (2, None),
        (3, Some(1)),
        (4, Some(0)),
        (5, Some(5)),
        (6, Some(3)),
        (7, Some(2)),
        (8, Some(7)),
        (9, None),
    ];
    let count = rows.len();
    for (number, row) in rows.iter_mut().enumerate() {
        if let Some((_, manager)) = MANAGERS.get(number) {
            let manager = manager.filter(|manager| *manager < count);
            let manager = manager.map_or(Cell::Null, |manager| Cell::Id(nth_id(manager)));
            row.insert("manager_id", manager);
        }
        if number < 3 {
            let email = format!("caller{number}@example.com");
            row.insert("email", Cell::Text(email));
            row.insert("deleted_at", Cell::Null);
            row.insert("active", Cell::Bool(true));
            row.insert("roles", Cell::Json(json!([])));
        }
        if number == 3 {
            row.insert("active", Cell::Bool(false));
        }
        if number == 7 {
            row.insert("deleted_at", cell(row, "created_at").clone());
        }
    }
}

/// A path is that of the parent, and one step more.
fn territories(rows: &mut [Row]) {
    let mut paths: Vec<(Cell, String)> = Vec::new();
    for (number, row) in rows.iter_mut().enumerate() {
        if let Some(parent) = [Cell::Null, Cell::Id(nth_id(0)), Cell::Null].get(number) {
            row.insert("parent_id", parent.clone());
        }
        if number < 3 {
            row.insert("deleted_at", Cell::Null);
        }
        let parent = cell(row, "parent_id").clone();
        let parent = paths.iter().find(|(id, _)| *id == parent);
        let above = parent.map_or("/", |(_, path)| path.as_str());
        let code = CODES.get(number).map(|code| (*code).to_owned());
        let code = code.unwrap_or_else(|| format!("T{number}"));
        let path = format!("{above}{code}/");
        paths.push((cell(row, "id").clone(), path.clone()));
        row.insert("code", Cell::Text(code));
        row.insert("path", Cell::Text(path));
    }
}

/// The first three cover one territory each, one of them below another's, and others what chance
/// gave them.
fn cover(rows: &mut Vec<Row>, count: usize) {
    let own: Vec<_> = (0..3).map(|number| Cell::Id(nth_id(number))).collect();
    let Some(pattern) = rows.first().cloned() else {
        return;
    };
    rows.retain(|pair| {
        !own.contains(cell(pair, "user_id")) && cell(pair, "territory_id") != &Cell::Id(nth_id(0))
    });
    let pairs: [(usize, usize); 3] = [(0, 1), (1, 2), (2, 0)];
    for (user, territory) in pairs.into_iter().filter(|pair| pair.0.max(pair.1) < count) {
        let mut pair = pattern.clone();
        pair.insert("user_id", Cell::Id(nth_id(user)));
        pair.insert("territory_id", Cell::Id(nth_id(territory)));
        rows.push(pair);
    }
}

/// The second is a draft, and its neighbours are none.
fn campaigns(rows: &mut [Row]) {
    for (row, status) in rows.iter_mut().zip(["PLANNED", "DRAFT", "RUNNING"]) {
        row.insert("status", Cell::Text(status.to_owned()));
        row.insert("deleted_at", Cell::Null);
    }
}
