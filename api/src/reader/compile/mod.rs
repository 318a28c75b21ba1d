//! From a selection to one SQL statement that returns the finished JSON.
//!
//! Every nested row and list is a correlated scalar subquery, in the same shape for both databases;
//! a dialect says how values become JSON. Row scopes and masks belong here and nowhere else.

mod condition;
mod list;
mod page;
mod row;

use sea_orm::Value;
use uuid::Uuid;

use crate::{
    dataset::{Field, GlobalId},
    error::ApiError,
};

use super::{
    dialect::Dialect,
    filter::Operand,
    selection::{Connection, NodeSelection},
};

/// PostgreSQL's functions take 100 arguments: keys and values of a small object.
const MAX_SMALL_OBJECT: usize = 50;

/// What ties a list to the row that it is nested in: the field and the row's table alias.
type Parent<'a> = Option<(&'a Field, &'a str)>;

/// Compiles one statement.
pub(super) struct Compiler {
    dialect: &'static dyn Dialect,
    sql: String,
    values: Vec<Value>,
    aliases: usize,
}

impl Compiler {
    /// A compiler for `dialect`.
    pub(super) fn new(dialect: &'static dyn Dialect) -> Self {
        Self {
            dialect,
            sql: String::new(),
            values: Vec::new(),
            aliases: 0,
        }
    }

    /// The statement and its parameters.
    pub(super) fn finish(self) -> (String, Vec<Value>) {
        (self.sql, self.values)
    }

    /// The row of `entity` with that id.
    pub(super) fn root_node(&mut self, id: Uuid, node: &NodeSelection) -> Result<(), ApiError> {
        let id = self.bind(id);
        let row = self.row_by_id(node, &id)?;
        self.sql = format!("SELECT {}", self.dialect.text(&format!("({row})")));
        Ok(())
    }

    /// The rows of those ids as an array in their order, null for what is not there.
    pub(super) fn root_nodes(
        &mut self,
        ids: &[Option<(GlobalId, NodeSelection)>],
    ) -> Result<(), ApiError> {
        let mut arms = Vec::with_capacity(ids.len());
        for (position, id) in ids.iter().enumerate() {
            let json = match id {
                Some((global, node)) => {
                    let id = self.bind(global.id);
                    format!("({})", self.row_by_id(node, &id)?)
                }
                None => self.dialect.null().to_owned(),
            };
            arms.push(format!("SELECT {position} AS i, {json} AS j"));
        }
        let list = self
            .dialect
            .list(&self.dialect.still_json("r.j"), Some("r.i"), None);
        let list = self.dialect.text(&list);
        self.sql = format!("SELECT {list} FROM ({}) AS r", arms.join(" UNION ALL "));
        Ok(())
    }

    /// A page of rows.
    pub(super) fn root_connection(&mut self, connection: &Connection) -> Result<(), ApiError> {
        let page = self.connection(connection, None)?;
        self.sql = format!("SELECT {}", self.dialect.text(&page));
        Ok(())
    }

    /// An object of few keys, also over aggregates.
    pub(super) fn small_object<'k>(
        &self,
        pairs: impl ExactSizeIterator<Item = (&'k String, String)>,
    ) -> Result<String, ApiError> {
        if pairs.len() > MAX_SMALL_OBJECT {
            return Err(ApiError::validation(
                "query",
                format!(
                    "at most {MAX_SMALL_OBJECT} selections in a connection, an edge, pageInfo or Money"
                ),
            ));
        }
        let pairs: Vec<_> = pairs
            .map(|(key, value)| format!("'{key}', {value}"))
            .collect();
        Ok(format!(
            "{}({})",
            self.dialect.object_function(),
            pairs.join(", ")
        ))
    }

    pub(super) fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("t{}", self.aliases)
    }

    pub(super) fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        self.dialect.placeholder(self.values.len())
    }

    pub(super) fn bind_all(&mut self, values: &[Operand]) -> String {
        let placeholders: Vec<_> = values.iter().map(|value| self.bind(value)).collect();
        placeholders.join(", ")
    }
}
