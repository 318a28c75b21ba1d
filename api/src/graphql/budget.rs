//! What a caller may still ask: in `viewer`, and in the extensions of an answer that says what it cost.

use async_graphql::SimpleObject;
use serde::Serialize;

use crate::auth::{Budget, Quota};

/// What you may still ask on this replica of the hub, in the minute that began with your first request.
#[derive(Clone, Debug, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestBudget {
    /// Requests; null where they are not limited.
    requests: Option<RequestQuota>,
    /// Cost points; null where they are not limited.
    points: Option<RequestQuota>,
    /// In how many seconds the minute is over. Then all is there again.
    resets_in: u32,
}

/// How much of something there is for a minute.
#[derive(Clone, Debug, Serialize, SimpleObject)]
#[serde(rename_all = "camelCase")]
pub(super) struct RequestQuota {
    /// How much there is.
    limit: u32,
    /// How much of it is left.
    remaining: u32,
}

impl From<Budget> for RequestBudget {
    fn from(budget: Budget) -> Self {
        let Budget {
            requests,
            points,
            resets_in,
        } = budget;
        Self {
            requests: requests.map(RequestQuota::from),
            points: points.map(RequestQuota::from),
            resets_in,
        }
    }
}

impl From<Quota> for RequestQuota {
    fn from(quota: Quota) -> Self {
        let Quota { limit, remaining } = quota;
        Self { limit, remaining }
    }
}
