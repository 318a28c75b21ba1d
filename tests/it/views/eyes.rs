//! Looking with the eyes of others: what a role would see in one's place, and why somebody sees a
//! row.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tests::{
    oracle::{
        Caller, Noun, Oracle, global_id,
        lens::{Class, Kind, Lens, ROLES},
    },
    rows::{Cell, Rows, cell},
};

use super::{
    callers::{built_in_roles, program, user},
    hubs::Hubs,
    sweep::{SEED, overview},
};

/// How many rows of each noun are explained.
const ROWS: usize = 4;

#[tokio::test]
async fn with_the_eyes_of_a_role_one_sees_what_the_role_shows() {
    let rows = Rows::random(SEED, 40);
    let callers = [
        user(&rows, 2, &["ADMIN"], &[]),
        user(&rows, 1, &["REVENUE_LEADER", "SALES_REP"], &[]),
        program(&["ADMIN"], &["lead:read", "contact:read"]),
    ];
    let mut hubs = Hubs::open(rows, built_in_roles(), &[]).await;
    for caller in &callers {
        for role in ROLES {
            hubs.turn_to(caller).await;
            hubs.look_as(role);
            hubs.assert(overview(&hubs.oracle)).await;
            let viewer =
                "{ viewer { name user { id email } territories { totalCount nodes { id } } } }";
            hubs.assert(viewer.to_owned()).await;
        }
    }
    // Nobody else can: they are refused, and told nothing.
    let rows = &hubs.oracle.rows;
    let others = [
        user(rows, 0, &["SALES_MANAGER"], &[]),
        user(rows, 1, &["ANALYST", "MARKETING_MANAGER"], &[]),
        user(rows, 2, &[], &[]),
    ];
    for caller in &others {
        hubs.turn_to(caller).await;
        hubs.look_as("ADMIN");
        for hub in hubs.each() {
            let response = hub.ask(&overview(&hubs.oracle), json!({})).await;
            assert!(
                response.body.get("data").is_none_or(Json::is_null),
                "{}",
                response.text
            );
            assert!(!response.codes().is_empty(), "{}", response.text);
        }
    }
    hubs.close().await;
}

#[tokio::test]
async fn what_is_explained_is_what_is_seen() {
    let mut hubs = Hubs::open(Rows::random(SEED, 40), built_in_roles(), &[]).await;
    let viewers = [
        user(&hubs.oracle.rows, 1, &["SALES_REP"], &[]),
        user(&hubs.oracle.rows, 2, &["SALES_MANAGER"], &[]),
        user(&hubs.oracle.rows, 2, &["MARKETER", "SALES_REP"], &[]),
        user(&hubs.oracle.rows, 1, &["ANALYST"], &[]),
        user(&hubs.oracle.rows, 1, &["LEAD"], &[]),
    ];
    let admin = user(&hubs.oracle.rows, 0, &["ADMIN"], &[]);
    for viewer in &viewers {
        // They have these roles from then on.
        hubs.turn_to(viewer).await;
        hubs.turn_to(&admin).await;
        let expected = explained(&hubs.oracle, viewer);
        for (document, expected) in &expected {
            for hub in hubs.each() {
                let response = hub.ask(document, json!({})).await;
                let told = response.data().as_object().unwrap().iter();
                let told = told.map(|(key, it)| (key.clone(), as_told(it)));
                let told: BTreeMap<_, _> = told.collect();
                assert_eq!(told, *expected, "{:?} {document}", viewer.roles);
            }
        }
    }
    hubs.close().await;
}

/// Whether a row is visible, and the fields that are masked.
type Explained = (bool, BTreeMap<String, String>);

fn as_told(told: &Json) -> Explained {
    let fields = told["fields"].as_array().unwrap().iter();
    let masked = fields.filter(|field| !field["masked"].is_null());
    let text = |json: &Json| json.as_str().unwrap().to_owned();
    let masked = masked.map(|field| (text(&field["field"]), text(&field["masked"])));
    (told["visible"].as_bool().unwrap(), masked.collect())
}

/// For each noun, a question about some rows and what must be told.
fn explained(oracle: &Oracle, viewer: &Caller) -> Vec<(String, BTreeMap<String, Explained>)> {
    let lens = Lens::of(&oracle.rows, &oracle.roles, viewer);
    let users = Noun::of("User").unwrap();
    let viewer = global_id(users, viewer.user.unwrap());
    let mut questions = Vec::new();
    for noun in Noun::all() {
        let rows = oracle.rows.of(noun.table).iter();
        let ids = rows.filter_map(|row| match (cell(row, "id"), row.get("deleted_at")) {
            (Cell::Id(id), None | Some(Cell::Null)) => Some(*id),
            _ => None,
        });
        let (seen, hidden): (Vec<_>, Vec<_>) = ids.partition(|id| lens.sees(noun, *id));
        let mut document = String::new();
        let mut expected = BTreeMap::new();
        let some = seen.iter().take(ROWS).chain(hidden.iter().take(ROWS));
        for (number, id) in some.enumerate() {
            document = format!(
                "{document} k{number}: explainAccess(id: \"{}\", viewerId: \"{viewer}\") \
                 {{ visible fields {{ field masked }} }}",
                global_id(noun, *id)
            );
            let fields = Class::of(noun.name).guarded();
            let masked = fields.filter_map(|field| {
                let kind = match lens.mask(noun, *id, field)? {
                    Kind::Hide => "HIDE",
                    Kind::Partial => "PARTIAL",
                    Kind::Band => "BAND",
                };
                Some((field.to_owned(), kind.to_owned()))
            });
            let explained = (lens.sees(noun, *id), masked.collect());
            expected.insert(format!("k{number}"), explained);
        }
        questions.push((format!("{{ {document} }}"), expected));
    }
    questions
}
