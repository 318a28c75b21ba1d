//! Reading what was handed over to sales, with what became of it: of the leads, steps and touches that the viewer sees.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::error::ApiError;

use super::reading::{Reading, text};

/// Hand-overs of one statement.
const PAGE: u32 = 10_000;
/// The points of one statement, beside those of any.
const POINTS: u64 = 900;

/// Whether sales approaches somebody by the touch `t`: they meet, or we call or write.
pub const APPROACHES: &str = "t.\"function\" = 'SALES' AND (t.\"kind\" IN ('MEETING', 'DEMO') \
     OR t.\"kind\" IN ('CALL', 'SALES_EMAIL') AND t.\"direction\" = 'OUTBOUND')";

/// What counts as the hand-over of a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handover {
    /// Its first step to `MQL` in each cycle; where no such step is on record, its `mqlAt`.
    Qualified,
    /// That it came into being.
    Created,
}

/// A hand-over, and what became of it.
#[derive(Clone, Debug, Deserialize)]
pub struct HandedOver {
    /// The lead.
    pub id: Uuid,
    /// The lead's cycle; 0 where its creation counts as the hand-over.
    pub cycle: i32,
    /// UTC; when it was handed over.
    pub at: DateTime<Utc>,
    /// Whether an import added the step afterwards.
    pub backfilled: bool,
    /// Whether the lead is in that cycle still, so that what it is now says what became of it.
    pub current: bool,
    /// Where it stands now.
    pub status: String,
    /// Whether it has been accepted in its present cycle.
    pub accepted: bool,
    /// Why sales did not take it, in its present cycle.
    pub reject_reason: Option<Uuid>,
    /// Who works on it now.
    pub owner: Option<Uuid>,
    /// The campaign that brought it.
    pub campaign: Option<Uuid>,
    /// The territory that it lies in.
    pub territory: Option<Uuid>,
    /// The path of its territory, whoever sees that: its calendar is found by it.
    pub path: Option<String>,
    /// How it came to us.
    pub source: String,
    /// UTC; when sales approached it first, from the hand-over on.
    pub touched: Option<DateTime<Utc>>,
    /// Its steps from the hand-over on, earliest first.
    pub steps: Vec<HandedStep>,
}

/// A step of a lead that was handed over.
#[derive(Clone, Debug, Deserialize)]
pub struct HandedStep {
    /// Where it stood.
    pub from: Option<String>,
    /// Where it went.
    pub to: String,
    /// Why.
    pub reason: Option<Uuid>,
}

impl Reading {
    /// Hands `each` what was handed over from `from` on and before `to`, as far as the viewer sees the leads.
    ///
    /// # Errors
    ///
    /// As [`Reading::node`].
    pub async fn handed_over(
        &self,
        handover: Handover,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        mut each: impl FnMut(HandedOver),
    ) -> Result<(), ApiError> {
        let mut after = (Uuid::nil(), 0);
        loop {
            self.spend(POINTS)?;
            let mut compiler = self.compiler(self.viewer());
            compiler.root_handovers(handover, (from, to), after, PAGE)?;
            let json = text(self.row(compiler).await?)?;
            let json = json.as_deref().unwrap_or("[]");
            let page: Vec<HandedOver> = serde_json::from_str(json).map_err(ApiError::internal)?;
            let full = u32::try_from(page.len()).is_ok_and(|length| length >= PAGE);
            after = page.last().map_or(after, |last| (last.id, last.cycle));
            page.into_iter().for_each(&mut each);
            if !full {
                return Ok(());
            }
        }
    }
}
