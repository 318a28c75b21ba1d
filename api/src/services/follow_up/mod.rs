//! The follow-up record: what became of what marketing handed over to sales.
//!
//! Each hand-over is in exactly one of four parts, so that these always add up: what sales accepted, what it rejected,
//! what marketing recalled, and what is undecided. How long sales took to approach it is counted beside that.

mod fate;
mod spread;
mod tally;

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use uuid::Uuid;

use crate::{
    error::ApiError,
    reader::{HandedOver, Handover, MAX_GROUPS, Reading},
};

use super::sla::Hours;

pub use spread::Spread;
use tally::Tally;
pub use tally::{Parts, Rejection};

/// What is asked of the record.
#[derive(Clone, Debug)]
pub struct Asked {
    /// From when on, and before when it was handed over.
    pub span: (DateTime<Utc>, DateTime<Utc>),
    /// What counts as a hand-over.
    pub handover: Handover,
    /// In what the hand-overs of a group agree; none for no groups.
    pub by: Vec<Dimension>,
    /// Whether response times are wanted in business time as well.
    pub business: bool,
}

/// Something that the hand-overs of a group agree in: as the lead is now, but for the month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dimension {
    /// Who works on it.
    Owner,
    /// The campaign that brought it.
    Campaign,
    /// How it came to us.
    Source,
    /// Where it lies.
    Territory,
    /// The month in which it was handed over, in the workspace's time zone.
    Month,
}

/// The record.
#[derive(Clone, Debug)]
pub struct Record {
    /// Of which leads, in the words of the roles.
    pub scope: String,
    /// By which touches it was seen whether sales approached them, in the words of the roles.
    pub touch_scope: String,
    /// All hand-overs.
    pub all: Parts,
    /// The groups: the months in their order, of a month the largest first.
    pub groups: Vec<(Key, Parts)>,
}

/// What the hand-overs of a group agree in; nothing of what was not asked, or is not known to the viewer.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The first day of the month.
    pub month: Option<NaiveDate>,
    /// Who works on it.
    pub owner: Option<Uuid>,
    /// The campaign that brought it.
    pub campaign: Option<Uuid>,
    /// Where it lies.
    pub territory: Option<Uuid>,
    /// How it came to us.
    pub source: Option<String>,
}

/// The record of what was handed over, as far as the viewer sees the leads.
///
/// # Errors
///
/// - [`ApiError::Validation`] when the period makes no sense, or there would be too many groups
/// - as [`Reading::node`]
pub async fn follow_up(reading: &Reading, asked: &Asked) -> Result<Record, ApiError> {
    let (from, to) = asked.span;
    if from >= to {
        return Err(ApiError::validation(
            "period",
            "`from` has to be before `to`",
        ));
    }
    let hours = if asked.business {
        Some(Hours::of(reading).await?)
    } else {
        None
    };
    let (mut all, mut groups) = (Tally::default(), BTreeMap::<Key, Tally>::new());
    let most = usize::try_from(MAX_GROUPS).map_err(ApiError::internal)?;
    let mut too_many = false;
    let add = |handed: HandedOver| {
        let business = hours.as_ref().zip(handed.touched).and_then(|(hours, at)| {
            let calendar = hours.of_territory(handed.path.as_deref());
            calendar.map(|calendar| calendar.between(handed.at, at))
        });
        all.add(&handed, business);
        if asked.by.is_empty() || too_many {
            return;
        }
        let key = key(reading, &asked.by, &handed);
        too_many = groups.len() >= most && !groups.contains_key(&key);
        if !too_many {
            groups.entry(key).or_default().add(&handed, business);
        }
    };
    reading.handed_over(asked.handover, asked.span, add).await?;
    if too_many {
        let problem = format!(
            "there are more than {MAX_GROUPS} groups: ask by less, or for a shorter period"
        );
        return Err(ApiError::validation("by", problem));
    }
    let groups = groups.into_iter();
    let mut groups: Vec<_> = groups.map(|(key, tally)| (key, tally.parts())).collect();
    groups.sort_by_key(|(key, parts)| (key.month, std::cmp::Reverse(parts.handed_over)));
    let view = &reading.viewer().view;
    Ok(Record {
        scope: view.noun("Lead").rows.to_string(),
        touch_scope: view.noun("Touch").rows.to_string(),
        all: all.parts(),
        groups,
    })
}

fn key(reading: &Reading, by: &[Dimension], handed: &HandedOver) -> Key {
    let mut key = Key::default();
    for dimension in by {
        match dimension {
            Dimension::Owner => key.owner = handed.owner,
            Dimension::Campaign => key.campaign = handed.campaign,
            Dimension::Territory => key.territory = handed.territory,
            Dimension::Source => key.source = Some(handed.source.clone()),
            Dimension::Month => {
                let day = reading.moment().calendar.day_at(handed.at);
                key.month = day.with_day(1);
            }
        }
    }
    key
}
