//! Which words hold for which rows, for one caller.

use std::collections::BTreeSet;

use serde_json::Value as Json;
use uuid::Uuid;

use crate::{
    oracle::noun::{Noun, id_of, is_there},
    rows::{Cell, Row, Rows, cell},
};

use super::{
    policy::{ABOUT, PARTS, Scope, Word},
    role::Role,
};

/// What there is, and who looks at it.
#[derive(Debug)]
pub struct Sight<'a> {
    rows: &'a Rows,
    me: BTreeSet<Uuid>,
    team: BTreeSet<Uuid>,
    territories: BTreeSet<Uuid>,
    team_territories: BTreeSet<Uuid>,
}

impl<'a> Sight<'a> {
    /// The sight of a user; of nobody for a program.
    #[must_use]
    pub fn of(rows: &'a Rows, user: Option<Uuid>) -> Self {
        let me: BTreeSet<_> = user.into_iter().collect();
        let team = team(rows, &me);
        Self {
            rows,
            territories: territories(rows, &me),
            team_territories: territories(rows, &team),
            me,
            team,
        }
    }

    /// Whether the territory with that id is one of theirs, or lies in one.
    pub(in crate::oracle) fn covers(&self, territory: Uuid) -> bool {
        self.territories.contains(&territory)
    }

    /// Whether `role` shows the row, which is there.
    pub(super) fn shows(&self, role: &Role, noun: &Noun, row: &Row) -> bool {
        self.lies_in(&role.scope(noun.name), role, noun, row)
    }

    /// Whether the row is one of those in `scope`.
    pub(super) fn lies_in(&self, scope: &Scope, role: &Role, noun: &Noun, row: &Row) -> bool {
        let mut terms = scope.0.iter();
        terms.any(|term| {
            let mut words = term.iter();
            words.all(|word| self.holds(*word, role, noun, row))
        })
    }

    /// Whether `word` holds for the row; `role` is whose parents count.
    #[must_use]
    pub fn holds(&self, word: Word, role: &Role, noun: &Noun, row: &Row) -> bool {
        let any = |paths: &[&str], of: &BTreeSet<Uuid>| {
            let mut ids = paths.iter().filter_map(|path| self.follow(row, path));
            ids.any(|id| of.contains(&id))
        };
        match word {
            Word::Own => any(owners(noun.name), &self.me),
            Word::Team => any(owners(noun.name), &self.team),
            Word::Territory => any(places(noun.name), &self.territories),
            Word::TeamTerritory => any(places(noun.name), &self.team_territories),
            Word::Campaign => self.is_of_my_campaign(noun, row),
            Word::Seen => self.shows_what_it_is_about(role, noun, row),
            Word::Parent => self.is_part_of_something_shown(role, noun, row),
            Word::Unassigned => match noun.name {
                "Task" | "Feedback" => cell(row, "assignee_id") == &Cell::Null,
                _ => holds_of("Lead", noun, cell(row, "owner_id") == &Cell::Null),
            },
            Word::Announced => {
                let draft = Cell::Text("DRAFT".to_owned());
                holds_of("Campaign", noun, cell(row, "status") != &draft)
            }
            Word::ToMarketing if noun.name == "Feedback" => is_told(row, "SALES_TO_MARKETING"),
            Word::ToSales if noun.name == "Feedback" => is_told(row, "MARKETING_TO_SALES"),
            Word::ToMarketing => is_asked(noun, row, "MARKETING"),
            Word::ToSales => is_asked(noun, row, "SALES"),
            Word::Consent => holds_of("Contact", noun, has_consent(cell(row, "consent"))),
        }
    }

    /// The id at the end of `lead.account.owner_id`, where every row on the way is there.
    fn follow(&self, row: &Row, path: &str) -> Option<Uuid> {
        let Some((table, rest)) = path.split_once('.') else {
            return id_in(row, path);
        };
        let next = id_in(row, &format!("{table}_id"))?;
        self.follow(self.there(table, next)?, rest)
    }

    fn there(&self, table: &str, id: Uuid) -> Option<&'a Row> {
        self.rows.find(table, id).filter(|row| is_there(row))
    }

    fn is_of_my_campaign(&self, noun: &Noun, row: &Row) -> bool {
        let mine = |member: &Row| {
            let owner = self.follow(member, "campaign.owner_id");
            owner.is_some_and(|owner| self.me.contains(&owner))
        };
        match noun.name {
            "CampaignMember" => mine(row),
            "Contact" => {
                let mut members = self.rows.of("campaign_member").iter();
                members.any(|member| {
                    is_there(member)
                        && id_in(member, "contact_id") == Some(id_of(row))
                        && mine(member)
                })
            }
            name => panic!("{name} is not of a campaign"),
        }
    }

    /// Whether `role` alone shows all that a row is about; what several show together, the lens knows.
    fn shows_what_it_is_about(&self, role: &Role, noun: &Noun, row: &Row) -> bool {
        let about = ABOUT.iter().find(|(name, _)| *name == noun.name);
        let mut keys = about.iter().flat_map(|(_, keys)| keys.iter());
        keys.all(|(column, target, told)| {
            let Some(id) = id_in(row, column) else {
                return true;
            };
            let target = Noun::of(target).expect("it is about a noun");
            let row = self.there(target.table, id);
            let clear = |row: &Row, field: &str| {
                let mask = role.mask_of(target.name, field);
                mask.is_none_or(|mask| self.lies_in(&mask.clear, role, target, row))
            };
            row.is_some_and(|row| {
                self.shows(role, target, row) && told.iter().all(|field| clear(row, field))
            })
        })
    }

    fn is_part_of_something_shown(&self, role: &Role, noun: &Noun, row: &Row) -> bool {
        let part = PARTS.iter().find(|(part, ..)| *part == noun.name);
        let (_, whole, column) = part.unwrap_or_else(|| panic!("{} is no part", noun.name));
        let whole = Noun::of(whole).expect("a whole is a noun");
        let id = id_in(row, column).and_then(|id| self.there(whole.table, id));
        id.is_some_and(|row| self.shows(role, whole, row))
    }
}

/// Whose a row is: any of these.
fn owners(noun: &str) -> &'static [&'static str] {
    match noun {
        "User" => &["id"],
        "Account" | "Lead" | "Campaign" | "Opportunity" => &["owner_id"],
        "Contact" => &["account.owner_id"],
        "CampaignMember" => &[
            "lead.owner_id",
            "contact.account.owner_id",
            "lead.account.owner_id",
        ],
        "Touch" => &["actor_id", "lead.owner_id", "account.owner_id"],
        "Feedback" => &["author_id", "assignee_id"],
        "TeamRequest" => &["requester_id", "assignee_id"],
        "Task" => &["assignee_id"],
        _ => panic!("a {noun} has no owner"),
    }
}

/// Where a row lies: any of these.
fn places(noun: &str) -> &'static [&'static str] {
    match noun {
        "Territory" => &["id"],
        "Account" | "Lead" => &["territory_id"],
        "Contact" | "Opportunity" => &["account.territory_id"],
        "CampaignMember" => &["lead.territory_id", "contact.account.territory_id"],
        "Touch" => &["account.territory_id", "lead.territory_id"],
        "Feedback" => &[
            "account.territory_id",
            "lead.territory_id",
            "opportunity.account.territory_id",
        ],
        _ => panic!("a {noun} lies nowhere"),
    }
}

/// Whether feedback goes in that direction.
fn is_told(row: &Row, direction: &str) -> bool {
    cell(row, "direction") == &Cell::Text(direction.to_owned())
}

/// Whether a request is to that function.
fn is_asked(noun: &Noun, row: &Row, function: &str) -> bool {
    let asked = cell(row, "to_function") == &Cell::Text(function.to_owned());
    holds_of("TeamRequest", noun, asked)
}

fn holds_of(known: &str, noun: &Noun, holds: bool) -> bool {
    assert_eq!(noun.name, known, "the word is about a {known}");
    holds
}

fn id_in(row: &Row, column: &str) -> Option<Uuid> {
    match cell(row, column) {
        Cell::Id(id) => Some(*id),
        _ => None,
    }
}

fn has_consent(consent: &Cell) -> bool {
    let Cell::Json(Json::Array(entries)) = consent else {
        return false;
    };
    let mut entries = entries.iter();
    entries.any(|entry| entry.get("status").and_then(Json::as_str) == Some("GIVEN"))
}

/// `heads` and everybody below them, however often the tree meets itself.
fn team(rows: &Rows, heads: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
    let mut team = heads.clone();
    loop {
        let below = rows.of("user").iter();
        let below = below.filter(|user| {
            id_in(user, "manager_id").is_some_and(|manager| team.contains(&manager))
        });
        let more: Vec<_> = below.map(id_of).filter(|id| !team.contains(id)).collect();
        if more.is_empty() {
            return team;
        }
        team.extend(more);
    }
}

/// The territories of these users, and all that lie in them.
fn territories(rows: &Rows, users: &BTreeSet<Uuid>) -> BTreeSet<Uuid> {
    let path = |territory: &Row| match cell(territory, "path") {
        Cell::Text(path) => path.clone(),
        other => panic!("{other:?} is no path"),
    };
    let territories = || rows.of("territory").iter().filter(|row| is_there(row));
    let given = |territory: &&Row| {
        let mut pairs = rows.of("user_territory").iter();
        pairs.any(|pair| {
            id_in(pair, "territory_id") == Some(id_of(territory))
                && id_in(pair, "user_id").is_some_and(|user| users.contains(&user))
        })
    };
    let roots: Vec<_> = territories().filter(given).map(path).collect();
    let inside = |territory: &&Row| roots.iter().any(|root| path(territory).starts_with(root));
    territories().filter(inside).map(id_of).collect()
}
