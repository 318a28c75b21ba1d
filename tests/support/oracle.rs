//! What the answer to a document must be: the execution algorithm of the GraphQL specification,
//! written down literally over rows in memory, with one plain function for each thing to resolve.
//!
//! It shares nothing with the hub's way to read. What it needs to know of the data (which column a
//! field reads, how lists are ordered, how values are written) it knows by itself, from the public
//! schema and the rules of the API; what a caller sees, `lens` works out. A document must be valid:
//! the only errors that are its business are refusals of what asks by what is masked.

#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "an oracle that does not know fails the test, and says what it was asked"
)]

mod aggregate;
mod calendar;
mod decimal;
mod execution;
mod filter;
mod forbidden;
mod group;
pub mod known;
mod leaf;
pub mod lens;
mod letters;
pub mod model;
mod noun;
mod order;
mod page;
mod refusal;
mod resolve;
mod seen;
pub mod shape;
mod value;
mod values;

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::parser::{
    parse_query,
    types::{DocumentOperations, ExecutableDocument, OperationDefinition},
};
use chrono_tz::Tz;
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{
    app::TestApp,
    rows::{Cell, Rows},
};

use lens::{Lens, Role};
use model::Model;
use resolve::Object;

pub use calendar::Calendar;
pub use noun::{Noun, global_id};
pub use page::cursor_of;
pub use refusal::Refusal;

/// Who asks.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Their name.
    pub name: String,
    /// The names of their roles.
    pub roles: Vec<String>,
    /// The user that they are.
    pub user: Option<Uuid>,
    /// What their token is for; empty for everything.
    pub token_scopes: Vec<String>,
}

/// Knows the answers.
#[derive(Debug)]
pub struct Oracle {
    /// The public schema.
    pub model: Model,
    /// All there is.
    pub rows: Rows,
    /// Every role that there is.
    pub roles: Vec<Role>,
    /// Where and when they ask.
    pub calendar: Calendar,
    /// Who asks.
    pub caller: Caller,
    /// What they see.
    pub lens: Lens,
    /// What somebody sees who sees everything.
    pub everything: Lens,
}

/// One running operation.
struct Execution<'a> {
    oracle: &'a Oracle,
    document: &'a ExecutableDocument,
    variables: Map<String, Json>,
    cursors: &'a BTreeMap<String, Uuid>,
    /// The keys of the root that are refused.
    refused: BTreeSet<String>,
}

impl Oracle {
    /// Knows the answers to `caller`, where there are `rows` and `roles`, in UTC at the time of all
    /// tests, with fiscal years from January.
    #[must_use]
    pub fn new(model: Model, rows: Rows, roles: Vec<Role>, caller: Caller) -> Self {
        let lens = Lens::of(&rows, &roles, &caller);
        let everything = Lens::of_everything(&rows);
        let mut oracle = Self {
            model,
            rows,
            roles,
            calendar: Calendar {
                zone: Tz::UTC,
                fiscal_start: 1,
                now: TestApp::now(),
            },
            caller,
            lens,
            everything,
        };
        oracle.turn_to(oracle.caller.clone());
        oracle
    }

    /// From now on `caller` asks. A user has the roles of the caller from now on.
    pub fn turn_to(&mut self, caller: Caller) {
        if let Some(user) = caller.user {
            let roles = Json::from(caller.roles.clone());
            self.rows.set("user", user, "roles", Cell::Json(roles));
        }
        self.caller = caller;
        self.lens = Lens::of(&self.rows, &self.roles, &self.caller);
    }

    /// Works out anew what the caller sees, after rows were changed.
    pub fn look_again(&mut self) {
        self.lens = Lens::of(&self.rows, &self.roles, &self.caller);
        self.everything = Lens::of_everything(&self.rows);
    }

    /// The `data` of the answer to `document`, with its keys in order. A cursor stands as the text
    /// of [`cursor_of`]; `cursors` says to which row each cursor among the arguments belongs.
    ///
    /// # Panics
    ///
    /// When the document is not valid.
    #[must_use]
    pub fn answer(
        &self,
        document: &str,
        variables: &Map<String, Json>,
        cursors: &BTreeMap<String, Uuid>,
    ) -> Json {
        let document = parse_query(document).expect("the document can be parsed");
        let execution = self.execution(&document, variables, cursors);
        let set = &operation_of(&document).selection_set.node;
        let data = execution.execute_selection_sets(&Object::Query, &[set]);
        data.unwrap_or(Json::Null)
    }

    fn execution<'a>(
        &'a self,
        document: &'a ExecutableDocument,
        variables: &Map<String, Json>,
        cursors: &'a BTreeMap<String, Uuid>,
    ) -> Execution<'a> {
        let mut execution = Execution {
            oracle: self,
            document,
            variables: values::coerce_variables(operation_of(document), variables),
            cursors,
            refused: BTreeSet::new(),
        };
        execution.refused = execution.refused_keys();
        execution
    }
}

fn operation_of(document: &ExecutableDocument) -> &OperationDefinition {
    match &document.operations {
        DocumentOperations::Single(operation) => &operation.node,
        DocumentOperations::Multiple(operations) => {
            let operation = operations.values().next();
            &operation.expect("there is an operation").node
        }
    }
}
