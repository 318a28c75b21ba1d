//! What a page needs of its rows, so that it costs no more than what was asked for.

use super::super::{
    dialect::Dialect,
    selection::{Connection, ConnectionPart, Page, PageInfoPart},
};

/// What a page needs besides its rows.
pub(super) struct Paged<'a> {
    pub(super) page: &'a Page,
    /// Whether rows are read at all; a count alone needs none.
    pub(super) reads_rows: bool,
    /// Whether a row beyond the page is read, to see that there is one.
    pub(super) looks_ahead: bool,
    /// Whether rows carry their position.
    pub(super) numbered: bool,
}

impl<'a> Paged<'a> {
    pub(super) fn new(connection: &'a Connection) -> Self {
        let page = &connection.page;
        let (mut reads_rows, mut looks_ahead, mut cursors) = (false, false, false);
        for (_, part) in &connection.parts {
            match part {
                ConnectionPart::Edges(_) | ConnectionPart::Nodes(_) => reads_rows = true,
                ConnectionPart::PageInfo(parts) => {
                    for (_, part) in parts {
                        match part {
                            PageInfoPart::HasNextPage => looks_ahead |= !page.backward,
                            PageInfoPart::HasPreviousPage => looks_ahead |= page.backward,
                            PageInfoPart::StartCursor | PageInfoPart::EndCursor => cursors = true,
                            PageInfoPart::TypeName => {}
                        }
                    }
                }
                ConnectionPart::TypeName | ConnectionPart::TotalCount => {}
            }
        }
        let numbered = page.backward || looks_ahead || cursors;
        // An object without any aggregate over the rows would come once for each of them.
        reads_rows |= looks_ahead || cursors;
        Self {
            page,
            reads_rows,
            looks_ahead,
            numbered,
        }
    }

    /// `value` of each row of the page, in the list's order.
    pub(super) fn list(&self, dialect: &dyn Dialect, value: &str, alias: &str) -> String {
        let position = self.numbered.then(|| format!("{alias}.position"));
        let only = self.looks_ahead.then(|| {
            if self.page.backward {
                format!("{alias}.position > {alias}.read - {}", self.page.limit)
            } else {
                format!("{alias}.position <= {}", self.page.limit)
            }
        });
        dialect.list(value, position.as_deref(), only.as_deref())
    }
}
