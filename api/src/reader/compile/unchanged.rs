//! Rows that others are seen by way of, where it is asked what somebody saw before a change.
//!
//! Of the row itself the change log says what it was. Those that it leads to are looked at as they are now, and that
//! would tell of a row that was never the viewer's: it lies today where they see it, and was deleted before. So a row on
//! the way counts only where nothing has changed in it since that matters for the way.

use sea_orm::ActiveEnum;

use entity::change::ChangeKind;

use crate::{
    dataset::Entity,
    views::{Scope, Word},
};

use super::Compiler;

impl Compiler<'_> {
    /// The condition that `columns` of the row at `alias` were, before the change that is asked about, what they are
    /// now, and that it was there. `None` where it is asked about now.
    pub(super) fn unchanged(
        &mut self,
        entity: &Entity,
        alias: &str,
        columns: &[&str],
    ) -> Option<String> {
        let before = self.before.clone()?;
        let since = self.alias();
        let fields = format!("{since}.\"fields\"");
        let mut ways = vec![format!(
            "{since}.\"kind\" <> '{}'",
            ChangeKind::Updated.to_value()
        )];
        let changed = columns
            .iter()
            .map(|column| self.dialect.has_logged(&fields, &format!("'{column}'")));
        ways.extend(changed);
        Some(format!(
            "NOT EXISTS (SELECT 1 FROM \"change\" AS {since} WHERE {since}.\"entity\" = '{}' \
             AND {since}.\"entity_id\" = {alias}.\"id\" AND {since}.\"seq\" > {before} AND ({}))",
            entity.table,
            ways.join(" OR ")
        ))
    }

    /// As [`Self::unchanged`], of the columns that say whether the row is in one of `scopes`.
    pub(super) fn unchanged_for(
        &mut self,
        entity: &Entity,
        alias: &str,
        scopes: &[&Scope],
    ) -> Option<String> {
        let terms = scopes.iter().flat_map(|scope| scope.terms());
        let words = terms.flat_map(|term| &term.words);
        let columns: Vec<_> = words
            .flat_map(|word: &Word| entity.ties.columns(*word))
            .collect();
        self.unchanged(entity, alias, &columns)
    }
}
