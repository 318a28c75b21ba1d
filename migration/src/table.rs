//! Makes a table with its keys, checks and indexes, and names them by the rules of the house.
//!
//! Released migrations call these functions: what one of them makes must not change.

use sea_orm_migration::{
    prelude::*,
    sea_orm::{DatabaseBackend, Statement},
};

use crate::column::Column;

/// A table to be made, read from top to bottom: columns, then what holds for them, then
/// by what they are looked up.
#[derive(Debug)]
pub(crate) struct NewTable {
    name: &'static str,
    columns: Vec<Column>,
    primary_key: &'static [&'static str],
    checks: Vec<Check>,
    indexes: Vec<IndexCreateStatement>,
}

impl NewTable {
    /// A table without anything in it yet.
    pub(crate) fn named(name: &'static str) -> Self {
        Self {
            name,
            columns: Vec::new(),
            primary_key: &[],
            checks: Vec::new(),
            indexes: Vec::new(),
        }
    }

    /// Adds a column.
    pub(crate) fn column(mut self, column: Column) -> Self {
        self.columns.push(column);
        self
    }

    /// Adds several columns.
    pub(crate) fn columns(mut self, columns: impl IntoIterator<Item = Column>) -> Self {
        self.columns.extend(columns);
        self
    }

    /// Makes several columns together the primary key.
    pub(crate) fn primary_key(mut self, columns: &'static [&'static str]) -> Self {
        self.primary_key = columns;
        self
    }

    /// Adds the check `ck_<table>_<name>`. A row passes where `condition` is true or null.
    pub(crate) fn check(mut self, name: &str, condition: &'static str) -> Self {
        let name = format!("ck_{}_{name}", self.name);
        self.checks.push(Check::named(name, Expr::cust(condition)));
        self
    }

    /// Adds the index `idx_<table>_<columns>`.
    pub(crate) fn index(mut self, columns: &[&'static str]) -> Self {
        let index = self.new_index("idx", columns);
        self.indexes.push(index);
        self
    }

    /// Adds an index like [`index`](Self::index), of the few rows in which `column` is set.
    pub(crate) fn sparse_index(mut self, column: &'static str) -> Self {
        let mut index = self.new_index("idx", &[column]);
        index.and_where(Expr::col(column).is_not_null());
        self.indexes.push(index);
        self
    }

    /// Adds the unique index `uq_<table>_<columns>`.
    pub(crate) fn unique(mut self, columns: &[&'static str]) -> Self {
        let mut index = self.new_index("uq", columns);
        index.unique();
        self.indexes.push(index);
        self
    }

    /// Adds a unique index like [`unique`](Self::unique), of the rows for which `condition` holds.
    pub(crate) fn unique_where(
        mut self,
        columns: &[&'static str],
        condition: &'static str,
    ) -> Self {
        let mut index = self.new_index("uq", columns);
        index.unique().and_where(Expr::cust(condition));
        self.indexes.push(index);
        self
    }

    /// Adds a unique index like [`unique`](Self::unique), of the rows that are not deleted.
    pub(crate) fn unique_unless_deleted(self, columns: &[&'static str]) -> Self {
        self.unique_where(columns, "deleted_at IS NULL")
    }

    /// Makes the table, then its indexes.
    pub(crate) async fn create(self, manager: &SchemaManager<'_>) -> Result<(), DbErr> {
        manager
            .create_table(self.statement(manager.get_database_backend()))
            .await?;
        for index in self.indexes {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    fn new_index(&self, prefix: &str, columns: &[&'static str]) -> IndexCreateStatement {
        let mut index = Index::create();
        index
            .name(format!("{prefix}_{}_{}", self.name, columns.join("_")))
            .table(self.name);
        for column in columns {
            index.col(*column);
        }
        index
    }

    fn statement(&self, backend: DatabaseBackend) -> TableCreateStatement {
        let mut table = Table::create().table(self.name).to_owned();
        for column in &self.columns {
            table.col(definition(column, backend));
            if let Some(values) = column.one_of {
                table.check(Check::named(
                    format!("ck_{}_{}", self.name, column.name),
                    is_one_of(column.name, values, backend),
                ));
            }
            if let Some(referenced) = column.references {
                table.foreign_key(&mut self.foreign_key(column.name, referenced));
            }
        }
        if !self.primary_key.is_empty() {
            let mut key = Index::create();
            for column in self.primary_key {
                key.col(*column);
            }
            table.primary_key(&mut key);
            if backend == DatabaseBackend::Sqlite {
                // The rows lie in the key's index, instead of in a table beside it.
                table.extra("WITHOUT ROWID");
            }
        }
        for check in &self.checks {
            table.check(check.clone());
        }
        table
    }

    fn foreign_key(
        &self,
        column: &'static str,
        referenced: &'static str,
    ) -> ForeignKeyCreateStatement {
        ForeignKey::create()
            .name(format!("fk_{}_{column}", self.name))
            .from(self.name, column)
            .to(referenced, "id")
            .on_delete(ForeignKeyAction::Restrict)
            .to_owned()
    }
}

/// Adds columns to a table. They may be null, and have no key and no check.
pub(crate) async fn extend(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: impl IntoIterator<Item = Column>,
) -> Result<(), DbErr> {
    let backend = manager.get_database_backend();
    for column in columns {
        let mut definition = definition(&column, backend);
        // SQLite adds one at a time.
        let alter = Table::alter()
            .table(table)
            .add_column(&mut definition)
            .to_owned();
        manager.alter_table(alter).await?;
    }
    Ok(())
}

/// Takes columns from a table that [`extend`] added.
pub(crate) async fn reduce(
    manager: &SchemaManager<'_>,
    table: &'static str,
    columns: impl IntoIterator<Item = &'static str>,
) -> Result<(), DbErr> {
    for column in columns {
        let alter = Table::alter().table(table).drop_column(column).to_owned();
        manager.alter_table(alter).await?;
    }
    Ok(())
}

/// Puts another condition in the place of that of the check `ck_<table>_<name>`: `[as it is, as it is to be]`. Rows that are
/// there are not checked again: it is to be wider, or nobody minds.
///
/// SQLite has no way to alter a check, and a table that others refer to cannot be made anew in a transaction without making
/// those anew. So the text of the table is changed, which is what SQLite's documentation has for changes that leave the rows
/// as they are (`ALTER TABLE`, "Making Other Kinds Of Table Schema Changes"): every connection reads it again because the
/// number of the schema is another one.
pub(crate) async fn recheck(
    manager: &SchemaManager<'_>,
    table: &str,
    name: &str,
    [from, to]: [&str; 2],
) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    if manager.get_database_backend() == DatabaseBackend::Postgres {
        let alter = format!(
            "ALTER TABLE \"{table}\" DROP CONSTRAINT \"ck_{table}_{name}\", \
             ADD CONSTRAINT \"ck_{table}_{name}\" CHECK ({to}) NOT VALID"
        );
        connection.execute_unprepared(&alter).await?;
        return Ok(());
    }
    let version = "PRAGMA schema_version".to_owned();
    let version = Statement::from_string(DatabaseBackend::Sqlite, version);
    let version = connection.query_one_raw(version).await?;
    let version: i32 = match version {
        Some(row) => row.try_get_by_index(0)?,
        None => {
            return Err(DbErr::Custom(
                "SQLite does not number its schema".to_owned(),
            ));
        }
    };
    connection
        .execute_unprepared("PRAGMA writable_schema = ON")
        .await?;
    let update = format!(
        "UPDATE sqlite_schema SET sql = replace(sql, '({from})', '({to})') \
         WHERE type = 'table' AND name = '{table}' AND instr(sql, '({from})') > 0"
    );
    let done = connection.execute_unprepared(&update).await?;
    let number = version.wrapping_add(1);
    connection
        .execute_unprepared(&format!(
            "PRAGMA schema_version = {number}; PRAGMA writable_schema = OFF"
        ))
        .await?;
    if done.rows_affected() == 1 {
        return Ok(());
    }
    let problem = format!("the check ck_{table}_{name} is not as it was made");
    Err(DbErr::Custom(problem))
}

/// Takes a table away, with its indexes.
pub(crate) async fn drop(manager: &SchemaManager<'_>, table: &'static str) -> Result<(), DbErr> {
    manager
        .drop_table(Table::drop().table(table).to_owned())
        .await
}

/// That a column has one of `values`. SQLite fills a table with the list of an `IN`, for every statement
/// anew, and looks every row up in it: a sixth of the time of an import. It compares much faster.
fn is_one_of(column: &'static str, values: &[&'static str], backend: DatabaseBackend) -> Expr {
    if backend == DatabaseBackend::Sqlite {
        let equals = values.iter().map(|value| Expr::col(column).eq(*value));
        return equals.reduce(Expr::or).unwrap_or(Expr::val(false));
    }
    Expr::col(column).is_in(values.iter().copied())
}

/// The column as `backend` has it: text orders by code point, which SQLite does by itself.
fn definition(column: &Column, backend: DatabaseBackend) -> ColumnDef {
    let mut definition = column.definition.clone();
    if column.is_text() && backend == DatabaseBackend::Postgres {
        definition.extra(r#"COLLATE "C""#);
    }
    definition
}
