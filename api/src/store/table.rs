//! A table as data: its columns in order, and rows of values in that order. What handles rows of
//! any table, such as an import, works with these; everything else with the entities.

use chrono::{DateTime, NaiveDate};
use sea_orm::{
    ColumnTrait, DbErr, EntityTrait, IdenStatic, Iterable, PrimaryKeyToColumn, PrimaryKeyTrait,
    QueryResult, sea_query::ColumnType, sea_query::StringLen,
};

use serde_json::Value as Json;
use uuid::Uuid;

pub use sea_orm::Value;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An id.
    Uuid,
    /// Text, of at most this many characters where there is a limit.
    Text(Option<u32>),
    /// An instant in UTC.
    Instant,
    /// A day.
    Date,
    /// A 16-bit number.
    Small,
    /// A 32-bit number.
    Int,
    /// A 64-bit number: an amount in minor units, or a sequence.
    Big,
    /// True or false.
    Bool,
    /// A JSON document.
    Json,
}

/// One column.
#[derive(Clone, Debug)]
pub struct Column {
    /// As in the database.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it may be null.
    pub nullable: bool,
}

/// A table: its name, and its columns but those that the database numbers by itself.
#[derive(Clone, Debug)]
pub struct Table {
    /// As in the database.
    pub name: &'static str,
    /// In the order of every [`Record`] of it.
    pub columns: Vec<Column>,
}

/// One row, in the order of [`Table::columns`].
pub type Record = Vec<Value>;

impl Table {
    /// The table of the entity `E`.
    #[must_use]
    pub fn of<E: EntityTrait>() -> Self
    where
        E::Column: IdenStatic,
    {
        let columns = stored::<E>()
            .map(|column| {
                let definition = column.def();
                Column {
                    name: column.as_str(),
                    kind: Kind::of(definition.get_column_type()),
                    nullable: definition.is_null(),
                }
            })
            .collect();
        Self {
            name: E::default().as_str(),
            columns,
        }
    }

    /// Where the column `name` stands in a record.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The columns, quoted and separated by commas.
    #[must_use]
    pub fn column_list(&self) -> String {
        let names: Vec<String> = self
            .columns
            .iter()
            .map(|column| format!("\"{}\"", column.name))
            .collect();
        names.join(", ")
    }

    /// The table with these of its columns, in this order.
    #[must_use]
    pub fn part(&self, names: &[&str]) -> Self {
        let columns = names
            .iter()
            .filter_map(|name| self.columns.iter().find(|column| column.name == *name))
            .cloned();
        Self {
            name: self.name,
            columns: columns.collect(),
        }
    }

    /// The columns as items of a JSON array in SQLite, for [`Self::decode_json`].
    #[must_use]
    pub fn json_list(&self) -> String {
        let items: Vec<String> = self
            .columns
            .iter()
            .map(|column| match column.kind {
                Kind::Uuid => format!("iif(\"{0}\" IS NULL, NULL, hex(\"{0}\"))", column.name),
                _ => format!("\"{}\"", column.name),
            })
            .collect();
        items.join(", ")
    }

    /// Reads a row that was made by [`Self::json_list`].
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when the row is not one of this table.
    pub fn decode_json(&self, row: Vec<Json>) -> Result<Record, DbErr> {
        self.columns
            .iter()
            .zip(row)
            .map(|(column, value)| {
                column.kind.decode_json(value).ok_or_else(|| {
                    DbErr::Type(format!("the column {} holds something else", column.name))
                })
            })
            .collect()
    }

    /// Reads a row that was selected by [`Self::column_list`].
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when the row is not one of this table.
    pub fn decode(&self, row: &QueryResult) -> Result<Record, DbErr> {
        self.columns
            .iter()
            .enumerate()
            .map(|(index, column)| column.kind.decode(row, index))
            .collect()
    }
}

/// Columns that the database fills in.
const LEFT_TO_THE_DATABASE: [&str; 1] = ["transaction_id"];

/// The columns of `E` that a writer fills: all but what is left to the database, and a key that it counts
/// up.
pub fn stored<E: EntityTrait>() -> impl Iterator<Item = E::Column> {
    let counted = if E::PrimaryKey::auto_increment() {
        E::PrimaryKey::iter()
            .next()
            .map(|key| IdenStatic::as_str(&key.into_column()))
    } else {
        None
    };
    E::Column::iter().filter(move |column| {
        let name = IdenStatic::as_str(column);
        Some(name) != counted && !LEFT_TO_THE_DATABASE.contains(&name)
    })
}

impl Kind {
    fn of(column: &ColumnType) -> Self {
        match column {
            ColumnType::Uuid => Self::Uuid,
            ColumnType::String(StringLen::N(limit)) => Self::Text(Some(*limit)),
            ColumnType::TimestampWithTimeZone => Self::Instant,
            ColumnType::Date => Self::Date,
            ColumnType::SmallInteger => Self::Small,
            ColumnType::Integer => Self::Int,
            ColumnType::BigInteger => Self::Big,
            ColumnType::Boolean => Self::Bool,
            ColumnType::Json | ColumnType::JsonBinary => Self::Json,
            _ => Self::Text(None),
        }
    }

    /// No value, as this kind of column has it.
    #[must_use]
    pub fn null(self) -> Value {
        match self {
            Self::Uuid => Value::Uuid(None),
            Self::Text(_) => Value::String(None),
            Self::Instant => Value::ChronoDateTimeUtc(None),
            Self::Date => Value::ChronoDate(None),
            Self::Small => Value::SmallInt(None),
            Self::Int => Value::Int(None),
            Self::Big => Value::BigInt(None),
            Self::Bool => Value::Bool(None),
            Self::Json => Value::Json(None),
        }
    }

    /// The name of the type in PostgreSQL.
    #[must_use]
    pub fn postgres(self) -> &'static str {
        match self {
            Self::Uuid => "uuid",
            Self::Text(_) => "text",
            Self::Instant => "timestamptz",
            Self::Date => "date",
            Self::Small => "smallint",
            Self::Int => "integer",
            Self::Big => "bigint",
            Self::Bool => "boolean",
            Self::Json => "jsonb",
        }
    }

    /// Reads a value that was written as the change log writes them; `None` where it is none of this kind.
    #[must_use]
    pub fn read(self, value: Json) -> Option<Value> {
        match (self, value) {
            (Self::Json, value) if !value.is_null() => Some(Value::from(value)),
            (Self::Bool, Json::Bool(flag)) => Some(Value::Bool(Some(flag))),
            (_, value) => self.decode_json(value),
        }
    }

    /// As SQLite stores it.
    fn decode_json(self, value: Json) -> Option<Value> {
        let value = match (self, value) {
            (_, Json::Null) => self.null(),
            (Self::Uuid, Json::String(hex)) => Value::from(Uuid::try_parse(&hex).ok()?),
            (Self::Text(_), Json::String(text)) => Value::from(text),
            (Self::Instant, Json::String(text)) => {
                let instant = DateTime::parse_from_rfc3339(&text).ok()?;
                Value::from(instant.to_utc())
            }
            (Self::Date, Json::String(text)) => Value::from(text.parse::<NaiveDate>().ok()?),
            (Self::Json, Json::String(text)) => {
                Value::from(serde_json::from_str::<Json>(&text).ok()?)
            }
            (Self::Small, Json::Number(number)) => {
                Value::SmallInt(Some(number.as_i64()?.try_into().ok()?))
            }
            (Self::Int, Json::Number(number)) => {
                Value::Int(Some(number.as_i64()?.try_into().ok()?))
            }
            (Self::Big, Json::Number(number)) => Value::BigInt(Some(number.as_i64()?)),
            (Self::Bool, Json::Number(number)) => Value::Bool(Some(number.as_i64()? != 0)),
            _ => return None,
        };
        Some(value)
    }

    fn decode(self, row: &QueryResult, index: usize) -> Result<Value, DbErr> {
        Ok(match self {
            Self::Uuid => Value::Uuid(row.try_get_by_index(index)?),
            Self::Text(_) => Value::String(row.try_get_by_index(index)?),
            Self::Instant => Value::ChronoDateTimeUtc(row.try_get_by_index(index)?),
            Self::Date => Value::ChronoDate(row.try_get_by_index(index)?),
            Self::Small => Value::SmallInt(row.try_get_by_index(index)?),
            Self::Int => Value::Int(row.try_get_by_index(index)?),
            Self::Big => Value::BigInt(row.try_get_by_index(index)?),
            Self::Bool => Value::Bool(row.try_get_by_index(index)?),
            Self::Json => Value::Json(row.try_get_by_index::<Option<Json>>(index)?.map(Box::new)),
        })
    }
}

/// The words that a column of the enumeration `E` may hold.
#[must_use]
pub fn choices<E: sea_orm::ActiveEnum<Value = String>>() -> Vec<String> {
    E::values()
}
