//! A schema over a database with random rows, asked without HTTP.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use api::{
    auth::{Reach, Viewer},
    clock::Clock,
    database::{Database, Options},
    dataset::vocabulary,
    graphql::{Schema, build, execute, sdl},
    views::{Policy, Views},
};
use async_graphql::{Request, Variables};
use sea_orm::DbBackend;
use serde_json::{Map, Value as Json};
use tests::{
    app::TestApp,
    database::{TestDatabase, each_database},
    oracle::{Caller, Noun, Oracle, global_id, model::Model},
    rows::{Cell, Rows, cell},
};
use uuid::Uuid;

/// A hub's reading half.
pub(super) struct Hub {
    pub(super) database: Database,
    schema: Schema,
    viewer: Viewer,
    statements: Arc<Mutex<Vec<String>>>,
    /// For each list that was asked for, the cursor of each row.
    cursors: Mutex<BTreeMap<String, BTreeMap<Uuid, String>>>,
    _file: TestDatabase,
}

/// An answer, with its keys in order.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) text: String,
    pub(super) body: Json,
    pub(super) statements: Vec<String>,
}

impl Hub {
    /// Over `database` with `rows`, asked by `caller`.
    pub(super) async fn open(database: TestDatabase, rows: &Rows, caller: &Caller) -> Self {
        let hub = Self::empty(database, caller).await;
        rows.insert(hub.database.writes()).await;
        hub.take_statements();
        hub
    }

    /// Over `database` as it is.
    pub(super) async fn empty(file: TestDatabase, caller: &Caller) -> Self {
        let options = Options::new(file.url());
        let mut database = Database::connect(&options).await.unwrap();
        let statements = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&statements);
        database.on_statement(move |info| log.lock().unwrap().push(info.statement.sql.clone()));
        let views = Views::new(Policy::built_in(&vocabulary()).unwrap());
        Self {
            schema: build(
                database.clone(),
                Clock::fixed(TestApp::now()),
                views.clone(),
            ),
            database,
            viewer: Viewer {
                user_id: caller.user,
                token_id: Uuid::nil(),
                name: caller.name.clone(),
                roles: caller.roles.clone(),
                scopes: Vec::new(),
                viewed_as: None,
                view: views.of(&caller.roles, &[]),
                reach: Reach {
                    user: caller.user,
                    ..Reach::default()
                },
            },
            statements,
            cursors: Mutex::default(),
            _file: file,
        }
    }

    pub(super) async fn ask(&self, query: &str) -> Answer {
        self.ask_with(query, &Map::new()).await
    }

    pub(super) async fn ask_with(&self, query: &str, variables: &Map<String, Json>) -> Answer {
        self.take_statements();
        let variables = Variables::from_json(Json::Object(variables.clone()));
        let request = Request::new(query).variables(variables);
        let response = execute(&self.schema, request, self.viewer.clone(), None).await;
        let text = serde_json::to_string(&response).unwrap();
        Answer {
            body: serde_json::from_str(&text).unwrap(),
            text,
            statements: self.take_statements(),
        }
    }

    pub(super) fn take_statements(&self) -> Vec<String> {
        std::mem::take(&mut *self.statements.lock().unwrap())
    }

    pub(super) fn is_postgres(&self) -> bool {
        self.database.backend() == DbBackend::Postgres
    }

    /// The cursor of the row `id` in the list of all `noun` that pass `filter`, which the hub gave
    /// out before. A row that does not pass has none.
    pub(super) async fn cursor(&self, noun: &Noun, filter: &Json, id: Uuid) -> Option<String> {
        let list = format!("{} {filter}", noun.name);
        if let Some(cursors) = self.cursors.lock().unwrap().get(&list) {
            return cursors.get(&id).cloned();
        }
        let query = format!(
            "query($f: {}Filter) {{ list: {}(filter: $f, first: 500) \
             {{ edges {{ cursor node {{ id }} }} }} }}",
            noun.name, noun.plural
        );
        let mut variables = Map::new();
        variables.insert("f".to_owned(), filter.clone());
        let answer = self.ask_with(&query, &variables).await;
        let cursors: BTreeMap<_, _> = answer.data()["list"]["edges"]
            .as_array()
            .unwrap()
            .iter()
            .map(|edge| (uuid(&edge["node"]["id"]), text(&edge["cursor"]).to_owned()))
            .collect();
        let cursor = cursors.get(&id).cloned();
        self.cursors.lock().unwrap().insert(list, cursors);
        cursor
    }
}

impl Answer {
    /// What was asked for. There are no errors.
    pub(super) fn data(&self) -> &Json {
        assert!(self.body.get("errors").is_none(), "{}", self.text);
        &self.body["data"]
    }

    /// `code`, `field` and the message of each error.
    pub(super) fn errors(&self) -> Vec<(&str, &str, &str)> {
        let errors = self.body["errors"].as_array();
        let errors = errors.map_or(&[][..], Vec::as_slice).iter();
        errors
            .map(|error| {
                (
                    error["extensions"]["code"].as_str().unwrap_or(""),
                    error["extensions"]["field"].as_str().unwrap_or(""),
                    text(&error["message"]),
                )
            })
            .collect()
    }
}

pub(super) fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_else(|| panic!("{json} is no text"))
}

/// The UUID in a global id.
pub(super) fn uuid(json: &Json) -> Uuid {
    text(json).rsplit_once('_').unwrap().1.parse().unwrap()
}

/// An oracle over random rows, asked by one of the users in them.
pub(super) fn oracle(seed: u64, count: usize) -> Oracle {
    let rows = Rows::random(seed, count);
    let there = |row: &&tests::rows::Row| cell(row, "deleted_at") == &Cell::Null;
    let user = rows
        .of("user")
        .iter()
        .find(there)
        .map(|row| cell(row, "id"));
    let user = match user {
        Some(Cell::Id(id)) => Some(*id),
        _ => None,
    };
    Oracle {
        model: Model::of(&sdl()),
        rows,
        caller: Caller {
            name: "the tests' \"own\"".to_owned(),
            roles: vec!["LEAD".to_owned(), "ANALYST".to_owned()],
            user,
        },
    }
}

/// Runs `test` with a hub over the same rows on each engine.
pub(super) async fn each_hub(oracle: &Oracle, test: impl AsyncFn(&Hub)) {
    for database in each_database() {
        test(&Hub::open(database, &oracle.rows, &oracle.caller).await).await;
    }
}

/// The global ids of the rows of `noun`: of those that are there, and of those that are deleted.
pub(super) fn ids(oracle: &Oracle, noun: &Noun) -> (Vec<String>, Vec<String>) {
    let rows = oracle.rows.of(noun.table).iter();
    let (there, deleted): (Vec<_>, Vec<_>) =
        rows.partition(|row| row.get("deleted_at").is_none_or(|at| at == &Cell::Null));
    let ids = |rows: Vec<&tests::rows::Row>| -> Vec<String> {
        let ids = rows.into_iter().map(|row| match cell(row, "id") {
            Cell::Id(id) => global_id(noun, *id),
            other => panic!("{other:?} is no id"),
        });
        ids.collect()
    };
    (ids(there), ids(deleted))
}

/// The noun of that type.
pub(super) fn noun(name: &str) -> &'static Noun {
    Noun::of(name).unwrap()
}

/// The fields of a JSON object.
pub(super) fn variables(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}
