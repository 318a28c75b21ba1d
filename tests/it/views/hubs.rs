//! A hub on each engine over the same rows, asked over HTTP as one caller after the other.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
};

use api::graphql::sdl;
use futures::future::join_all;
use serde_json::{Value as Json, json};
use tempfile::NamedTempFile;
use tests::{
    app::TestApp,
    caller::{give_roles, token_of_caller},
    client::Response,
    database::each_database,
    oracle::{Caller, Oracle, Refusal, lens::Role, model::Model},
    rows::Rows,
};
use uuid::Uuid;

use super::callers::{ALL_SEEING, OPERATORS_FILE, nobody, program};
use crate::reading::{
    compare::Cursors,
    hub::text,
    question::{Place, Question},
};

/// The hubs, and the oracle that knows what they must answer.
pub(super) struct Hubs {
    pub(super) oracle: Oracle,
    hubs: Vec<Hub>,
}

/// One of them.
pub(super) struct Hub {
    pub(super) app: TestApp,
    /// Of the caller.
    token: String,
    /// Of somebody who sees everything.
    all_seeing: String,
    /// The role that the caller looks with, instead of their own.
    view_as: Option<String>,
    /// Of those who asked before.
    tokens: BTreeMap<String, String>,
    cursors: Cursors,
    /// For each list that somebody asked for, the cursor of each row.
    lists: BTreeMap<String, BTreeMap<Uuid, String>>,
}

/// The file with an operator's roles.
pub(super) struct OperatorsFile(NamedTempFile);

/// A question, and what the oracle says of it.
struct Expected<'q> {
    question: &'q Question,
    data: Json,
    refusals: BTreeSet<Refusal>,
    caller: &'q str,
}

impl Hubs {
    /// Over random rows, with `roles` that stand in the operator's file at `settings`, if any.
    pub(super) async fn open(rows: Rows, roles: Vec<Role>, settings: &[(&str, &str)]) -> Self {
        let oracle = Oracle::new(Model::of(&sdl()), rows, roles, nobody());
        let hubs = each_database().map(async |database| {
            let app = TestApp::start_with(database, settings).await;
            oracle.rows.insert(app.database.writes()).await;
            let all_seeing = program(&[ALL_SEEING], &[]);
            Hub {
                all_seeing: token_of_caller(&app, &all_seeing).await,
                app,
                token: String::new(),
                view_as: None,
                tokens: BTreeMap::new(),
                cursors: Cursors::default(),
                lists: BTreeMap::new(),
            }
        });
        let hubs = join_all(hubs).await;
        Self { oracle, hubs }
    }

    /// From now on `caller` asks.
    pub(super) async fn turn_to(&mut self, caller: &Caller) {
        self.oracle.turn_to(caller.clone());
        join_all(self.hubs.iter_mut().map(|hub| hub.turn_to(caller))).await;
    }

    /// From now on the caller looks with the eyes of `role`.
    pub(super) fn look_as(&mut self, role: &str) {
        self.oracle.caller.roles = vec![role.to_owned()];
        self.oracle.look_again();
        for hub in &mut self.hubs {
            hub.view_as = Some(role.to_owned());
        }
    }

    /// Says where the answer of a hub differs, if it does.
    pub(super) async fn check(&mut self, question: &Question) -> Result<(), String> {
        let cursors = question.cursors.iter().enumerate();
        let cursors = cursors.map(|(number, place)| (placeholder(number), place.row));
        let cursors: BTreeMap<_, _> = cursors.collect();
        let (document, variables) = (&question.document, &question.variables);
        let caller = named(&self.oracle.caller);
        let expected = Expected {
            question,
            data: self.oracle.answer(document, variables, &cursors),
            refusals: self.oracle.refusals(document, variables),
            caller: &caller,
        };
        let checks = self.hubs.iter_mut().map(async |hub| {
            let checked = hub.check(&expected).await;
            checked.map_err(|problem| format!("{:?}: {problem}", hub.app.database.backend()))
        });
        let problems = join_all(checks).await.into_iter().filter_map(Result::err);
        match problems.collect::<Vec<_>>().as_slice() {
            [] => Ok(()),
            problems => Err(format!(
                "{caller}: {}\n{document}\nvariables {}\ncursors {:?}\n",
                problems.join("\n"),
                Json::Object(variables.clone()),
                question.cursors
            )),
        }
    }

    /// Compares the answers to `document`.
    pub(super) async fn assert(&mut self, document: String) {
        let question = Question {
            document,
            ..Question::default()
        };
        if let Err(problem) = self.check(&question).await {
            panic!("{problem}");
        }
    }

    /// The hubs.
    pub(super) fn each(&self) -> impl Iterator<Item = &Hub> {
        self.hubs.iter()
    }

    /// Stops the hubs.
    pub(super) async fn close(self) {
        join_all(self.hubs.into_iter().map(|hub| hub.app.stop())).await;
    }
}

impl Hub {
    async fn turn_to(&mut self, caller: &Caller) {
        self.view_as = None;
        if let Some(id) = caller.user {
            give_roles(&self.app, id, &caller.roles).await;
        }
        // A user's token is good for whatever roles they have.
        let key = match caller.user {
            Some(id) => format!("{id} {:?}", caller.token_scopes),
            None => named(caller),
        };
        if !self.tokens.contains_key(&key) {
            let token = token_of_caller(&self.app, caller).await;
            self.tokens.insert(key.clone(), token);
        }
        self.token.clone_from(&self.tokens[&key]);
    }

    /// Asks as the caller.
    pub(super) async fn ask(&self, document: &str, variables: Json) -> Response {
        let Some(role) = &self.view_as else {
            return self.app.graphql(&self.token, document, variables).await;
        };
        let body = json!({ "query": document, "variables": variables });
        let request = self.app.http.post(format!("{}/graphql", self.app.url));
        let request = request
            .bearer_auth(&self.token)
            .header("Content-Type", "application/json")
            .header("View-As", role)
            .body(body.to_string());
        Response::read(request.send().await.unwrap()).await
    }

    async fn check(&mut self, expected: &Expected<'_>) -> Result<(), String> {
        let question = expected.question;
        let mut document = question.document.clone();
        let mut variables = Json::Object(question.variables.clone()).to_string();
        for (number, place) in question.cursors.iter().enumerate() {
            let cursor = self.cursor(expected.caller, place).await;
            let cursor = cursor.ok_or_else(|| format!("no cursor for {place:?}"))?;
            document = document.replace(&placeholder(number), &cursor);
            variables = variables.replace(&placeholder(number), &cursor);
        }
        let variables = serde_json::from_str(&variables).unwrap();
        let response = self.ask(&document, variables).await;
        let codes = response.codes();
        // Now and then chance asks for more than one may.
        let is_too_much = |code: &&str| matches!(*code, "COST_TOO_HIGH" | "LIMIT_EXCEEDED");
        if codes.iter().any(is_too_much) {
            let alone = codes.iter().all(is_too_much);
            let refused = codes.contains(&"FORBIDDEN_FIELD") && !expected.refusals.is_empty();
            return if alone || refused {
                Ok(())
            } else {
                Err(response.text)
            };
        }
        check_refusals(&response, &expected.refusals)?;
        self.cursors.compare(&expected.data, &response.body["data"])
    }

    /// The cursor of a row in the list of all that pass a filter, which the hub gave the caller
    /// before; or without a filter, somebody who sees everything.
    async fn cursor(&mut self, caller: &str, place: &Place) -> Option<String> {
        let whole = place.is_common();
        let caller = if whole { "" } else { caller };
        let (noun, filter, order) = (place.noun, &place.filter, &place.order);
        let list = format!("{caller} {} {filter} {order}", noun.name);
        if let Some(cursors) = self.lists.get(&list) {
            return cursors.get(&place.row).cloned();
        }
        let query = place.list();
        let variables = Json::Object(place.variables());
        let answer = if whole {
            self.app.graphql(&self.all_seeing, &query, variables).await
        } else {
            self.ask(&query, variables).await
        };
        let edges = answer.data()["list"]["edges"].as_array().unwrap().iter();
        let cursors: BTreeMap<_, _> = edges
            .map(|edge| (uuid(&edge["node"]["id"]), text(&edge["cursor"]).to_owned()))
            .collect();
        let cursor = cursors.get(&place.row).cloned();
        self.lists.insert(list, cursors);
        cursor
    }
}

impl OperatorsFile {
    pub(super) fn written() -> Self {
        let file = NamedTempFile::new().unwrap();
        fs::write(file.path(), OPERATORS_FILE).unwrap();
        Self(file)
    }

    /// Where a hub finds it.
    pub(super) fn settings(&self) -> [(&str, &str); 1] {
        [("AUTH__ROLES_FILE", self.0.path().to_str().unwrap())]
    }
}

/// Each key that must be refused is, and no other; with the code and the argument at fault. Where
/// there is no data at all because of one of them, the others need not be named.
fn check_refusals(response: &Response, refusals: &BTreeSet<Refusal>) -> Result<(), String> {
    let errors = response.body["errors"].as_array();
    let errors = errors.map_or(&[][..], Vec::as_slice);
    let mut refused = BTreeSet::new();
    for error in errors {
        let refusal = Refusal {
            key: error["path"][0].as_str().unwrap_or_default().to_owned(),
            argument: error["extensions"]["field"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
        };
        if error["extensions"]["code"] != "FORBIDDEN_FIELD" || !refusals.contains(&refusal) {
            return Err(format!("only {refusals:?} is refused: {}", response.text));
        }
        refused.insert(refusal.key);
    }
    if response.body["data"].is_null() && !refused.is_empty() {
        return Ok(());
    }
    let missing = refusals.iter().find(|it| !refused.contains(&it.key));
    missing.map_or(Ok(()), |missing| {
        Err(format!("not refused: {missing:?}: {}", response.text))
    })
}

/// Who it is, for whoever reads why a test failed.
fn named(caller: &Caller) -> String {
    let who = caller
        .user
        .map_or_else(|| "a program".to_owned(), |id| id.to_string());
    format!("{who} as {:?} for {:?}", caller.roles, caller.token_scopes)
}

/// What stands for a cursor among the arguments.
pub(super) fn placeholder(number: usize) -> String {
    format!("{{{{cursor {number}}}}}")
}

/// The UUID in a global id.
fn uuid(json: &Json) -> Uuid {
    text(json).rsplit_once('_').unwrap().1.parse().unwrap()
}
