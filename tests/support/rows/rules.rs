//! What the tables demand of a row beyond the types of its columns.

use super::{Cell, Row, cell};

/// The table that a foreign key refers to.
pub(crate) fn referred_table(table: &str, column: &str) -> Option<&'static str> {
    Some(match (table, column) {
        (
            _,
            "user_id" | "manager_id" | "owner_id" | "marketer_id" | "by_user_id" | "actor_id"
            | "author_id" | "assignee_id" | "decided_by_id" | "escalated_to_id" | "proposed_by_id"
            | "requester_id",
        ) => "user",
        (_, "territory_id") | ("territory", "parent_id") => "territory",
        (_, "account_id" | "other_account_id") | ("account", "parent_id") => "account",
        (_, "contact_id" | "other_contact_id") => "contact",
        (
            _,
            "campaign_id"
            | "source_campaign_id"
            | "primary_campaign_id"
            | "resolved_by_campaign_id"
            | "delivered_campaign_id",
        )
        | ("campaign", "parent_id") => "campaign",
        (_, "asset_id" | "resolved_by_asset_id") => "asset",
        (_, "lead_id" | "other_lead_id" | "duplicate_of_id") => "lead",
        (_, "lead_match_id") => "lead_match",
        (_, "definition_id" | "resolved_by_definition_id") => "lead_definition",
        (_, "last_touch_id") => "touch",
        (_, "opportunity_id") => "opportunity",
        (_, "feedback_id") => "feedback",
        (_, "comment_id") => "feedback_comment",
        (_, "team_request_id") => "team_request",
        (_, "playbook_id") => "playbook",
        (_, "playbook_step_id") => "playbook_step",
        (_, "business_calendar_id") => "business_calendar",
        (_, "policy_id") => "sla_policy",
        (_, "routing_rule_id") => "routing_rule",
        (_, "routing_decision_id") => "routing_decision",
        (_, "reason_id" | "reject_reason_id" | "disqualify_reason_id" | "lost_reason_id") => {
            "reason_code"
        }
        _ => return None,
    })
}

/// How many rows a table has for each of another one: scopes are about people and campaigns more
/// than once.
pub(super) fn share(table: &str) -> usize {
    match table {
        "contact" | "campaign_member" => 2,
        _ => 1,
    }
}

/// Makes `row` pass the checks of its table.
pub(super) fn hold_checks(table: &str, row: &mut Row) {
    match table {
        "duplicate_candidate" => {
            // A pair of one kind.
            let kind = cell(row, "entity").clone();
            for (own, columns) in [
                ("CONTACT", ["contact_id", "other_contact_id"]),
                ("LEAD", ["lead_id", "other_lead_id"]),
                ("ACCOUNT", ["account_id", "other_account_id"]),
            ] {
                if kind != Cell::Text(own.to_owned()) {
                    row.extend(columns.map(|column| (column, Cell::Null)));
                }
            }
        }
        // There is one default, and here none.
        "business_calendar" => {
            row.insert("is_default", Cell::Bool(false));
        }
        "sla_policy" => {
            if !matches!(cell(row, "target_minutes"), Cell::Int(1..)) {
                row.insert("target_minutes", Cell::Int(240));
            }
            if !matches!(cell(row, "warn_at_percent"), Cell::Int(1..=99) | Cell::Null) {
                row.insert("warn_at_percent", Cell::Int(75));
            }
        }
        "sla_clock" => {
            // About one thing, now of this kind, now of that; there is always one that has the clock's own id.
            let id = cell(row, "id").clone();
            let kinds = ["lead_id", "feedback_id", "team_request_id"];
            let turn = match id {
                Cell::Id(id) => usize::try_from(id.as_u128() % 3).unwrap_or_default(),
                _ => 0,
            };
            for (place, about) in kinds.into_iter().enumerate() {
                if place != turn {
                    row.insert(about, Cell::Null);
                } else if cell(row, about) == &Cell::Null {
                    row.insert(about, id.clone());
                }
            }
        }
        "merge" => {
            // Of one kind, of which there is always one to take: it has the id of the merge.
            let any = cell(row, "id").clone();
            let contacts = cell(row, "entity") == &Cell::Text("CONTACT".to_owned());
            let (own, other) = if contacts {
                ("contact_id", "account_id")
            } else {
                ("account_id", "contact_id")
            };
            row.insert(other, Cell::Null);
            if cell(row, own) == &Cell::Null {
                row.insert(own, any);
            }
        }
        "lead_match" | "lead_readiness" => {
            let lead = cell(row, "lead_id").clone();
            row.insert("id", lead);
        }
        "account" => both_or_neither(row, "annual_revenue_minor", "annual_revenue_currency"),
        "opportunity" => both_or_neither(row, "amount_minor", "amount_currency"),
        "campaign_member" => {
            // Where neither is set, there is always a lead to take: it has the id of the campaign.
            if cell(row, "lead_id") == &Cell::Null && cell(row, "contact_id") == &Cell::Null {
                let any = cell(row, "campaign_id").clone();
                row.insert("lead_id", any);
            } else if cell(row, "lead_id") != &Cell::Null {
                // One of them goes, now this, now that.
                let even = matches!(cell(row, "id"), Cell::Id(id) if id.as_u128() % 2 == 0);
                row.insert(if even { "lead_id" } else { "contact_id" }, Cell::Null);
                if cell(row, "lead_id") == cell(row, "contact_id") {
                    let any = cell(row, "campaign_id").clone();
                    row.insert("lead_id", any);
                }
            }
        }
        "playbook_step" if !matches!(cell(row, "due_after_minutes"), Cell::Int(0..)) => {
            row.insert("due_after_minutes", Cell::Int(0));
        }
        "team_request" => {
            if !matches!(cell(row, "rating"), Cell::Int(1..=5) | Cell::Null) {
                row.insert("rating", Cell::Int(3));
            }
            // One asks the other.
            let sales = Cell::Text("SALES".to_owned());
            let other = if cell(row, "to_function") == &sales {
                Cell::Text("MARKETING".to_owned())
            } else {
                sales
            };
            row.insert("from_function", other);
        }
        "feedback" => {
            let about = [
                "campaign_id",
                "lead_id",
                "account_id",
                "opportunity_id",
                "asset_id",
                "definition_id",
            ];
            if about.iter().all(|column| cell(row, column) == &Cell::Null) {
                let any = cell(row, "id").clone();
                row.insert("account_id", any);
            }
        }
        _ => {}
    }
}

fn both_or_neither(row: &mut Row, one: &'static str, other: &'static str) {
    if cell(row, one) == &Cell::Null || cell(row, other) == &Cell::Null {
        row.insert(one, Cell::Null);
        row.insert(other, Cell::Null);
    }
}

/// The unique keys of `row` that hold no null, each as one text.
pub(super) fn unique_keys(table: &str, row: &Row) -> Vec<String> {
    let keys: &[&[&str]] = match table {
        "user_territory" => &[&["user_id", "territory_id"]],
        "reason_code" => &[&["kind", "key"]],
        "feedback_mention" => &[&["comment_id", "user_id"]],
        "campaign_member" => &[&["campaign_id", "lead_id"], &["campaign_id", "contact_id"]],
        "lead_match" | "lead_readiness" => &[&["lead_id"]],
        "score_factor" => &[&["lead_id", "key"]],
        "lead_definition" => &[&["stage", "version"]],
        "lead_definition_approval" => &[
            &["definition_id", "function"],
            &["definition_id", "user_id"],
        ],
        "lead_match_candidate" => &[&["lead_id", "account_id"]],
        "duplicate_candidate" => &[&["one_id", "other_id"]],
        "opportunity_contact" => &[&["opportunity_id", "contact_id"]],
        "holiday" => &[&["business_calendar_id", "day"]],
        "sla_clock" => &[
            &["lead_id", "kind"],
            &["feedback_id", "kind"],
            &["team_request_id", "kind"],
        ],
        "task" => &[
            &["playbook_step_id", "lead_id", "cycle"],
            &["assignee_id", "week"],
        ],
        "routing_pool_member" => &[&["routing_rule_id", "user_id"]],
        "routing_candidate" => &[&["routing_decision_id", "user_id"]],
        _ => &[],
    };
    let values = keys.iter().map(|key| {
        key.iter()
            .map(|column| cell(row, column))
            .collect::<Vec<_>>()
    });
    let mut keys: Vec<String> = values
        .filter(|values| !values.contains(&&Cell::Null))
        .map(|values| format!("{values:?}"))
        .collect();
    // Of each stage one definition is in force.
    if table == "lead_definition" && cell(row, "status") == &Cell::Text("ACTIVE".to_owned()) {
        keys.push(format!("active {:?}", cell(row, "stage")));
    }
    keys
}

/// Whether every row has another text in `column`.
pub(super) fn is_unique(table: &str, column: &str) -> bool {
    matches!(
        (table, column),
        ("user" | "contact", "email")
            | ("business_calendar", "name")
            | ("territory", "code" | "path")
            | ("account_domain", "domain")
            | ("touch", "dedupe_key")
    )
}
