//! The one way to read. A selection, the viewer and the dataset become one SQL statement that
//! returns the finished JSON; nothing else in the hub reads rows for a caller.

mod aggregate;
mod compile;
mod cost;
mod cursor;
mod dialect;
mod filter;
mod fingerprint;
mod order;
mod pattern;
mod permission;
mod reading;
mod selection;

use sea_orm::DbBackend;

use crate::{auth::Viewer, calendar::Moment, database::Database};

pub use aggregate::{
    Aggregate, AggregatePart, Dimension, Function, GroupKey, GroupOrder, GroupPart, Groups, Having,
    KeyPart, MAX_GROUPS, Measure, MeasurePart, MeasureTest, dimension_name,
};
pub use cost::MAX_COST;
pub use cursor::Cursor;
pub use filter::{Amount, Clause, Demand, Filter, Logic, Operand, Span, Test};
pub use order::{Order, OrderKey};
pub use pattern::{MAX_PATTERN, Side, ignoring_case};
pub use permission::{holding, permit};
pub use reading::{Reading, Sees};
pub use selection::{
    BandPart, Connection, ConnectionPart, EdgePart, MoneyPart, NodeField, NodeSelection, Page,
    PageInfoPart, ReferencePart,
};

/// Reads what viewers may see. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reader {
    database: Database,
}

impl Reader {
    /// A reader of `database`.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Begins to answer one operation of `viewer` at `moment`, whose statements see what `sees` says.
    #[must_use]
    pub fn reading(&self, viewer: Viewer, moment: Moment, sees: Sees) -> Reading {
        Reading::new(self.database.clone(), viewer, moment, sees)
    }
}

fn dialect(backend: DbBackend) -> &'static dyn dialect::Dialect {
    match backend {
        DbBackend::Postgres => &dialect::Postgres,
        _ => &dialect::Sqlite,
    }
}
