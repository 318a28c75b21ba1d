//! What was handed over to sales, with what became of it: of the leads, steps and touches that the viewer sees.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    dataset::{Entity, Field, Kind, dataset},
    error::ApiError,
};

use super::{
    super::handover::{APPROACHES, Handover},
    Compiler, Parent,
    condition::{all, table},
    row::misuse,
    scope::{ALWAYS, exists},
};

/// What of a lead is looked at, whichever hand-over it is.
const OF_LEAD: [&str; 10] = [
    "id",
    "cycle",
    "status",
    "accepted_at",
    "reject_reason_id",
    "owner_id",
    "source_campaign_id",
    "territory_id",
    "source",
    "mql_at",
];
/// From when on, and before when.
type Span = (DateTime<Utc>, DateTime<Utc>);

impl Compiler<'_> {
    /// Up to `limit` hand-overs in that time, after the one of that lead and cycle, as an array.
    pub(in crate::reader) fn root_handovers(
        &mut self,
        handover: Handover,
        span: Span,
        (after, cycle): (Uuid, i32),
        limit: u32,
    ) -> Result<(), ApiError> {
        let lead = dataset().target("Lead")?;
        let handed = match handover {
            Handover::Qualified => {
                let by_step = self.by_step(lead, span)?;
                format!("{by_step} UNION ALL {}", self.by_stamp(lead, span)?)
            }
            Handover::Created => self.by_creation(lead, span)?,
        };
        let (after, cycle) = (self.bind(after), self.bind(cycle));
        let page = format!(
            "SELECT u.* FROM ({handed}) AS u WHERE (u.\"id\", u.\"handed_cycle\") > ({after}, {cycle}) \
             ORDER BY u.\"id\", u.\"handed_cycle\" LIMIT {limit}"
        );
        let object = self.handed_over(lead, handover)?;
        let order = "l.\"id\", l.\"handed_cycle\"";
        let list = self.dialect.list(&object, Some(order), None);
        self.sql = format!("SELECT {} FROM ({page}) AS l", self.dialect.text(&list));
        Ok(())
    }

    /// The first steps to `MQL` of cycles.
    fn by_step(&mut self, lead: &'static Entity, span: Span) -> Result<String, ApiError> {
        let (steps, step) = listed(lead, "transitions")?;
        let mut conditions = self.visible(lead, "l")?;
        conditions.extend(self.belongs(step, Parent::Row(steps, "l"), "f")?);
        conditions.push("f.\"to_status\" = 'MQL'".to_owned());
        conditions.push(self.in_span("f.\"at\"", span));
        // Looked up by the lead: by the status there would be thousands.
        let status = self.dialect.unindexed("e.\"to_status\"");
        let mut earlier = self.belongs(step, Parent::Row(steps, "l"), "e")?;
        earlier.push(format!("e.\"cycle\" = f.\"cycle\" AND {status} = 'MQL'"));
        earlier.push("(e.\"at\", e.\"id\") < (f.\"at\", f.\"id\")".to_owned());
        conditions.push(format!("NOT {}", exists(step, "e", &earlier)));
        Ok(format!(
            "SELECT {}, f.\"at\" AS handed_at, f.\"cycle\" AS handed_cycle, f.\"backfilled\" AS backfilled \
             FROM {}, {}{}",
            columns(),
            table(lead, "l"),
            table(step, "f"),
            all(&conditions)
        ))
    }

    /// Leads that were handed over without a step that says so, as imports have them.
    fn by_stamp(&mut self, lead: &'static Entity, span: Span) -> Result<String, ApiError> {
        let (steps, step) = listed(lead, "transitions")?;
        let mut conditions = self.visible(lead, "l")?;
        conditions.push(self.in_span("l.\"mql_at\"", span));
        let mut said = self.belongs(step, Parent::Row(steps, "l"), "e")?;
        let status = self.dialect.unindexed("e.\"to_status\"");
        said.push(format!("e.\"cycle\" = l.\"cycle\" AND {status} = 'MQL'"));
        conditions.push(format!("NOT {}", exists(step, "e", &said)));
        Ok(format!(
            "SELECT {}, l.\"mql_at\" AS handed_at, l.\"cycle\" AS handed_cycle, FALSE AS backfilled FROM {}{}",
            columns(),
            table(lead, "l"),
            all(&conditions)
        ))
    }

    /// Leads by when they came.
    fn by_creation(&mut self, lead: &'static Entity, span: Span) -> Result<String, ApiError> {
        let mut conditions = self.visible(lead, "l")?;
        conditions.push(self.in_span("l.\"created_at\"", span));
        Ok(format!(
            "SELECT {}, l.\"created_at\" AS handed_at, 0 AS handed_cycle, FALSE AS backfilled FROM {}{}",
            columns(),
            table(lead, "l"),
            all(&conditions)
        ))
    }

    fn in_span(&self, column: &str, (from, to): Span) -> String {
        format!(
            "NOT ({}) AND {}",
            self.dialect.is_before(column, from),
            self.dialect.is_before(column, to)
        )
    }

    /// A hand-over at `l` as an object.
    fn handed_over(
        &mut self,
        lead: &'static Entity,
        handover: Handover,
    ) -> Result<String, ApiError> {
        let dialect = self.dialect;
        let current = match handover {
            Handover::Qualified => "l.\"cycle\" = l.\"handed_cycle\"",
            Handover::Created => ALWAYS,
        };
        let mut pairs = vec![
            ("id", dialect.hex_id("l.\"id\"")),
            ("cycle", "l.\"handed_cycle\"".to_owned()),
            ("at", dialect.instant("l.\"handed_at\"")),
            ("backfilled", dialect.boolean("l.\"backfilled\"")),
            ("current", dialect.truth(current)),
            ("status", "l.\"status\"".to_owned()),
            ("accepted", dialect.truth("l.\"accepted_at\" IS NOT NULL")),
            ("source", "l.\"source\"".to_owned()),
            (
                "path",
                "(SELECT r.\"path\" FROM \"territory\" AS r WHERE r.\"id\" = l.\"territory_id\" \
                 AND r.\"deleted_at\" IS NULL)"
                    .to_owned(),
            ),
        ];
        for (key, field) in [
            ("reject_reason", "rejectReasonId"),
            ("owner", "ownerId"),
            ("campaign", "sourceCampaignId"),
            ("territory", "territoryId"),
        ] {
            // What they may not know is null to them.
            let known = self.countable(field_of(lead, field)?, lead, "l")?;
            pairs.push((key, dialect.hex_id(&known)));
        }
        let touched = self.first_approach(lead, handover)?;
        pairs.push(("touched", dialect.instant(&touched)));
        pairs.push(("steps", self.steps_since(lead, handover)?));
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(key, value)| format!("'{key}', {value}"))
            .collect();
        Ok(format!(
            "{}({})",
            dialect.object_function(),
            pairs.join(", ")
        ))
    }

    /// When sales approached the lead at `l` first, from its hand-over on and before its next cycle.
    fn first_approach(&mut self, lead: &Entity, handover: Handover) -> Result<String, ApiError> {
        let (touches, touch) = listed(lead, "touches")?;
        let mut conditions = self.belongs(touch, Parent::Row(touches, "l"), "t")?;
        conditions.push(APPROACHES.to_owned());
        conditions.push("t.\"occurred_at\" >= l.\"handed_at\"".to_owned());
        if handover == Handover::Qualified {
            let (steps, step) = listed(lead, "transitions")?;
            let mut begun = self.belongs(step, Parent::Row(steps, "l"), "n")?;
            begun.push(
                "n.\"cycle\" > l.\"handed_cycle\" AND n.\"at\" <= t.\"occurred_at\"".to_owned(),
            );
            conditions.push(format!("NOT {}", exists(step, "n", &begun)));
        }
        Ok(format!(
            "(SELECT min(t.\"occurred_at\") FROM {}{})",
            table(touch, "t"),
            all(&conditions)
        ))
    }

    /// The steps of the lead at `l` from its hand-over on, in its cycle, as an array.
    fn steps_since(&mut self, lead: &Entity, handover: Handover) -> Result<String, ApiError> {
        let (steps, step) = listed(lead, "transitions")?;
        let mut conditions = self.belongs(step, Parent::Row(steps, "l"), "s")?;
        conditions.push("s.\"at\" >= l.\"handed_at\"".to_owned());
        if handover == Handover::Qualified {
            conditions.push("s.\"cycle\" = l.\"handed_cycle\"".to_owned());
        }
        let reason = self.countable(field_of(step, "reasonId")?, step, "s")?;
        let object = format!(
            "{}('from', s.\"from_status\", 'to', s.\"to_status\", 'reason', {})",
            self.dialect.object_function(),
            self.dialect.hex_id(&reason)
        );
        let order = "s.\"at\", s.\"id\"";
        Ok(format!(
            "(SELECT {} FROM {}{})",
            self.dialect.list(&object, Some(order), None),
            table(step, "s"),
            all(&conditions)
        ))
    }
}

fn columns() -> String {
    let columns = OF_LEAD.map(|column| format!("l.\"{column}\""));
    columns.join(", ")
}

/// A list of leads, and the entity that it lists.
fn listed(lead: &Entity, name: &str) -> Result<(&'static Field, &'static Entity), ApiError> {
    let entity = dataset().target(lead.name)?;
    let field = field_of(entity, name)?;
    let Kind::ToMany { target, .. } = field.kind else {
        return Err(misuse(field));
    };
    Ok((field, dataset().target(target)?))
}

fn field_of(entity: &'static Entity, name: &str) -> Result<&'static Field, ApiError> {
    let field = entity.find(name);
    field.ok_or_else(|| ApiError::internal(format!("{} has no {name}", entity.name)))
}
