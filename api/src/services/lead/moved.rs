//! Leads that have moved, for whatever follows from it in the same transaction.

use chrono::{DateTime, Utc};
use entity::lead::LeadStatus;
use uuid::Uuid;

use crate::{
    record,
    store::table::{Record, Value},
};

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

impl Moved {
    /// What stands in a column of the lead, as it is.
    pub(in crate::services) fn value(&self, column: &str) -> Option<&Value> {
        self.after.get(record::entity("lead")?.position(column)?)
    }

    /// As [`Self::value`], of a column with ids.
    pub(in crate::services) fn uuid(&self, column: &str) -> Option<Uuid> {
        match self.value(column) {
            Some(Value::Uuid(id)) => *id,
            _ => None,
        }
    }

    /// As [`Self::value`], of a column with text.
    pub(in crate::services) fn text(&self, column: &str) -> Option<String> {
        match self.value(column) {
            Some(Value::String(text)) => text.clone(),
            _ => None,
        }
    }
}
