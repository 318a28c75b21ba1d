//! What routing chooses by, looked up once for all leads that are routed together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use entity::{
    routing_rule::{self, RoutingStrategy},
    user::{self, UserFunction},
};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{
    error::ApiError,
    record,
    store::{self, table::Value},
    views::Role,
};

use super::choose::{Asked, Person, Rule, Team};
use crate::services::{
    condition::{Condition, LeadTraits},
    rows::{self, Draft},
    write::Write,
};

/// What is known of a lead that is to be routed.
#[derive(Debug)]
pub(super) struct Lead {
    id: Uuid,
    owner: Option<Uuid>,
    account: Option<Uuid>,
    territory: Option<Uuid>,
    traits: Option<LeadTraits>,
}

impl Lead {
    pub(super) fn of(record: &record::Entity, draft: &Draft) -> Self {
        let text = |column| draft.text(record, column).map(str::to_owned);
        let traits = text("intent_band").zip(text("source"));
        Self {
            id: draft.id,
            owner: draft.uuid(record, "owner_id"),
            account: draft.uuid(record, "account_id"),
            territory: draft.uuid(record, "territory_id"),
            traits: traits.map(|(intent_band, source)| LeadTraits {
                intent_band,
                source,
                cycle: match draft.get(record, "cycle") {
                    Some(Value::Int(Some(cycle))) => *cycle,
                    _ => 1,
                },
            }),
        }
    }
}

/// Who may get these leads by the rules, and what is asked for each of them.
pub(super) async fn team(
    write: &Write<'_>,
    leads: &[Lead],
    disputed: bool,
) -> Result<(Team, Vec<Asked>), ApiError> {
    let rules = store::routing::rules(write.tx).await?;
    let rules: Vec<_> = rules.into_iter().filter_map(with_condition).collect();
    let conditions = rules.iter().map(|(_, condition)| condition);
    let named = conditions.flat_map(|condition| condition.territories.iter().flatten());
    let lying = leads.iter().filter_map(|lead| lead.territory);
    let territories: BTreeSet<Uuid> = named.copied().chain(lying).collect();
    let territories: Vec<Uuid> = territories.into_iter().collect();
    let paths = store::sla::territory_paths(write.tx, &territories).await?;
    let owners = account_owners(write, leads).await?;
    let asked: Vec<Asked> = leads
        .iter()
        .map(|lead| Asked {
            lead: lead.id,
            owner: lead.owner,
            account_owner: lead.account.and_then(|id| owners.get(&id).copied()),
            path: lead.territory.and_then(|id| paths.get(&id).cloned()),
            rules: holding(lead, &rules, &paths),
            disputed,
        })
        .collect();
    let members = if rules.is_empty() {
        Vec::new()
    } else {
        store::routing::members(write.tx).await?
    };
    let others = asked.iter().flat_map(|it| [it.owner, it.account_owner]);
    let others = others
        .flatten()
        .chain(members.iter().map(|(_, user)| *user));
    let team = Team {
        people: people(write, others.collect()).await?,
        rules: with_pools(write, rules, &asked, &members).await?,
    };
    Ok((team, asked))
}

/// These users alone.
pub(super) async fn some(write: &Write<'_>, users: BTreeSet<Uuid>) -> Result<Team, ApiError> {
    Ok(Team {
        people: people(write, users).await?,
        rules: Vec::new(),
    })
}

/// The rule with its condition; `None` where that cannot be read, so that nothing is routed by it.
fn with_condition(rule: routing_rule::Model) -> Option<(routing_rule::Model, Condition)> {
    let said = rule.condition.as_ref();
    let condition = said.map_or(Ok(Condition::default()), Condition::read);
    if condition.is_err() {
        tracing::warn!(rule = %rule.id, "its condition cannot be read: it does not count");
    }
    Some((rule, condition.ok()?))
}

/// The rules that hold for a lead, by their place.
fn holding(
    lead: &Lead,
    rules: &[(routing_rule::Model, Condition)],
    paths: &HashMap<Uuid, String>,
) -> Vec<usize> {
    let path = lead.territory.and_then(|id| paths.get(&id));
    let lies_in = |territory: &Uuid| {
        let above = paths.get(territory).zip(path);
        above.is_some_and(|(above, path)| path.starts_with(above.as_str()))
    };
    let rules = rules.iter().enumerate();
    let holding = rules.filter(|(_, (_, rule))| rule.holds(lead.traits.as_ref(), lies_in));
    holding.map(|(place, _)| place).collect()
}

/// The rules with their pools, and with their turns, which are this transaction's until it ends.
async fn with_pools(
    write: &Write<'_>,
    rules: Vec<(routing_rule::Model, Condition)>,
    asked: &[Asked],
    members: &[(Uuid, Uuid)],
) -> Result<Vec<Rule>, ApiError> {
    let tried: BTreeSet<usize> = asked.iter().flat_map(|it| it.rules.clone()).collect();
    let by_turns = |(place, (rule, _)): &(usize, &(routing_rule::Model, Condition))| {
        rule.strategy == RoutingStrategy::RoundRobin && tried.contains(place)
    };
    let by_turns = rules.iter().enumerate().filter(by_turns);
    let by_turns: Vec<Uuid> = by_turns.map(|(_, (rule, _))| rule.id).collect();
    let mut turns: HashMap<Uuid, Option<Json>> = HashMap::new();
    if !by_turns.is_empty() {
        turns.extend(store::routing::turns(write.tx, &by_turns).await?);
    }
    let rules = rules.into_iter().map(|(rule, _)| Rule {
        id: rule.id,
        strategy: rule.strategy,
        members: members
            .iter()
            .filter(|(of, _)| *of == rule.id)
            .map(|(_, user)| *user)
            .collect(),
        turns: read_turns(turns.remove(&rule.id).flatten().as_ref()),
    });
    Ok(rules.collect())
}

fn read_turns(turns: Option<&Json>) -> BTreeMap<Uuid, i64> {
    let turns = turns.and_then(Json::as_object).into_iter().flatten();
    let turns = turns.filter_map(|(user, turn)| Some((user.parse().ok()?, turn.as_i64()?)));
    turns.collect()
}

/// Turns as they are kept.
pub(super) fn written_turns(turns: &BTreeMap<Uuid, i64>) -> Json {
    let turns = turns.iter();
    let turns = turns.map(|(user, turn)| (user.simple().to_string(), Json::from(*turn)));
    Json::Object(turns.collect::<Map<_, _>>())
}

async fn account_owners(
    write: &Write<'_>,
    leads: &[Lead],
) -> Result<HashMap<Uuid, Uuid>, ApiError> {
    let accounts: BTreeSet<Uuid> = leads.iter().filter_map(|lead| lead.account).collect();
    let accounts: Vec<Uuid> = accounts.into_iter().collect();
    let rows = rows::columns(write, "Account", &["owner_id"], &accounts).await?;
    let owned = rows.into_iter().filter_map(|(id, row)| match row.first() {
        Some(Value::Uuid(Some(owner))) => Some((id, *owner)),
        _ => None,
    });
    Ok(owned.collect())
}

/// Who is active in sales, and these others, with whom they report to.
pub(super) async fn people(
    write: &Write<'_>,
    others: BTreeSet<Uuid>,
) -> Result<BTreeMap<Uuid, Person>, ApiError> {
    let others: Vec<Uuid> = others.into_iter().collect();
    let users = store::routing::people(write.tx, &others).await?;
    let ids: Vec<Uuid> = users.iter().map(|user| user.id).collect();
    let loads = store::routing::loads(write.tx, &ids).await?;
    let mut people: BTreeMap<Uuid, Person> = users
        .into_iter()
        .map(|user| {
            let open = loads.get(&user.id).copied();
            (user.id, person(write, &user, open.unwrap_or_default()))
        })
        .collect();
    for (user, path) in store::routing::territories(write.tx, &ids).await? {
        if let Some(person) = people.get_mut(&user) {
            person.territories.push(path);
        }
    }
    Ok(people)
}

fn person(write: &Write<'_>, user: &user::Model, open: i64) -> Person {
    let (from, until) = (user.out_of_office_from, user.out_of_office_until);
    // Who has not said since when, or until when, has always been away, or does not come back.
    let gone = from.map_or(until.is_some(), |from| from <= write.now);
    let back = until.is_some_and(|until| until <= write.now);
    let in_sales = user.function == UserFunction::Sales;
    Person {
        id: user.id,
        active: user.active,
        absent: gone && !back,
        capacity: user.capacity.map(i64::from),
        open,
        in_sales,
        is_rep: is_rep(user.function, &user.roles),
        is_manager: is_manager(&user.roles),
        manager: user.manager_id,
        territories: Vec::new(),
    }
}

fn named(roles: &Json) -> &[Json] {
    roles.as_array().map_or(&[][..], Vec::as_slice)
}

/// Roles that an operator has made for people in sales are those of reps.
fn is_rep(function: UserFunction, roles: &Json) -> bool {
    let built_in = |role: &Json| Role::ALL.iter().any(|it| role == it.as_str());
    let is_rep = |role: &Json| role == Role::SalesRep.as_str() || !built_in(role);
    function == UserFunction::Sales && named(roles).iter().any(is_rep)
}

fn is_manager(roles: &Json) -> bool {
    let mut roles = named(roles).iter();
    roles.any(|role| role == Role::SalesManager.as_str())
}

/// Whether somebody of that function in those roles could accept a lead, and work it.
pub(in crate::services) fn works_leads(function: UserFunction, roles: &Json) -> bool {
    is_rep(function, roles) || is_manager(roles)
}
