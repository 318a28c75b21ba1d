//! Reading leads with what happened with them, for whoever asks what would have been: only those that the viewer sees.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use uuid::Uuid;

use crate::error::ApiError;

use super::reading::{Reading, text};

/// Leads of one statement.
const PAGE: u32 = 5_000;
/// The points of one statement, beside those of any.
const POINTS: u64 = 400;

/// A lead, and what happened with it.
#[derive(Clone, Debug, Deserialize)]
pub struct Lived {
    /// Its id.
    pub id: Uuid,
    /// UTC; when it came.
    pub created_at: DateTime<Utc>,
    /// What they are called at work.
    pub job_title: Option<String>,
    /// Their company, as they gave it.
    pub company_name: Option<String>,
    /// How it came to us.
    pub source: Option<String>,
    /// The account's country.
    pub country: Option<String>,
    /// Its line of business.
    pub industry: Option<String>,
    /// How many people work there.
    pub employee_band: Option<String>,
    /// What it turns over, in minor units.
    pub annual_revenue_minor: Option<i64>,
    /// Their currency.
    pub annual_revenue_currency: Option<String>,
    /// Who sells to it.
    pub channel: Option<String>,
    /// How far it is on the way to being a customer.
    pub lifecycle: Option<String>,
    /// How much we want it.
    pub target_tier: Option<i64>,
    /// What happened with the lead, in no order.
    pub touches: Vec<LivedTouch>,
    /// When it was accepted, and qualified by sales.
    pub steps: Vec<LivedStep>,
    /// UTC; when a deal of it was won, that the viewer sees: the last one.
    pub won_at: Option<DateTime<Utc>>,
}

/// A touch of a lead.
#[derive(Clone, Debug, Deserialize)]
pub struct LivedTouch {
    /// What happened.
    pub kind: String,
    /// UTC; when.
    pub at: DateTime<Utc>,
    /// UTC; when it became known whose it is, where that was not at once.
    pub known_at: Option<DateTime<Utc>>,
}

/// A step that a lead took.
#[derive(Clone, Debug, Deserialize)]
pub struct LivedStep {
    /// Where it went.
    pub to: String,
    /// UTC; when.
    pub at: DateTime<Utc>,
}

impl Reading {
    /// Hands `replay` the leads that the viewer sees, with which something happened from `from` on and before `to`,
    /// some thousands at a time, each with its touches of `kinds` before `to`.
    ///
    /// # Errors
    ///
    /// As [`Reading::node`].
    pub async fn replay(
        &self,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
        kinds: &[String],
        mut replay: impl FnMut(Vec<Lived>),
    ) -> Result<(), ApiError> {
        let mut after = Uuid::nil();
        loop {
            self.spend(POINTS)?;
            let mut compiler = self.compiler(self.viewer());
            compiler.root_replay((from, to), kinds, after, PAGE)?;
            let json = text(self.row(compiler).await?)?;
            let json = json.as_deref().unwrap_or("[]");
            let page: Vec<Lived> = serde_json::from_str(json).map_err(ApiError::internal)?;
            let full = u32::try_from(page.len()).is_ok_and(|length| length >= PAGE);
            after = page.last().map_or(after, |last| last.id);
            replay(page);
            if !full {
                return Ok(());
            }
        }
    }
}
