//! Leads that have moved, for whatever follows from it in the same transaction.

use chrono::{DateTime, Utc};
use entity::lead::LeadStatus;
use uuid::Uuid;

use crate::store::table::Record;

/// A lead that has moved from one status to another, or into its first.
#[derive(Clone, Debug)]
pub(in crate::services) struct Moved {
    /// The lead.
    pub(in crate::services) id: Uuid,
    /// Where it stood; `None` when it was captured.
    pub(in crate::services) from: Option<LeadStatus>,
    /// Where it stands now.
    pub(in crate::services) to: LeadStatus,
    /// As it is.
    pub(in crate::services) after: Record,
    /// UTC; when.
    pub(in crate::services) at: DateTime<Utc>,
    /// What was said about it in words.
    pub(in crate::services) note: Option<String>,
}
