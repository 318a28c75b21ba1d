//! Pairs that may be the same, for people to decide.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseTransaction, DbErr, IntoActiveModel};
use uuid::Uuid;

use entity::{
    change::ChangeKind,
    duplicate_candidate::{self, DuplicateState},
};

use crate::{
    change::{self, Author, Change},
    matching::likeness::{Likeness, Verdict},
    store::{bulk, erase, matching, table::Table},
};

use super::subject::Noun;

/// What comparisons came to, by the two rows, the older one first: ids count up with time.
pub(super) type Found = HashMap<(Uuid, Uuid), Likeness>;

/// Writes the pairs that `found` says of the rows `open`, and takes away the open ones that it does not. What
/// somebody has decided stays.
pub(super) async fn write(
    tx: &DatabaseTransaction,
    noun: Noun,
    open: &[Uuid],
    mut found: Found,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    found.retain(|_, likeness| likeness.verdict() != Verdict::Different);
    let (mut gone, mut changed) = (Vec::new(), Vec::new());
    for pair in matching::pairs_of(tx, open).await? {
        let likeness = found.remove(&(pair.one_id, pair.other_id));
        if pair.state != DuplicateState::Open {
            continue;
        }
        match likeness {
            None => gone.push(pair.id),
            Some(likeness) => {
                let now = duplicate_candidate::Model {
                    score: percent(&likeness),
                    reasons: reasons(&likeness),
                    ..pair.clone()
                };
                if now != pair {
                    changed.push(now);
                }
            }
        }
    }
    erase::delete(tx, ("duplicate_candidate", "id"), None, &gone).await?;
    let new: Vec<_> = found
        .iter()
        .map(|((one, other), likeness)| pair(noun, (*one, *other), likeness, now))
        .collect();
    let of = |id, kind| Change::by(&Author::SYSTEM, now, ("duplicate_candidate", id), kind);
    let gone = gone.into_iter().map(|id| of(id, ChangeKind::Deleted));
    let updated = changed.iter().map(|pair| of(pair.id, ChangeKind::Updated));
    let created = new.iter().map(|pair| of(pair.id, ChangeKind::Created));
    let log: Vec<Change> = gone.chain(updated).chain(created).collect();
    bulk::insert(tx, new).await?;
    let table = Table::of::<duplicate_candidate::Entity>();
    let changed = changed
        .into_iter()
        .map(IntoActiveModel::into_active_model)
        .collect::<Vec<duplicate_candidate::ActiveModel>>();
    let records = bulk::records::<duplicate_candidate::ActiveModel, _>(changed).collect();
    bulk::update_records(tx, &table, records).await?;
    change::record(tx, log).await
}

fn pair(
    noun: Noun,
    (one, other): (Uuid, Uuid),
    likeness: &Likeness,
    now: DateTime<Utc>,
) -> duplicate_candidate::Model {
    let when = |wanted, id| (noun == wanted).then_some(id);
    duplicate_candidate::Model {
        id: Uuid::now_v7(),
        entity: noun.entity(),
        contact_id: when(Noun::Contact, one),
        other_contact_id: when(Noun::Contact, other),
        lead_id: when(Noun::Lead, one),
        other_lead_id: when(Noun::Lead, other),
        account_id: when(Noun::Account, one),
        other_account_id: when(Noun::Account, other),
        score: percent(likeness),
        reasons: reasons(likeness),
        state: DuplicateState::Open,
        found_at: now,
        decided_at: None,
        decided_by_id: None,
        one_id: one,
        other_id: other,
    }
}

/// The score as a whole number of hundredths.
pub(super) fn percent(likeness: &Likeness) -> i32 {
    let hundredths = (likeness.score * 100.0).round();
    (0..=100)
        .find(|percent| f64::from(*percent) >= hundredths)
        .unwrap_or(100)
}

/// What the score is made of, as sentences.
pub(super) fn reasons(likeness: &Likeness) -> serde_json::Value {
    let reasons = likeness.reasons.iter();
    reasons
        .map(|reason| format!("{}: {}", reason.field, reason.level.says))
        .collect()
}
