//! What `followUp` is answered with.

use std::{borrow::Cow, sync::Arc};

use async_graphql::{
    ContextSelectionSet, ID, Name, OutputType, Positioned, ServerResult, SimpleObject, Value,
    parser::types::Field, registry::Registry,
};
use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    dataset::{dataset, global_id},
    services::follow_up::{Dimension, Key, Parts, Record, Spread},
};

use super::super::{
    instant::{Day, Instant},
    row::{Campaign, Noun, ReasonCode, Territory, User},
    together::{OneOf, Together},
};

/// What became of what was handed over to sales. `accepted`, `rejected`, `undecided` and `recalled` add up to `handedOver`.
#[derive(Debug, SimpleObject)]
pub(in crate::graphql) struct FollowUp {
    /// Which leads were looked at, in the words of the roles: `all`, or as `viewer.views` says it. What you do not see is
    /// not counted.
    scope: String,
    /// By which touches it was seen whether sales approached them, in the same words.
    touch_scope: String,
    /// As of when, in UTC.
    as_of: Instant,
    #[graphql(flatten)]
    parts: FollowUpParts,
    /// The same for hand-overs that agree in what `by` says, at most 1,000 groups: the months in their order, of a month
    /// the largest first.
    groups: Vec<FollowUpGroup>,
}

/// What became of hand-overs that agree in something.
#[derive(Debug, SimpleObject)]
struct FollowUpGroup {
    /// In what they agree.
    key: FollowUpKey,
    #[graphql(flatten)]
    parts: FollowUpParts,
}

/// What became of hand-overs.
#[derive(Debug, SimpleObject)]
struct FollowUpParts {
    /// How many hand-overs there were.
    handed_over: i32,
    /// How many of them sales accepted.
    accepted: i32,
    /// How many sales did not take, and were neither disputed nor handed over again since.
    rejected: i32,
    /// Why sales did not take them, the most frequent reason first; the counts add up to `rejected`.
    rejections: Vec<FollowUpRejection>,
    /// How many sales has not answered: they wait, or were given up without an answer.
    undecided: i32,
    /// How many marketing has taken back before sales answered.
    recalled: i32,
    /// How many of the accepted and the undecided sales never approached.
    never_touched: i32,
    /// How long sales took to approach them.
    response_time: FollowUpResponse,
}

/// Why sales did not take leads.
#[derive(Debug, SimpleObject)]
struct FollowUpRejection {
    /// The reason; null where none is known.
    reason: Option<OneOf<ReasonCode>>,
    /// How many hand-overs.
    count: i32,
}

/// How long sales took to approach leads that were handed over: until the first call or e-mail of ours, meeting or demo.
/// `count`, `never` and `leftOut` add up to `handedOver`.
#[derive(Debug, SimpleObject)]
struct FollowUpResponse {
    /// How many sales approached.
    count: i32,
    /// How many it did not, whatever became of them.
    never: i32,
    /// How many are left out, because an import added their hand-over afterwards.
    left_out: i32,
    /// By the clock, in minutes; null where none was approached.
    wall_minutes: Option<FollowUpMinutes>,
    /// In minutes of business time, by the calendar of the lead's territory; null where none was approached.
    business_minutes: Option<FollowUpMinutes>,
}

/// How times are spread. A percentile is interpolated between the two times that it lies between.
#[derive(Debug, SimpleObject)]
struct FollowUpMinutes {
    /// Half of them took no longer.
    median: f64,
    /// Three of four took no longer.
    p75: f64,
    /// Nine of ten took no longer.
    p90: f64,
    /// What they took on average.
    mean: f64,
}

/// In what the hand-overs of a group agree. What `by` does not say is null, and so is what you may not know.
#[derive(Debug, SimpleObject)]
struct FollowUpKey {
    /// The id of who works on the lead.
    owner_id: Option<ID>,
    /// Who works on the lead.
    owner: Option<OneOf<User>>,
    /// The id of the campaign that brought it.
    campaign_id: Option<ID>,
    /// The campaign that brought it.
    campaign: Option<OneOf<Campaign>>,
    /// How it came to us.
    source: Option<Source>,
    /// The id of the territory that it lies in.
    territory_id: Option<ID>,
    /// The territory that it lies in.
    territory: Option<OneOf<Territory>>,
    /// The first day of the month in which it was handed over.
    month: Option<Day>,
}

/// The rows that the answer leads to.
struct Related {
    users: Arc<Together<User>>,
    campaigns: Arc<Together<Campaign>>,
    territories: Arc<Together<Territory>>,
    reasons: Arc<Together<ReasonCode>>,
}

impl Related {
    fn of(record: &Record) -> Self {
        let keys = || record.groups.iter().map(|(key, _)| key);
        let parts = record.groups.iter().map(|(_, parts)| parts);
        let parts = parts.chain([&record.all]);
        let reasons = parts.flat_map(|parts| &parts.rejections);
        Self {
            users: Together::of(keys().filter_map(|key| key.owner)),
            campaigns: Together::of(keys().filter_map(|key| key.campaign)),
            territories: Together::of(keys().filter_map(|key| key.territory)),
            reasons: Together::of(reasons.filter_map(|rejection| rejection.reason)),
        }
    }
}

impl FollowUp {
    /// The answer with `record`, which was asked for `by` these, as of `now`.
    pub(in crate::graphql) fn new(record: Record, by: &[Dimension], now: DateTime<Utc>) -> Self {
        let related = Related::of(&record);
        let groups = record.groups.into_iter().filter(|_| !by.is_empty());
        let groups = groups.map(|(key, parts)| FollowUpGroup {
            key: FollowUpKey::new(key, &related),
            parts: FollowUpParts::new(parts, &related),
        });
        Self {
            groups: groups.collect(),
            parts: FollowUpParts::new(record.all, &related),
            scope: record.scope,
            touch_scope: record.touch_scope,
            as_of: Instant(now),
        }
    }
}

impl FollowUpKey {
    fn new(key: Key, related: &Related) -> Self {
        let of_user = |id| OneOf::new(id, &related.users);
        let of_campaign = |id| OneOf::new(id, &related.campaigns);
        let of_territory = |id| OneOf::new(id, &related.territories);
        Self {
            owner_id: key.owner.and_then(id_of::<User>),
            owner: key.owner.map(of_user),
            campaign_id: key.campaign.and_then(id_of::<Campaign>),
            campaign: key.campaign.map(of_campaign),
            source: key.source.map(Source),
            territory_id: key.territory.and_then(id_of::<Territory>),
            territory: key.territory.map(of_territory),
            month: key.month.map(Day),
        }
    }
}

impl FollowUpParts {
    fn new(parts: Parts, related: &Related) -> Self {
        let rejections = parts.rejections.into_iter();
        let rejections = rejections.map(|rejection| FollowUpRejection {
            reason: rejection.reason.map(|id| OneOf::new(id, &related.reasons)),
            count: count(rejection.count),
        });
        Self {
            handed_over: count(parts.handed_over),
            accepted: count(parts.accepted),
            rejected: count(parts.rejected),
            rejections: rejections.collect(),
            undecided: count(parts.undecided),
            recalled: count(parts.recalled),
            never_touched: count(parts.never_touched),
            response_time: FollowUpResponse {
                count: count(parts.responded),
                never: count(parts.never),
                left_out: count(parts.left_out),
                wall_minutes: parts.wall.map(FollowUpMinutes::from),
                business_minutes: parts.business.map(FollowUpMinutes::from),
            },
        }
    }
}

impl From<Spread> for FollowUpMinutes {
    fn from(spread: Spread) -> Self {
        let Spread {
            median,
            p75,
            p90,
            mean,
        } = spread;
        Self {
            median,
            p75,
            p90,
            mean,
        }
    }
}

/// A value of `LeadSource`.
#[derive(Debug)]
struct Source(String);

impl OutputType for Source {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("LeadSource")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        super::register(registry);
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        _ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(Value::Enum(Name::new(&self.0)))
    }
}

fn id_of<N: Noun>(id: Uuid) -> Option<ID> {
    let entity = dataset().entity(N::NAME)?;
    Some(ID(global_id(entity, id)))
}

fn count(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
