//! Row scopes as conditions: whose a row is, where it lies, and what else a word asks.
//!
//! A list is walked in its order until the page is full, and a scope only says which rows count. It must
//! not be what rows are found by: a planner that collects all rows of a scope, or all accounts of a
//! territory, to show fifty of them was measured at up to 170 times the page. So SQLite is kept from
//! looking a scope's columns up ([`super::Dialect::unindexed`]), and a related row is a scalar subquery,
//! which both databases look up by its id for each row that they walk over. Only a count of all rows of
//! a scope may find them the other way.

use crate::{
    dataset::{About, Entity, Path, RowTest, dataset},
    error::ApiError,
    views::{Scope, Term, Word},
};

use super::{Compiler, condition::table};

/// A condition that holds for no row.
pub(super) const NEVER: &str = "1 = 0";
/// A condition that holds for every row.
pub(super) const ALWAYS: &str = "1 = 1";

impl Compiler<'_> {
    /// The conditions for the rows of `entity` that there are for the viewer to see.
    pub(super) fn visible(
        &mut self,
        entity: &Entity,
        alias: &str,
    ) -> Result<Vec<String>, ApiError> {
        let rows = &self.view.noun(entity.name).rows;
        let mut conditions: Vec<_> = not_deleted(entity, alias).into_iter().collect();
        conditions.extend(self.in_scope(entity, rows, alias)?);
        Ok(conditions)
    }

    /// The condition for the rows in `scope`; `None` where those are all.
    pub(super) fn in_scope(
        &mut self,
        entity: &Entity,
        scope: &Scope,
        alias: &str,
    ) -> Result<Option<String>, ApiError> {
        if scope.is_all() {
            return Ok(None);
        }
        let mut terms = Vec::with_capacity(scope.terms().len());
        for term in scope.terms() {
            terms.push(self.term(entity, term, alias)?);
        }
        Ok(Some(any(&terms)))
    }

    fn term(&mut self, entity: &Entity, term: &Term, alias: &str) -> Result<String, ApiError> {
        let mut words = Vec::with_capacity(term.words.len());
        for word in &term.words {
            words.push(match word {
                Word::Parent => self.parent(entity, term, alias)?,
                Word::Own | Word::Team => self.paths(&entity.ties.people, *word, alias)?,
                Word::Territory | Word::TeamTerritory => {
                    self.paths(&entity.ties.places, *word, alias)?
                }
                _ => match entity.ties.test(*word) {
                    Some(test) => self.row_test(test, alias)?,
                    None => NEVER.to_owned(),
                },
            });
        }
        Ok(words.join(" AND "))
    }

    /// Whether the row that this one is a part of is in the term's scope.
    fn parent(&mut self, entity: &Entity, term: &Term, alias: &str) -> Result<String, ApiError> {
        let (Some((column, target)), Some(rows)) = (entity.ties.part_of, &term.parent) else {
            return Ok(NEVER.to_owned());
        };
        let whole = dataset().target(target)?;
        let there = self.alias();
        let key = self.scoped(alias, column);
        let mut conditions = vec![format!("{there}.\"id\" = {key}")];
        conditions.extend(not_deleted(whole, &there));
        conditions.extend(self.in_scope(whole, rows, &there)?);
        conditions.extend(self.unchanged_for(whole, &there, &[rows]));
        Ok(self.some(whole, &there, &conditions))
    }

    fn paths(&mut self, paths: &[Path], word: Word, alias: &str) -> Result<String, ApiError> {
        let mut ways = Vec::with_capacity(paths.len());
        for path in paths {
            ways.push(self.path(&path.hops, path.column, word, alias)?);
        }
        Ok(any(&ways))
    }

    /// Whether what stands at the end of the way is what `word` asks for.
    fn path(
        &mut self,
        hops: &[(&'static str, &'static str)],
        column: &str,
        word: Word,
        alias: &str,
    ) -> Result<String, ApiError> {
        let Some(((key, target), rest)) = hops.split_first().filter(|_| self.by_scope) else {
            let value = self.at_end(hops, column, alias)?;
            return Ok(self.belongs_to_viewer(&value, word));
        };
        let target = dataset().target(target)?;
        let there = self.alias();
        let mut conditions = vec![format!("{there}.\"id\" = {alias}.\"{key}\"")];
        conditions.extend(not_deleted(target, &there));
        conditions.extend(self.unchanged(target, &there, &[next(rest, column)]));
        conditions.push(self.path(rest, column, word, &there)?);
        Ok(exists(target, &there, &conditions))
    }

    /// What stands at the end of the way.
    fn at_end(
        &mut self,
        hops: &[(&'static str, &'static str)],
        column: &str,
        alias: &str,
    ) -> Result<String, ApiError> {
        let Some(((key, target), rest)) = hops.split_first() else {
            return Ok(self.scoped(alias, column));
        };
        let target = dataset().target(target)?;
        let there = self.alias();
        let value = self.at_end(rest, column, &there)?;
        let mut conditions = vec![format!("{there}.\"id\" = {alias}.\"{key}\"")];
        conditions.extend(not_deleted(target, &there));
        conditions.extend(self.unchanged(target, &there, &[next(rest, column)]));
        let (table, conditions) = (table(target, &there), conditions.join(" AND "));
        Ok(format!("(SELECT {value} FROM {table} WHERE {conditions})"))
    }

    /// That there is a row of `entity` for which the conditions hold, looked for once for each row that
    /// is walked over.
    fn some(&self, entity: &Entity, alias: &str, conditions: &[String]) -> String {
        if self.by_scope {
            return exists(entity, alias, conditions);
        }
        let (table, conditions) = (table(entity, alias), conditions.join(" AND "));
        format!("(SELECT 1 FROM {table} WHERE {conditions} LIMIT 1) = 1")
    }

    /// Whether the viewer sees the row that this one is about, and what is told of it.
    fn sees(&mut self, about: &About, alias: &str) -> Result<String, ApiError> {
        let target = dataset().target(about.target)?;
        let view = self.view.noun(target.name);
        let there = self.alias();
        let key = self.scoped(alias, about.column);
        let mut conditions = vec![format!("{there}.\"id\" = {key}")];
        conditions.extend(self.visible(target, &there)?);
        let mut told = vec![&view.rows];
        let masked = about
            .tells
            .iter()
            .filter_map(|field| view.masked.get(field));
        for masked in masked {
            if !told.contains(&&masked.clear) {
                told.push(&masked.clear);
                let clear = self.in_scope(target, &masked.clear, &there)?;
                conditions.extend(clear.map(|clear| self.where_told(about, alias, clear)));
            }
        }
        conditions.extend(self.unchanged_for(target, &there, &told));
        let seen = self.some(target, &there, &conditions);
        Ok(if about.none_tells && !view.rows.is_all() {
            seen
        } else {
            format!("({key} IS NULL OR {seen})")
        })
    }

    /// That what is told is clear, in rows that tell it.
    fn where_told(&self, about: &About, alias: &str, clear: String) -> String {
        match &about.tells_where {
            Some((column, value)) => {
                let column = self.scoped(alias, column);
                format!("({column} <> '{value}' OR {clear})")
            }
            None => clear,
        }
    }

    /// A column of a row whose scope is asked for.
    fn scoped(&self, alias: &str, column: &str) -> String {
        let column = format!("{alias}.\"{column}\"");
        if self.by_scope {
            column
        } else {
            self.dialect.unindexed(&column)
        }
    }

    /// The condition that `column` is the viewer.
    pub(super) fn is_viewer(&mut self, column: &str) -> String {
        self.belongs_to_viewer(column, Word::Own)
    }

    fn belongs_to_viewer(&mut self, column: &str, word: Word) -> String {
        let reach = self.reach;
        let ids = match word {
            Word::Team => &reach.team,
            Word::Territory => &reach.territories,
            Word::TeamTerritory => &reach.team_territories,
            _ => {
                return match self.user {
                    Some(user) => format!("{column} = {}", self.bind_once(word, |_| user.into())),
                    None => NEVER.to_owned(),
                };
            }
        };
        if ids.is_empty() {
            return NEVER.to_owned();
        }
        let list = self.bind_once(word, |dialect| dialect.id_list(ids));
        self.dialect.listed(column, &list)
    }

    fn row_test(&mut self, test: &RowTest, alias: &str) -> Result<String, ApiError> {
        Ok(match test {
            RowTest::Absent(column) => format!("{} IS NULL", self.scoped(alias, column)),
            RowTest::Is(column, value) => format!("{} = '{value}'", self.scoped(alias, column)),
            RowTest::IsNot(column, value) => format!("{} <> '{value}'", self.scoped(alias, column)),
            RowTest::Lists { column, key, value } => {
                let column = self.scoped(alias, column);
                self.dialect.lists_object(&column, key, value)
            }
            RowTest::Seen(rows) => {
                let mut all = Vec::with_capacity(rows.len());
                for about in rows {
                    all.push(self.sees(about, alias)?);
                }
                all.join(" AND ")
            }
            RowTest::All(tests) => {
                let tests = tests.iter().map(|test| self.row_test(test, alias));
                tests.collect::<Result<Vec<_>, _>>()?.join(" AND ")
            }
            RowTest::Mine(path) => self.path(&path.hops, path.column, Word::Own, alias)?,
            RowTest::SomeMine {
                target,
                column,
                path,
            } => {
                let target = dataset().target(target)?;
                let there = self.alias();
                let mut conditions = vec![format!("{there}.\"{column}\" = {alias}.\"id\"")];
                conditions.extend(not_deleted(target, &there));
                conditions.extend(self.unchanged(target, &there, &[column, path.first()]));
                conditions.push(self.path(&path.hops, path.column, Word::Own, &there)?);
                self.some(target, &there, &conditions)
            }
        })
    }
}

/// The column that a way goes on by, or that stands at its end.
fn next<'c>(rest: &[(&'c str, &'static str)], column: &'c str) -> &'c str {
    rest.first().map_or(column, |(key, _)| key)
}

/// The condition that a row was not deleted, where rows can be.
pub(super) fn not_deleted(entity: &Entity, alias: &str) -> Option<String> {
    let condition = || format!("{alias}.\"deleted_at\" IS NULL");
    entity.soft_delete.then(condition)
}

/// That there is a row of `entity` for which the conditions hold.
pub(super) fn exists(entity: &Entity, alias: &str, conditions: &[String]) -> String {
    let (table, conditions) = (table(entity, alias), conditions.join(" AND "));
    format!("EXISTS (SELECT 1 FROM {table} WHERE {conditions})")
}

/// That one of the conditions holds, of which there may be none.
pub(super) fn any(conditions: &[String]) -> String {
    match conditions {
        [] => NEVER.to_owned(),
        [only] => only.clone(),
        several => {
            let each = several.iter().map(|condition| format!("({condition})"));
            format!("({})", each.collect::<Vec<_>>().join(" OR "))
        }
    }
}
