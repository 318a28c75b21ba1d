//! From a selection to one SQL statement that returns the finished JSON.
//!
//! Every nested row and list is a correlated scalar subquery, in the same shape for both databases;
//! a dialect says how values become JSON. Row scopes and masks belong here and nowhere else.

use std::collections::BTreeSet;

use iso_currency::{Currency, IntoEnumIterator};
use sea_orm::Value;
use uuid::Uuid;

use crate::{
    dataset::{Direction, Entity, Field, GlobalId, Kind},
    error::ApiError,
};

use super::{
    cursor::{self, Cursor},
    dialect::Dialect,
    filter::{Condition, Filter, Test},
    selection::{
        Connection, ConnectionPart, EdgePart, MoneyPart, NodeField, NodeSelection, Page,
        PageInfoPart,
    },
};

/// PostgreSQL cuts a longer column alias, and an alias is a response key here.
const MAX_KEY_BYTES: usize = 63;
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

    fn row_by_id(&mut self, node: &NodeSelection, id: &str) -> Result<String, ApiError> {
        let alias = self.alias();
        let from = format!(
            " FROM {} WHERE {alias}.\"id\" = {id} AND {}",
            table(node.entity, &alias),
            visible(node.entity, &alias)
        );
        self.row(node, &alias, &from)
    }

    /// A statement that gives the row at `alias` as an object.
    fn row(&mut self, node: &NodeSelection, alias: &str, from: &str) -> Result<String, ApiError> {
        let mut pairs = Vec::with_capacity(node.fields.len());
        for (key, field) in &node.fields {
            if key.len() > MAX_KEY_BYTES {
                return Err(ApiError::validation(
                    key.as_str(),
                    format!("an alias has at most {MAX_KEY_BYTES} characters"),
                ));
            }
            let value = self.field(field, node.entity, alias)?;
            pairs.push(self.dialect.pair(key, &value));
        }
        let dialect = self.dialect;
        Ok(format!(
            "{}{}{}{from}{}",
            dialect.open_row(),
            pairs.join(", "),
            dialect.close_pairs(),
            dialect.close_row()
        ))
    }

    fn field(
        &mut self,
        field: &NodeField,
        entity: &Entity,
        alias: &str,
    ) -> Result<String, ApiError> {
        match field {
            NodeField::TypeName => Ok(format!("'{}'", entity.name)),
            NodeField::Scalar(field) => self.scalar(field, entity, alias),
            NodeField::Money(field, parts) => self.money(field, parts, alias),
            NodeField::ToOne(field, node) => {
                let Kind::ToOne { column, .. } = field.kind else {
                    return Err(misuse(field));
                };
                let row = self.row_by_id(node, &format!("{alias}.\"{column}\""))?;
                Ok(format!("({row})"))
            }
            NodeField::ToMany(field, connection) => {
                self.connection(connection, Some((field, alias)))
            }
        }
    }

    fn scalar(&self, field: &Field, entity: &Entity, alias: &str) -> Result<String, ApiError> {
        let at = |column: &str| format!("{alias}.\"{column}\"");
        Ok(match &field.kind {
            Kind::Id => self.dialect.global_id(entity.prefix, &at("id")),
            Kind::Text(column)
            | Kind::Int(column)
            | Kind::Day(column)
            | Kind::Choice(column, _) => at(column),
            Kind::Boolean(column) => self.dialect.boolean(&at(column)),
            Kind::Instant(column) => self.dialect.instant(&at(column)),
            Kind::Json(column) | Kind::Texts(column) => self.dialect.json(&at(column)),
            Kind::Reference { column, target } => {
                let prefix = target_of(target)?.prefix;
                self.dialect.global_id(prefix, &at(column))
            }
            Kind::Money { .. }
            | Kind::ToOne { .. }
            | Kind::ToMany { .. }
            | Kind::ToManyThrough { .. } => return Err(misuse(field)),
        })
    }

    fn money(
        &self,
        field: &Field,
        parts: &[(String, MoneyPart)],
        alias: &str,
    ) -> Result<String, ApiError> {
        let Kind::Money { minor, currency } = field.kind else {
            return Err(misuse(field));
        };
        let (minor, currency) = (
            format!("{alias}.\"{minor}\""),
            format!("{alias}.\"{currency}\""),
        );
        let pairs = parts.iter().map(|(key, part)| {
            let value = match part {
                MoneyPart::TypeName => "'Money'".to_owned(),
                MoneyPart::Amount => self.decimal(&minor, &currency),
                MoneyPart::Currency => currency.clone(),
                MoneyPart::MinorUnits => self.dialect.integer_text(&minor),
            };
            (key, value)
        });
        let object = self.small_object(pairs)?;
        Ok(format!("CASE WHEN {minor} IS NOT NULL THEN {object} END"))
    }

    /// Minor units as a decimal: with two digits behind the point, or as many as ISO 4217 says.
    fn decimal(&self, minor: &str, currency: &str) -> String {
        let mut arms = String::new();
        for digits in [0, 3, 4] {
            let codes: Vec<_> = Currency::iter()
                .filter(|currency| currency.exponent().unwrap_or(0) == digits)
                .map(|currency| format!("'{}'", currency.code()))
                .collect();
            if !codes.is_empty() {
                let decimal = self.dialect.decimal(minor, digits);
                arms += &format!(" WHEN {currency} IN ({}) THEN {decimal}", codes.join(", "));
            }
        }
        format!("CASE{arms} ELSE {} END", self.dialect.decimal(minor, 2))
    }

    /// A scalar subquery that gives a page of rows as an object.
    fn connection(
        &mut self,
        connection: &Connection,
        parent: Parent<'_>,
    ) -> Result<String, ApiError> {
        let alias = self.alias();
        let paged = Paged::new(connection);
        let mut pairs = Vec::with_capacity(connection.parts.len());
        for (key, part) in &connection.parts {
            let value = match part {
                ConnectionPart::TypeName => format!("'{}Connection'", connection.entity.name),
                ConnectionPart::TotalCount => self.total_count(connection, parent),
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
        let rows = self.rows(connection, parent, &paged);
        Ok(format!("(SELECT {object} FROM ({rows}) AS {alias})"))
    }

    /// The rows of a page, with the columns that the selection needs.
    fn rows(&mut self, connection: &Connection, parent: Parent<'_>, paged: &Paged) -> String {
        let Connection {
            entity,
            filter,
            page,
            ..
        } = connection;
        let alias = self.alias();
        let mut conditions = self.belongs(entity, filter, parent, &alias);
        for (bound, behind) in [(&page.after, true), (&page.before, false)] {
            if let Some(cursor) = bound {
                conditions.push(self.beyond(entity, cursor, &alias, behind, false));
            }
        }
        let columns: Vec<_> = columns_of(connection)
            .into_iter()
            .map(|column| format!("{alias}.\"{column}\""))
            .collect();
        let rows = format!(
            "SELECT {} FROM {} WHERE {} ORDER BY {} LIMIT {}",
            columns.join(", "),
            table(entity, &alias),
            conditions.join(" AND "),
            order(entity, &alias, page.backward),
            u64::from(page.limit) + u64::from(paged.looks_ahead)
        );
        if !paged.numbered {
            return rows;
        }
        format!(
            "SELECT r.*, row_number() OVER (ORDER BY {}) AS position, count(*) OVER () AS read \
             FROM ({rows}) AS r",
            order(entity, "r", false)
        )
    }

    fn edge(
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

    fn cursor(&self, connection: &Connection, alias: &str) -> String {
        let entity = connection.entity;
        let (column, kind) = order_column(entity);
        let key = format!("{alias}.\"{column}\"");
        let key = if matches!(kind, Kind::Instant(_)) {
            self.dialect.instant(&key)
        } else {
            key
        };
        let id = self.dialect.hex_id(&format!("{alias}.\"id\""));
        self.dialect
            .cursor(&cursor::mark(entity, &connection.filter), &key, &id)
    }

    fn page_info(
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
                    self.exists(connection, parent, page.before.as_ref(), true)
                }
                PageInfoPart::HasPreviousPage if !page.backward => {
                    self.exists(connection, parent, page.after.as_ref(), false)
                }
                PageInfoPart::HasNextPage | PageInfoPart::HasPreviousPage => {
                    self.dialect.truth(&more)
                }
                PageInfoPart::StartCursor => self.cursor_at(connection, alias, "min"),
                PageInfoPart::EndCursor => self.cursor_at(connection, alias, "max"),
            };
            pairs.push((key, value));
        }
        self.small_object(pairs.into_iter())
    }

    /// The cursor of the first (`min`) or last (`max`) row of the page.
    fn cursor_at(&self, connection: &Connection, alias: &str, end: &str) -> String {
        let Page {
            limit, backward, ..
        } = connection.page;
        let position = match (end, backward) {
            ("min", false) => "1".to_owned(),
            ("min", true) => format!("CASE WHEN {alias}.read > {limit} THEN 2 ELSE 1 END"),
            (_, false) => {
                format!("CASE WHEN {alias}.read > {limit} THEN {limit} ELSE {alias}.read END")
            }
            (_, true) => format!("{alias}.read"),
        };
        let cursor = self.cursor(connection, alias);
        format!("max(CASE WHEN {alias}.position = {position} THEN {cursor} END)")
    }

    /// Whether there is a row at the cursor or on its other side.
    fn exists(
        &mut self,
        connection: &Connection,
        parent: Parent<'_>,
        cursor: Option<&Cursor>,
        behind: bool,
    ) -> String {
        let Some(cursor) = cursor else {
            return self.dialect.truth("1 = 0");
        };
        let entity = connection.entity;
        let alias = self.alias();
        let mut conditions = self.belongs(entity, &connection.filter, parent, &alias);
        conditions.push(self.beyond(entity, cursor, &alias, behind, true));
        let (table, conditions) = (table(entity, &alias), conditions.join(" AND "));
        self.dialect.truth(&format!(
            "EXISTS (SELECT 1 FROM {table} WHERE {conditions})"
        ))
    }

    fn total_count(&mut self, connection: &Connection, parent: Parent<'_>) -> String {
        let alias = self.alias();
        let conditions = self.belongs(connection.entity, &connection.filter, parent, &alias);
        format!(
            "(SELECT count(*) FROM {} WHERE {})",
            table(connection.entity, &alias),
            conditions.join(" AND ")
        )
    }

    /// The conditions by which a row belongs to a list: it is visible, it is tied to the row that
    /// the list is nested in, and it passes the filter.
    fn belongs(
        &mut self,
        entity: &Entity,
        filter: &Filter,
        parent: Parent<'_>,
        alias: &str,
    ) -> Vec<String> {
        let mut conditions = vec![visible(entity, alias)];
        match parent {
            Some((
                Field {
                    kind: Kind::ToMany { column, .. },
                    ..
                },
                row,
            )) => {
                conditions.push(format!("{alias}.\"{column}\" = {row}.\"id\""));
            }
            Some((
                Field {
                    kind:
                        Kind::ToManyThrough {
                            table, near, far, ..
                        },
                    ..
                },
                row,
            )) => {
                conditions.push(format!(
                    "{alias}.\"id\" IN (SELECT \"{far}\" FROM \"{table}\" WHERE \"{near}\" = {row}.\"id\")"
                ));
            }
            _ => {}
        }
        for condition in &filter.conditions {
            conditions.push(self.condition(condition, alias));
        }
        conditions
    }

    fn condition(&mut self, condition: &Condition, alias: &str) -> String {
        let column = format!("{alias}.\"{}\"", condition.column);
        let mut compare = |operator: &str, value: &Value| {
            format!("{column} {operator} {}", self.bind(value.clone()))
        };
        match &condition.test {
            Test::Equals(value) => compare("=", value),
            Test::Differs(value) => compare("<>", value),
            Test::Less(value) => compare("<", value),
            Test::LessOrEqual(value) => compare("<=", value),
            Test::Greater(value) => compare(">", value),
            Test::GreaterOrEqual(value) => compare(">=", value),
            Test::In(values) if values.is_empty() => "1 = 0".to_owned(),
            Test::NotIn(values) if values.is_empty() => format!("{column} IS NOT NULL"),
            Test::In(values) => format!("{column} IN ({})", self.bind_all(values)),
            Test::NotIn(values) => format!("{column} NOT IN ({})", self.bind_all(values)),
            Test::IsNull(true) => format!("{column} IS NULL"),
            Test::IsNull(false) => format!("{column} IS NOT NULL"),
        }
    }

    /// The condition for rows behind the cursor in the list's order, or before it; with the
    /// cursor's own row where `inclusive`.
    fn beyond(
        &mut self,
        entity: &Entity,
        cursor: &Cursor,
        alias: &str,
        behind: bool,
        inclusive: bool,
    ) -> String {
        let (column, _) = order_column(entity);
        let ascending = entity.order.direction == Direction::Ascending;
        let operator = if ascending == behind { ">" } else { "<" };
        let or_equal = if inclusive { "=" } else { "" };
        let key = self.bind(cursor.key.clone());
        let id = self.bind(cursor.id);
        format!("({alias}.\"{column}\", {alias}.\"id\") {operator}{or_equal} ({key}, {id})")
    }

    /// An object of few keys, also over aggregates.
    fn small_object<'k>(
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

    fn alias(&mut self) -> String {
        self.aliases += 1;
        format!("t{}", self.aliases)
    }

    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        self.dialect.placeholder(self.values.len())
    }

    fn bind_all(&mut self, values: &[Value]) -> String {
        let placeholders: Vec<_> = values
            .iter()
            .map(|value| self.bind(value.clone()))
            .collect();
        placeholders.join(", ")
    }
}

/// What a page needs besides its rows.
struct Paged {
    /// Whether rows are read at all; a count alone needs none.
    reads_rows: bool,
    /// Whether a row beyond the page is read, to see that there is one.
    looks_ahead: bool,
    /// Whether rows carry their position.
    numbered: bool,
    limit: u32,
    backward: bool,
}

impl Paged {
    fn new(connection: &Connection) -> Self {
        let page = &connection.page;
        let (mut reads_rows, mut looks_ahead, mut numbered) = (false, false, page.backward);
        for (_, part) in &connection.parts {
            match part {
                ConnectionPart::Edges(_) | ConnectionPart::Nodes(_) => reads_rows = true,
                ConnectionPart::PageInfo(parts) => {
                    reads_rows = true;
                    for (_, part) in parts {
                        match part {
                            PageInfoPart::HasNextPage => looks_ahead |= !page.backward,
                            PageInfoPart::HasPreviousPage => looks_ahead |= page.backward,
                            PageInfoPart::StartCursor | PageInfoPart::EndCursor => numbered = true,
                            PageInfoPart::TypeName => {}
                        }
                    }
                }
                ConnectionPart::TypeName | ConnectionPart::TotalCount => {}
            }
        }
        numbered |= looks_ahead;
        Self {
            reads_rows,
            looks_ahead,
            numbered,
            limit: page.limit,
            backward: page.backward,
        }
    }

    /// `value` of each row of the page, in the list's order.
    fn list(&self, dialect: &dyn Dialect, value: &str, alias: &str) -> String {
        let position = self.numbered.then(|| format!("{alias}.position"));
        let only = self.looks_ahead.then(|| {
            if self.backward {
                format!("{alias}.position > {alias}.read - {}", self.limit)
            } else {
                format!("{alias}.position <= {}", self.limit)
            }
        });
        dialect.list(value, position.as_deref(), only.as_deref())
    }
}

/// The columns that the rows of a page must carry.
fn columns_of(connection: &Connection) -> BTreeSet<&'static str> {
    let mut columns = BTreeSet::from(["id", order_column(connection.entity).0]);
    for (_, part) in &connection.parts {
        match part {
            ConnectionPart::Nodes(node) => add_columns(node, &mut columns),
            ConnectionPart::Edges(parts) => {
                for (_, part) in parts {
                    if let EdgePart::Node(node) = part {
                        add_columns(node, &mut columns);
                    }
                }
            }
            _ => {}
        }
    }
    columns
}

fn add_columns(node: &NodeSelection, columns: &mut BTreeSet<&'static str>) {
    for (_, field) in &node.fields {
        match field {
            NodeField::Scalar(field) | NodeField::Money(field, _) | NodeField::ToOne(field, _) => {
                columns.extend(field.kind.columns());
            }
            NodeField::TypeName | NodeField::ToMany(..) => {}
        }
    }
}

fn table(entity: &Entity, alias: &str) -> String {
    format!("\"{}\" AS {alias}", entity.table)
}

/// The rows of `entity` that there are to see.
fn visible(entity: &Entity, alias: &str) -> String {
    if entity.soft_delete {
        format!("{alias}.\"deleted_at\" IS NULL")
    } else {
        "1 = 1".to_owned()
    }
}

fn order(entity: &Entity, alias: &str, backward: bool) -> String {
    let (column, _) = order_column(entity);
    let ascending = (entity.order.direction == Direction::Ascending) != backward;
    let direction = if ascending { "ASC" } else { "DESC" };
    format!("{alias}.\"{column}\" {direction}, {alias}.\"id\" {direction}")
}

fn order_column(entity: &Entity) -> (&'static str, &Kind) {
    let kind = entity
        .find(entity.order.field)
        .map_or(&Kind::Id, |field| &field.kind);
    (kind.columns().next().unwrap_or("id"), kind)
}

fn target_of(name: &str) -> Result<&'static Entity, ApiError> {
    crate::dataset::dataset()
        .entity(name)
        .ok_or_else(|| ApiError::internal(format!("no entity {name} is declared")))
}

fn misuse(field: &Field) -> ApiError {
    ApiError::internal(format!("`{}` was selected as what it is not", field.name))
}
