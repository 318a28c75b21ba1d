//! The history of a row as an object: a page of its changes, latest first.

use crate::{dataset::Entity, error::ApiError};

use super::{
    super::{
        change::{ChangeEdgePart, History, HistoryPart, MARK},
        selection::PageInfoPart,
    },
    Compiler,
    change::NO_CHANGE,
    logged::Logged,
    scope::NEVER,
};

impl Compiler<'_> {
    /// A scalar subquery that gives a page of what was done to the row at `alias`.
    pub(super) fn history(
        &mut self,
        history: &History,
        entity: &'static Entity,
        alias: &str,
    ) -> Result<String, ApiError> {
        let c = self.alias();
        let logged = Logged {
            entity,
            c: &c,
            t: alias,
        };
        let (position, limit) = (format!("{c}.position"), history.limit);
        let only = format!("{position} <= {limit}");
        let mut pairs = Vec::with_capacity(history.parts.len());
        let mut reads_changes = false;
        for (key, part) in &history.parts {
            let item = match part {
                HistoryPart::TypeName => {
                    pairs.push((key, "'HistoryConnection'".to_owned()));
                    continue;
                }
                HistoryPart::PageInfo(parts) => {
                    let (value, reads) = self.history_page(parts, history, logged)?;
                    reads_changes |= reads;
                    pairs.push((key, value));
                    continue;
                }
                HistoryPart::Nodes(selection) => self.change(selection, logged)?,
                HistoryPart::Edges(parts) => self.history_edge(parts, logged)?,
            };
            reads_changes = true;
            pairs.push((key, self.dialect.list(&item, Some(&position), Some(&only))));
        }
        let object = self.small_object(pairs.into_iter())?;
        if !reads_changes {
            return Ok(object);
        }
        let before = history
            .before
            .map(|before| format!(" AND \"seq\" < {before}"));
        let changes = of_row(entity, alias, &before.unwrap_or_default());
        Ok(format!(
            "(SELECT {object} FROM (SELECT r.*, row_number() OVER (ORDER BY r.\"seq\" DESC) AS position, \
             count(*) OVER () AS read FROM (SELECT * {changes} ORDER BY \"seq\" DESC LIMIT {}) AS r) AS {c})",
            u64::from(limit) + 1
        ))
    }

    fn history_edge(
        &mut self,
        parts: &[(String, ChangeEdgePart)],
        logged: Logged<'_>,
    ) -> Result<String, ApiError> {
        let mut pairs = Vec::with_capacity(parts.len());
        for (key, part) in parts {
            let value = match part {
                ChangeEdgePart::TypeName => "'HistoryEdge'".to_owned(),
                ChangeEdgePart::Cursor => self.history_cursor(logged.c),
                ChangeEdgePart::Node(selection) => self.change(selection, logged)?,
            };
            pairs.push((key, value));
        }
        self.small_object(pairs.into_iter())
    }

    fn history_cursor(&self, c: &str) -> String {
        let number = self.dialect.integer_text(&format!("{c}.\"seq\""));
        format!("'{MARK}' || {number}")
    }

    /// Where the page lies, and whether that is seen by its changes.
    fn history_page(
        &mut self,
        parts: &[(String, PageInfoPart)],
        history: &History,
        Logged { entity, c, t }: Logged<'_>,
    ) -> Result<(String, bool), ApiError> {
        let limit = history.limit;
        let cursor = self.history_cursor(c);
        let at = |place: String| format!("max(CASE WHEN {c}.position = {place} THEN {cursor} END)");
        let (mut pairs, mut reads) = (Vec::with_capacity(parts.len()), false);
        for (key, part) in parts {
            reads |= !matches!(part, PageInfoPart::TypeName | PageInfoPart::HasPreviousPage);
            let value = match part {
                PageInfoPart::TypeName => "'PageInfo'".to_owned(),
                PageInfoPart::HasNextPage => self.dialect.truth(&format!("count(*) > {limit}")),
                PageInfoPart::HasPreviousPage => {
                    let later = history.before.map(|before| {
                        let later = format!(" AND \"seq\" >= {before}");
                        format!("EXISTS (SELECT 1 {})", of_row(entity, t, &later))
                    });
                    self.dialect
                        .truth(&later.unwrap_or_else(|| NEVER.to_owned()))
                }
                // The change that is read to look ahead is not on the page.
                PageInfoPart::StartCursor => at(u8::from(limit > 0).to_string()),
                PageInfoPart::EndCursor => at(format!(
                    "CASE WHEN {c}.read > {limit} THEN {limit} ELSE {c}.read END"
                )),
            };
            pairs.push((key, value));
        }
        Ok((self.small_object(pairs.into_iter())?, reads))
    }
}

/// The changes of the row of `entity` at `alias`.
fn of_row(entity: &Entity, alias: &str, also: &str) -> String {
    format!(
        "FROM \"change\" WHERE \"entity\" = '{}' AND \"entity_id\" = {alias}.\"id\" \
         AND \"kind\" NOT IN {NO_CHANGE}{also}",
        entity.table
    )
}
