//! What a database says that it has in it, on either engine, without the books of the migrations.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::{ConnectionTrait, DatabaseBackend, DatabaseConnection, Statement};

/// The tables by name.
pub(super) type Catalog = BTreeMap<String, Table>;

#[derive(Debug, Default, PartialEq)]
pub(super) struct Table {
    pub(super) columns: BTreeMap<String, Column>,
    pub(super) indexes: BTreeMap<String, Index>,
    /// The columns that have one.
    pub(super) foreign_keys: BTreeSet<String>,
    /// The definitions, by name.
    pub(super) checks: BTreeMap<String, String>,
}

#[derive(Debug, PartialEq)]
pub(super) struct Column {
    /// In the words of the engine, with the length.
    pub(super) kind: String,
    pub(super) required: bool,
    pub(super) primary_key: bool,
}

#[derive(Debug, Default, PartialEq)]
pub(super) struct Index {
    pub(super) columns: Vec<String>,
    /// Without quotes and parentheses; empty for an index of all rows.
    pub(super) condition: String,
}

impl Index {
    /// Whether every row in which `column` is set is found by it.
    pub(super) fn finds(&self, column: &str) -> bool {
        self.columns.first().is_some_and(|first| first == column)
            && (self.condition.is_empty() || self.condition == format!("{column} IS NOT NULL"))
    }
}

pub(super) async fn read(database: &DatabaseConnection) -> Catalog {
    let queries = match database.get_database_backend() {
        DatabaseBackend::Postgres => &POSTGRES,
        _ => &SQLITE,
    };
    let mut catalog = Catalog::new();
    for [table, name, kind, required, primary_key] in rows(database, queries.columns).await {
        let column = Column {
            kind,
            required: required == "true",
            primary_key: primary_key == "true",
        };
        catalog
            .entry(table)
            .or_default()
            .columns
            .insert(name, column);
    }
    for [table, name, column, condition] in rows(database, queries.indexes).await {
        let index = catalog
            .entry(table)
            .or_default()
            .indexes
            .entry(name)
            .or_default();
        index.columns.push(column);
        index.condition = condition.replace(['"', '(', ')'], "");
    }
    for [table, column] in rows(database, queries.foreign_keys).await {
        catalog
            .entry(table)
            .or_default()
            .foreign_keys
            .insert(column);
    }
    for [table, name, definition] in rows(database, queries.checks).await {
        catalog
            .entry(table)
            .or_default()
            .checks
            .insert(name, definition);
    }
    catalog
}

/// Everything that was ever said to the database to make it what it is, in a fixed order.
pub(super) async fn definitions(database: &DatabaseConnection) -> Vec<String> {
    let queries = match database.get_database_backend() {
        DatabaseBackend::Postgres => &POSTGRES,
        _ => &SQLITE,
    };
    rows(database, queries.definitions)
        .await
        .into_iter()
        .map(|[definition]| definition)
        .collect()
}

async fn rows<const WIDTH: usize>(
    database: &DatabaseConnection,
    query: &str,
) -> Vec<[String; WIDTH]> {
    let statement = Statement::from_string(database.get_database_backend(), query);
    let found = database.query_all_raw(statement).await.unwrap();
    found
        .iter()
        .map(|row| std::array::from_fn(|index| row.try_get_by_index(index).unwrap()))
        .collect()
}

/// Queries whose columns are all text.
struct Queries {
    columns: &'static str,
    indexes: &'static str,
    foreign_keys: &'static str,
    checks: &'static str,
    definitions: &'static str,
}

const SQLITE: Queries = Queries {
    columns: r#"
        SELECT t.name, c.name, c.type, iif(c."notnull", 'true', 'false'), iif(c.pk, 'true', 'false')
        FROM sqlite_schema t, pragma_table_info(t.name) c
        WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name <> 'seaql_migrations'"#,
    indexes: "
        SELECT t.name, i.name, c.name,
            iif(s.sql LIKE '% WHERE %', substr(s.sql, instr(s.sql, ' WHERE ') + 7), '')
        FROM sqlite_schema t, pragma_index_list(t.name) i, pragma_index_info(i.name) c
        LEFT JOIN sqlite_schema s ON s.name = i.name
        WHERE t.type = 'table' AND t.name <> 'seaql_migrations'
        ORDER BY t.name, i.name, c.seqno",
    foreign_keys: r#"
        SELECT t.name, f."from" FROM sqlite_schema t, pragma_foreign_key_list(t.name) f
        WHERE t.type = 'table'"#,
    // `… CONSTRAINT "ck_a" CHECK (…), CONSTRAINT "ck_b" CHECK (…)`: cut before each name.
    checks: r#"
        WITH RECURSIVE piece(name, found, rest) AS (
            SELECT name, '', sql FROM sqlite_schema WHERE type = 'table'
            UNION ALL
            SELECT name,
                substr(rest, 1, instr(rest || 'CONSTRAINT "ck_', 'CONSTRAINT "ck_') - 1),
                substr(rest, instr(rest || 'CONSTRAINT "ck_', 'CONSTRAINT "ck_') + 12)
            FROM piece WHERE rest <> ''
        )
        SELECT name, substr(found, 1, instr(found, '"') - 1), substr(found, instr(found, '"') + 1)
        FROM piece WHERE found LIKE 'ck\_%' ESCAPE '\'"#,
    definitions: "
        SELECT coalesce(sql, name) FROM sqlite_schema
        WHERE name NOT LIKE 'sqlite_%' AND name <> 'seaql_migrations' ORDER BY 1",
};

const POSTGRES: Queries = Queries {
    columns: "
        SELECT t.relname::text, c.attname::text, format_type(c.atttypid, c.atttypmod),
            c.attnotnull::text, coalesce(c.attnum = ANY (k.indkey), false)::text
        FROM pg_class t
        JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum > 0 AND NOT c.attisdropped
        LEFT JOIN pg_index k ON k.indrelid = t.oid AND k.indisprimary
        WHERE t.relnamespace = 'public'::regnamespace AND t.relkind = 'r'
            AND t.relname <> 'seaql_migrations'",
    indexes: "
        SELECT t.relname::text, i.relname::text, c.attname::text,
            coalesce(pg_get_expr(x.indpred, x.indrelid), '')
        FROM pg_index x
        JOIN pg_class t ON t.oid = x.indrelid
        JOIN pg_class i ON i.oid = x.indexrelid
        CROSS JOIN unnest(x.indkey) WITH ORDINALITY AS part(attnum, place)
        JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = part.attnum
        WHERE t.relnamespace = 'public'::regnamespace AND t.relname <> 'seaql_migrations'
        ORDER BY 1, 2, part.place",
    foreign_keys: "
        SELECT t.relname::text, c.attname::text
        FROM pg_constraint f
        JOIN pg_class t ON t.oid = f.conrelid
        JOIN pg_attribute c ON c.attrelid = t.oid AND c.attnum = ANY (f.conkey)
        WHERE f.contype = 'f'",
    checks: "
        SELECT t.relname::text, k.conname::text, pg_get_constraintdef(k.oid)
        FROM pg_constraint k JOIN pg_class t ON t.oid = k.conrelid
        WHERE k.contype = 'c'",
    definitions: "
        SELECT concat_ws(' ', table_name, column_name, data_type, character_maximum_length,
            is_nullable, column_default, collation_name)
        FROM information_schema.columns
        WHERE table_schema = 'public' AND table_name <> 'seaql_migrations'
        UNION ALL
        SELECT indexdef FROM pg_indexes
        WHERE schemaname = 'public' AND tablename <> 'seaql_migrations'
        UNION ALL
        SELECT concat_ws(' ', conrelid::regclass, conname, pg_get_constraintdef(oid))
        FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace
            AND conrelid <> coalesce(to_regclass('seaql_migrations'), 0)
        ORDER BY 1",
};
