//! Who may see what: the tables of the built-in roles, written down by hand.

use std::collections::BTreeSet;

/// What can be asked of a row, and of who looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// It is theirs.
    Own,
    /// It is somebody's in their team.
    Team,
    /// It lies in a territory of theirs.
    Territory,
    /// It lies in a territory of somebody in their team.
    TeamTerritory,
    /// It is nobody's.
    Unassigned,
    /// It is about a campaign of theirs.
    Campaign,
    /// The person has agreed to be written to.
    Consent,
    /// It is no draft.
    Announced,
    /// It is for marketing.
    ToMarketing,
    /// It is for sales.
    ToSales,
    /// They see what it is a part of.
    Parent,
    /// They see all that it is about.
    Seen,
}

/// Some rows of a noun: those for which every word of any term holds. Without a term there are
/// none; a term without words is all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope(pub BTreeSet<BTreeSet<Word>>);

/// How a field is kept from somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing is left of it.
    Hide,
    /// A piece of the text is left.
    Partial,
    /// The range is left that the amount lies in.
    Band,
}

/// A field that is kept from a role.
#[derive(Clone, Debug)]
pub struct Mask {
    /// How.
    pub kind: Kind,
    /// Of which rows it is in clear all the same.
    pub clear: Scope,
}

/// The names of the built-in roles.
pub const ROLES: [&str; 7] = [
    "SALES_REP",
    "SALES_MANAGER",
    "MARKETER",
    "MARKETING_MANAGER",
    "REVENUE_LEADER",
    "ANALYST",
    "ADMIN",
];

/// What everybody sees all of.
pub(super) const COMMON: [&str; 10] = [
    "User",
    "Territory",
    "ReasonCode",
    "Asset",
    "LeadDefinition",
    "LeadDefinitionApproval",
    "BusinessCalendar",
    "SlaPolicy",
    "RoutingRule",
    "Playbook",
];

/// What is a part of something else, and is seen with it: noun, whole, and the column between.
pub(super) const PARTS: [(&str, &str, &str); 15] = [
    ("AccountDomain", "Account", "account_id"),
    ("LeadTransition", "Lead", "lead_id"),
    ("LeadMatch", "Lead", "lead_id"),
    ("LeadReadiness", "Lead", "lead_id"),
    ("ScoreFactor", "Lead", "lead_id"),
    ("CampaignCost", "Campaign", "campaign_id"),
    ("OpportunityContact", "Opportunity", "opportunity_id"),
    ("OpportunityChange", "Opportunity", "opportunity_id"),
    ("FeedbackComment", "Feedback", "feedback_id"),
    ("FeedbackMention", "Feedback", "feedback_id"),
    ("Holiday", "BusinessCalendar", "business_calendar_id"),
    ("RoutingPoolMember", "RoutingRule", "routing_rule_id"),
    ("RoutingDecision", "Lead", "lead_id"),
    ("RoutingCandidate", "Lead", "lead_id"),
    ("PlaybookStep", "Playbook", "playbook_id"),
];

/// What people are compared by.
const COMPARED: &[&str] = &["firstName", "lastName", "email", "phone"];

/// What a row is about: the column, what it leads to, and what of that has to be in clear.
pub(super) type About = (&'static str, &'static str, &'static [&'static str]);

/// What is seen with all that it is about.
pub(super) const ABOUT: [(&str, &[About]); 6] = [
    (
        "Merge",
        &[
            ("contact_id", "Contact", &[]),
            ("account_id", "Account", &[]),
        ],
    ),
    ("LeadMatch", &[("account_id", "Account", &[])]),
    ("RoutingCandidate", &[("user_id", "User", &[])]),
    (
        "LeadMatchCandidate",
        &[("lead_id", "Lead", &[]), ("account_id", "Account", &[])],
    ),
    (
        "DuplicateCandidate",
        &[
            ("contact_id", "Contact", COMPARED),
            ("other_contact_id", "Contact", COMPARED),
            ("lead_id", "Lead", COMPARED),
            ("other_lead_id", "Lead", COMPARED),
            ("account_id", "Account", &[]),
            ("other_account_id", "Account", &[]),
        ],
    ),
    (
        "SlaClock",
        &[
            ("lead_id", "Lead", &[]),
            ("feedback_id", "Feedback", &[]),
            ("team_request_id", "TeamRequest", &[]),
        ],
    ),
];

/// What a task of nobody's is about: it is there for who sees that.
pub(super) const OF_NOBODY: &[About] = &[
    ("lead_id", "Lead", &[]),
    ("opportunity_id", "Opportunity", &[]),
    ("campaign_id", "Campaign", &[]),
    ("account_id", "Account", &[]),
    ("feedback_id", "Feedback", &[]),
];

/// The clocks whose owner is the author of the feedback.
pub(super) const OF_AUTHOR: &str = "FEEDBACK_VERIFY";

/// Of what it is told to those alone who see all that there could be that it is about nothing.
pub(super) const NOTHING_TELLS: &str = "LeadMatch";

const TERRITORIAL: [&str; 7] = [
    "own + territory",
    "team + team_territory",
    "all",
    "all",
    "all",
    "all",
    "all",
];

/// The rest, in the order of [`ROLES`].
pub(super) const ROWS: [(&str, [&str; 7]); 10] = [
    ("Account", TERRITORIAL),
    ("Contact", TERRITORIAL),
    (
        "Lead",
        [
            "own + territory and unassigned",
            "team + team_territory and unassigned",
            "all",
            "all",
            "all",
            "all",
            "all",
        ],
    ),
    (
        "Campaign",
        ["announced", "all", "all", "all", "all", "all", "all"],
    ),
    (
        "CampaignMember",
        ["own", "team", "campaign", "all", "all", "all", "all"],
    ),
    ("Touch", TERRITORIAL),
    ("Opportunity", TERRITORIAL),
    (
        "Feedback",
        [
            "own + territory",
            "team + team_territory + to_sales and unassigned",
            "own + to_marketing",
            "all",
            "all",
            "all",
            "all",
        ],
    ),
    (
        "TeamRequest",
        [
            "own + to_sales",
            "all",
            "own + to_marketing",
            "all",
            "all",
            "all",
            "all",
        ],
    ),
    (
        "Task",
        [
            "own",
            "team + unassigned",
            "own",
            "team + unassigned",
            "all",
            "all",
            "all",
        ],
    ),
];

/// Of what sales sees name and status where something of theirs refers to it.
pub(super) const REFERENCES: [&str; 4] = ["Account", "Contact", "Lead", "Opportunity"];

/// Role, noun, fields, how they are kept, and of which rows they are not.
pub(super) const MASKS: [(&str, &str, &[&str], Kind, &str); 11] = [
    (
        "SALES_REP",
        "Contact",
        &["email", "phone"],
        Kind::Partial,
        "own",
    ),
    (
        "SALES_REP",
        "CampaignCost",
        &["planned", "actual"],
        Kind::Band,
        "none",
    ),
    (
        "MARKETER",
        "Contact",
        &["email", "phone"],
        Kind::Partial,
        "campaign and consent",
    ),
    (
        "MARKETING_MANAGER",
        "Contact",
        &["email", "phone"],
        Kind::Partial,
        "consent",
    ),
    (
        "ANALYST",
        "Contact",
        &["email", "phone"],
        Kind::Partial,
        "none",
    ),
    (
        "ANALYST",
        "Lead",
        &["email", "phone"],
        Kind::Partial,
        "none",
    ),
    (
        "ANALYST",
        "Touch",
        &["visitorKey", "properties"],
        Kind::Hide,
        "none",
    ),
    ("ANALYST", "Feedback", &["author"], Kind::Hide, "none"),
    ("ANALYST", "TeamRequest", &["requester"], Kind::Hide, "none"),
    (
        "ANALYST",
        "Task",
        &["title", "snoozeReason"],
        Kind::Hide,
        "none",
    ),
    (
        "ANALYST",
        "FeedbackComment",
        &["author"],
        Kind::Hide,
        "none",
    ),
];

impl Scope {
    /// Reads `none`, `all`, or terms such as `own + territory and unassigned`.
    ///
    /// # Panics
    ///
    /// When there is no such word.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let term = |text: &str| text.split(" and ").map(Word::of).collect();
        Self(match text {
            "none" => BTreeSet::new(),
            "all" => BTreeSet::from([BTreeSet::new()]),
            terms => terms.split(" + ").map(term).collect(),
        })
    }

    /// Whether it is no row.
    pub(super) fn is_none(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether it is all rows.
    pub(super) fn is_all(&self) -> bool {
        self.0.iter().any(BTreeSet::is_empty)
    }
}

impl Word {
    fn of(text: &str) -> Self {
        match text {
            "own" => Self::Own,
            "team" => Self::Team,
            "territory" => Self::Territory,
            "team_territory" => Self::TeamTerritory,
            "unassigned" => Self::Unassigned,
            "campaign" => Self::Campaign,
            "consent" => Self::Consent,
            "announced" => Self::Announced,
            "to_marketing" => Self::ToMarketing,
            "to_sales" => Self::ToSales,
            "parent" => Self::Parent,
            "seen" => Self::Seen,
            _ => panic!("no word {text} for rows"),
        }
    }
}
