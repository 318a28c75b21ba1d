//! How much each caller may ask in a minute: requests, and what they cost.
//!
//! It is counted in memory, so that it costs nothing to ask: each replica counts for itself, and begins anew
//! when it starts.

use std::sync::{Arc, Mutex};

use uuid::Uuid;

use super::{
    viewer::Viewer,
    window::{self, Window, Windows},
};
use crate::{
    clock::Clock,
    error::{ApiError, Exceeded},
};

/// The most that a caller may be allowed, of either: every number of a budget is an `Int` of GraphQL.
pub const MOST_ALLOWED: u32 = 1_000_000_000;

/// How long a budget is for, in seconds.
pub const WINDOW_SECONDS: i64 = window::LENGTH.num_seconds();

/// The budgets of all callers. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Budgets(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Of a token that does not say otherwise; 0 is as many as they like.
    requests: u32,
    /// Of a token that does not say otherwise; 0 is as many as they like.
    points: u32,
    clock: Clock,
    /// By the token's id.
    windows: Mutex<Windows<Uuid, Spent>>,
}

/// What was asked in a window.
#[derive(Clone, Copy, Debug, Default)]
struct Spent {
    requests: u64,
    points: u64,
}

/// What a caller may still ask in their minute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Requests; `None` is as many as they like.
    pub requests: Option<Quota>,
    /// Cost points; `None` is as many as they like.
    pub points: Option<Quota>,
    /// In how many seconds the minute is over.
    pub resets_in: u32,
}

/// How much of something there is for a minute, and how much of it is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// How much there is.
    pub limit: u32,
    /// How much is left.
    pub remaining: u32,
}

impl Budgets {
    /// So many requests and cost points a minute for each token that does not say otherwise; 0 is no limit.
    #[must_use]
    pub fn new(requests: u32, points: u32, clock: Clock) -> Self {
        Self(Arc::new(Shared {
            requests,
            points,
            clock,
            windows: Mutex::default(),
        }))
    }

    /// Lets one more request of `viewer` in, and counts it. What it costs is not known yet: as long as a
    /// point is left, it may.
    ///
    /// # Errors
    ///
    /// [`ApiError::BudgetExceeded`] when nothing is left.
    pub fn enter(&self, viewer: &Viewer) -> Result<(), ApiError> {
        let (requests, points) = self.limits(viewer);
        if (requests, points) == (None, None) {
            return Ok(());
        }
        let now = self.0.clock.now();
        let mut windows = window::lock(&self.0.windows);
        let window = windows.open(viewer.owner(), now);
        let Spent {
            requests: asked,
            points: spent,
        } = window.count;
        for (which, limit, actual) in [
            ("requests_per_minute", requests, asked.saturating_add(1)),
            ("points_per_minute", points, spent.saturating_add(1)),
        ] {
            let limit = limit.map(u64::from);
            if let Some(limit) = limit.filter(|limit| actual > *limit) {
                return Err(ApiError::BudgetExceeded {
                    exceeded: Exceeded {
                        which,
                        limit,
                        actual,
                    },
                    seconds: window.seconds_left(now),
                });
            }
        }
        window.count.requests = asked.saturating_add(1);
        Ok(())
    }

    /// Takes what a request of `viewer` cost from the minute in which it ended.
    pub fn spend(&self, viewer: &Viewer, points: u64) {
        let (_, limit) = self.limits(viewer);
        if limit.is_none() || points == 0 {
            return;
        }
        let now = self.0.clock.now();
        let mut windows = window::lock(&self.0.windows);
        let count = &mut windows.open(viewer.owner(), now).count;
        count.points = count.points.saturating_add(points);
    }

    /// What is left to `viewer`; `None` where nothing limits them.
    #[must_use]
    pub fn of(&self, viewer: &Viewer) -> Option<Budget> {
        let (requests, points) = self.limits(viewer);
        if (requests, points) == (None, None) {
            return None;
        }
        let now = self.0.clock.now();
        let mut windows = window::lock(&self.0.windows);
        let window = windows.find(&viewer.owner(), now);
        let spent = window.map(|window| window.count).unwrap_or_default();
        let left = |window: &Window<_>| window.seconds_left(now);
        Some(Budget {
            requests: requests.map(|limit| Quota::of(limit, spent.requests)),
            points: points.map(|limit| Quota::of(limit, spent.points)),
            resets_in: window.map_or_else(|| window::seconds(window::LENGTH), left),
        })
    }

    /// How many requests and points `viewer` may have in a minute.
    fn limits(&self, viewer: &Viewer) -> (Option<u32>, Option<u32>) {
        let own = &viewer.allowance;
        let requests = own.requests_per_minute.unwrap_or(self.0.requests);
        let points = own.points_per_minute.unwrap_or(self.0.points.into());
        let points = u32::try_from(points).unwrap_or(MOST_ALLOWED);
        let limit = |limit: u32| (limit > 0).then_some(limit.min(MOST_ALLOWED));
        (limit(requests), limit(points))
    }
}

impl Quota {
    fn of(limit: u32, spent: u64) -> Self {
        let spent = u32::try_from(spent).unwrap_or(u32::MAX);
        Self {
            limit,
            remaining: limit.saturating_sub(spent),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::{
        auth::{Allowance, Reach},
        views::View,
    };

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_000_000, 0).unwrap()
    }

    fn budgets(requests: u32, points: u32) -> Budgets {
        Budgets::new(requests, points, Clock::fixed(start()))
    }

    fn after(budgets: &Budgets, seconds: i64) {
        let clock = &budgets.0.clock;
        clock.set(start() + TimeDelta::seconds(seconds));
    }

    fn viewer(token: u128, allowance: Allowance) -> Viewer {
        Viewer {
            user_id: None,
            token_id: Uuid::from_u128(token),
            makes_tokens: false,
            name: "a program".to_owned(),
            roles: Vec::new(),
            scopes: Vec::new(),
            viewed_as: None,
            address: None,
            allowance,
            view: Arc::new(View::default()),
            reach: Arc::new(Reach::default()),
        }
    }

    /// Which limit, how much it is and how much there would be; and in how many seconds to come again.
    fn refused(budgets: &Budgets, viewer: &Viewer) -> (&'static str, u64, u64, u32) {
        match budgets.enter(viewer).unwrap_err() {
            ApiError::BudgetExceeded { exceeded, seconds } => {
                (exceeded.which, exceeded.limit, exceeded.actual, seconds)
            }
            other => panic!("{other:?}"),
        }
    }

    fn left(budgets: &Budgets, viewer: &Viewer) -> (Option<u32>, Option<u32>, u32) {
        let budget = budgets.of(viewer).unwrap();
        let remaining = |quota: Quota| quota.remaining;
        (
            budget.requests.map(remaining),
            budget.points.map(remaining),
            budget.resets_in,
        )
    }

    #[test]
    fn a_minute_has_so_many_requests_and_the_next_as_many() {
        let budgets = budgets(2, 0);
        let (one, other) = (
            viewer(1, Allowance::default()),
            viewer(2, Allowance::default()),
        );
        assert_eq!(left(&budgets, &one), (Some(2), None, 60));
        budgets.enter(&one).unwrap();
        after(&budgets, 20);
        budgets.enter(&one).unwrap();
        assert_eq!(left(&budgets, &one), (Some(0), None, 40));
        // What is refused is not counted.
        for _ in 0..3 {
            let expected = ("requests_per_minute", 2, 3, 40);
            assert_eq!(refused(&budgets, &one), expected);
        }
        budgets.enter(&other).unwrap();
        after(&budgets, 60);
        budgets.enter(&one).unwrap();
        assert_eq!(left(&budgets, &one), (Some(1), None, 60));
        assert_eq!(left(&budgets, &other), (Some(1), None, 20));
    }

    #[test]
    fn what_a_request_cost_is_taken_when_it_ends_and_may_be_more_than_is_left() {
        let budgets = budgets(0, 100);
        let one = viewer(1, Allowance::default());
        budgets.enter(&one).unwrap();
        budgets.spend(&one, 99);
        assert_eq!(left(&budgets, &one), (None, Some(1), 60));
        budgets.enter(&one).unwrap();
        budgets.spend(&one, 500);
        assert_eq!(left(&budgets, &one), (None, Some(0), 60));
        let expected = ("points_per_minute", 100, 600, 60);
        assert_eq!(refused(&budgets, &one), expected);
    }

    #[test]
    fn what_ends_in_the_next_minute_is_taken_from_that() {
        let budgets = budgets(0, 100);
        let one = viewer(1, Allowance::default());
        budgets.enter(&one).unwrap();
        after(&budgets, 70);
        budgets.spend(&one, 100);
        assert_eq!(refused(&budgets, &one).0, "points_per_minute");
        after(&budgets, 130);
        budgets.enter(&one).unwrap();
    }

    #[test]
    fn a_token_may_say_otherwise() {
        let budgets = budgets(1, 0);
        let more = Allowance {
            requests_per_minute: Some(3),
            points_per_minute: Some(u64::MAX),
        };
        let unlimited = Allowance {
            requests_per_minute: Some(0),
            points_per_minute: None,
        };
        let (more, unlimited) = (viewer(1, more), viewer(2, unlimited));
        for _ in 0..3 {
            budgets.enter(&more).unwrap();
        }
        assert_eq!(refused(&budgets, &more).1, 3);
        assert_eq!(left(&budgets, &more), (Some(0), Some(MOST_ALLOWED), 60));
        for _ in 0..10 {
            budgets.enter(&unlimited).unwrap();
            budgets.spend(&unlimited, 1_000_000);
        }
        assert_eq!(budgets.of(&unlimited), None);
    }
}
