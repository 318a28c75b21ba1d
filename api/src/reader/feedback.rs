//! Figures of feedback, for whoever asks what keeps coming up and whether it is answered: of what the viewer sees.

use chrono::{DateTime, Utc};
use serde::Deserialize;

use crate::error::ApiError;

use super::reading::{Reading, text};

/// The points of one statement, beside those of any.
const POINTS: u64 = 400;

/// Which feedback is asked for.
#[derive(Clone, Debug)]
pub struct Asked {
    /// UTC; from then on.
    pub from: DateTime<Utc>,
    /// UTC; before then.
    pub to: DateTime<Utc>,
    /// Who gives it to whom, such as `SALES_TO_MARKETING`; none: both.
    pub direction: Option<String>,
    /// What it is about, such as `CUSTOMER_NEED`; none: anything.
    pub kind: Option<String>,
}

/// What was said under a theme, as it is written.
#[derive(Clone, Debug, Deserialize)]
pub struct ThemeCount {
    /// The theme.
    pub theme: String,
    /// How many pieces of feedback.
    pub count: u32,
    /// How many of them are neither verified nor declined.
    pub open: u32,
    /// How many of them say how good or bad it is.
    pub moods: u32,
    /// What these say, added up.
    pub mood: f64,
    /// UTC; when the last of them was given.
    pub last_at: DateTime<Utc>,
}

/// What stands behind themes.
#[derive(Clone, Debug, Deserialize)]
pub struct Behind {
    /// How many companies are behind which theme.
    pub accounts: Vec<AccountsBehind>,
    /// What open deals these have, by currency.
    pub deals: Vec<DealsBehind>,
}

/// The companies behind a theme.
#[derive(Clone, Debug, Deserialize)]
pub struct AccountsBehind {
    /// Which theme.
    pub theme: usize,
    /// How many companies.
    pub count: u32,
}

/// Open deals behind a theme, in one currency.
#[derive(Clone, Debug, Deserialize)]
pub struct DealsBehind {
    /// Which theme.
    pub theme: usize,
    /// How many deals.
    pub count: u32,
    /// The currency; none of deals without an amount, and where amounts were not asked for.
    pub currency: Option<String>,
    /// What they are worth, with as many digits behind the point as the currency has.
    pub amount: Option<String>,
    /// The same in the currency's smallest unit.
    pub minor: Option<String>,
}

/// How feedback that was due is doing.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct LoopFigures {
    /// By direction; of one without feedback there is none.
    pub counts: Vec<LoopCounts>,
    /// How long it took to acknowledge it: those in the middle.
    pub acknowledged: Vec<Middle>,
    /// How long it took to act on it: those in the middle.
    pub actioned: Vec<Middle>,
}

/// Counts of feedback that was due.
#[derive(Clone, Debug, Deserialize)]
pub struct LoopCounts {
    /// Who gives it to whom.
    pub direction: String,
    /// How many pieces.
    pub due: u32,
    /// Of how many the next step is late.
    pub overdue: u32,
    /// How many were acknowledged.
    pub acknowledged: u32,
    /// How many have come to their end.
    pub closed: u32,
}

/// A duration in the middle of all: of an odd number there is one, and of an even number there are two.
#[derive(Clone, Debug, Deserialize)]
pub struct Middle {
    /// Who gives it to whom.
    pub direction: String,
    /// Microseconds.
    pub took: f64,
}

impl Reading {
    /// The themes of feedback that was given in the period, each as it is written.
    ///
    /// # Errors
    ///
    /// As [`Reading::node`].
    pub async fn themes(&self, asked: &Asked) -> Result<Vec<ThemeCount>, ApiError> {
        self.spend(POINTS)?;
        let mut compiler = self.compiler(self.viewer());
        compiler.root_themes(asked)?;
        let json = text(self.row(compiler).await?)?;
        serde_json::from_str(json.as_deref().unwrap_or("[]")).map_err(ApiError::internal)
    }

    /// What stands behind themes of feedback that was given in the period. `themes` says which are one, by a number;
    /// `amounts` is where the caller asked for what deals are worth.
    ///
    /// # Errors
    ///
    /// As [`Reading::node`]; [`ApiError::ForbiddenField`] when amounts are asked for that are masked in some deals.
    pub async fn behind(
        &self,
        asked: &Asked,
        themes: &[(String, usize)],
        amounts: Option<&str>,
    ) -> Result<Behind, ApiError> {
        self.spend(POINTS)?;
        let mut compiler = self.compiler(self.viewer());
        compiler.root_behind(asked, themes, amounts)?;
        let json = text(self.row(compiler).await?)?;
        let json = json.ok_or_else(|| ApiError::internal("figures without a row"))?;
        serde_json::from_str(&json).map_err(ApiError::internal)
    }

    /// How feedback is doing whose answer was due in the period.
    ///
    /// # Errors
    ///
    /// As [`Reading::node`].
    pub async fn feedback_loop(&self, asked: &Asked) -> Result<LoopFigures, ApiError> {
        self.spend(POINTS)?;
        let now = self.moment().now;
        let mut compiler = self.compiler(self.viewer());
        compiler.root_feedback_loop(asked, now)?;
        let json = text(self.row(compiler).await?)?;
        let json = json.ok_or_else(|| ApiError::internal("figures without a row"))?;
        serde_json::from_str(&json).map_err(ApiError::internal)
    }
}
