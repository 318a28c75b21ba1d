//! Converting a lead: it becomes a contact of an account, and mostly an opportunity. The lead stays, and what is
//! known of it leads on to them.

mod contact;

use std::collections::HashMap;

use entity::change::ChangeKind;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::{
    dataset::{dataset, global_id},
    error::{ApiError, Problem},
    record::{self, is_empty},
    store::{
        merge as store,
        table::{Record, Value},
    },
    views::Views,
};

use super::membership;
use crate::services::{
    merge::{Edit, apply},
    rows::{self, Deed, Draft, Order},
    write::Write,
};

/// Problems, each with the lead that has it.
type Problems = Vec<(usize, Problem)>;

/// Refuses leads of which it is not said what becomes of them.
pub(super) fn check(record: &record::Entity, drafts: &[Draft]) -> Problems {
    let mut problems = Vec::new();
    for draft in drafts {
        problems.extend(deal_problems(draft).map(|problem| (draft.index, problem)));
        if draft.uuid(record, "account_id").is_none() && account_name(record, draft).is_none() {
            let problem = "an account is required: its id, or the name of a new one";
            problems.push((draft.index, draft.problem("accountId", problem)));
        }
    }
    problems
}

/// What is wrong with what is said of the opportunity: with its name go its amount and its day, and not without.
fn deal_problems(draft: &Draft) -> impl Iterator<Item = Problem> {
    let said = |field: &str| draft.told.get(field);
    let deal = said("opportunityName").is_some();
    let problem = if deal {
        "it is required of an opportunity"
    } else {
        "there is no opportunity without `opportunityName`"
    };
    let fields = ["opportunityAmount", "opportunityCloseOn"].into_iter();
    let lacking = fields.filter(move |field| said(field).is_some() != deal);
    let lacking = lacking.map(move |field| draft.problem(field, problem));
    let amount = said("opportunityAmount").and_then(|amount| amount.get("amount")?.as_str());
    let negative = amount.filter(|amount| amount.trim_start().starts_with('-'));
    let negative = negative.map(|_| {
        let problem = "an amount that is not below zero is required";
        draft.problem("opportunityAmount.amount", problem)
    });
    lacking.chain(negative)
}

/// What a new account is called.
fn account_name<'d>(record: &record::Entity, draft: &'d Draft) -> Option<&'d str> {
    let said = draft.told.get("accountName").and_then(Json::as_str);
    said.or_else(|| draft.text(record, "company_name"))
}

/// Makes of each lead what it becomes, and says what is wrong with which.
pub(super) async fn convert(
    caller: &Write<'_>,
    views: &Views,
    record: &'static record::Entity,
    drafts: &mut [Draft],
) -> Result<Problems, ApiError> {
    // Who may convert a lead may make what it becomes. What is there already they find, and change, as always.
    let write = &Write::new(caller.tx, caller.author, None, caller.now);
    let mut problems = accounts(write, views, record, drafts).await?;
    contact::find(caller, record, drafts).await?;
    problems.extend(contact::add(write, views, record, drafts).await?);
    problems.extend(opportunities(write, views, record, drafts).await?);
    if problems.is_empty() {
        lead_on(write, record, drafts).await?;
        membership::relink(write, record, drafts).await?;
    }
    Ok(problems)
}

/// The accounts of leads that have none.
async fn accounts(
    write: &Write<'_>,
    views: &Views,
    record: &'static record::Entity,
    drafts: &mut [Draft],
) -> Result<Problems, ApiError> {
    let named = |draft: &Draft| draft.told.contains_key("accountName") && !draft.says("accountId");
    let without = |draft: &&mut Draft| named(draft) || draft.uuid(record, "account_id").is_none();
    let drafts: Vec<&mut Draft> = drafts.iter_mut().filter(without).collect();
    let item = |draft: &Draft| {
        let mut fields = Map::new();
        let name = account_name(record, draft).map(Json::from);
        fields.extend(name.map(|name| ("name".to_owned(), name)));
        refer(
            &mut fields,
            "ownerId",
            "User",
            draft.uuid(record, "owner_id"),
        );
        refer(
            &mut fields,
            "territoryId",
            "Territory",
            draft.uuid(record, "territory_id"),
        );
        fields
    };
    make(
        write,
        views,
        ("Account", "account_id"),
        record,
        drafts,
        item,
    )
    .await
}

/// The opportunities that come out of leads.
async fn opportunities(
    write: &Write<'_>,
    views: &Views,
    record: &'static record::Entity,
    drafts: &mut [Draft],
) -> Result<Problems, ApiError> {
    let deal = |draft: &&mut Draft| draft.told.contains_key("opportunityName");
    let drafts: Vec<&mut Draft> = drafts.iter_mut().filter(deal).collect();
    let item = |draft: &Draft| {
        let mut fields = Map::new();
        for (field, said) in DEAL {
            let value = draft.told.get(said).cloned();
            fields.extend(value.map(|value| (field.to_owned(), value)));
        }
        for (field, noun, column) in [
            ("accountId", "Account", "account_id"),
            ("ownerId", "User", "owner_id"),
            ("leadId", "Lead", "id"),
            ("primaryCampaignId", "Campaign", "source_campaign_id"),
        ] {
            refer(&mut fields, field, noun, draft.uuid(record, column));
        }
        fields
    };
    make(write, views, ("Opportunity", ""), record, drafts, item).await
}

/// What is said of an opportunity, and as what.
const DEAL: [(&str, &str); 3] = [
    ("name", "opportunityName"),
    ("amount", "opportunityAmount"),
    ("expectedCloseOn", "opportunityCloseOn"),
];

fn refer(fields: &mut Map<String, Json>, field: &str, noun: &str, id: Option<Uuid>) {
    let id = dataset().entity(noun).zip(id);
    let id = id.map(|(entity, id)| json!(global_id(entity, id)));
    fields.extend(id.map(|id| (field.to_owned(), id)));
}

/// Makes a row of the noun for each lead, whose `column` refers to it from then on.
async fn make(
    write: &Write<'_>,
    views: &Views,
    (noun, column): (&str, &str),
    record: &'static record::Entity,
    mut drafts: Vec<&mut Draft>,
    item: impl Fn(&Draft) -> Map<String, Json>,
) -> Result<Problems, ApiError> {
    let order = Order {
        entity: dataset().target(noun)?,
        deed: Deed::Make,
        items: drafts
            .iter()
            .map(|draft| (draft.path.clone(), item(draft)))
            .collect(),
        atomic: true,
        another: true,
    };
    let mut problems = Vec::new();
    for (draft, made) in drafts
        .iter_mut()
        .zip(rows::made(write, views, &order).await?)
    {
        match made {
            Ok(id) => draft.set(record, column, Some(id)),
            Err(wrong) => {
                let wrong = wrong.into_iter().map(|it| said_as(&draft.path, it));
                problems.extend(wrong.map(|problem| (draft.index, problem)));
            }
        }
    }
    Ok(problems)
}

/// The problem of what is made of the lead at `path`, with the name that the field has for who converts it.
fn said_as(path: &str, mut problem: Problem) -> Problem {
    for (field, said) in DEAL {
        let there = format!("{path}.{field}");
        let rest = problem.field.strip_prefix(&there);
        if let Some(rest) = rest.filter(|rest| rest.is_empty() || rest.starts_with('.')) {
            let field = format!("{path}.{said}{rest}");
            problem.message = problem.message.replacen(&problem.field, &field, 1);
            problem.field = field;
            break;
        }
    }
    problem
}

/// Has the touches of the leads lead on to what they became.
async fn lead_on(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let leads: HashMap<Uuid, &Draft> = drafts.iter().map(|draft| (draft.id, draft)).collect();
    let ids: Vec<Uuid> = leads.keys().copied().collect();
    let touch = rows::record_of("Touch")?;
    let table = &touch.table;
    let rows = store::pointing_to(write.tx, table, "lead_id", &ids).await?;
    let edits = rows.iter().filter_map(|row| {
        let at = |column: &str| row.get(table.position(column)?);
        let Some(Value::Uuid(Some(lead))) = at("lead_id") else {
            return None;
        };
        let draft = leads.get(lead)?;
        let values = ["contact_id", "account_id"]
            .into_iter()
            .filter_map(|column| {
                let empty = at(column).is_some_and(is_empty);
                let value = draft.get(record, column).filter(|_| empty)?;
                Some((table.position(column)?, value.clone()))
            });
        Some(Edit::of(id_of(touch, row)?, values.collect()))
    });
    let edits = edits.collect();
    apply(write, table, edits, ChangeKind::Updated).await?;
    Ok(())
}

fn id_of(record: &record::Entity, row: &Record) -> Option<Uuid> {
    match row.get(record.position("id")?) {
        Some(Value::Uuid(id)) => *id,
        _ => None,
    }
}
