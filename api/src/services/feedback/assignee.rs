//! Who is to answer new feedback: who answers for what it is about, if they can.

use std::collections::{BTreeSet, HashMap};

use entity::lead_definition;
use uuid::Uuid;

use crate::{
    error::ApiError,
    record,
    services::{
        people::People,
        routing,
        rows::{self, Draft},
        write::Write,
    },
    store::{
        lookup,
        table::{Record, Table, Value},
    },
    views::Views,
};

use super::{TO_MARKETING, TO_SALES};

/// What feedback can be about.
struct Target {
    column: &'static str,
    noun: &'static str,
    /// The column with who answers for it, unless somebody says who does.
    owner: &'static str,
    /// Whether that is somebody of marketing; none: it is of whoever it is.
    of_marketing: Option<bool>,
}

const fn target(
    column: &'static str,
    noun: &'static str,
    owner: &'static str,
    of_marketing: Option<bool>,
) -> Target {
    Target {
        column,
        noun,
        owner,
        of_marketing,
    }
}

/// What feedback can be about; the first that somebody answers for says who is asked.
const TARGETS: [Target; 6] = [
    target("campaign_id", "Campaign", "owner_id", Some(true)),
    target("asset_id", "Asset", "owner_id", Some(true)),
    target("definition_id", DEFINITION, "proposed_by_id", None),
    target("lead_id", "Lead", "owner_id", Some(false)),
    target("opportunity_id", "Opportunity", "owner_id", Some(false)),
    target("account_id", "Account", "owner_id", Some(false)),
];

/// The noun of definitions, which nobody writes as they write rows.
const DEFINITION: &str = "LeadDefinition";

/// Who answers for the rows of a target with those ids.
async fn owners(
    write: &Write<'_>,
    target: &Target,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Record>, ApiError> {
    if target.noun != DEFINITION {
        return rows::columns(write, target.noun, &[target.owner], ids).await;
    }
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let table = Table::of::<lead_definition::Entity>();
    let owner: Vec<usize> = table.position(target.owner).into_iter().collect();
    Ok(lookup::columns(write.tx, &table, &owner, ids).await?)
}

/// What lies in a territory, whose manager of sales answers where nobody else does: the columns.
const PLACES: [(&str, &str); 2] = [("lead_id", "Lead"), ("account_id", "Account")];

/// Says of new feedback who is to answer it: the first who answers for something that it is about, who is there, whose roles
/// let them answer, and who does not give it themselves. What sales is told that nobody answers for goes to the
/// manager where it lies.
pub(super) async fn find(
    write: &Write<'_>,
    views: &Views,
    record: &record::Entity,
    drafts: &mut [Draft],
) -> Result<(), ApiError> {
    let new = || drafts.iter().filter(|draft| draft.before.is_none());
    let mut answering: HashMap<Uuid, Uuid> = HashMap::new();
    for target in &TARGETS {
        let ids = new().filter_map(|draft| draft.uuid(record, target.column));
        let owners = owners(write, target, &ids.collect::<Vec<_>>()).await?;
        answering.extend(owners.into_iter().filter_map(first));
    }
    let people = People::of(write, answering.values().copied()).await?;
    let near = managers(write, record, drafts).await?;
    for draft in drafts.iter_mut().filter(|draft| draft.before.is_none()) {
        let direction = draft.text(record, "direction");
        let to_marketing = direction == Some(TO_MARKETING);
        let asked = TARGETS
            .iter()
            .filter(|it| it.of_marketing.is_none_or(|it| it == to_marketing));
        let mut asked = asked.filter_map(|target| {
            let about = draft.uuid(record, target.column)?;
            answering.get(&about).copied()
        });
        let can = |user: &Uuid| {
            let answers = people.is_active(*user) && people.may(views, *user, "Feedback", "act");
            answers && Some(*user) != write.user()
        };
        let near = near.get(&draft.id).filter(|_| direction == Some(TO_SALES));
        let assignee = asked.find(can).or(near.copied());
        draft.set(record, "assignee_id", assignee);
    }
    Ok(())
}

/// For each piece of new feedback the manager of sales who is nearest to where what it is about lies.
async fn managers(
    write: &Write<'_>,
    record: &record::Entity,
    drafts: &[Draft],
) -> Result<HashMap<Uuid, Uuid>, ApiError> {
    let to_sales = |draft: &&Draft| {
        draft.before.is_none() && draft.text(record, "direction") == Some(TO_SALES)
    };
    let told: Vec<&Draft> = drafts.iter().filter(to_sales).collect();
    let mut lies: HashMap<Uuid, Uuid> = HashMap::new();
    for (column, noun) in PLACES {
        let ids: Vec<Uuid> = told
            .iter()
            .filter_map(|it| it.uuid(record, column))
            .collect();
        let rows = rows::columns(write, noun, &["territory_id"], &ids).await?;
        lies.extend(rows.into_iter().filter_map(first));
    }
    let territories: BTreeSet<Uuid> = lies.values().copied().collect();
    let territories: Vec<Uuid> = territories.into_iter().collect();
    let near = routing::managers_near(write, &territories).await?;
    let found = told.into_iter().filter_map(|draft| {
        let mut about = PLACES
            .iter()
            .filter_map(|(column, _)| draft.uuid(record, column));
        let territory = about.find_map(|about| lies.get(&about))?;
        Some((draft.id, *near.get(territory)?))
    });
    Ok(found.collect())
}

/// The row with the id in its first column.
fn first((id, row): (Uuid, Record)) -> Option<(Uuid, Uuid)> {
    match row.first() {
        Some(Value::Uuid(Some(first))) => Some((id, *first)),
        _ => None,
    }
}
