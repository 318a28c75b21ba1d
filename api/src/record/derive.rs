//! Columns that follow from others.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::store::table::{Record, Value};

use super::{Entity, value};

/// What rows need that is not in them.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The reason `UNKNOWN` for lost deals.
    pub lost_unknown: Option<Uuid>,
    /// The reasons that say nothing without a note.
    pub need_notes: HashSet<Uuid>,
    /// The paths of territories that are parents.
    pub paths: HashMap<Uuid, String>,
}

/// Sets what follows from the other columns of `record`. `given`: whether the mapping sets a column.
pub fn complete(
    entity: &Entity,
    record: &mut Record,
    given: impl Fn(usize) -> bool,
    known: &Known,
) {
    let mut row = Row { entity, record };
    match entity.name {
        "account" => {
            if let Some(name) = row.text("name") {
                row.set("normalized_name", value::normalized_name(&name));
            }
        }
        "contact" => {
            if let Some(email) = row.text("email") {
                let domain = email.rsplit_once('@').map(|(_, domain)| domain.to_owned());
                row.set("email_domain", domain);
            }
        }
        "territory" => {
            if let Some(code) = row.text("code") {
                let parent = row.id("parent_id").and_then(|id| known.paths.get(&id));
                let above = parent.map_or("/", String::as_str);
                row.set("path", format!("{above}{code}/"));
            }
        }
        "opportunity" => opportunity(&mut row, given, known),
        _ => {}
    }
}

fn opportunity(row: &mut Row<'_>, given: impl Fn(usize) -> bool, known: &Known) {
    let Some(stage) = row.text("stage") else {
        return;
    };
    let closed = stage.starts_with("CLOSED_");
    if !row.entity.position("forecast_category").is_some_and(given) {
        let was_closed = row.text("forecast_category").as_deref() == Some("CLOSED");
        if closed {
            row.set("forecast_category", "CLOSED");
        } else if was_closed {
            row.set("forecast_category", "PIPELINE");
        }
    }
    if stage == "CLOSED_LOST" && row.id("lost_reason_id").is_none() {
        row.set("lost_reason_id", known.lost_unknown);
    }
}

/// What feedback can be about.
const FEEDBACK_TARGETS: [&str; 6] = [
    "campaign_id",
    "lead_id",
    "account_id",
    "opportunity_id",
    "asset_id",
    "definition_id",
];

/// What a row must have beside the columns that may not be null.
#[must_use]
pub fn contradiction(entity: &Entity, record: &Record) -> Option<&'static str> {
    let count = |columns: &[&str]| {
        columns
            .iter()
            .filter_map(|column| record.get(entity.position(column)?))
            .filter(|value| matches!(value, Value::Uuid(Some(_))))
            .count()
    };
    match entity.name {
        "campaign_member" if count(&["lead_id", "contact_id"]) != 1 => {
            Some("a member of a campaign is a lead or a contact, and not both")
        }
        "feedback" if count(&FEEDBACK_TARGETS) == 0 => Some(
            "feedback is about a campaign, a lead, an account, an opportunity, a piece of content or a definition of leads",
        ),
        _ => None,
    }
}

struct Row<'r> {
    entity: &'r Entity,
    record: &'r mut Record,
}

impl Row<'_> {
    fn get(&self, column: &str) -> Option<&Value> {
        self.record.get(self.entity.position(column)?)
    }

    fn text(&self, column: &str) -> Option<String> {
        match self.get(column)? {
            Value::String(text) => text.clone(),
            _ => None,
        }
    }

    fn id(&self, column: &str) -> Option<Uuid> {
        match self.get(column)? {
            Value::Uuid(id) => *id,
            _ => None,
        }
    }

    fn set(&mut self, column: &str, value: impl Into<Value>) {
        if let Some(position) = self.entity.position(column)
            && let Some(cell) = self.record.get_mut(position)
        {
            *cell = value.into();
        }
    }
}
