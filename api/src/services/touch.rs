//! Touches.

use std::collections::{BTreeSet, HashMap};

use chrono::TimeDelta;
use uuid::Uuid;

use crate::{
    error::{ApiError, Problem},
    record,
    store::{lookup, table::Value},
};

use super::{lead, rows::Draft, write::Write};

/// What sales does; everything else is marketing's, unless somebody says so.
const OF_SALES: [&str; 4] = ["CALL", "MEETING", "DEMO", "SALES_EMAIL"];
/// What we begin; everything else they do, unless somebody says so.
const OUTBOUND: [&str; 6] = [
    "EMAIL_SENT",
    "AD_IMPRESSION",
    "DIRECT_MAIL",
    "CALL",
    "SALES_EMAIL",
    "PR",
];

/// How far the clock of who logs a touch may be ahead of the hub's.
pub(super) const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// Fills in what is not said: when it was, whose it is, who began, and the company of the person.
pub(super) async fn settle(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &mut [Draft],
) -> Result<(), ApiError> {
    let accounts = accounts(write, record, drafts).await?;
    for draft in drafts.iter_mut().filter(|draft| draft.before.is_none()) {
        let kind = draft.text(record, "kind").unwrap_or_default().to_owned();
        if !draft.says("function") {
            let sales = OF_SALES.contains(&kind.as_str());
            draft.set(
                record,
                "function",
                if sales { "SALES" } else { "MARKETING" },
            );
        }
        if !draft.says("direction") {
            let ours = OUTBOUND.contains(&kind.as_str());
            draft.set(
                record,
                "direction",
                if ours { "OUTBOUND" } else { "INBOUND" },
            );
        }
        if !draft.says("occurredAt") {
            draft.set(record, "occurred_at", write.now);
        }
        if !draft.says("accountId") {
            let people = ["contact_id", "lead_id"];
            let mut of = people
                .iter()
                .filter_map(|column| draft.uuid(record, column));
            let account = of.find_map(|person| accounts.get(&person).copied());
            draft.set(record, "account_id", account);
        }
    }
    Ok(())
}

/// Refuses a touch that has not happened yet. Clocks of others may be a little ahead.
pub(super) fn check(
    write: &Write<'_>,
    record: &record::Entity,
    draft: &Draft,
    problems: &mut Vec<Problem>,
) {
    let at = draft.get(record, "occurred_at");
    let said = draft.says("occurredAt");
    if let Some(Value::ChronoDateTimeUtc(Some(at))) = at.filter(|_| said)
        && *at > write.now + AHEAD
    {
        problems.push(draft.problem("occurredAt", "an instant that is not to come is required"));
    }
}

/// The accounts of the contacts and leads that new touches are about.
async fn accounts(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<HashMap<Uuid, Uuid>, ApiError> {
    let mut accounts = HashMap::new();
    for (column, noun) in [("contact_id", "contact"), ("lead_id", "lead")] {
        let new = drafts.iter().filter(|draft| draft.before.is_none());
        let ids: Vec<Uuid> = new.filter_map(|draft| draft.uuid(record, column)).collect();
        let Some(people) = record::entity(noun).filter(|_| !ids.is_empty()) else {
            continue;
        };
        let positions: Vec<usize> = people.position("account_id").into_iter().collect();
        let rows = lookup::columns(write.tx, &people.table, &positions, &ids).await?;
        accounts.extend(rows.into_iter().filter_map(|(id, row)| match row.first() {
            Some(Value::Uuid(Some(account))) => Some((id, *account)),
            _ => None,
        }));
    }
    Ok(accounts)
}

/// What follows from touches that are written: sales may have approached leads that it had accepted.
pub(super) async fn logged(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let of_sales = |draft: &&Draft| draft.text(record, "function") == Some("SALES");
    let of_sales = drafts.iter().filter(of_sales);
    let leads = of_sales.filter_map(|draft| draft.uuid(record, "lead_id"));
    let leads: BTreeSet<Uuid> = leads.collect();
    let leads: Vec<Uuid> = leads.into_iter().collect();
    lead::approached(write, &leads).await
}

/// Sales logs its own touches, and marketing its own.
pub(super) fn making(record: &record::Entity, draft: &Draft) -> &'static str {
    match draft.text(record, "function") {
        Some("SALES") => "logSales",
        _ => "logMarketing",
    }
}
