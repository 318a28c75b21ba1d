//! Writing whose leads are, and putting it on record where it is not as it was.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use entity::{change::ChangeKind, lead_match, lead_match_candidate};

use crate::{
    change::{self, Author, Change},
    record,
    store::{
        bulk, erase, matching,
        table::{Record, Table},
    },
};

/// The match of a lead, and the accounts that were weighed for it.
pub(super) type Matched = (lead_match::Model, Vec<lead_match_candidate::Model>);

/// Writes what was `found` of the leads `open`, and forgets what was known of the others among them. A match whose
/// candidates alone are others has changed as well: they are told with it.
pub(super) async fn write(
    tx: &DatabaseTransaction,
    open: &[Uuid],
    found: Vec<Matched>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let known = matching::lead_matches(tx, open).await?.into_iter();
    let mut known: HashMap<Uuid, lead_match::Model> = known.map(|row| (row.id, row)).collect();
    let mut weighed: HashMap<Uuid, Vec<lead_match_candidate::Model>> = HashMap::new();
    for candidate in matching::lead_match_candidates(tx, open).await? {
        let of_lead = weighed.entry(candidate.lead_id).or_default();
        of_lead.push(candidate);
    }
    let of = |id, kind| Change::by(&Author::SYSTEM, now, ("lead_match", id), kind);
    let table = Table::of::<lead_match::Entity>();
    let (mut matches, mut candidates, mut log) = (Vec::new(), Vec::new(), Vec::new());
    for (mut row, mut accounts) in found {
        let id = row.id;
        let before = known.remove(&id);
        let stayed = keep(&mut accounts, weighed.remove(&id).unwrap_or_default());
        if let Some(before) = before {
            if same(&before, &row) {
                row.decided_at = before.decided_at;
            }
            if stayed && before == row {
                continue;
            }
            let fields = record::difference(&table, &record_of(before), &record_of(row.clone()));
            log.push(of(id, ChangeKind::Updated).of(fields));
        } else {
            log.push(of(id, ChangeKind::Created));
        }
        matches.push(row);
        candidates.extend(accounts);
    }
    let gone: Vec<Uuid> = known.into_keys().collect();
    log.extend(gone.iter().map(|id| of(*id, ChangeKind::Deleted)));
    let others: Vec<Uuid> = matches.iter().map(|row| row.lead_id).collect();
    let others = [others.as_slice(), &gone].concat();
    erase::delete(tx, ("lead_match_candidate", "lead_id"), None, &others).await?;
    erase::delete(tx, ("lead_match", "id"), None, &gone).await?;
    let matches = matches.into_iter().map(record_of).collect();
    bulk::update_records(tx, &table, matches).await?;
    bulk::insert(tx, candidates).await?;
    change::record(tx, log).await
}

/// Whether two matches say the same.
fn same(one: &lead_match::Model, other: &lead_match::Model) -> bool {
    (one.account_id, one.rule, one.score) == (other.account_id, other.rule, other.score)
        && one.reasons == other.reasons
}

/// Gives `accounts` that were weighed before the ids that they had, and says whether they are as they were.
fn keep(
    accounts: &mut [lead_match_candidate::Model],
    mut before: Vec<lead_match_candidate::Model>,
) -> bool {
    for account in &mut *accounts {
        let mut known = before.iter();
        if let Some(known) = known.find(|it| it.account_id == account.account_id) {
            account.id = known.id;
            account.created_at = known.created_at;
        }
    }
    before.sort_by_key(|candidate| candidate.id);
    let mut now = accounts.to_vec();
    now.sort_by_key(|candidate| candidate.id);
    now == before
}

fn record_of(row: lead_match::Model) -> Record {
    let mut records = bulk::records::<lead_match::ActiveModel, _>(vec![row]);
    records.next().unwrap_or_default()
}
