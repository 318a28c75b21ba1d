//! Statements of the change feed: the changes of rows that the viewer sees, and which rows they saw before.

use std::collections::BTreeMap;

use sea_orm::Value;

use crate::{
    dataset::{Entity, Path, RowTest},
    error::ApiError,
    views::{Scope, Word},
};

use super::{
    super::change::ChangeSelection,
    Compiler,
    condition::table,
    logged::Logged,
    scope::{NEVER, not_deleted},
};

/// Changes of rows of one entity that may be told, and how.
pub(in crate::reader) struct Candidates<'a> {
    /// What the rows are.
    pub(in crate::reader) entity: &'static Entity,
    /// A JSON array of `[number, cursor, nouns that it also affects]`.
    pub(in crate::reader) items: String,
    /// What to read of each.
    pub(in crate::reader) selections: &'a [ChangeSelection],
    /// Of those rows, only those in this scope as well.
    pub(in crate::reader) within: Option<&'a Scope>,
    /// Whether who did it is asked for apart from what is selected.
    pub(in crate::reader) actors: bool,
    /// Whether the names of the fields that changed are.
    pub(in crate::reader) fields: bool,
}

/// Rows of one entity as they were.
pub(in crate::reader) struct Past<'a> {
    /// What the rows are.
    pub(in crate::reader) entity: &'static Entity,
    /// A JSON array of `[number of the change, id, what columns were, "t"]` where it was not deleted; null in
    /// place of the last where that is as now.
    pub(in crate::reader) items: String,
    /// Only rows in all of these scopes.
    pub(in crate::reader) scopes: Vec<&'a Scope>,
}

/// What a column of a scope holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Holds {
    /// Anything: one asks only whether it is there.
    Something,
    Text,
    Json,
    Id,
}

impl Compiler<'_> {
    /// The changes of rows that the viewer sees, as an array of objects: `s` is the number, `c` has the
    /// selections; `a` is who did it, and `f` are the fields, where they are asked for.
    pub(in crate::reader) fn root_changes(
        &mut self,
        candidates: &[Candidates<'_>],
    ) -> Result<(), ApiError> {
        let mut arms = Vec::with_capacity(candidates.len());
        for of_entity in candidates {
            arms.push(self.changes(of_entity)?);
        }
        self.in_order(&arms, &self.dialect.still_json("r.j"));
        Ok(())
    }

    fn changes(&mut self, candidates: &Candidates<'_>) -> Result<String, ApiError> {
        let entity = candidates.entity;
        let items = self.bind(Value::from(candidates.items.clone()));
        let (c, t) = (self.alias(), self.alias());
        let logged = Logged {
            entity,
            c: &c,
            t: &t,
        };
        let number = self.dialect.integer_of(&self.dialect.item_text(0));
        let mut selected = Vec::with_capacity(candidates.selections.len());
        for selection in candidates.selections {
            selected.push(self.change(selection, logged)?);
        }
        let selected = format!("{}({})", self.dialect.array_function(), selected.join(", "));
        let mut pairs = vec![
            ("s".to_owned(), format!("{c}.\"seq\"")),
            ("c".to_owned(), selected),
        ];
        if candidates.actors {
            pairs.push(("a".to_owned(), self.actor_id(logged)?));
        }
        if candidates.fields {
            pairs.push(("f".to_owned(), self.changed_names(logged)?));
        }
        let object = self.small_object(pairs.iter().map(|(key, value)| (key, value.clone())))?;
        let mut conditions = vec![format!("{c}.\"entity\" = '{}'", entity.table)];
        conditions.extend(self.visible(entity, &t)?);
        if let Some(scope) = candidates.within {
            conditions.extend(self.in_scope(entity, scope, &t)?);
        }
        Ok(format!(
            "SELECT {c}.\"seq\" AS s, {object} AS j FROM {} JOIN \"change\" AS {c} \
             ON {c}.\"seq\" = {number} JOIN {} ON {t}.\"id\" = {c}.\"entity_id\" WHERE {}",
            self.dialect.items(&items),
            table(entity, &t),
            conditions.join(" AND ")
        ))
    }

    /// The numbers of the changes before which the viewer saw the row, as an array.
    pub(in crate::reader) fn root_past(&mut self, past: &[Past<'_>]) -> Result<(), ApiError> {
        let mut arms = Vec::with_capacity(past.len());
        for of_entity in past {
            arms.push(self.past(of_entity)?);
        }
        self.in_order(&arms, "r.s");
        Ok(())
    }

    fn past(&mut self, past: &Past<'_>) -> Result<String, ApiError> {
        let (entity, dialect) = (past.entity, self.dialect);
        let items = self.bind(Value::from(past.items.clone()));
        let (now, then) = (self.alias(), self.alias());
        let mut columns = vec![
            format!("{} AS s", dialect.integer_of(&dialect.item_text(0))),
            format!("{now}.\"id\""),
        ];
        for (column, holds) in columns_of(entity, &past.scopes) {
            if column == "id" {
                continue;
            }
            let value = column_then(dialect, &now, column, holds);
            columns.push(format!("{value} AS \"{column}\""));
        }
        let there = dialect.item_text(3);
        let there = not_deleted(entity, &now)
            .map(|there_now| format!("coalesce({there} = 't', {there_now})"));
        let id = dialect.uuid_of(&dialect.item_text(1));
        let rows = format!(
            "SELECT {} FROM {} JOIN {} ON {now}.\"id\" = {id}{}",
            columns.join(", "),
            dialect.items(&items),
            table(entity, &now),
            there
                .map(|there| format!(" WHERE {there}"))
                .unwrap_or_default()
        );
        let mut conditions = Vec::new();
        self.before = Some(format!("{then}.s"));
        for scope in &past.scopes {
            if scope.is_none() {
                conditions.push(NEVER.to_owned());
            }
            conditions.extend(self.in_scope(entity, scope, &then)?);
        }
        self.before = None;
        Ok(format!(
            "SELECT {then}.s AS s FROM ({rows}) AS {then}{}",
            super::condition::all(&conditions)
        ))
    }

    /// One array of `value` of what the arms give, `r`, by their numbers, `s`.
    fn in_order(&mut self, arms: &[String], value: &str) {
        let list = self.dialect.list(value, Some("r.s"), None);
        let list = self.dialect.text(&list);
        self.sql = format!("SELECT {list} FROM ({}) AS r", arms.join(" UNION ALL "));
    }
}

/// What `column` of the row at `now` was: what the item at `e` says, or what it is.
fn column_then(
    dialect: &dyn super::super::dialect::Dialect,
    now: &str,
    column: &str,
    holds: Holds,
) -> String {
    let (said, is) = (dialect.item_field(2, column), format!("{now}.\"{column}\""));
    let has = dialect.item_has(2, column);
    let (said, is) = match holds {
        Holds::Id => (dialect.uuid_of(&said), is),
        Holds::Json => (dialect.item_field_json(2, column), is),
        Holds::Text => (said, is),
        Holds::Something => (said, dialect.integer_text(&is)),
    };
    format!("CASE WHEN {has} THEN {said} ELSE {is} END")
}

/// The columns of a row that say whether it is in the scopes, with what they hold.
fn columns_of(entity: &'static Entity, scopes: &[&Scope]) -> BTreeMap<&'static str, Holds> {
    let mut columns = BTreeMap::new();
    let terms = scopes.iter().flat_map(|scope| scope.terms());
    for word in terms.flat_map(|term| &term.words) {
        for column in entity.ties.columns(*word) {
            let holds = match word {
                Word::Own | Word::Team | Word::Territory | Word::TeamTerritory | Word::Parent => {
                    Holds::Id
                }
                _ => {
                    let test = entity.ties.test(*word);
                    test.map_or(Holds::Something, |test| of_test(test, column))
                }
            };
            let known = columns.entry(column).or_insert(holds);
            *known = holds.max(*known);
        }
    }
    columns
}

/// What `column`, at which the test looks, holds.
fn of_test(test: &RowTest, column: &str) -> Holds {
    match test {
        RowTest::All(tests) => {
            let looking = tests.iter().filter(|test| test.columns().contains(&column));
            let holds = looking.map(|test| of_test(test, column));
            holds.max().unwrap_or(Holds::Something)
        }
        RowTest::Seen(rows) if rows.iter().all(|about| about.column != column) => Holds::Text,
        RowTest::Absent(_) => Holds::Something,
        RowTest::Is(..) | RowTest::IsNot(..) => Holds::Text,
        RowTest::Lists { .. } => Holds::Json,
        RowTest::Seen(_) | RowTest::Mine(Path { .. }) | RowTest::SomeMine { .. } => Holds::Id,
    }
}
