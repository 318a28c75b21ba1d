//! Whose a lead is: the account that its address or its company's name leads to.

mod write;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use entity::{
    lead_match::{self, LeadMatchRule},
    lead_match_candidate,
};

use crate::{
    matching::{
        BLOCK,
        company::Company,
        likeness::{Likeness, PERHAPS},
    },
    record::{self, value::is_free_mail},
    store::{lookup, matching, scoring},
};

use super::{
    pair::{percent, reasons},
    subject::{Noun, Row, Subject, hashed, load},
};
use write::Matched;

/// So many accounts are kept of a lead, the one that it was matched with among them.
const CANDIDATES: usize = 5;
/// From this score on an account is the lead's that is no owner of its domain; below it is a candidate only.
const NEAR: f64 = 0.5;

/// An account that was weighed for a lead.
struct Weighed {
    account: Uuid,
    likeness: Likeness,
    by_domain: bool,
}

/// Matches the leads in `rows` with accounts, and forgets what was found for others of `open`.
pub(super) async fn settle(
    tx: &DatabaseTransaction,
    open: &[Uuid],
    rows: &HashMap<Uuid, Row>,
    now: DateTime<Utc>,
) -> Result<(), DbErr> {
    let weighed = weigh(tx, rows).await?.into_iter();
    let found = weighed.map(|(lead, accounts)| matched(lead, accounts, now));
    write::write(tx, open, found.collect(), now).await?;
    // What their accounts say counts.
    let leads: Vec<Uuid> = rows.keys().copied().collect();
    scoring::schedule(tx, &leads, now).await
}

/// What follows for a lead from the accounts that were weighed for it.
fn matched(lead: Uuid, mut accounts: Vec<Weighed>, now: DateTime<Utc>) -> Matched {
    accounts.sort_by(|one, other| {
        let by_score = other.likeness.score.total_cmp(&one.likeness.score);
        let by_domain = other.by_domain.cmp(&one.by_domain);
        by_domain
            .then(by_score)
            .then(one.account.cmp(&other.account))
    });
    let best = accounts.first();
    let best = best.filter(|best| best.by_domain || best.likeness.score >= NEAR);
    let found = lead_match::Model {
        id: lead,
        lead_id: lead,
        account_id: best.map(|best| best.account),
        rule: match best {
            Some(best) if best.by_domain => LeadMatchRule::Domain,
            Some(_) => LeadMatchRule::CompanyName,
            None => LeadMatchRule::None,
        },
        score: best.map_or(0, |best| percent(&best.likeness)),
        reasons: best.map_or_else(|| serde_json::json!([]), |best| reasons(&best.likeness)),
        decided_at: now,
    };
    let accounts = accounts.iter().take(CANDIDATES);
    let candidates = accounts.map(|weighed| lead_match_candidate::Model {
        id: Uuid::now_v7(),
        lead_match_id: lead,
        lead_id: lead,
        account_id: weighed.account,
        score: percent(&weighed.likeness),
        reasons: reasons(&weighed.likeness),
        created_at: now,
    });
    (found, candidates.collect())
}

/// For each lead the accounts that may be its company.
async fn weigh(
    tx: &DatabaseTransaction,
    leads: &HashMap<Uuid, Row>,
) -> Result<BTreeMap<Uuid, Vec<Weighed>>, DbErr> {
    let by_domain = owners(tx, leads).await?;
    let employers = leads
        .iter()
        .filter_map(|(id, row)| Some((*id, row.employer.as_ref()?)));
    let employers: Vec<(Uuid, &Company, Vec<i64>)> = employers
        .map(|(id, employer)| (id, employer, hashed(Noun::Account, employer.keys().iter())))
        .collect();
    let wanted: BTreeSet<i64> = employers
        .iter()
        .flat_map(|(.., keys)| keys.iter().copied())
        .collect();
    let wanted: Vec<i64> = wanted.into_iter().collect();
    let mut blocks: HashMap<i64, Vec<Uuid>> = HashMap::new();
    for (key, id) in matching::sharing(tx, &wanted, BLOCK).await? {
        blocks.entry(key).or_default().push(id);
    }
    let near: BTreeSet<Uuid> = blocks.values().flatten().copied().collect();
    let near: BTreeSet<Uuid> = near
        .union(&by_domain.values().copied().collect())
        .copied()
        .collect();
    let accounts = load(tx, Noun::Account, &near.into_iter().collect::<Vec<_>>()).await?;
    let mut weighed = BTreeMap::new();
    for (lead, employer, keys) in employers {
        let host = leads.get(&lead).and_then(|row| row.host.as_deref());
        let owner = host.and_then(|host| by_domain.get(host));
        let members = keys.iter().filter_map(|key| blocks.get(key)).flatten();
        let ids: BTreeSet<Uuid> = members.chain(owner).copied().collect();
        let of_lead = ids.into_iter().filter_map(|account| {
            let row = accounts.get(&account).filter(|row| !row.deleted)?;
            let Subject::Company(company) = &row.subject else {
                return None;
            };
            let likeness = company.employs(employer);
            let by_domain = owner == Some(&account);
            (by_domain || likeness.score >= PERHAPS).then_some(Weighed {
                account,
                likeness,
                by_domain,
            })
        });
        weighed.insert(lead, of_lead.collect());
    }
    Ok(weighed)
}

/// The accounts that the hosts of the leads' addresses belong to, but those of anybody's mail.
async fn owners(
    tx: &DatabaseTransaction,
    leads: &HashMap<Uuid, Row>,
) -> Result<HashMap<String, Uuid>, DbErr> {
    let hosts = leads.values().filter_map(|row| row.host.as_deref());
    let hosts: BTreeSet<&str> = hosts.filter(|host| !is_free_mail(host)).collect();
    let domains = record::domains();
    let columns = ("domain", "account_id");
    lookup::ids_by(tx, domains, columns, None, hosts.into_iter()).await
}
