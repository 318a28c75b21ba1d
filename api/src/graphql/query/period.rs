//! The period that reports are over.

use async_graphql::InputObject;
use chrono::{DateTime, Utc};

use super::super::instant::Instant;

/// A period, from an instant on to before another.
#[derive(Debug, InputObject)]
pub(super) struct PeriodInput {
    /// From then on.
    from: Instant,
    /// Before then.
    to: Instant,
}

impl PeriodInput {
    /// Its first instant, and the first one after it.
    pub(super) const fn ends(&self) -> (DateTime<Utc>, DateTime<Utc>) {
        (self.from.0, self.to.0)
    }
}
