//! Everybody, over random rows: the feed and the histories say of a row what the row itself says to that caller,
//! and of no other row anything.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
};

use api::{
    change::{self, Author, Change},
    dataset::{Entity, Kind, dataset},
};
use entity::change::ChangeKind;
use futures::future::join_all;
use serde_json::{Map, Value, json};
use tempfile::NamedTempFile;
use tests::{
    app::TestApp,
    caller::{give_roles, token_of_caller},
    database::each_database,
    oracle::Caller,
    rows::{Cell, Row, Rows, cell},
};

use crate::views::callers::{OPERATORS_FILE, in_operators_roles, one_role, others};

const SEED: u64 = 20_261_122;
/// What changes with every change, or never; and the roles of users, which these tests change meanwhile.
const NOT_COMPARED: [&str; 4] = ["id", "version", "updatedAt", "roles"];
/// Rows of each noun: all of them fit on a page.
const COUNT: usize = 40;

#[tokio::test]
async fn everybody_hears_of_what_they_see_in_built_in_roles() {
    let rows = Rows::random(SEED, COUNT);
    let callers = [one_role(&rows), others(&rows)].concat();
    sweep(&rows, &callers, &[]).await;
}

#[tokio::test]
async fn everybody_hears_of_what_they_see_in_an_operator_s_roles() {
    let rows = Rows::random(SEED + 1, COUNT);
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(OPERATORS_FILE.as_bytes()).unwrap();
    let path = file.path().display().to_string();
    let callers = in_operators_roles(&rows);
    sweep(&rows, &callers, &[("AUTH__ROLES_FILE", &path)]).await;
}

async fn sweep(rows: &Rows, callers: &[Caller], settings: &[(&str, &str)]) {
    let hubs = each_database().map(async |database| {
        let app = TestApp::start_with(database, settings).await;
        rows.insert(app.database.writes()).await;
        record_everything(&app, rows).await;
        let mut hidden = false;
        for caller in callers {
            if let Some(user) = caller.user {
                give_roles(&app, user, &caller.roles).await;
            }
            let token = token_of_caller(&app, caller).await;
            let (heard, seen) = (feed(&app, &token).await, histories(&app, &token).await);
            assert_eq!(heard, seen, "{caller:?}");
            hidden |= !seen.is_empty() && seen.len() < dataset().entities().len() * COUNT / 2;
        }
        assert!(hidden, "somebody sees something, and not everything");
        app.stop().await;
    });
    join_all(hubs).await;
}

fn nouns(rows: &Rows) -> impl Iterator<Item = (&'static Entity, &[Row])> {
    let entities = dataset().entities().iter();
    entities.map(|entity| (entity, rows.of(&entity.table)))
}

/// For each row a change of all columns at once, which leaves each what it is.
async fn record_everything(app: &TestApp, rows: &Rows) {
    let tx = app.database.begin().await.unwrap();
    for (entity, rows) in nouns(rows) {
        let changes = rows.iter().map(|row| {
            let Cell::Id(id) = cell(row, "id") else {
                panic!("{row:?} has no id");
            };
            let pairs = row.iter().map(|(column, value)| {
                let value = logged(value);
                ((*column).to_owned(), json!([value, value]))
            });
            let of = (entity.table.as_str(), *id);
            let change = Change::by(&Author::SYSTEM, TestApp::now(), of, ChangeKind::Updated);
            Change {
                reason: Some("because".to_owned()),
                ..change.of(Value::Object(pairs.collect()))
            }
        });
        change::record(&tx, changes.collect()).await.unwrap();
    }
    tx.commit().await.unwrap();
}

/// A value as the log has it.
fn logged(cell: &Cell) -> Value {
    match cell {
        Cell::Null => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Int(number) => json!(number),
        Cell::Bool(value) => json!(value),
        Cell::Instant(instant) => json!(instant),
        Cell::Day(day) => json!(day),
        Cell::Id(id) => json!(id),
        Cell::Json(value) => value.clone(),
    }
}

/// What is told of a change: the reason, and each field.
type Told = (Value, BTreeMap<String, Value>);

fn told(change: &Value) -> Told {
    let fields = change["fields"].as_array().unwrap().iter();
    let fields = fields.map(|it| {
        assert_eq!(it["before"], it["after"]);
        (
            it["field"].as_str().unwrap().to_owned(),
            it["after"].clone(),
        )
    });
    (change["reason"].clone(), fields.collect())
}

/// What the feed tells, by row.
async fn feed(app: &TestApp, token: &str) -> BTreeMap<String, Told> {
    let ask = "query ($after: String) { changes(after: $after, first: 150) {
        nodes { kind id reason fields { field before after } }
        pageInfo { hasNextPage endCursor } } }";
    let (mut after, mut heard) = (Value::Null, BTreeMap::new());
    loop {
        let answer = app.graphql(token, ask, json!({"after": after})).await;
        let page = &answer.data()["changes"];
        for change in page["nodes"].as_array().unwrap() {
            // The tokens of the callers themselves, which these tests make meanwhile.
            let id = change["id"].as_str().unwrap().to_owned();
            if id.starts_with("tok_") {
                continue;
            }
            assert_eq!(change["kind"], "UPDATED");
            assert!(heard.insert(id, told(change)).is_none());
        }
        after = page["pageInfo"]["endCursor"].clone();
        if page["pageInfo"]["hasNextPage"] == false {
            return heard;
        }
    }
}

/// What the histories of all rows tell, and that this is what the rows say.
async fn histories(app: &TestApp, token: &str) -> BTreeMap<String, Told> {
    let mut told_of = BTreeMap::new();
    for entity in dataset().entities() {
        if entity.name == "ApiToken" {
            continue;
        }
        let fields: Vec<_> = entity.fields.iter().filter_map(selected).collect();
        let masked = if entity.guards.is_empty() {
            ""
        } else {
            "maskedFields"
        };
        let ask = format!(
            "{{ rows: {}(first: 500) {{ nodes {{ {} {masked} history(first: 2) {{ \
             nodes {{ kind reason fields {{ field before after }} }} }} }} }} }}",
            entity.plural,
            fields.join(" ")
        );
        let answer = app.graphql(token, &ask, Value::Null).await;
        for node in answer.data()["rows"]["nodes"].as_array().unwrap() {
            let entries = node["history"]["nodes"].as_array().unwrap();
            let [entry] = entries.as_slice() else {
                panic!("one change of each row, not {entries:?}");
            };
            let told = told(entry);
            assert_tells_what_is_shown(entity, node.as_object().unwrap(), &told);
            told_of.insert(node["id"].as_str().unwrap().to_owned(), told);
        }
    }
    told_of
}

fn assert_tells_what_is_shown(entity: &Entity, node: &Map<String, Value>, told: &Told) {
    let masked: BTreeSet<_> = node
        .get("maskedFields")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let (reason, fields) = told;
    if !masked.is_empty() {
        assert_eq!(*reason, Value::Null, "{}", entity.name);
    }
    let shown = entity
        .fields
        .iter()
        .filter(|field| selected(field).is_some());
    let shown = shown.filter(|field| !NOT_COMPARED.contains(&field.name));
    let shown = shown.filter(|field| !masked.contains(field.name));
    let shown: BTreeMap<_, _> = shown
        .map(|field| (field.name.to_owned(), node[field.name].clone()))
        .collect();
    let mut fields = fields.clone();
    fields.retain(|field, _| !NOT_COMPARED.contains(&field.as_str()));
    assert_eq!(fields, shown, "{} {}", entity.name, node["id"]);
}

/// How a field is asked for whose changes are told.
fn selected(field: &api::dataset::Field) -> Option<String> {
    Some(match field.kind {
        Kind::Money { .. } => format!("{} {{ amount currency minorUnits }}", field.name),
        Kind::Id
        | Kind::Text(_)
        | Kind::Int(_)
        | Kind::Boolean(_)
        | Kind::Instant(_)
        | Kind::Day(_)
        | Kind::Choice(..)
        | Kind::Json(_)
        | Kind::Texts(_)
        | Kind::ForeignId { .. } => field.name.to_owned(),
        _ => return None,
    })
}
