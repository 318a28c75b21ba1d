//! Many rows of one table at once: what imports and the demo write with.
//!
//! The usual `insert_many` builds a new statement of thousands of placeholders for every call, which
//! costs more than the rows. Here the text of a statement depends on the table alone (on SQLite
//! also on one of a few row counts), so that it is prepared once and found again.

mod literal;
mod postgres;
mod sqlite;

use std::vec::IntoIter;

use futures::future::join;
use sea_orm::{
    ActiveModelTrait, ActiveValue, ConnectionTrait, DatabaseTransaction, DbBackend, DbErr,
    IntoActiveModel, Statement,
};

use super::table::{Record, Table, Value, stored};

/// Rows of one statement on SQLite; what is left over goes in powers of two. More rows gain nothing
/// and widen the statement, whose binds are limited to 32,766.
const SQLITE_ROWS: usize = 256;
/// Rows of one statement on PostgreSQL, where every column is one parameter.
const POSTGRES_ROWS: usize = 4096;
/// Fewer rows are not worth looking for what they have in common.
const WORTHWHILE: usize = 16;

/// Inserts models or active models of one entity. A key that the database counts up is left to it; a
/// value that is not set is null.
///
/// # Errors
///
/// Returns [`DbErr`] when the database refuses a row; none of them is kept once the transaction is
/// dropped.
pub async fn insert<A, R>(tx: &DatabaseTransaction, rows: Vec<R>) -> Result<(), DbErr>
where
    A: ActiveModelTrait,
    R: IntoActiveModel<A>,
{
    let table = Table::of::<A::Entity>();
    let mut records = records::<A, R>(rows);
    loop {
        let chunk: Vec<Record> = records.by_ref().take(POSTGRES_ROWS).collect();
        if chunk.is_empty() {
            return Ok(());
        }
        insert_records(tx, &table, chunk).await?;
    }
}

/// Models or active models as records of their table: the part of [`insert`] that needs no database.
pub fn records<A, R>(rows: Vec<R>) -> impl Iterator<Item = Record>
where
    A: ActiveModelTrait,
    R: IntoActiveModel<A>,
{
    let columns: Vec<_> = stored::<A::Entity>()
        .zip(Table::of::<A::Entity>().columns)
        .collect();
    rows.into_iter().map(move |row| {
        let mut row = row.into_active_model();
        columns
            .iter()
            .map(|(column, definition)| match row.take(*column) {
                ActiveValue::Set(value) | ActiveValue::Unchanged(value) => value,
                ActiveValue::NotSet => definition.kind.null(),
            })
            .collect()
    })
}

/// Inserts records, each with a value for every column of `table`.
///
/// # Errors
///
/// Returns [`DbErr`] when the database refuses a row.
pub async fn insert_records(
    tx: &DatabaseTransaction,
    table: &Table,
    records: Vec<Record>,
) -> Result<(), DbErr> {
    write(tx, table, records, "").await.map(drop)
}

/// Writes whole records over the rows with their ids. A table with versions takes only records whose
/// version is one above the stored one.
///
/// Returns how many rows were written: fewer than records when somebody else was faster.
///
/// # Errors
///
/// Returns [`DbErr`] when the database refuses a row.
pub async fn update_records(
    tx: &DatabaseTransaction,
    table: &Table,
    records: Vec<Record>,
) -> Result<u64, DbErr> {
    let assignments: Vec<String> = table
        .columns
        .iter()
        .filter(|column| column.name != "id")
        .map(|column| format!("\"{0}\" = excluded.\"{0}\"", column.name))
        .collect();
    let mut tail = format!(
        " ON CONFLICT (\"id\") DO UPDATE SET {}",
        assignments.join(", ")
    );
    if table.position("version").is_some() {
        let guard = format!(
            " WHERE \"{}\".\"version\" = excluded.\"version\" - 1",
            table.name
        );
        tail.push_str(&guard);
    }
    write(tx, table, records, &tail).await
}

async fn write(
    tx: &DatabaseTransaction,
    table: &Table,
    records: Vec<Record>,
    tail: &str,
) -> Result<u64, DbErr> {
    let mut statements = Statements {
        backend: tx.get_database_backend(),
        table,
        tail,
        shape: Shape::of(table, &records),
        records: records.into_iter(),
    };
    let mut written = 0;
    let mut next = statements.next();
    while let Some(statement) = next {
        // The database works on one statement while the next is made.
        let (done, made) = join(tx.execute_raw(statement), async { statements.next() }).await;
        written += done?.rows_affected();
        next = made;
    }
    Ok(written)
}

/// The statements that write records, as many at a time as suits the database.
struct Statements<'t> {
    backend: DbBackend,
    table: &'t Table,
    tail: &'t str,
    shape: Shape,
    records: IntoIter<Record>,
}

impl Iterator for Statements<'_> {
    type Item = Statement;

    fn next(&mut self) -> Option<Statement> {
        let left = self.records.len();
        if left == 0 {
            return None;
        }
        let (table, shape) = (self.table, &self.shape);
        let rows = rows_of_next(self.backend, left);
        let chunk = self.records.by_ref().take(rows);
        let (sql, values) = if self.backend == DbBackend::Sqlite {
            let mut values = Vec::with_capacity(shape.fixed.len() + rows * shape.width());
            values.extend(shape.fixed.iter().flatten().cloned());
            chunk.for_each(|record| values.extend(shape.varying(record)));
            (sqlite::insert(table, shape, rows, self.tail), values)
        } else {
            let mut values: Vec<Value> =
                shape.fixed.iter().flatten().map(literal::scalar).collect();
            let chunk = chunk.map(|record| shape.varying(record).collect());
            values.extend(literal::arrays(shape.width(), chunk));
            (postgres::insert(table, shape, self.tail), values)
        };
        Some(Statement::from_sql_and_values(self.backend, sql, values))
    }
}

fn rows_of_next(backend: DbBackend, left: usize) -> usize {
    if backend != DbBackend::Sqlite {
        return left.min(POSTGRES_ROWS);
    }
    let mut rows = SQLITE_ROWS;
    while rows > left {
        rows /= 2;
    }
    rows
}

/// Which columns have the same value in every record, such as who wrote it when: that value is sent
/// once. It is a half of the columns of most imports.
struct Shape {
    /// By column, the value that they all have.
    fixed: Vec<Option<Value>>,
}

impl Shape {
    fn of(table: &Table, records: &[Record]) -> Self {
        let mut fixed: Vec<Option<Value>> = vec![None; table.columns.len()];
        if let Some((first, rest)) = records.split_first()
            && rest.len() >= WORTHWHILE
        {
            for (position, (slot, value)) in fixed.iter_mut().zip(first).enumerate() {
                if rest
                    .iter()
                    .all(|record| record.get(position) == Some(value))
                {
                    *slot = Some(value.clone());
                }
            }
        }
        // Something has to say how many rows there are.
        if fixed.iter().all(Option::is_some)
            && let Some(slot) = fixed.first_mut()
        {
            *slot = None;
        }
        Self { fixed }
    }

    /// How many columns differ.
    fn width(&self) -> usize {
        self.fixed.iter().filter(|value| value.is_none()).count()
    }

    /// The values of the columns that differ.
    fn varying(&self, record: Record) -> impl Iterator<Item = Value> {
        record
            .into_iter()
            .zip(&self.fixed)
            .filter(|(_, fixed)| fixed.is_none())
            .map(|(value, _)| value)
    }
}

/// One parameter that holds a list of texts: a JSON array on SQLite, an array on PostgreSQL.
pub(super) fn list<'a>(backend: DbBackend, items: impl Iterator<Item = &'a str>) -> Value {
    if backend == DbBackend::Sqlite {
        let items: Vec<&str> = items.collect();
        return Value::from(serde_json::json!(items).to_string());
    }
    literal::texts(items)
}
