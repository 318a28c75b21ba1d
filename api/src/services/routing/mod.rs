//! Who gets a lead that is handed over, or that somebody leaves behind: there is always somebody, and it is put on
//! record who was looked at, and why it is who it is.
//!
//! What is known is looked up by a fixed number of statements for all leads that are routed together; who gets each is
//! worked out by a pure function ([`choose`]).

mod choose;
mod facts;
mod ledger;
mod pool;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use uuid::Uuid;

use crate::{
    error::{ApiError, Problem},
    record,
    store::{self, lookup},
};

use super::{
    lead,
    people::INACTIVE,
    rows::{self, Draft},
    sla::{self, About},
    task,
    write::Write,
};
use choose::{Asked, Decision, Team};
use facts::Lead;
pub(super) use facts::works_leads;

/// The step by which a lead is given to who is named, while it waits to be accepted.
const REASSIGN: &str = "reassignLead";
/// The step by which it is given to who is named at any other time.
const ASSIGN: &str = "assignLeadOwner";
/// The step by which marketing hands a rejected lead over again.
const DISPUTE: &str = "disputeRejection";
/// The rule by which a lead goes to somebody else whose owner has left.
const OWNER_LEFT: &str = "ownerLeft";
/// Where a lead stands that is handed over.
const WAITING: &str = "MQL";
/// Where somebody in sales is waited for, or works on a lead.
const OPEN: [&str; 4] = [WAITING, "ACCEPTED", "WORKING", "SQL"];
/// Why a lead cannot be handed over.
const NOBODY: &str = "there is nobody to hand it over to: no sales rep and no manager of sales is active, and its \
                      account has no owner who is";
/// Why a lead goes to somebody else that nobody asked for.
const OWNER_LEFT_IT: &str = "its owner has left";
const OWNERLESS: &str = "it had no owner";
const NOT_OF_SALES: &str = "they are not in sales, and could do nothing with it";
const WORKS_NO_LEADS: &str = "they do not work leads: a sales rep or a manager of sales does";

/// Gives the leads that become MQLs by `step` their owners, and says of which there is nobody to give them to.
pub(super) async fn hand_over(
    write: &Write<'_>,
    record: &'static record::Entity,
    step: &str,
    drafts: &mut [Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let handed_over = |draft: &&mut Draft| draft.text(record, "status") == Some(WAITING);
    let drafts: Vec<&mut Draft> = drafts.iter_mut().filter(handed_over).collect();
    if step == REASSIGN {
        let drafts = drafts.iter().map(|draft| &**draft).collect();
        return given(write, record, step, drafts).await;
    }
    route(write, record, step, drafts).await
}

/// Finds out who gets each of the leads, and puts that on record; says of which there is nobody who does.
async fn route(
    write: &Write<'_>,
    record: &'static record::Entity,
    step: &str,
    mut drafts: Vec<&mut Draft>,
) -> Result<Vec<(usize, Problem)>, ApiError> {
    if drafts.is_empty() {
        return Ok(Vec::new());
    }
    let leads: Vec<Lead> = drafts.iter().map(|draft| Lead::of(record, draft)).collect();
    let (team, asked) = facts::team(write, &leads, step == DISPUTE).await?;
    let decisions = decide(write, team, &asked).await?;
    let mut problems = Vec::new();
    let mut decided = Vec::with_capacity(drafts.len());
    for (draft, decision) in drafts.iter_mut().zip(decisions) {
        match decision {
            Some(decision) => {
                draft.set(record, "owner_id", Some(decision.user));
                decided.push((draft.id, decision));
            }
            None => problems.push((draft.index, Problem::validation(draft.path.clone(), NOBODY))),
        }
    }
    ledger::save(write, step, decided).await?;
    Ok(problems)
}

/// Who gets each of the leads, one after the other. Whoever does stays active until the transaction ends: somebody who
/// is deactivated meanwhile is not chosen.
async fn decide(
    write: &Write<'_>,
    mut team: Team,
    asked: &[Asked],
) -> Result<Vec<Option<Decision>>, ApiError> {
    loop {
        let mut after = team.clone();
        let decisions: Vec<_> = asked.iter().map(|lead| after.choose(lead)).collect();
        let chosen = decisions.iter().flatten().map(|it| it.user).collect();
        let active = store::routing::stay_active(write.tx, &chosen).await?;
        if active == chosen {
            for (before, rule) in team.rules.iter().zip(&after.rules) {
                if before.turns != rule.turns {
                    let turns = facts::written_turns(&rule.turns);
                    store::routing::set_turns(write.tx, rule.id, turns).await?;
                }
            }
            return Ok(decisions);
        }
        for gone in chosen.difference(&active) {
            if let Some(person) = team.people.get_mut(gone) {
                person.active = false;
            }
        }
    }
}

/// Puts on record that somebody said who gets the leads, and says of which they are not active.
async fn given(
    write: &Write<'_>,
    record: &'static record::Entity,
    step: &str,
    drafts: Vec<&Draft>,
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let named = |draft: &Draft| draft.uuid(record, "owner_id");
    let users: BTreeSet<Uuid> = drafts.iter().filter_map(|draft| named(draft)).collect();
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let active = store::routing::stay_active(write.tx, &users).await?;
    let team = facts::some(write, users).await?;
    let (mut problems, mut decided) = (Vec::new(), Vec::with_capacity(drafts.len()));
    for draft in drafts {
        let owner = named(draft).filter(|owner| active.contains(owner));
        if step == REASSIGN && owner.is_some_and(|owner| !team.is_in_sales(owner)) {
            problems.push((draft.index, draft.problem("ownerId", NOT_OF_SALES)));
            continue;
        }
        match owner.and_then(|owner| team.given(owner)) {
            Some(decision) => decided.push((draft.id, decision)),
            None => problems.push((draft.index, draft.problem("ownerId", INACTIVE))),
        }
    }
    ledger::save(write, step, decided).await?;
    Ok(problems)
}

/// Refuses to give leads to who is not active, and those that are with sales to who is not in sales.
pub(super) async fn check_assigned(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let drafts: Vec<&Draft> = moved(record, drafts).collect();
    let users = drafts.iter().filter_map(|it| it.uuid(record, "owner_id"));
    let users: BTreeSet<Uuid> = users.collect();
    if users.is_empty() {
        return Ok(Vec::new());
    }
    let active = store::routing::stay_active(write.tx, &users).await?;
    let team = facts::some(write, users).await?;
    let problems = drafts.into_iter().filter_map(|draft| {
        let owner = draft.uuid(record, "owner_id");
        let with_sales = OPEN.contains(&draft.text(record, "status").unwrap_or_default());
        let problem = if owner.is_some_and(|owner| !active.contains(&owner)) {
            draft.problem("ownerId", INACTIVE)
        } else if with_sales && owner.is_some_and(|owner| !team.is_in_sales(owner)) {
            draft.problem("ownerId", NOT_OF_SALES)
        } else {
            return None;
        };
        Some((draft.index, problem))
    });
    Ok(problems.collect())
}

/// Refuses members of pools who could do nothing with a lead.
pub(super) async fn check_members(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<Vec<(usize, Problem)>, ApiError> {
    let member = |draft: &Draft| draft.uuid(record, "user_id");
    let users: BTreeSet<Uuid> = drafts.iter().filter_map(member).collect();
    let active = store::routing::stay_active(write.tx, &users).await?;
    let team = facts::some(write, users).await?;
    let problems = drafts.iter().filter_map(|draft| {
        let user = member(draft)?;
        let problem = if !active.contains(&user) {
            INACTIVE
        } else if !team.works_leads(user) {
            WORKS_NO_LEADS
        } else {
            return None;
        };
        Some((draft.index, draft.problem("userId", problem)))
    });
    Ok(problems.collect())
}

/// The manager of sales who works nearest to each of these territories, where somebody does.
pub(super) async fn managers_near(
    write: &Write<'_>,
    territories: &[Uuid],
) -> Result<HashMap<Uuid, Uuid>, ApiError> {
    if territories.is_empty() {
        return Ok(HashMap::new());
    }
    let people = facts::people(write, BTreeSet::new()).await?;
    let paths = store::sla::territory_paths(write.tx, territories).await?;
    let nearest = paths.into_iter().filter_map(|(territory, path)| {
        let asked = Asked {
            path: Some(path),
            ..Asked::default()
        };
        let managers = people.values().filter(|it| it.is_manager && it.active);
        let near = managers.filter_map(|it| Some((it.nearness(&asked)?, it.id)));
        Some((territory, near.max()?.1))
    });
    Ok(nearest.collect())
}

/// Puts on record that leads were given to others, who are waited for from now on.
pub(super) async fn assigned(
    write: &Write<'_>,
    record: &'static record::Entity,
    drafts: &[Draft],
) -> Result<(), ApiError> {
    let drafts: Vec<&Draft> = moved(record, drafts).collect();
    if drafts.is_empty() {
        return Ok(());
    }
    wait_for_owners(write, record, drafts.iter().copied()).await?;
    given(write, record, ASSIGN, drafts).await?;
    Ok(())
}

/// The leads that somebody gave another owner.
fn moved<'d>(record: &record::Entity, drafts: &'d [Draft]) -> impl Iterator<Item = &'d Draft> {
    let changes = |draft: &&Draft| draft.changes(record, "owner_id");
    let given = drafts.iter().filter(|draft| draft.before.is_some());
    given.filter(|draft| draft.says("ownerId")).filter(changes)
}

/// Has the clocks of leads wait for their owners.
async fn wait_for_owners<'d>(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: impl Iterator<Item = &'d Draft>,
) -> Result<(), ApiError> {
    let owners = drafts.map(|draft| (draft.id, draft.uuid(record, "owner_id")));
    let owners: Vec<(Uuid, Option<Uuid>)> = owners.collect();
    sla::assign(write, About::Lead, &owners).await?;
    task::assigned(write, &owners).await
}

/// Gives the open leads of these users, who leave, to others, and says how many nobody can take.
pub(super) async fn leave_behind(write: &Write<'_>, users: &[Uuid]) -> Result<usize, ApiError> {
    let open = store::routing::open_leads(write.tx, users).await?;
    let theirs = |_, owner: Option<Uuid>| owner.is_some_and(|owner| users.contains(&owner));
    let (left, given) = give_away(write, &open, theirs).await?;
    Ok(left - given)
}

/// Gives up to `limit` open leads to somebody that nobody has who is active, and says how many were given.
pub(super) async fn adopt(write: &Write<'_>, limit: u64) -> Result<usize, ApiError> {
    let had = store::routing::nobodys(write.tx, limit).await?;
    if had.is_empty() {
        return Ok(0);
    }
    let open: Vec<Uuid> = had.keys().copied().collect();
    // Another hub may have given one away before it was locked.
    let still = |lead, owner| had.get(&lead) == Some(&owner);
    let (_, given) = give_away(write, &open, still).await?;
    Ok(given)
}

/// Gives those of the open leads to others that are `left` as to their ids and owners, and says how many those are, and
/// how many were given.
async fn give_away(
    write: &Write<'_>,
    open: &[Uuid],
    left: impl Fn(Uuid, Option<Uuid>) -> bool,
) -> Result<(usize, usize), ApiError> {
    // It is the hub that decides who gets them, and not who deactivates users.
    let write = &Write::new(write.tx, write.author, None, write.now);
    let record = rows::record_of("Lead")?;
    let rows = lookup::locked(write.tx, &record.table, open).await?;
    let drafts = rows.into_iter().enumerate();
    let drafts = drafts.filter_map(|(index, row)| Draft::stored(record, index, row));
    // Somebody may have taken a step with one before it was locked.
    let still = |draft: &Draft| {
        left(draft.id, draft.uuid(record, "owner_id"))
            && OPEN.contains(&draft.text(record, "status").unwrap_or_default())
    };
    let waits = |draft: &Draft| draft.text(record, "status") == Some(WAITING);
    let (waiting, mut drafts): (Vec<Draft>, Vec<Draft>) = drafts.filter(still).partition(waits);
    let all = waiting.len() + drafts.len();
    // A lead that waits to be accepted takes a step, by which its clock knows that it waits for somebody else.
    let waiting: Vec<Uuid> = waiting.iter().map(|draft| draft.id).collect();
    let taken = lead::take_rule(write, OWNER_LEFT, &waiting).await?;
    let nobody = route(write, record, OWNER_LEFT, drafts.iter_mut().collect()).await?;
    drafts.retain(|draft| !nobody.iter().any(|(index, _)| *index == draft.index));
    for draft in &mut drafts {
        let had = draft.was(record, "owner_id").is_some();
        let why = if had { OWNER_LEFT_IT } else { OWNERLESS };
        draft.reason = Some(why.to_owned());
    }
    rows::store(write, record, &drafts).await?;
    wait_for_owners(write, record, drafts.iter()).await?;
    Ok((all, taken.len() + drafts.len()))
}
