//! What the demo's company calls a qualified lead: what both sides signed a year ago, and what sales would rather have.

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    lead_definition::{self, DefinitionStage, DefinitionStatus},
    lead_definition_approval::{self, SigningFunction},
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    calendar::Calendar,
    dice::Dice,
    team::{Region, Team},
};

/// Chance of its own, so that nothing else depends on how much of it is used.
const STREAM: u64 = u64::MAX;
/// From which score a lead is qualified.
const THRESHOLD: i32 = 60;
/// From which score it would be, if it went by sales.
const HIGHER: i32 = 70;

/// The definitions of a company, and who signed them.
pub(super) struct Definitions {
    /// The one in force first.
    pub(super) rows: Vec<lead_definition::Model>,
    /// Both of the first, and one of the second.
    pub(super) approvals: Vec<lead_definition_approval::Model>,
}

impl Definitions {
    /// What `team` has agreed on before the year began, and what waits for marketing since last week.
    pub(super) fn agree(seed: u64, calendar: &Calendar, team: &Team) -> Self {
        let mut dice = Dice::new(seed, STREAM);
        let sales = team.desk(Region::Emea).sales_manager;
        let marketing = team.marketing_manager;
        let (agreed_at, proposed_at) = (
            calendar.start() - TimeDelta::days(30),
            calendar.end() - TimeDelta::days(6),
        );
        let mut active = definition(&mut dice, 1, (marketing, agreed_at), THRESHOLD);
        active.status = DefinitionStatus::Active;
        let signed_at = agreed_at + TimeDelta::days(3);
        active.effective_from = Some(signed_at);
        active.note = Some("What both teams agreed on before the year began".to_owned());
        let mut wanted = definition(&mut dice, 2, (sales, proposed_at), HIGHER);
        wanted.note =
            Some("Fewer, and readier to talk: see what it would have been like".to_owned());
        let mut sign =
            |definition: &lead_definition::Model, by, at| lead_definition_approval::Model {
                id: dice.id(at),
                definition_id: definition.id,
                user_id: by,
                function: if by == sales {
                    SigningFunction::Sales
                } else {
                    SigningFunction::Marketing
                },
                at,
            };
        let approvals = vec![
            sign(&active, sales, agreed_at + TimeDelta::days(1)),
            sign(&active, marketing, signed_at),
            sign(&wanted, sales, proposed_at + TimeDelta::hours(2)),
        ];
        Self {
            rows: vec![active, wanted],
            approvals,
        }
    }

    /// The one in force, all year.
    pub(super) fn active(&self) -> Option<Uuid> {
        self.rows.first().map(|definition| definition.id)
    }
}

fn definition(
    dice: &mut Dice,
    version: i32,
    (proposed_by, at): (Uuid, DateTime<Utc>),
    threshold: i32,
) -> lead_definition::Model {
    lead_definition::Model {
        id: dice.id(at),
        stage: DefinitionStage::Mql,
        version,
        status: DefinitionStatus::Proposed,
        criteria: criteria(),
        threshold,
        answers: None,
        note: None,
        proposed_by_id: Some(proposed_by),
        effective_from: None,
        superseded_at: None,
        created_at: at,
    }
}

fn criteria() -> Value {
    json!([
        {"key": "decides", "label": "Decides, or prepares decisions", "points": 15,
         "field": "jobTitle", "operator": "contains",
         "value": ["chief", "vice president", "director", "head of"]},
        {"key": "size", "label": "Company of 51 people or more", "points": 10,
         "field": "employeeBand", "operator": "gte", "value": 51},
        {"key": "target", "label": "Company that we want most", "points": 10,
         "field": "targetTier", "operator": "lte", "value": 2},
        {"key": "sent", "label": "Somebody sent them", "points": 15,
         "field": "source", "operator": "in", "value": ["REFERRAL", "PARTNER"]},
        {"key": "bought", "label": "From a list", "points": -10,
         "field": "source", "operator": "eq", "value": "LIST_IMPORT"},
        {"key": "asked", "label": "Asked us", "touches": ["FORM_SUBMIT"],
         "withinDays": 120, "points": 25, "halfLifeDays": 60},
        {"key": "content", "label": "Reads what we write", "touches": ["CONTENT_DOWNLOAD"],
         "withinDays": 120, "pointsEach": 15, "maxPoints": 30, "halfLifeDays": 45},
        {"key": "met", "label": "Came to see us", "touches": ["WEBINAR_ATTEND", "EVENT_ATTEND"],
         "withinDays": 180, "pointsEach": 15, "maxPoints": 30, "halfLifeDays": 60},
        {"key": "clicks", "label": "Follows our mailings", "touches": ["EMAIL_CLICK"],
         "withinDays": 90, "pointsEach": 5, "maxPoints": 15, "halfLifeDays": 30},
        {"key": "visits", "label": "Looks at our site", "touches": ["PAGE_VIEW"],
         "withinDays": 60, "atLeast": 3, "pointsEach": 3, "maxPoints": 20, "halfLifeDays": 20},
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scoring;

    #[test]
    fn it_is_a_definition() {
        let problems = scoring::parse(&criteria(), THRESHOLD.into(), "").err();
        assert_eq!(problems, None);
    }
}
