//! Counting hand-overs. Pure.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use uuid::Uuid;

use crate::reader::HandedOver;

use super::{fate::Fate, spread::Spread};

/// Hand-overs as they are counted.
#[derive(Debug, Default)]
pub(super) struct Tally {
    parts: Parts,
    rejections: BTreeMap<Option<Uuid>, u32>,
    wall: Vec<TimeDelta>,
    business: Vec<TimeDelta>,
}

/// What became of hand-overs: each is in one of `accepted`, `rejected`, `undecided` and `recalled`, and in one of
/// `responded`, `never` and `left_out`.
#[derive(Clone, Debug, Default)]
pub struct Parts {
    /// How many there are.
    pub handed_over: u32,
    /// Those that sales accepted.
    pub accepted: u32,
    /// Those that sales did not take.
    pub rejected: u32,
    /// Why not, the most frequent reason first.
    pub rejections: Vec<Rejection>,
    /// Those that sales has not answered.
    pub undecided: u32,
    /// Those that marketing has taken back.
    pub recalled: u32,
    /// Of the accepted and the undecided: those that sales never approached.
    pub never_touched: u32,
    /// Those that sales approached.
    pub responded: u32,
    /// Those that sales did not, whatever became of them.
    pub never: u32,
    /// Those whose hand-over an import added afterwards: they say nothing of response times.
    pub left_out: u32,
    /// How long sales took.
    pub wall: Option<Spread>,
    /// How much business time that was.
    pub business: Option<Spread>,
}

/// Why sales did not take hand-overs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rejection {
    /// The reason; none where it is not known.
    pub reason: Option<Uuid>,
    /// How many there are.
    pub count: u32,
}

impl Tally {
    /// Counts `handed`; sales took so much business time to approach it.
    pub(super) fn add(&mut self, handed: &HandedOver, business: Option<TimeDelta>) {
        let parts = &mut self.parts;
        parts.handed_over += 1;
        let fate = Fate::of(handed);
        match fate {
            Fate::Accepted => parts.accepted += 1,
            Fate::Rejected(reason) => {
                parts.rejected += 1;
                *self.rejections.entry(reason).or_default() += 1;
            }
            Fate::Recalled => parts.recalled += 1,
            Fate::Undecided => parts.undecided += 1,
        }
        let counts = matches!(fate, Fate::Accepted | Fate::Undecided);
        parts.never_touched += u32::from(counts && handed.touched.is_none());
        match handed.touched {
            _ if handed.backfilled => parts.left_out += 1,
            None => parts.never += 1,
            Some(at) => {
                parts.responded += 1;
                self.wall.push(at - handed.at);
                self.business.extend(business);
            }
        }
    }

    /// What was counted.
    pub(super) fn parts(self) -> Parts {
        let rejections = self.rejections.into_iter();
        let rejections = rejections.map(|(reason, count)| Rejection { reason, count });
        let mut rejections: Vec<_> = rejections.collect();
        rejections.sort_by_key(|rejection| std::cmp::Reverse(rejection.count));
        Parts {
            rejections,
            wall: Spread::of(self.wall),
            business: Spread::of(self.business),
            ..self.parts
        }
    }
}
