//! What a page needs of its rows, so that it costs no more than what was asked for.

use super::super::{
    dialect::Dialect,
    selection::{Connection, ConnectionPart, Page, PageInfoPart},
};

/// Where a row lies on its page, beside the columns of the row: a name that none of them can have.
pub(super) const POSITION: &str = "\"#position\"";
/// How many rows were read for the page, as [`POSITION`].
pub(super) const READ: &str = "\"#read\"";

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
        let position = self.numbered.then(|| format!("{alias}.{POSITION}"));
        let only = self.looks_ahead.then(|| {
            if self.page.backward {
                format!("{alias}.{POSITION} > {alias}.{READ} - {}", self.page.limit)
            } else {
                format!("{alias}.{POSITION} <= {}", self.page.limit)
            }
        });
        dialect.list(value, position.as_deref(), only.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dataset::dataset;

    #[test]
    fn whatever_a_column_is_called_a_page_gives_its_rows_nothing_of_that_name() {
        let given = [POSITION, READ].map(|name| name.trim_matches('"'));
        for name in given {
            // Columns are named by fields in Rust.
            assert!(!name.starts_with(|first: char| first == '_' || first.is_alphabetic()));
        }
        for entity in dataset().entities() {
            let mut columns = entity.fields.iter().flat_map(|field| field.kind.columns());
            assert!(
                columns.all(|column| !given.contains(&column)),
                "{}",
                entity.name
            );
        }
    }
}
