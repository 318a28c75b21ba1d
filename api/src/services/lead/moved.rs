//! Leads that have moved, for whatever follows from it in the same transaction.

use chrono::{DateTime, Utc};
use entity::lead::LeadStatus;
use uuid::Uuid;

use crate::store::table::Record;

/// A lead that has moved from one status to another, or into its first.
#[derive(Clone, Debug)]
pub struct Moved {
    /// The lead.
    pub id: Uuid,
    /// Where it stood; `None` when it was captured.
    pub from: Option<LeadStatus>,
    /// Where it stands now.
    pub to: LeadStatus,
    /// As it is.
    pub after: Record,
    /// UTC; when.
    pub at: DateTime<Utc>,
    /// What was said about it in words.
    pub note: Option<String>,
}
