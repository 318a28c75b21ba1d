//! From a selection to one SQL statement that returns the finished JSON.
//!
//! Every nested row and list is a correlated scalar subquery, in the same shape for both databases;
//! a dialect says how values become JSON. Row scopes and masks belong here and nowhere else.

mod band;
mod change;
mod condition;
mod external;
mod feed;
mod feedback_loop;
mod group;
mod handover;
mod history;
mod list;
mod logged;
mod mask;
mod measure;
mod order;
mod page;
mod period;
mod relation;
mod replay;
mod row;
mod scope;
mod source;
mod test;
mod theme;
mod transition;
mod unchanged;

pub(super) use feed::{Candidates, Past};

use std::collections::BTreeMap;

use sea_orm::Value;
use uuid::Uuid;

use crate::{
    auth::{Reach, Viewer},
    calendar::Calendar,
    dataset::{Entity, Field, GlobalId},
    error::ApiError,
    views::{Scope, View, Word},
};

use super::{
    aggregate::Groups,
    dialect::Dialect,
    filter::Operand,
    selection::{Connection, NodeSelection},
};
use scope::{ALWAYS, not_deleted};

/// PostgreSQL's functions take 100 arguments: keys and values of a small object.
const MAX_SMALL_OBJECT: usize = 50;

/// What a list is nested in.
#[derive(Clone, Copy)]
enum Parent<'a> {
    /// Nothing: it is of all rows.
    All,
    /// A row: the field that the list is, and the row's table alias.
    Row(&'a Field, &'a str),
    /// A group, at `g`.
    Group(&'a Groups),
}

/// Compiles one statement, through the view of one viewer.
pub(super) struct Compiler<'v> {
    dialect: &'static dyn Dialect,
    view: &'v View,
    user: Option<Uuid>,
    may_write: bool,
    reach: &'v Reach,
    calendar: &'v Calendar,
    sql: String,
    values: Vec<Value>,
    /// The parameters that say who the viewer is, which every scope shares.
    shared: BTreeMap<Word, String>,
    /// Whether rows may be found by the scope that they are in.
    by_scope: bool,
    /// The number of the change before which rows are asked for, where that is not now: what ties them to others
    /// counts only where it was then as it is now.
    before: Option<String>,
    aliases: usize,
}

impl<'v> Compiler<'v> {
    /// A compiler for `dialect` and `viewer`.
    pub(super) fn new(
        dialect: &'static dyn Dialect,
        viewer: &'v Viewer,
        calendar: &'v Calendar,
    ) -> Self {
        Self {
            dialect,
            view: &viewer.view,
            user: viewer.user_id,
            may_write: viewer.may_write(),
            reach: &viewer.reach,
            calendar,
            sql: String::new(),
            values: Vec::new(),
            shared: BTreeMap::new(),
            by_scope: false,
            before: None,
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
        let page = self.connection(connection, Parent::All)?;
        self.sql = format!("SELECT {}", self.dialect.text(&page));
        Ok(())
    }

    /// For each row of `entity` with one of those ids: its id, and for each scope whether it is in it, as
    /// an array of truths. Rows that were deleted are told of where they count.
    pub(super) fn root_explanation(
        &mut self,
        entity: &Entity,
        ids: &[Uuid],
        scopes: &[&Scope],
        deleted_count: bool,
    ) -> Result<(), ApiError> {
        let alias = self.alias();
        let list = self.bind(self.dialect.id_list(ids));
        let mut truths = Vec::with_capacity(scopes.len());
        for scope in scopes {
            let condition = self.in_scope(entity, scope, &alias)?;
            let condition = condition.unwrap_or_else(|| ALWAYS.to_owned());
            truths.push(format!(
                "CASE WHEN {condition} THEN 'true' ELSE 'false' END"
            ));
        }
        if truths.is_empty() {
            truths.push("''".to_owned());
        }
        let truths = truths.join(" || ',' || ");
        let mut conditions = vec![self.dialect.listed(&format!("{alias}.\"id\""), &list)];
        if !deleted_count {
            conditions.extend(not_deleted(entity, &alias));
        }
        self.sql = format!(
            "SELECT {alias}.\"id\", '[' || {truths} || ']' FROM {}{}",
            condition::table(entity, &alias),
            condition::all(&conditions)
        );
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

    /// The parameter that says what `word` asks for, made where it is needed first.
    pub(super) fn bind_once(
        &mut self,
        word: Word,
        value: impl FnOnce(&dyn Dialect) -> Value,
    ) -> String {
        if let Some(known) = self.shared.get(&word) {
            return known.clone();
        }
        let bound = self.bind(value(self.dialect));
        self.shared.insert(word, bound.clone());
        bound
    }

    pub(super) fn bind_all(&mut self, values: &[Operand]) -> String {
        let placeholders: Vec<_> = values.iter().map(|value| self.bind(value)).collect();
        placeholders.join(", ")
    }
}
