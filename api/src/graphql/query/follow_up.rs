//! `followUp`: what became of what marketing handed over to sales.

use async_graphql::{Context, Enum, Object};

use crate::{
    error::ApiError,
    reader,
    services::follow_up::{self, Asked, follow_up},
};

use super::{
    super::{error::add_errors, selection::reading, types::FollowUp},
    period::PeriodInput,
};

/// The root field with the follow-up record.
#[derive(Debug)]
pub(crate) struct FollowUpQuery;

#[Object]
impl FollowUpQuery {
    /// The follow-up record: what became of the leads that were handed over to sales in a period, as far as you see them,
    /// and how long sales took to approach them (docs/reports.md).
    async fn follow_up(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "When they were handed over.")] period: PeriodInput,
        #[graphql(desc = "In what the hand-overs of a group agree; no groups without.")] by: Option<
            Vec<FollowUpDimension>,
        >,
        #[graphql(desc = "What counts as a hand-over; QUALIFIED unless you say.")] handover: Option<
            FollowUpHandover,
        >,
    ) -> Option<FollowUp> {
        let asked = Asked {
            span: period.ends(),
            handover: handover.unwrap_or(FollowUpHandover::Qualified).into(),
            by: by.into_iter().flatten().map(Into::into).collect(),
            business: asks_for_business_time(ctx),
        };
        let record: Result<_, ApiError> = follow_up(reading(ctx), &asked).await;
        match record {
            Ok(record) => Some(FollowUp::new(record, &asked.by, reading(ctx).moment().now)),
            Err(error) => {
                add_errors(ctx, &error);
                None
            }
        }
    }
}

/// Whether business time is asked for, somewhere in the answer.
fn asks_for_business_time(ctx: &Context<'_>) -> bool {
    let asked = ctx.look_ahead();
    let of_groups = asked.field("groups").field("responseTime");
    let of_all = asked.field("responseTime");
    [of_all, of_groups]
        .iter()
        .any(|times| times.field("businessMinutes").exists())
}

/// In what the hand-overs of a group agree: as the lead is now, but for the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
enum FollowUpDimension {
    /// Who works on the lead.
    Owner,
    /// The campaign that brought it.
    Campaign,
    /// How it came to us.
    Source,
    /// The territory that it lies in.
    Territory,
    /// The month in which it was handed over, in the workspace's time zone.
    Month,
}

impl From<FollowUpDimension> for follow_up::Dimension {
    fn from(dimension: FollowUpDimension) -> Self {
        match dimension {
            FollowUpDimension::Owner => Self::Owner,
            FollowUpDimension::Campaign => Self::Campaign,
            FollowUpDimension::Source => Self::Source,
            FollowUpDimension::Territory => Self::Territory,
            FollowUpDimension::Month => Self::Month,
        }
    }
}

/// What counts as the hand-over of a lead to sales.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
enum FollowUpHandover {
    /// That it became MQL: the first time in each of its cycles. Where no such step is on record, as in some imports,
    /// its `mqlAt`.
    Qualified,
    /// That it came into being: for data of a business without a hand-over. Each lead counts once, with all that
    /// happened since.
    Created,
}

impl From<FollowUpHandover> for reader::Handover {
    fn from(handover: FollowUpHandover) -> Self {
        match handover {
            FollowUpHandover::Qualified => Self::Qualified,
            FollowUpHandover::Created => Self::Created,
        }
    }
}
