//! A list as an object: its rows with their cursors, where the page lies, how many there are.

use std::collections::BTreeSet;

use crate::{dataset::Kind, error::ApiError};

use super::{
    super::{
        cursor::{self, Cursor},
        order::Piece,
        selection::{Connection, ConnectionPart, EdgePart, NodeSelection, Page, PageInfoPart},
    },
    Compiler, Parent,
    change::told_of,
    logged::logged_money,
    order::{Keys, ranked},
    page::{POSITION, Paged, READ},
    scope::NEVER,
};

/// An end of a page.
#[derive(Clone, Copy)]
pub(super) enum End {
    First,
    Last,
}

impl Compiler<'_> {
    /// A scalar subquery that gives a page of rows as an object.
    pub(super) fn connection(
        &mut self,
        connection: &Connection,
        parent: Parent<'_>,
    ) -> Result<String, ApiError> {
        self.refuse_masked_list(connection)?;
        let alias = self.alias();
        let paged = Paged::new(connection);
        let mut pairs = Vec::with_capacity(connection.parts.len());
        for (key, part) in &connection.parts {
            let value = match part {
                ConnectionPart::TypeName => format!("'{}Connection'", connection.entity.name),
                ConnectionPart::TotalCount => self.total_count(connection, parent)?,
                ConnectionPart::PageInfo(parts) => {
                    self.page_info(parts, connection, parent, &alias)?
                }
                ConnectionPart::Edges(parts) => {
                    let edge = self.edge(parts, connection, &alias)?;
                    paged.list(self.dialect, &edge, &alias)
                }
                ConnectionPart::Nodes(node) => {
                    let row = self.row(node, &alias, "")?;
                    paged.list(self.dialect, &format!("({row})"), &alias)
                }
            };
            pairs.push((key, value));
        }
        let object = self.small_object(pairs.into_iter())?;
        if !paged.reads_rows {
            return Ok(object);
        }
        let rows = self.rows(connection, parent, &paged)?;
        Ok(format!("(SELECT {object} FROM ({rows}) AS {alias})"))
    }

    /// The rows of a page, with the columns that the selection needs.
    pub(super) fn rows(
        &mut self,
        connection: &Connection,
        parent: Parent<'_>,
        paged: &Paged<'_>,
    ) -> Result<String, ApiError> {
        let Connection {
            entity,
            filter,
            order,
            page,
            ..
        } = connection;
        let mut source = self.source(entity, filter, parent)?;
        let alias = source.alias.clone();
        let keys = Keys::of(order);
        let expressions = self.key_expressions(&mut source, entity, order)?;
        for (bound, behind) in [(&page.after, true), (&page.before, false)] {
            if let Some(cursor) = bound {
                let side = (behind, false);
                let beyond = self.beyond(&keys, &expressions, &alias, cursor, side);
                source.conditions.push(beyond);
            }
        }
        let mut columns: Vec<_> = self
            .columns_of(connection, &keys)
            .into_iter()
            .map(|column| format!("{alias}.\"{column}\""))
            .collect();
        for (piece, expression) in keys.pieces.iter().zip(&expressions) {
            if piece.column.is_none() {
                columns.push(format!("{expression} AS {}", piece.name));
            }
        }
        let rows = format!(
            "SELECT {}{} ORDER BY {} LIMIT {}",
            columns.join(", "),
            source.sql(),
            keys.order(&expressions, &alias, page.backward),
            u64::from(page.limit) + u64::from(paged.looks_ahead)
        );
        if !paged.numbered {
            return Ok(rows);
        }
        Ok(format!(
            "SELECT r.*, row_number() OVER (ORDER BY {}) AS {POSITION}, count(*) OVER () AS {READ} \
             FROM ({rows}) AS r",
            keys.by_name("r", false)
        ))
    }

    pub(super) fn edge(
        &mut self,
        parts: &[(String, EdgePart)],
        connection: &Connection,
        alias: &str,
    ) -> Result<String, ApiError> {
        let mut pairs = Vec::with_capacity(parts.len());
        for (key, part) in parts {
            let value = match part {
                EdgePart::TypeName => format!("'{}Edge'", connection.entity.name),
                EdgePart::Cursor => self.cursor(connection, alias),
                EdgePart::Node(node) => format!("({})", self.row(node, alias, "")?),
            };
            pairs.push((key, value));
        }
        self.small_object(pairs.into_iter())
    }

    pub(super) fn cursor(&self, connection: &Connection, alias: &str) -> String {
        let Connection {
            entity,
            filter,
            order,
            ..
        } = connection;
        let keys = Keys::of(order);
        let mut values: Vec<_> = keys
            .pieces
            .iter()
            .map(|piece| {
                let key = format!("{alias}.\"{}\"", piece.name);
                match piece.piece {
                    Piece::Instant => self.dialect.instant(&key),
                    Piece::Rank => ranked(piece.field, &key).unwrap_or(key),
                    _ => key,
                }
            })
            .collect();
        values.push(self.dialect.hex_id(&format!("{alias}.\"id\"")));
        let mark = cursor::mark(entity, filter, order);
        self.dialect.cursor(&mark, &values.join(", "))
    }

    pub(super) fn page_info(
        &mut self,
        parts: &[(String, PageInfoPart)],
        connection: &Connection,
        parent: Parent<'_>,
        alias: &str,
    ) -> Result<String, ApiError> {
        let page = &connection.page;
        let more = format!("count(*) > {}", page.limit);
        let mut pairs = Vec::with_capacity(parts.len());
        for (key, part) in parts {
            let value = match part {
                PageInfoPart::TypeName => "'PageInfo'".to_owned(),
                PageInfoPart::HasNextPage if page.backward => {
                    self.lies_beyond(connection, parent, page.before.as_ref(), true)?
                }
                PageInfoPart::HasPreviousPage if !page.backward => {
                    self.lies_beyond(connection, parent, page.after.as_ref(), false)?
                }
                PageInfoPart::HasNextPage | PageInfoPart::HasPreviousPage => {
                    self.dialect.truth(&more)
                }
                PageInfoPart::StartCursor => self.cursor_at(connection, alias, End::First),
                PageInfoPart::EndCursor => self.cursor_at(connection, alias, End::Last),
            };
            pairs.push((key, value));
        }
        self.small_object(pairs.into_iter())
    }

    /// The cursor of the row at that end of the page.
    pub(super) fn cursor_at(&self, connection: &Connection, alias: &str, end: End) -> String {
        let Page {
            limit, backward, ..
        } = connection.page;
        let position = match (end, backward) {
            // The row that is read to look ahead is not on the page.
            _ if limit == 0 => "0".to_owned(),
            (End::First, false) => "1".to_owned(),
            (End::First, true) => {
                format!("CASE WHEN {alias}.{READ} > {limit} THEN 2 ELSE 1 END")
            }
            (End::Last, false) => {
                format!("CASE WHEN {alias}.{READ} > {limit} THEN {limit} ELSE {alias}.{READ} END")
            }
            (End::Last, true) => format!("{alias}.{READ}"),
        };
        let cursor = self.cursor(connection, alias);
        format!("max(CASE WHEN {alias}.{POSITION} = {position} THEN {cursor} END)")
    }

    /// Whether there is a row at the cursor or on its other side.
    fn lies_beyond(
        &mut self,
        connection: &Connection,
        parent: Parent<'_>,
        cursor: Option<&Cursor>,
        behind: bool,
    ) -> Result<String, ApiError> {
        let Some(cursor) = cursor else {
            return Ok(self.dialect.truth(NEVER));
        };
        let Connection {
            entity,
            filter,
            order,
            ..
        } = connection;
        let mut source = self.source(entity, filter, parent)?;
        let expressions = self.key_expressions(&mut source, entity, order)?;
        let (keys, side) = (Keys::of(order), (behind, true));
        let beyond = self.beyond(&keys, &expressions, &source.alias, cursor, side);
        source.conditions.push(beyond);
        Ok(self.dialect.truth(&source.exists()))
    }

    fn total_count(
        &mut self,
        connection: &Connection,
        parent: Parent<'_>,
    ) -> Result<String, ApiError> {
        let Connection { entity, filter, .. } = connection;
        let source = match parent {
            Parent::All => self.all_rows(entity, filter)?,
            nested => self.source(entity, filter, nested)?,
        };
        Ok(format!("(SELECT count(*){})", source.sql()))
    }

    /// The columns that the rows of a page must carry.
    fn columns_of(&self, connection: &Connection, keys: &Keys) -> BTreeSet<&'static str> {
        let entity = connection.entity;
        let mut columns: BTreeSet<_> = keys.pieces.iter().filter_map(|key| key.column).collect();
        columns.insert("id");
        for field in connection.nodes().flat_map(NodeSelection::declared) {
            columns.extend(field.kind.columns());
            columns.extend(self.columns_of_mask(field, entity));
            if matches!(field.kind, Kind::History) {
                columns.extend(logged_money(entity));
                columns.extend(told_of(entity).map(|(column, _)| column));
            }
            if matches!(field.kind, Kind::AllowedTransitions) {
                columns.extend(self.columns_of_steps(entity));
            }
        }
        columns
    }
}
