//! What would have been, had a definition been in force: replaying what happened with leads.
//!
//! A lead would have qualified at the first instant, at its creation or at one of its touches, at which it was what the
//! definition asks for, as far as was known then. What it is (its title, its account) is taken as it is now. It
//! counts in the period in which that instant lies, and what became of it counts from then on: who was accepted
//! before says nothing of a definition that would have come too late.

use chrono::{DateTime, Utc};
use entity::{
    lead_definition::{DefinitionStage, Model},
    touch::TouchKind,
};
use sea_orm::ActiveEnum;
use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    error::ApiError,
    reader::{Lived, Reading},
    scoring::{self, Definition, Fact, Facts, Field, Replay, Touch},
    services::scoring::{band, read},
    store::definition as store,
    views::Scope,
};

use super::NOUN;

/// What who decides on a definition may do with it, one of these.
const DECIDING: [&str; 4] = ["propose", "signSales", "signMarketing", "veto"];

/// What is to be tried.
#[derive(Clone, Debug)]
pub enum Tried {
    /// A definition that is there.
    Known(Option<Uuid>),
    /// One that is not, of that stage.
    Said(DefinitionStage, Json, i32),
}

/// What would have been.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Preview {
    /// Of which leads, in the words of the roles.
    pub scope: String,
    /// How many leads were looked at: those that came in the period, or were touched.
    pub leads: u32,
    /// With the definition that is tried.
    pub tried: Outcome,
    /// With the one of the stage that is in force; none where there is none.
    pub active: Option<Outcome>,
}

/// What became of the leads that would have qualified.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How many would have.
    pub qualified: u32,
    /// How many of them sales accepted later.
    pub accepted: u32,
    /// How many of them sales qualified later.
    pub became_sql: u32,
    /// Of how many of them a deal was won later.
    pub won: u32,
}

/// Tries a definition on what happened from `from` on and before `to`.
///
/// # Errors
///
/// - [`ApiError::Forbidden`] when the caller may not propose definitions
/// - [`ApiError::ForbiddenField`] when it looks at what is hidden from them
/// - [`ApiError::Input`] with everything that is wrong with the definition
/// - [`ApiError::Validation`] when the period makes no sense
/// - [`ApiError::NotFound`] when there is no such definition
/// - as [`Reading::node`]
pub async fn preview(
    reading: &Reading,
    tried: Tried,
    (from, to): (DateTime<Utc>, DateTime<Utc>),
) -> Result<Preview, ApiError> {
    let view = &reading.viewer().view;
    let can = &view.noun(NOUN).can;
    let mut decides = DECIDING.iter().filter_map(|action| can.get(action));
    if decides.all(Scope::is_none) {
        return Err(ApiError::Forbidden {
            action: "preview definitions: that is for who may propose, sign or veto them"
                .to_owned(),
        });
    }
    if from >= to {
        return Err(ApiError::validation(
            "period",
            "`from` has to be before `to`",
        ));
    }
    let (stage, tried) = said(reading, tried).await?;
    let masked = view.noun("Account").masked.get("annualRevenue");
    let hidden = masked.is_some_and(|masked| masked.softened.is_none());
    if hidden && tried.reads(Field::AnnualRevenueBand) {
        return Err(ApiError::ForbiddenField {
            field: "criteria".to_owned(),
        });
    }
    let active = reading
        .lookup(async |db| store::active(&db, stage).await)
        .await?;
    let active = active.as_ref().map(read).transpose()?;
    let mut kinds = tried.kinds();
    kinds.extend(active.iter().flat_map(Definition::kinds));
    let kinds: Vec<String> = kinds.iter().map(TouchKind::to_value).collect();
    let mut preview = Preview {
        scope: view.noun("Lead").rows.to_string(),
        leads: 0,
        tried: Outcome::default(),
        active: active.as_ref().map(|_| Outcome::default()),
    };
    reading
        .replay((from, to), &kinds, |page| {
            for lived in page {
                preview.leads += 1;
                let life = Life::of(lived);
                preview.tried.add(&tried, &life, (from, to));
                if let (Some(definition), Some(outcome)) = (&active, &mut preview.active) {
                    outcome.add(definition, &life, (from, to));
                }
            }
        })
        .await?;
    Ok(preview)
}

/// The stage, and what is tried.
async fn said(reading: &Reading, tried: Tried) -> Result<(DefinitionStage, Definition), ApiError> {
    match tried {
        Tried::Said(stage, criteria, threshold) => {
            let definition = scoring::parse(&criteria, threshold.into(), "");
            Ok((stage, definition.map_err(ApiError::Input)?))
        }
        Tried::Known(id) => {
            let found: Option<Model> = match id {
                Some(id) => {
                    reading
                        .lookup(async |db| store::find(&db, id).await)
                        .await?
                }
                None => None,
            };
            let found = found.ok_or_else(|| ApiError::NotFound {
                what: NOUN.to_owned(),
            })?;
            Ok((found.stage, read(&found)?))
        }
    }
}

/// A lead, ready to be replayed.
struct Life {
    facts: Facts,
    /// The earliest first.
    touches: Vec<Touch>,
    /// When something happened: the earliest first.
    instants: Vec<DateTime<Utc>>,
    accepted_at: Vec<DateTime<Utc>>,
    sql_at: Vec<DateTime<Utc>>,
    won_at: Option<DateTime<Utc>>,
}

impl Life {
    fn of(lived: Lived) -> Self {
        let mut touches: Vec<Touch> = lived
            .touches
            .iter()
            .filter_map(|touch| {
                Some(Touch {
                    id: Uuid::nil(),
                    kind: TouchKind::try_from_value(&touch.kind).ok()?,
                    at: touch.at,
                    known_at: touch.known_at.map_or(touch.at, |known| known.max(touch.at)),
                })
            })
            .collect();
        touches.sort_unstable_by_key(|touch| touch.at);
        let later = touches.iter().map(|touch| touch.known_at);
        let mut instants: Vec<_> = later.filter(|at| *at > lived.created_at).collect();
        instants.push(lived.created_at);
        instants.sort_unstable();
        instants.dedup();
        let steps = |to: &str| {
            let taken = lived.steps.iter().filter(|step| step.to == to);
            taken.map(|step| step.at).collect()
        };
        Self {
            accepted_at: steps("ACCEPTED"),
            sql_at: steps("SQL"),
            won_at: lived.won_at,
            touches,
            instants,
            facts: facts(lived),
        }
    }
}

fn facts(lived: Lived) -> Facts {
    let revenue = lived
        .annual_revenue_minor
        .zip(lived.annual_revenue_currency);
    let band = revenue.and_then(|(minor, currency)| band(minor, &currency));
    Facts::default()
        .with_text(Field::JobTitle, lived.job_title)
        .with_text(Field::CompanyName, lived.company_name)
        .with_text(Field::Source, lived.source)
        .with_text(Field::Country, lived.country)
        .with_text(Field::Industry, lived.industry)
        .with_text(Field::EmployeeBand, lived.employee_band)
        .with(Field::AnnualRevenueBand, band)
        .with_text(Field::Channel, lived.channel)
        .with_text(Field::Lifecycle, lived.lifecycle)
        .with(Field::TargetTier, lived.target_tier.map(Fact::number))
}

impl Outcome {
    /// Counts a lead, if it would have qualified in the period.
    fn add(
        &mut self,
        definition: &Definition,
        life: &Life,
        (from, to): (DateTime<Utc>, DateTime<Utc>),
    ) {
        let replay = Replay::of(definition, &life.facts);
        let mut instants = life.instants.iter().take_while(|at| **at < to);
        let first = instants.find(|at| replay.met(&life.touches, **at));
        let Some(at) = first.filter(|at| **at >= from) else {
            return;
        };
        let since = |instants: &[DateTime<Utc>]| u32::from(instants.iter().any(|it| it >= at));
        self.qualified += 1;
        self.accepted += since(&life.accepted_at);
        self.became_sql += since(&life.sql_at);
        self.won += u32::from(life.won_at.is_some_and(|won| won >= *at));
    }
}
