//! The clocks of the year: what the hub would have made of the steps of leads, and of what feedback was told when.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use entity::{
    business_calendar,
    feedback::{self, FeedbackState},
    lead, lead_transition,
    sla_clock::{Model, SlaKind, SlaState},
    sla_policy, user,
};
use uuid::Uuid;

use super::Rows;
use crate::{
    business_time::{BusinessCalendar, WeeklyHours},
    sla::{
        clock,
        lead::{Ending, awaited, ending},
    },
};

/// What the clocks run by: the default calendar, and for each kind the policy that holds for everything.
#[derive(Debug, Default)]
pub(super) struct Terms {
    calendar: Option<(Uuid, BusinessCalendar)>,
    policies: HashMap<SlaKind, sla_policy::Model>,
    /// By user, whom they report to.
    managers: HashMap<Uuid, Uuid>,
    /// UTC; when the year is over.
    end: DateTime<Utc>,
}

impl Terms {
    /// The terms that a database has, for a year that ends at `end`.
    pub(super) fn new(
        calendars: Vec<business_calendar::Model>,
        policies: Vec<sla_policy::Model>,
        end: DateTime<Utc>,
    ) -> Self {
        let default = calendars
            .into_iter()
            .find(|row| row.is_default && row.deleted_at.is_none());
        let calendar = default.and_then(|row| {
            let hours = WeeklyHours::read(&row.hours).ok()?;
            let calendar = BusinessCalendar::new(row.time_zone.parse().ok()?, hours, []);
            Some((row.id, calendar))
        });
        let mut first = HashMap::new();
        for policy in policies {
            let holds = policy.active && policy.deleted_at.is_none() && policy.condition.is_none();
            if holds && policy.business_calendar_id.is_none() {
                first.entry(policy.kind).or_insert(policy);
            }
        }
        Self {
            calendar,
            policies: first,
            managers: HashMap::new(),
            end,
        }
    }

    /// Notes who reports to whom, for breaches that go to a manager.
    pub(super) fn meet(&mut self, users: &[user::Model]) {
        let reports = users
            .iter()
            .filter_map(|user| Some((user.id, user.manager_id?)));
        self.managers.extend(reports);
    }

    /// UTC; when the year is over.
    pub(super) fn end(&self) -> DateTime<Utc> {
        self.end
    }

    /// Whom a user reports to.
    pub(super) fn manager(&self, user: Uuid) -> Option<Uuid> {
        self.managers.get(&user).copied()
    }

    /// When so many minutes of business time have passed.
    pub(super) fn due(&self, at: DateTime<Utc>, time: i32) -> Option<DateTime<Utc>> {
        let (_, calendar) = self.calendar.as_ref()?;
        calendar.due(at, clock::minutes(time)).ok()
    }

    /// The clocks of the leads and the feedback in `rows`; feedback is told when it is due.
    pub(super) fn clocks(&self, rows: &mut Rows) -> Vec<Model> {
        let mut steps: HashMap<Uuid, Vec<&lead_transition::Model>> = HashMap::new();
        for step in &rows.lead_transitions {
            steps.entry(step.lead_id).or_default().push(step);
        }
        let mut clocks = Vec::new();
        for lead in &rows.leads {
            let steps = steps.get(&lead.id).map_or(&[][..], Vec::as_slice);
            clocks.extend(self.of_lead(lead, steps));
        }
        for row in &mut rows.feedback {
            let own = self.of_feedback(row);
            let waiting = own.iter().find(|clock| clock.stopped_at.is_none());
            row.due_at = waiting.map(|clock| clock.due_at);
            clocks.extend(own);
        }
        for clock in &mut clocks {
            self.pass(clock);
        }
        clocks
    }

    fn of_lead(&self, lead: &lead::Model, steps: &[&lead_transition::Model]) -> Vec<Model> {
        let mut clocks: Vec<Model> = Vec::new();
        if lead.intent_band == lead::IntentBand::Nurture {
            return clocks;
        }
        for step in steps {
            let open = |clock: &&mut Model| clock.stopped_at.is_none();
            for clock in clocks.iter_mut().filter(open) {
                match ending(clock.kind, step.from_status, step.to_status, false) {
                    Ending::Met => clock::meet(clock, step.at),
                    Ending::Cancelled => clock::cancel(clock, step.at),
                    Ending::BegunAnew | Ending::HandedOver => {}
                }
            }
            let kind = awaited(step.to_status).filter(|_| step.from_status != Some(step.to_status));
            let clock = kind.and_then(|kind| self.start(kind, step.id, step.at));
            clocks.extend(clock.map(|clock| Model {
                lead_id: Some(lead.id),
                owner_id: lead.owner_id,
                cycle: Some(step.cycle),
                ..clock
            }));
        }
        clocks
    }

    /// The first clock of feedback, and the one that runs at the end of the year. Of those between nobody has noted when
    /// they were met.
    fn of_feedback(&self, row: &feedback::Model) -> Vec<Model> {
        let first = self.start(SlaKind::FeedbackAcknowledge, row.id, row.created_at);
        let first = first.map(|mut clock| {
            clock.owner_id = row.assignee_id;
            if let Some(at) = row.acknowledged_at {
                clock::meet(&mut clock, at);
            }
            clock
        });
        let (kind, since, owner) = match row.state {
            FeedbackState::Acknowledged => (
                SlaKind::FeedbackDecide,
                row.acknowledged_at,
                row.assignee_id,
            ),
            FeedbackState::Planned => (
                SlaKind::FeedbackAction,
                Some(row.updated_at),
                row.assignee_id,
            ),
            FeedbackState::Actioned => (SlaKind::FeedbackVerify, row.actioned_at, row.author_id),
            _ => (
                SlaKind::FeedbackAcknowledge,
                (row.state == FeedbackState::Reopened).then_some(row.updated_at),
                row.assignee_id,
            ),
        };
        // The first one has the id of the feedback.
        let id = Uuid::from_u128(row.id.as_u128() ^ 1);
        let last = since.and_then(|since| self.start(kind, id, since));
        let last = last.map(|clock| Model {
            owner_id: owner,
            ..clock
        });
        let clocks = first.into_iter().chain(last);
        let own = |clock| Model {
            feedback_id: Some(row.id),
            ..clock
        };
        clocks.map(own).collect()
    }

    /// A clock that runs from `at` on. It has the id of what started it, so that the same year has the same ids.
    fn start(&self, kind: SlaKind, id: Uuid, at: DateTime<Utc>) -> Option<Model> {
        let (calendar_id, calendar) = self.calendar.as_ref()?;
        let policy = self.policies.get(&kind)?;
        let share = policy.warn_at_percent.map(|percent| {
            let minutes = i64::from(policy.target_minutes) * i64::from(percent) / 100;
            calendar.due(at, TimeDelta::minutes(minutes))
        });
        Some(Model {
            id,
            kind,
            lead_id: None,
            feedback_id: None,
            team_request_id: None,
            policy_id: policy.id,
            business_calendar_id: *calendar_id,
            owner_id: None,
            cycle: None,
            restarts: 0,
            state: SlaState::Running,
            started_at: at,
            due_at: calendar
                .due(at, clock::minutes(policy.target_minutes))
                .ok()?,
            warn_at: share.transpose().ok()?,
            warned_at: None,
            paused_at: None,
            paused_minutes: 0,
            remaining_minutes: None,
            stopped_at: None,
            met_late_at: None,
            breached_at: None,
            escalated_to_id: None,
        })
    }

    /// What became of a clock while time passed: it warned before it stopped, and was breached by the end of the year.
    fn pass(&self, clock: &mut Model) {
        if clock.state == SlaState::Running && clock.due_at <= self.end {
            clock::breach(clock);
        }
        let until = clock.stopped_at.unwrap_or(self.end);
        clock.warned_at = clock.warn_at.filter(|warn_at| *warn_at <= until);
        let policy = self.policies.get(&clock.kind);
        if clock.state == SlaState::Breached && policy.is_some_and(|policy| policy.escalate) {
            let manager = clock.owner_id.and_then(|owner| self.managers.get(&owner));
            clock.escalated_to_id = manager.copied();
        }
    }
}
