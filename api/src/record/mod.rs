//! What can be written: the entities as tables, with the fields that a mapping may name, and what holds
//! for their rows whoever writes them.
//!
//! It is made out of the tables, so a new column can be written as soon as it exists. What the
//! columns do not say stands in `entities.rs`: choices, defaults, what a row is known by.

pub mod derive;
mod difference;
mod entities;
mod field;
pub mod value;

use std::sync::LazyLock;

use crate::store::table::{Record, Table, Value};

pub use difference::{difference, is_empty, json, same, touch};
pub use field::{Field, FieldKind};

/// How a row is recognised that does not come with a known external id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// By this text column, which holds one row's alone.
    Column(&'static str),
    /// By a domain of the account.
    Domain,
    /// By these references together, of which the first must be there.
    Pair(&'static str, &'static [&'static str]),
}

/// One entity that can be written.
#[derive(Clone, Debug)]
pub struct Entity {
    /// The name of its table, which is also what a mapping calls it.
    pub name: &'static str,
    /// Its columns.
    pub table: Table,
    /// What a mapping may set.
    pub fields: Vec<Field>,
    /// How rows are recognised, in this order, unless the rule says otherwise.
    pub matching: Vec<Match>,
    /// Values of a new row where the rule gives none.
    defaults: Vec<(usize, Value)>,
}

static ENTITIES: LazyLock<Vec<Entity>> = LazyLock::new(entities::all);

/// All of them; those that others point to come first.
#[must_use]
pub fn entities() -> &'static [Entity] {
    &ENTITIES
}

/// The entity called `name`.
#[must_use]
pub fn entity(name: &str) -> Option<&'static Entity> {
    ENTITIES.iter().find(|entity| entity.name == name)
}

impl Entity {
    /// The field called `name`.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }

    /// Where the column `name` stands in a record of it.
    #[must_use]
    pub fn position(&self, name: &str) -> Option<usize> {
        self.table.position(name)
    }

    /// A row with nothing but the defaults in it.
    #[must_use]
    pub fn blank(&self) -> Record {
        let mut record: Record = self
            .table
            .columns
            .iter()
            .map(|column| column.kind.null())
            .collect();
        for (position, value) in &self.defaults {
            if let Some(cell) = record.get_mut(*position) {
                *cell = value.clone();
            }
        }
        record
    }
}

/// The table called `name`, of an entity or of the domains of accounts.
#[must_use]
pub fn written(name: &str) -> Option<&'static Entity> {
    entity(name).or_else(|| Some(account_domain()).filter(|domains| domains.name == name))
}

/// The domains of accounts, which have a table of their own.
#[must_use]
pub fn domains() -> &'static Table {
    &account_domain().table
}

fn account_domain() -> &'static Entity {
    static DOMAINS: LazyLock<Entity> = LazyLock::new(entities::account_domain);
    &DOMAINS
}
