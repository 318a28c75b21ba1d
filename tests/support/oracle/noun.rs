//! What the API says of each noun: its prefix, its order, and which column ties its lists.

use uuid::Uuid;

use crate::rows::{Cell, Row, cell};

/// A noun of the API.
#[derive(Debug, PartialEq, Eq)]
pub struct Noun {
    /// Its type.
    pub name: &'static str,
    /// The root field of one.
    pub single: &'static str,
    /// The root field of many.
    pub plural: &'static str,
    /// Its table.
    pub table: &'static str,
    prefix: &'static str,
    order: &'static str,
    newest_first: bool,
}

const NOUNS: [Noun; 39] = [
    noun(["User", "user", "users", "user", "user"], "name", false),
    noun(
        ["Territory", "territory", "territories", "territory", "terr"],
        "path",
        false,
    ),
    noun(
        ["Account", "account", "accounts", "account", "acc"],
        "created_at",
        true,
    ),
    noun(
        [
            "AccountDomain",
            "accountDomain",
            "accountDomains",
            "account_domain",
            "dom",
        ],
        "domain",
        false,
    ),
    noun(
        ["Contact", "contact", "contacts", "contact", "con"],
        "created_at",
        true,
    ),
    noun(
        [
            "ReasonCode",
            "reasonCode",
            "reasonCodes",
            "reason_code",
            "reason",
        ],
        "key",
        false,
    ),
    noun(
        ["Campaign", "campaign", "campaigns", "campaign", "camp"],
        "created_at",
        true,
    ),
    noun(
        [
            "CampaignCost",
            "campaignCost",
            "campaignCosts",
            "campaign_cost",
            "cost",
        ],
        "incurred_on",
        true,
    ),
    noun(
        [
            "CampaignMember",
            "campaignMember",
            "campaignMembers",
            "campaign_member",
            "member",
        ],
        "created_at",
        true,
    ),
    noun(
        ["Lead", "lead", "leads", "lead", "lead"],
        "created_at",
        true,
    ),
    noun(
        [
            "LeadTransition",
            "leadTransition",
            "leadTransitions",
            "lead_transition",
            "trans",
        ],
        "at",
        false,
    ),
    noun(
        [
            "Opportunity",
            "opportunity",
            "opportunities",
            "opportunity",
            "opp",
        ],
        "created_at",
        true,
    ),
    noun(
        [
            "OpportunityContact",
            "opportunityContact",
            "opportunityContacts",
            "opportunity_contact",
            "oppcon",
        ],
        "created_at",
        false,
    ),
    noun(
        [
            "OpportunityChange",
            "opportunityChange",
            "opportunityChanges",
            "opportunity_change",
            "oppchg",
        ],
        "at",
        false,
    ),
    noun(
        ["Touch", "touch", "touches", "touch", "touch"],
        "occurred_at",
        true,
    ),
    noun(
        ["Feedback", "feedback", "feedbackItems", "feedback", "fb"],
        "created_at",
        true,
    ),
    noun(
        [
            "FeedbackComment",
            "feedbackComment",
            "feedbackComments",
            "feedback_comment",
            "fbc",
        ],
        "created_at",
        false,
    ),
    noun(
        ["Merge", "merge", "merges", "merge", "merge"],
        "merged_at",
        true,
    ),
    noun(
        [
            "LeadMatch",
            "leadMatch",
            "leadMatches",
            "lead_match",
            "match",
        ],
        "decided_at",
        true,
    ),
    noun(
        [
            "LeadMatchCandidate",
            "leadMatchCandidate",
            "leadMatchCandidates",
            "lead_match_candidate",
            "matchcand",
        ],
        "score",
        true,
    ),
    noun(
        [
            "LeadReadiness",
            "leadReadiness",
            "leadReadinesses",
            "lead_readiness",
            "ready",
        ],
        "score",
        true,
    ),
    noun(
        [
            "ScoreFactor",
            "scoreFactor",
            "scoreFactors",
            "score_factor",
            "factor",
        ],
        "place",
        false,
    ),
    noun(
        [
            "LeadDefinition",
            "leadDefinition",
            "leadDefinitions",
            "lead_definition",
            "def",
        ],
        "created_at",
        true,
    ),
    noun(
        [
            "LeadDefinitionApproval",
            "leadDefinitionApproval",
            "leadDefinitionApprovals",
            "lead_definition_approval",
            "sign",
        ],
        "at",
        false,
    ),
    noun(
        [
            "DuplicateCandidate",
            "duplicateCandidate",
            "duplicateCandidates",
            "duplicate_candidate",
            "dup",
        ],
        "found_at",
        true,
    ),
    noun(
        ["Asset", "asset", "assets", "asset", "asset"],
        "title",
        false,
    ),
    noun(
        [
            "FeedbackMention",
            "feedbackMention",
            "feedbackMentions",
            "feedback_mention",
            "fbm",
        ],
        "at",
        true,
    ),
    noun(
        [
            "BusinessCalendar",
            "businessCalendar",
            "businessCalendars",
            "business_calendar",
            "cal",
        ],
        "name",
        false,
    ),
    noun(
        ["Holiday", "holiday", "holidays", "holiday", "hol"],
        "day",
        false,
    ),
    noun(
        [
            "TeamRequest",
            "teamRequest",
            "teamRequests",
            "team_request",
            "req",
        ],
        "created_at",
        true,
    ),
    noun(
        ["Playbook", "playbook", "playbooks", "playbook", "play"],
        "name",
        false,
    ),
    noun(
        [
            "PlaybookStep",
            "playbookStep",
            "playbookSteps",
            "playbook_step",
            "step",
        ],
        "place",
        false,
    ),
    noun(["Task", "task", "tasks", "task", "task"], "due_at", false),
    noun(
        ["SlaPolicy", "slaPolicy", "slaPolicies", "sla_policy", "sla"],
        "priority",
        false,
    ),
    noun(
        ["SlaClock", "slaClock", "slaClocks", "sla_clock", "clock"],
        "started_at",
        true,
    ),
    noun(
        [
            "RoutingRule",
            "routingRule",
            "routingRules",
            "routing_rule",
            "route",
        ],
        "priority",
        false,
    ),
    noun(
        [
            "RoutingPoolMember",
            "routingPoolMember",
            "routingPoolMembers",
            "routing_pool_member",
            "pool",
        ],
        "created_at",
        false,
    ),
    noun(
        [
            "RoutingDecision",
            "routingDecision",
            "routingDecisions",
            "routing_decision",
            "routed",
        ],
        "at",
        true,
    ),
    noun(
        [
            "RoutingCandidate",
            "routingCandidate",
            "routingCandidates",
            "routing_candidate",
            "routecand",
        ],
        "place",
        false,
    ),
];

const fn noun(
    [name, single, plural, table, prefix]: [&'static str; 5],
    order: &'static str,
    newest_first: bool,
) -> Noun {
    Noun {
        name,
        single,
        plural,
        table,
        prefix,
        order,
        newest_first,
    }
}

impl Noun {
    /// Every noun.
    #[must_use]
    pub fn all() -> &'static [Self] {
        &NOUNS
    }

    /// The noun of that type.
    #[must_use]
    pub fn of(type_name: &str) -> Option<&'static Self> {
        NOUNS.iter().find(|noun| noun.name == type_name)
    }

    /// What a global id is one of, and which.
    pub(super) fn of_id(text: &str) -> Option<(&'static Self, Uuid)> {
        let (prefix, digits) = text.split_once('_')?;
        let canonical =
            digits.len() == 32 && digits.bytes().all(|b| b"0123456789abcdef".contains(&b));
        let noun = NOUNS.iter().find(|noun| noun.prefix == prefix)?;
        if canonical {
            return Some((noun, digits.parse().ok()?));
        }
        None
    }

    /// How lists are ordered: by this field, the latest first or last; then by the id, in the same
    /// direction.
    pub(super) fn own_order(&self) -> (String, bool) {
        (camel(self.order), self.newest_first)
    }

    /// The column of this noun's table that refers to the row of `parent` whose list `field` is.
    pub(super) fn column_of_list(parent: &str, field: &str) -> String {
        let exception = match (parent, field) {
            ("User", "reports") => "manager_id",
            ("User", _) => "owner_id",
            ("Account", "subsidiaries") | ("Territory" | "Campaign", "children") => "parent_id",
            ("Lead", "duplicates") => "duplicate_of_id",
            ("SlaPolicy", "clocks") => "policy_id",
            ("LeadDefinition", _) => "definition_id",
            ("FeedbackComment", _) => "comment_id",
            // It has the id of its lead.
            ("LeadReadiness", _) => "lead_id",
            ("Campaign", "leads") => "source_campaign_id",
            ("Campaign", "opportunities") => "primary_campaign_id",
            _ => return format!("{}_id", snake(parent)),
        };
        exception.to_owned()
    }
}

/// The global id of a row of `noun`.
#[must_use]
pub fn global_id(noun: &Noun, id: Uuid) -> String {
    format!("{}_{}", noun.prefix, id.simple())
}

pub(super) fn id_of(row: &Row) -> Uuid {
    match cell(row, "id") {
        Cell::Id(id) => *id,
        other => panic!("{other:?} is no id"),
    }
}

/// Whether the row is there to see.
pub(super) fn is_there(row: &Row) -> bool {
    row.get("deleted_at").is_none_or(|at| at == &Cell::Null)
}

/// `created_at` as `createdAt`.
fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let mut camel = words.next().unwrap_or_default().to_owned();
    for word in words {
        let (first, rest) = word.split_at(1);
        camel.push_str(&first.to_ascii_uppercase());
        camel.push_str(rest);
    }
    camel
}

/// `sourceCampaignId` as `source_campaign_id`.
pub(super) fn snake(name: &str) -> String {
    let mut snake = String::new();
    for letter in name.chars() {
        if letter.is_ascii_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    snake
}
