//! Moving somebody, or what they see, counts from the next request on, with the same token.

use std::collections::BTreeMap;

use serde_json::{Map, json};
use tests::{
    oracle::{Caller, Noun},
    rows::{Cell, Row, Rows, cell},
};
use uuid::Uuid;

use super::{
    callers::{built_in_roles, user},
    hubs::Hubs,
    sweep::{SEED, overview},
};

#[tokio::test]
async fn what_moves_is_seen_or_lost_at_the_next_request() {
    let rows = Rows::random(SEED, 40);
    let rep = user(&rows, 1, &["SALES_REP"], &[]);
    let manager = user(&rows, 2, &["SALES_MANAGER"], &[]);
    let mut hubs = Hubs::open(rows, built_in_roles(), &[]).await;
    let (me, mine) = (nth(&hubs, "user", 1), nth(&hubs, "territory", 2));
    let boss = nth(&hubs, "user", 2);

    // Accounts, to another owner and to another territory.
    hubs.turn_to(&rep).await;
    let account = hidden(&hubs, "Account", |_| true);
    for (column, value) in [("owner_id", me), ("territory_id", mine)] {
        there_and_back(
            &mut hubs,
            "account",
            account,
            column,
            Cell::Id(value),
            account,
        )
        .await;
    }
    // Territories, into another one.
    let inside = hidden(&hubs, "Account", |row| {
        cell(row, "territory_id") == &Cell::Id(nth(&hubs, "territory", 1))
    });
    let (moved, path) = (
        nth(&hubs, "territory", 1),
        Cell::Text("/w/moved/".to_owned()),
    );
    there_and_back(&mut hubs, "territory", moved, "path", path, inside).await;

    // People, to another manager.
    hubs.turn_to(&manager).await;
    let theirs = hidden(&hubs, "Account", |row| {
        cell(row, "owner_id") == &Cell::Id(me)
    });
    there_and_back(&mut hubs, "user", me, "manager_id", Cell::Id(boss), theirs).await;
    hubs.close().await;
}

#[tokio::test]
async fn a_role_given_or_taken_counts_at_the_next_request() {
    let rows = Rows::random(SEED, 40);
    let callers =
        ["SALES_REP", "ANALYST", "MARKETER", "SALES_REP"].map(|role| user(&rows, 1, &[role], &[]));
    let callers: Vec<Caller> = callers
        .into_iter()
        .chain([user(&rows, 1, &[], &[])])
        .collect();
    let mut hubs = Hubs::open(rows, built_in_roles(), &[]).await;
    let mut told = Vec::new();
    for caller in &callers {
        // The token is the same each time.
        hubs.turn_to(caller).await;
        hubs.assert(overview(&hubs.oracle)).await;
        let document = overview(&hubs.oracle);
        told.push(hubs.oracle.answer(&document, &Map::new(), &BTreeMap::new()));
    }
    for pair in told.windows(2) {
        assert_ne!(pair[0], pair[1]);
    }
    hubs.close().await;
}

#[tokio::test]
async fn consent_given_or_withdrawn_counts_at_the_next_request() {
    let rows = Rows::random(SEED, 40);
    let marketing = user(&rows, 1, &["MARKETING_MANAGER"], &[]);
    let mut hubs = Hubs::open(rows, built_in_roles(), &[]).await;
    hubs.turn_to(&marketing).await;
    let noun = Noun::of("Contact").unwrap();
    let contact = nth(&hubs, "contact", 0);
    for (status, clear) in [("WITHDRAWN", false), ("GIVEN", true), ("WITHDRAWN", false)] {
        let consent = Cell::Json(json!([{ "status": status }]));
        put(&mut hubs, "contact", contact, "consent", consent).await;
        let mask = hubs.oracle.lens.mask(noun, contact, "email");
        assert_eq!(mask.is_none(), clear, "{status}");
        hubs.assert(overview(&hubs.oracle)).await;
    }
    hubs.close().await;
}

/// Puts `value` into a row, so that the account `seen` is seen, and back, so that it is hidden.
async fn there_and_back(
    hubs: &mut Hubs,
    table: &str,
    id: Uuid,
    column: &'static str,
    value: Cell,
    seen: Uuid,
) {
    let noun = Noun::of("Account").unwrap();
    let before = cell(hubs.oracle.rows.find(table, id).unwrap(), column).clone();
    for (value, is_seen) in [(value, true), (before, false)] {
        put(hubs, table, id, column, value).await;
        assert_eq!(
            hubs.oracle.lens.sees(noun, seen),
            is_seen,
            "{table}.{column}"
        );
        hubs.assert(overview(&hubs.oracle)).await;
    }
}

/// Changes a row in memory and in every database.
async fn put(hubs: &mut Hubs, table: &str, id: Uuid, column: &'static str, value: Cell) {
    hubs.oracle.rows.set(table, id, column, value);
    hubs.oracle.look_again();
    for hub in hubs.each() {
        let database = hub.app.database.writes();
        hubs.oracle.rows.update(database, table, id, column).await;
        hub.app.forget_callers();
    }
}

/// A row of `noun` that the caller does not see, though it is there.
fn hidden(hubs: &Hubs, noun: &str, is_wanted: impl Fn(&Row) -> bool) -> Uuid {
    let noun = Noun::of(noun).unwrap();
    let rows = hubs.oracle.rows.of(noun.table).iter();
    let there = rows.filter(|row| cell(row, "deleted_at") == &Cell::Null && is_wanted(row));
    let mut hidden = there
        .map(id_of)
        .filter(|id| !hubs.oracle.lens.sees(noun, *id));
    hidden.next().expect("something is hidden")
}

fn nth(hubs: &Hubs, table: &str, number: usize) -> Uuid {
    id_of(&hubs.oracle.rows.of(table)[number])
}

fn id_of(row: &Row) -> Uuid {
    match cell(row, "id") {
        Cell::Id(id) => *id,
        other => panic!("{other:?} is no id"),
    }
}
