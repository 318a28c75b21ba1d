//! `previewLeadDefinition`: what would have been, had a definition been in force.

use async_graphql::{Context, ID, Object, SimpleObject};

use entity::lead_definition;

use crate::{
    dataset::GlobalId,
    error::ApiError,
    services::definition::{self, Outcome, Preview, Tried},
};

use super::{
    super::{definition::DefinitionStage, error::add_errors, json::AnyJson, selection::reading},
    period::PeriodInput,
};

/// The root field that tries definitions.
#[derive(Debug)]
pub(crate) struct DefinitionQuery;

#[Object]
impl DefinitionQuery {
    /// What would have been, had a definition been in force in a period: how many of the leads that you see would have
    /// qualified, and what became of them (docs/definitions.md). For who may propose, sign or veto definitions.
    async fn preview_lead_definition(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of a definition; or else say `criteria` and `threshold`.")]
        id: Option<ID>,
        #[graphql(desc = "What would count, as in `proposeLeadDefinition`.")] criteria: Option<
            AnyJson,
        >,
        #[graphql(desc = "1 to 100: the score from which a lead would be qualified.")]
        threshold: Option<i32>,
        #[graphql(
            desc = "What it would define; MQL unless you say, and of no matter where `id` is said. It is compared with \
                    the one of this stage that is in force."
        )]
        stage: Option<DefinitionStage>,
        #[graphql(desc = "When they would have qualified.")] period: PeriodInput,
    ) -> Option<DefinitionPreview> {
        let preview = async {
            let tried = tried(id, criteria, threshold, stage)?;
            definition::preview(reading(ctx), tried, period.ends()).await
        };
        match preview.await {
            Ok(preview) => Some(preview.into()),
            Err(error) => {
                add_errors(ctx, &error);
                None
            }
        }
    }
}

/// What is to be tried.
fn tried(
    id: Option<ID>,
    criteria: Option<AnyJson>,
    threshold: Option<i32>,
    stage: Option<DefinitionStage>,
) -> Result<Tried, ApiError> {
    match (id, criteria, threshold) {
        (Some(id), None, None) => {
            let id = GlobalId::parse(&id).filter(|id| id.entity.name == "LeadDefinition");
            Ok(Tried::Known(id.map(|id| id.id)))
        }
        (None, Some(criteria), Some(threshold)) => {
            let stage = stage.map_or(lead_definition::DefinitionStage::Mql, |stage| stage.value);
            Ok(Tried::Said(stage, criteria.0, threshold))
        }
        _ => Err(ApiError::validation(
            "criteria",
            "either `id` is required, or `criteria` and `threshold`",
        )),
    }
}

/// What would have been, had a definition been in force.
#[derive(Debug, SimpleObject)]
struct DefinitionPreview {
    /// Which leads were looked at, in the words of the roles: `all`, or as `viewer.views` says it. What you do not see is
    /// not counted.
    scope: String,
    /// How many leads were looked at: those that came in the period, or were touched.
    leads: i32,
    /// How many of them would have qualified in the period.
    qualified: i32,
    /// How many of these sales accepted later.
    accepted: i32,
    /// `accepted` of `qualified`; null where none would have qualified.
    accepted_share: Option<f64>,
    /// How many of these sales qualified later.
    became_sql: i32,
    /// `becameSql` of `qualified`; null where none would have qualified.
    became_sql_share: Option<f64>,
    /// Of how many of these a deal was won later.
    won: i32,
    /// `won` of `qualified`; null where none would have qualified.
    won_share: Option<f64>,
    /// The same with the definition of the stage that is in force; null where there is none.
    active: Option<DefinitionOutcome>,
}

/// What became of leads that would have qualified.
#[derive(Debug, SimpleObject)]
struct DefinitionOutcome {
    /// How many would have qualified in the period.
    qualified: i32,
    /// How many of these sales accepted later.
    accepted: i32,
    /// `accepted` of `qualified`; null where none would have qualified.
    accepted_share: Option<f64>,
    /// How many of these sales qualified later.
    became_sql: i32,
    /// `becameSql` of `qualified`; null where none would have qualified.
    became_sql_share: Option<f64>,
    /// Of how many of these a deal was won later.
    won: i32,
    /// `won` of `qualified`; null where none would have qualified.
    won_share: Option<f64>,
}

impl From<Outcome> for DefinitionOutcome {
    fn from(outcome: Outcome) -> Self {
        let share = |part: u32| {
            let all = outcome.qualified;
            (all > 0).then(|| f64::from(part) / f64::from(all))
        };
        Self {
            qualified: count(outcome.qualified),
            accepted: count(outcome.accepted),
            accepted_share: share(outcome.accepted),
            became_sql: count(outcome.became_sql),
            became_sql_share: share(outcome.became_sql),
            won: count(outcome.won),
            won_share: share(outcome.won),
        }
    }
}

impl From<Preview> for DefinitionPreview {
    fn from(preview: Preview) -> Self {
        let DefinitionOutcome {
            qualified,
            accepted,
            accepted_share,
            became_sql,
            became_sql_share,
            won,
            won_share,
        } = preview.tried.into();
        Self {
            scope: preview.scope,
            leads: count(preview.leads),
            qualified,
            accepted,
            accepted_share,
            became_sql,
            became_sql_share,
            won,
            won_share,
            active: preview.active.map(DefinitionOutcome::from),
        }
    }
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
