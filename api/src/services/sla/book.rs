//! What clocks run by, looked up once for all that are started together: policies, calendars, and where these hold.

use std::collections::{HashMap, HashSet};

use chrono::NaiveDate;
use entity::{business_calendar, sla_clock::SlaKind, sla_policy};
use uuid::Uuid;

use crate::{
    business_time::{BusinessCalendar, WeeklyHours},
    error::ApiError,
    store,
};

use super::{Subject, begin::Start};
use crate::services::{condition::Condition, write::Write};

/// What clocks run by.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// In the order in which they are tried.
    policies: Vec<(sla_policy::Model, Condition)>,
    /// Every calendar that can be read.
    calendars: HashMap<Uuid, BusinessCalendar>,
    /// Those that were not deleted.
    kept: HashSet<Uuid>,
    default: Option<Uuid>,
    /// The paths of territories that name a calendar.
    pub(super) named: Vec<(String, Uuid)>,
    /// The paths of territories, by id.
    paths: HashMap<Uuid, String>,
}

impl Book {
    /// What `starts` needs.
    pub(super) async fn of(write: &Write<'_>, starts: &[Start]) -> Result<Self, ApiError> {
        let mut kinds: Vec<SlaKind> = starts.iter().map(|start| start.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let policies = store::sla::policies(write.tx, &kinds).await?;
        let policies: Vec<_> = policies.into_iter().filter_map(with_condition).collect();
        let conditions = policies.iter().map(|(_, condition)| condition);
        let asked = conditions.flat_map(|condition| condition.territories.iter().flatten());
        let lying = starts.iter().filter_map(|start| start.subject.territory_id);
        let territories: HashSet<Uuid> = asked.copied().chain(lying).collect();
        let territories: Vec<Uuid> = territories.into_iter().collect();
        Ok(Self {
            policies,
            named: store::sla::territory_calendars(write.tx).await?,
            paths: store::sla::territory_paths(write.tx, &territories).await?,
            ..Self::of_calendars(write).await?
        })
    }

    /// What it takes to count time in these territories, by no policy.
    pub(super) async fn of_territories(
        write: &Write<'_>,
        territories: &[Uuid],
    ) -> Result<Self, ApiError> {
        Ok(Self {
            named: store::sla::territory_calendars(write.tx).await?,
            paths: store::sla::territory_paths(write.tx, territories).await?,
            ..Self::of_calendars(write).await?
        })
    }

    /// The calendars alone.
    pub(super) async fn of_calendars(write: &Write<'_>) -> Result<Self, ApiError> {
        let days = store::sla::holidays(write.tx).await?;
        Ok(Self::with(store::sla::calendars(write.tx).await?, days))
    }

    /// These calendars, with these days off.
    pub(super) fn with(
        calendars: Vec<business_calendar::Model>,
        days: Vec<(Uuid, NaiveDate)>,
    ) -> Self {
        let mut holidays: HashMap<Uuid, Vec<_>> = HashMap::new();
        for (calendar, day) in days {
            holidays.entry(calendar).or_default().push(day);
        }
        let mut book = Self::default();
        for row in calendars {
            let off = holidays.remove(&row.id).unwrap_or_default();
            let Some(calendar) = readable(&row, off) else {
                tracing::warn!(calendar = %row.id, "its hours or its time zone cannot be read: it does not count");
                continue;
            };
            if row.deleted_at.is_none() {
                book.kept.insert(row.id);
                book.default = book.default.or(row.is_default.then_some(row.id));
            }
            book.calendars.insert(row.id, calendar);
        }
        book
    }

    /// The calendar with that id, deleted or not.
    pub(super) fn calendar(&self, id: Uuid) -> Option<&BusinessCalendar> {
        self.calendars.get(&id)
    }

    /// The first policy of `kind` that holds for `subject`.
    pub(super) fn policy(&self, kind: SlaKind, subject: &Subject) -> Option<&sla_policy::Model> {
        let path = self.path(subject);
        let of_kind = self
            .policies
            .iter()
            .filter(|(policy, _)| policy.kind == kind);
        let mut holding = of_kind.filter(|(_, condition)| {
            let lies_in = |territory: &Uuid| {
                let above = self.paths.get(territory);
                above
                    .zip(path)
                    .is_some_and(|(above, path)| path.starts_with(above.as_str()))
            };
            condition.holds(subject.lead.as_ref(), lies_in)
        });
        holding.next().map(|(policy, _)| policy)
    }

    /// The calendar that counts for `subject`: that of the policy, or of the nearest territory above it that names
    /// one, or the default.
    pub(super) fn calendar_for(
        &self,
        policy: &sla_policy::Model,
        subject: &Subject,
    ) -> Option<(Uuid, &BusinessCalendar)> {
        let own = policy
            .business_calendar_id
            .filter(|id| self.kept.contains(id));
        let id = own.or_else(|| self.nearest(self.path(subject).unwrap_or_default()));
        if id.is_none() {
            tracing::warn!(policy = %policy.id, "no clock is started: no calendar is the default");
        }
        let id = id?;
        self.calendars.get(&id).map(|calendar| (id, calendar))
    }

    /// The calendar of the nearest territory that names one, from that one upwards, or the default.
    pub(super) fn calendar_of(&self, territory: Option<Uuid>) -> Option<Uuid> {
        let path = territory.and_then(|id| self.paths.get(&id));
        self.nearest(path.map(String::as_str).unwrap_or_default())
    }

    /// The calendar of the nearest territory above that path that names one, or the default.
    pub(super) fn nearest(&self, path: &str) -> Option<Uuid> {
        let above = |(named, calendar): &&(String, Uuid)| {
            path.starts_with(named.as_str()) && self.kept.contains(calendar)
        };
        let nearest = self.named.iter().filter(above);
        let nearest = nearest.max_by_key(|(named, _)| named.len());
        nearest.map(|(_, id)| *id).or(self.default)
    }

    fn path(&self, subject: &Subject) -> Option<&str> {
        let path = subject.territory_id.and_then(|id| self.paths.get(&id));
        path.map(String::as_str)
    }
}

fn readable(row: &business_calendar::Model, holidays: Vec<NaiveDate>) -> Option<BusinessCalendar> {
    let hours = WeeklyHours::read(&row.hours).ok()?;
    Some(BusinessCalendar::new(
        row.time_zone.parse().ok()?,
        hours,
        holidays,
    ))
}

/// The policy with its condition; `None` where that cannot be read, so that nothing is held to it.
fn with_condition(policy: sla_policy::Model) -> Option<(sla_policy::Model, Condition)> {
    let said = policy.condition.as_ref();
    let condition = said.map_or(Ok(Condition::default()), Condition::read);
    if condition.is_err() {
        tracing::warn!(policy = %policy.id, "its condition cannot be read: it does not count");
    }
    Some((policy, condition.ok()?))
}
