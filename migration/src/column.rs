//! The kinds of column that tables here are made of.
//!
//! Released migrations call these functions: what one of them makes must not change.
//! Another kind of column is another function.

use sea_orm_migration::prelude::*;

/// One column of a new table; it must have a value unless [`optional`](Self::optional).
#[derive(Debug)]
pub(crate) struct Column {
    pub(crate) name: &'static str,
    pub(crate) definition: ColumnDef,
    /// The table whose `id` it holds.
    pub(crate) references: Option<&'static str>,
    /// All values that it may have; none: any.
    pub(crate) one_of: Option<&'static [&'static str]>,
}

impl Column {
    fn new(name: &'static str, kind: ColumnType) -> Self {
        Self {
            name,
            definition: ColumnDef::new_with_type(name, kind).not_null().take(),
            references: None,
            one_of: None,
        }
    }

    /// It may be null.
    pub(crate) fn optional(mut self) -> Self {
        self.definition.null();
        self
    }

    /// The value of rows that are inserted without one.
    pub(crate) fn default(mut self, value: i32) -> Self {
        self.definition.default(value);
        self
    }

    /// Whether it orders by the collation of the database, unless told otherwise.
    pub(crate) fn is_text(&self) -> bool {
        matches!(
            self.definition.get_column_type(),
            Some(ColumnType::String(_) | ColumnType::Text)
        )
    }
}

/// The primary key of most tables: a UUID of version 7, made by the hub.
pub(crate) fn id() -> Column {
    let mut column = uuid("id");
    column.definition.primary_key();
    column
}

/// A primary key that the database counts up and never gives out twice.
pub(crate) fn sequence(name: &'static str) -> Column {
    let mut column = big_integer(name);
    column.definition.primary_key().auto_increment();
    column
}

/// A UUID that no foreign key follows.
pub(crate) fn uuid(name: &'static str) -> Column {
    Column::new(name, ColumnType::Uuid)
}

/// The `id` of a row of `table`, by a foreign key.
pub(crate) fn reference(name: &'static str, table: &'static str) -> Column {
    Column {
        references: Some(table),
        ..uuid(name)
    }
}

/// Text of at most `length` characters, ordered by code point.
pub(crate) fn text(name: &'static str, length: u32) -> Column {
    Column::new(name, ColumnType::String(StringLen::N(length)))
}

/// Text of any length, ordered by code point.
pub(crate) fn long_text(name: &'static str) -> Column {
    Column::new(name, ColumnType::Text)
}

/// One of `values`, stored as it is written in the API; a check holds it to them.
pub(crate) fn one_of(name: &'static str, values: &'static [&'static str]) -> Column {
    Column {
        one_of: Some(values),
        ..text(name, 32)
    }
}

/// An ISO 4217 code: three upper-case letters.
pub(crate) fn currency(name: &'static str) -> Column {
    text(name, 3)
}

/// Money, in minor units of the currency beside it.
pub(crate) fn minor(name: &'static str) -> Column {
    big_integer(name)
}

/// A point in time; UTC, with microseconds.
pub(crate) fn instant(name: &'static str) -> Column {
    Column::new(name, ColumnType::TimestampWithTimeZone)
}

/// A day of the calendar.
pub(crate) fn date(name: &'static str) -> Column {
    Column::new(name, ColumnType::Date)
}

/// A whole number of 16 bits.
pub(crate) fn small_integer(name: &'static str) -> Column {
    Column::new(name, ColumnType::SmallInteger)
}

/// A whole number of 32 bits.
pub(crate) fn integer(name: &'static str) -> Column {
    Column::new(name, ColumnType::Integer)
}

/// A whole number of 64 bits.
pub(crate) fn big_integer(name: &'static str) -> Column {
    Column::new(name, ColumnType::BigInteger)
}

/// True or false.
pub(crate) fn boolean(name: &'static str) -> Column {
    Column::new(name, ColumnType::Boolean)
}

/// JSON; `jsonb` on PostgreSQL, text on SQLite.
pub(crate) fn json(name: &'static str) -> Column {
    Column::new(name, ColumnType::JsonBinary)
}

/// Fields that the operator declared.
pub(crate) fn custom_fields() -> Column {
    json("custom_fields").optional()
}

/// Which version of the row it is, and who made, changed and deleted it, and when.
///
/// Who is a user, a token or an import, so that no foreign key follows.
pub(crate) fn stamps() -> [Column; 7] {
    [
        integer("version").default(1),
        instant("created_at"),
        uuid("created_by").optional(),
        instant("updated_at"),
        uuid("updated_by").optional(),
        instant("deleted_at").optional(),
        uuid("deleted_by").optional(),
    ]
}
