//! The one way to read. A selection, the viewer and the dataset become one SQL statement that
//! returns the finished JSON; nothing else in the hub reads rows for a caller.

mod aggregate;
mod change;
mod compile;
mod cost;
mod cursor;
mod dialect;
mod feed;
mod feedback;
mod filter;
mod fingerprint;
mod handover;
mod order;
mod pattern;
mod permission;
mod reading;
mod replay;
mod selection;

use chrono::TimeDelta;
use sea_orm::DbBackend;

use crate::{auth::Viewer, calendar::Moment, database::Database};

pub use aggregate::{
    Aggregate, AggregatePart, Dimension, Function, GroupKey, GroupOrder, GroupPart, Groups, Having,
    KeyPart, MAX_GROUPS, Measure, MeasurePart, MeasureTest, dimension_name,
};
pub use change::{
    ActorPart, ChangeEdgePart, ChangePart, ChangeSelection, FieldChangePart, History, HistoryPart,
    number_of,
};
pub use cost::MAX_COST;
pub use cursor::Cursor;
pub use feed::{ChangeFilter, Feed, FeedPage, MOST_CHANGES, REMOVED, Whose};
pub use feedback::{Asked, Behind, LoopCounts, LoopFigures, Middle, ThemeCount};
pub use filter::{Amount, Clause, Demand, Filter, Logic, Operand, Span, Test};
pub use handover::{APPROACHES, HandedOver, HandedStep, Handover};
pub use order::{Order, OrderKey};
pub use pattern::{MAX_PATTERN, Side, ignoring_case};
pub use permission::{holding, permit};
pub use reading::{Reading, Sees};
pub use replay::{Lived, LivedStep, LivedTouch};
pub use selection::{
    BandPart, Connection, ConnectionPart, EdgePart, ExternalIdPart, MoneyPart, NodeField,
    NodeSelection, Page, PageInfoPart, ReferencePart, RequirementPart, TransitionPart,
};

/// Reads what viewers may see. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reader {
    database: Database,
    /// For how long the change feed is kept.
    kept: TimeDelta,
}

impl Reader {
    /// A reader of `database`, whose change feed is kept for 30 days.
    #[must_use]
    pub fn new(database: Database) -> Self {
        let kept = TimeDelta::days(30);
        Self { database, kept }
    }

    /// The same, with a change feed that is kept for so long.
    #[must_use]
    pub fn keeping(self, kept: TimeDelta) -> Self {
        Self { kept, ..self }
    }

    /// Begins to answer one operation of `viewer` at `moment`, whose statements see what `sees` says.
    #[must_use]
    pub fn reading(&self, viewer: Viewer, moment: Moment, sees: Sees) -> Reading {
        Reading::new(self, viewer, moment, sees)
    }
}

fn dialect(backend: DbBackend) -> &'static dyn dialect::Dialect {
    match backend {
        DbBackend::Postgres => &dialect::Postgres,
        _ => &dialect::Sqlite,
    }
}
