//! A schema over a database with random rows, asked without HTTP.

use std::sync::{Arc, Mutex};

use api::{
    auth::{Allowance, Budgets, Reach, Viewer},
    calendar::Calendar,
    clock::Clock,
    database::{Database, Options},
    graphql::{Schema, build, execute, sdl},
    services::token::Issuer,
};
use async_graphql::{Request, Variables};
use sea_orm::DbBackend;
use serde_json::{Map, Value as Json};
use tests::{
    app::{self, TestApp},
    database::{TestDatabase, each_database},
    oracle::{
        Caller, Noun, Oracle, global_id,
        lens::{ROLES, Role},
        model::Model,
    },
    rows::{Cell, Row, Rows, cell},
};
use uuid::Uuid;

/// Nobody asks too much here.
fn unlimited() -> Budgets {
    Budgets::new(0, 0, Clock::system())
}

/// A hub's reading half.
pub(crate) struct Hub {
    pub(crate) database: Database,
    schema: Schema,
    issuer: Issuer,
    viewer: Viewer,
    statements: Arc<Mutex<Vec<String>>>,
    _file: TestDatabase,
}

/// An answer, with its keys in order.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) text: String,
    pub(crate) body: Json,
    pub(crate) statements: Vec<String>,
}

impl Hub {
    /// Over `database` with `rows`, asked by `caller`.
    pub(crate) async fn open(database: TestDatabase, rows: &Rows, caller: &Caller) -> Self {
        let hub = Self::empty(database, caller).await;
        rows.insert(hub.database.writes()).await;
        hub.take_statements();
        hub
    }

    /// Over `database` as it is.
    pub(crate) async fn empty(file: TestDatabase, caller: &Caller) -> Self {
        let options = Options::new(file.url());
        let mut database = Database::connect(&options).await.unwrap();
        let statements = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&statements);
        database.on_statement(move |info| log.lock().unwrap().push(info.statement.sql.clone()));
        let issuer = app::issuer(database.clone(), Clock::fixed(TestApp::now()));
        let view = issuer.views.of(&caller.roles, &[]);
        Self {
            schema: build(issuer.clone(), Calendar::default(), unlimited()),
            issuer,
            database,
            viewer: Viewer {
                user_id: caller.user,
                token_id: Uuid::nil(),
                name: caller.name.clone(),
                roles: caller.roles.clone(),
                scopes: Vec::new(),
                viewed_as: None,
                address: None,
                allowance: Allowance::default(),
                makes_tokens: true,
                view,
                reach: Arc::new(Reach::default()),
            },
            statements,
            _file: file,
        }
    }

    /// From now on it is where and when `calendar` says.
    pub(crate) fn move_to(&mut self, calendar: &tests::oracle::Calendar) {
        let issuer = Issuer {
            clock: Clock::fixed(calendar.now),
            ..self.issuer.clone()
        };
        let ours = Calendar::new(calendar.zone, calendar.fiscal_start).unwrap();
        self.schema = build(issuer, ours, unlimited());
    }

    /// From now on its clock is the machine's.
    pub(crate) fn let_time_pass(&mut self) {
        let issuer = Issuer {
            clock: Clock::system(),
            ..self.issuer.clone()
        };
        self.schema = build(issuer, Calendar::default(), unlimited());
    }

    pub(crate) async fn ask(&self, query: &str) -> Answer {
        self.ask_with(query, &Map::new()).await
    }

    pub(crate) async fn ask_with(&self, query: &str, variables: &Map<String, Json>) -> Answer {
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

    pub(crate) fn take_statements(&self) -> Vec<String> {
        std::mem::take(&mut *self.statements.lock().unwrap())
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.database.backend() == DbBackend::Postgres
    }
}

impl Answer {
    /// What was asked for. There are no errors.
    pub(crate) fn data(&self) -> &Json {
        assert!(self.body.get("errors").is_none(), "{}", self.text);
        &self.body["data"]
    }

    /// `code`, `field` and the message of each error.
    pub(crate) fn errors(&self) -> Vec<(&str, &str, &str)> {
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

pub(crate) fn text(json: &Json) -> &str {
    json.as_str().unwrap_or_else(|| panic!("{json} is no text"))
}

/// An oracle over random rows, asked by one of the users in them, who sees all that is there.
pub(crate) fn oracle(seed: u64, count: usize) -> Oracle {
    let rows = Rows::random(seed, count);
    let user = match rows.of("user").first().map(|row| cell(row, "id")) {
        Some(Cell::Id(id)) => Some(*id),
        _ => None,
    };
    let caller = Caller {
        name: "the tests' \"own\"".to_owned(),
        roles: vec!["LEAD".to_owned(), "ANALYST".to_owned()],
        user,
        token_scopes: Vec::new(),
    };
    let roles = ROLES.map(Role::built_in).to_vec();
    Oracle::new(Model::of(&sdl()), rows, roles, caller)
}

/// Runs `test` with a hub over the same rows on each engine.
pub(crate) async fn each_hub(oracle: &Oracle, test: impl AsyncFn(&Hub)) {
    for database in each_database() {
        test(&Hub::open(database, &oracle.rows, &oracle.caller).await).await;
    }
}

/// The global ids of the rows of `noun`: of those that the caller sees, and of those that they do
/// not, most of which are deleted or parts of something that is.
pub(crate) fn ids(oracle: &Oracle, noun: &Noun) -> (Vec<String>, Vec<String>) {
    let rows = oracle.rows.of(noun.table).iter();
    let ids = rows.map(id_of);
    let (seen, unseen): (Vec<_>, Vec<_>) = ids.partition(|id| oracle.lens.sees(noun, *id));
    let global = |ids: Vec<Uuid>| ids.into_iter().map(|id| global_id(noun, id)).collect();
    (global(seen), global(unseen))
}

/// The ids of all leads, as the database has them.
pub(crate) fn lead_ids(oracle: &Oracle) -> Vec<Uuid> {
    let leads = oracle.rows.of("lead").iter();
    leads.map(id_of).collect()
}

fn id_of(row: &Row) -> Uuid {
    match cell(row, "id") {
        Cell::Id(id) => *id,
        other => panic!("{other:?} is no id"),
    }
}

/// The noun of that type.
pub(crate) fn noun(name: &str) -> &'static Noun {
    Noun::of(name).unwrap()
}

/// The fields of a JSON object.
pub(crate) fn variables(json: Json) -> Map<String, Json> {
    match json {
        Json::Object(fields) => fields,
        other => panic!("{other} is no object"),
    }
}
