//! What the columns of the importable entities do not say.

use entity::{
    account, account_domain, asset, business_calendar, campaign, campaign_cost, campaign_member,
    channel::Channel, contact, feedback, feedback_comment, holiday, lead, lead_transition,
    opportunity, opportunity_change, opportunity_contact, playbook, playbook_step, reason_code,
    routing_pool_member, routing_rule, sla_policy, task, team_request, territory, touch, user,
};

use crate::store::table::{self, Table, Value};

use super::{
    Entity, Match,
    field::{self, Field, FieldKind},
};

/// The importable entities; those that others point to come first.
pub(super) fn all() -> Vec<Entity> {
    vec![
        user(),
        territory(),
        reason_code(),
        account(),
        contact(),
        campaign(),
        campaign_cost(),
        lead(),
        lead_transition(),
        campaign_member(),
        opportunity(),
        opportunity_contact(),
        opportunity_change(),
        touch(),
        asset(),
        feedback(),
        feedback_comment(),
    ]
}

fn user() -> Entity {
    of(Table::of::<user::Entity>())
        .choice("function", table::choices::<user::UserFunction>())
        .default("function", "OTHER")
        .default("roles", serde_json::json!([]))
        .default("active", true)
        .default("time_zone", "UTC")
        .matching(Match::Column("email"))
}

fn territory() -> Entity {
    of(Table::of::<territory::Entity>())
        .choice("kind", table::choices::<territory::TerritoryKind>())
        .default("kind", "GEO")
        .matching(Match::Column("code"))
}

fn reason_code() -> Entity {
    of(Table::of::<reason_code::Entity>())
        .choice("kind", table::choices::<reason_code::ReasonKind>())
        .default("active", true)
        .matching(Match::Column("key"))
}

fn account() -> Entity {
    let mut account = of(Table::of::<account::Entity>())
        .choice("channel", table::choices::<account::AccountChannel>())
        .choice("lifecycle", table::choices::<account::AccountLifecycle>())
        .default("channel", "DIRECT")
        .default("lifecycle", "TARGET")
        .matching(Match::Domain);
    account.fields.push(Field {
        name: "domain",
        kind: FieldKind::Domain,
        column: account.table.columns.len(),
    });
    account
}

fn contact() -> Entity {
    of(Table::of::<contact::Entity>())
        .choice("buyer_role", table::choices::<contact::BuyerRole>())
        .default("buyer_role", "UNKNOWN")
        .default("email_verified", false)
        .default("do_not_contact", false)
        .default("consent", serde_json::json!([]))
        .matching(Match::Column("email"))
}

fn campaign() -> Entity {
    of(Table::of::<campaign::Entity>())
        .choice("kind", table::choices::<campaign::CampaignKind>())
        .choice("status", table::choices::<campaign::CampaignStatus>())
        .choice("channel", table::choices::<Channel>())
        .default("status", "COMPLETED")
        .default("channel", "OTHER")
}

fn campaign_cost() -> Entity {
    of(Table::of::<campaign_cost::Entity>())
        .choice("category", table::choices::<campaign_cost::CostCategory>())
        .default("category", "OTHER")
}

fn lead() -> Entity {
    of(Table::of::<lead::Entity>())
        .choice("status", table::choices::<lead::LeadStatus>())
        .choice("source", table::choices::<lead::LeadSource>())
        .choice("intent_band", table::choices::<lead::IntentBand>())
        .default("status", "NEW")
        .default("source", "OTHER")
        .default("intent_band", "NURTURE")
        .default("score", 0)
        .default("fit_score", 0)
        .default("engagement_score", 0)
        .default("cycle", 1)
}

fn lead_transition() -> Entity {
    of(Table::of::<lead_transition::Entity>())
        .choice("from_status", table::choices::<lead::LeadStatus>())
        .choice("to_status", table::choices::<lead::LeadStatus>())
        .default("cause", "IMPORT")
        .default("cycle", 1)
        .default("backfilled", true)
}

fn campaign_member() -> Entity {
    of(Table::of::<campaign_member::Entity>())
        .choice(
            "status",
            table::choices::<campaign_member::CampaignMemberStatus>(),
        )
        .default("status", "TARGETED")
        .matching(Match::Pair("campaign_id", &["lead_id", "contact_id"]))
}

fn opportunity() -> Entity {
    of(Table::of::<opportunity::Entity>())
        .choice("stage", table::choices::<opportunity::OpportunityStage>())
        .choice(
            "forecast_category",
            table::choices::<opportunity::ForecastCategory>(),
        )
        .default("forecast_category", "PIPELINE")
        .default("push_count", 0)
}

fn opportunity_contact() -> Entity {
    of(Table::of::<opportunity_contact::Entity>())
        .choice("role", table::choices::<contact::BuyerRole>())
        .default("role", "UNKNOWN")
        .default("is_primary", false)
        .matching(Match::Pair("opportunity_id", &["contact_id"]))
}

fn opportunity_change() -> Entity {
    of(Table::of::<opportunity_change::Entity>())
        .choice(
            "field",
            table::choices::<opportunity_change::OpportunityField>(),
        )
        .default("backfilled", true)
}

fn touch() -> Entity {
    of(Table::of::<touch::Entity>())
        .choice("kind", table::choices::<touch::TouchKind>())
        .choice("function", table::choices::<touch::TouchFunction>())
        .choice("direction", table::choices::<touch::TouchDirection>())
        .choice("channel", table::choices::<Channel>())
        .default("channel", "OTHER")
        .matching(Match::Column("dedupe_key"))
}

fn asset() -> Entity {
    of(Table::of::<asset::Entity>())
        .choice("kind", table::choices::<asset::AssetKind>())
        .choice("stage", table::choices::<asset::FunnelStage>())
        .default("kind", "OTHER")
}

fn feedback() -> Entity {
    of(Table::of::<feedback::Entity>())
        .choice("direction", table::choices::<feedback::FeedbackDirection>())
        .choice("kind", table::choices::<feedback::FeedbackKind>())
        .choice("state", table::choices::<feedback::FeedbackState>())
        .default("kind", "OTHER")
        .default("state", "OPEN")
}

fn feedback_comment() -> Entity {
    of(Table::of::<feedback_comment::Entity>())
}

fn of(table: Table) -> Entity {
    Entity {
        name: table.name,
        fields: field::of(&table),
        table,
        matching: Vec::new(),
        defaults: Vec::new(),
    }
}

impl Entity {
    fn choice(mut self, name: &str, words: Vec<String>) -> Self {
        let field = self.fields.iter_mut().find(|field| field.name == name);
        debug_assert!(field.is_some(), "{} has no field {name}", self.name);
        if let Some(field) = field {
            field.kind = FieldKind::Choice(words);
        }
        self
    }

    fn default(mut self, column: &str, value: impl Into<Value>) -> Self {
        let position = self.table.position(column);
        debug_assert!(position.is_some(), "{} has no column {column}", self.name);
        if let Some(position) = position {
            self.defaults.push((position, value.into()));
        }
        self
    }

    fn matching(mut self, by: Match) -> Self {
        self.matching.push(by);
        self
    }
}

/// What callers write and no file brings as such: the domains of accounts, which their field `domain` is written to,
/// what clocks run by, by what leads are routed, and what is to be done.
pub(super) fn unimported() -> Vec<Entity> {
    vec![
        account_domain(),
        business_calendar(),
        of(Table::of::<holiday::Entity>()),
        sla_policy(),
        routing_rule(),
        of(Table::of::<routing_pool_member::Entity>()),
        team_request(),
        playbook(),
        playbook_step(),
        task(),
    ]
}

fn business_calendar() -> Entity {
    of(Table::of::<business_calendar::Entity>())
        .default("is_default", false)
        .matching(Match::Column("name"))
}

fn sla_policy() -> Entity {
    of(Table::of::<sla_policy::Entity>())
        .choice("kind", table::choices::<sla_policy::SlaKind>())
        .default("escalate", false)
        .default("active", true)
        .default("priority", 100)
}

fn routing_rule() -> Entity {
    of(Table::of::<routing_rule::Entity>())
        .choice(
            "strategy",
            table::choices::<routing_rule::RoutingStrategy>(),
        )
        .default("active", true)
        .default("priority", 100)
}

fn team_request() -> Entity {
    of(Table::of::<team_request::Entity>())
        .choice(
            "from_function",
            table::choices::<team_request::RequestFunction>(),
        )
        .choice(
            "to_function",
            table::choices::<team_request::RequestFunction>(),
        )
        .choice("state", table::choices::<team_request::RequestState>())
        .default("state", "OPEN")
}

fn playbook() -> Entity {
    of(Table::of::<playbook::Entity>())
        .choice("lead_status", table::choices::<lead::LeadStatus>())
        .default("active", true)
}

fn playbook_step() -> Entity {
    of(Table::of::<playbook_step::Entity>())
        .choice(
            "assign_to",
            table::choices::<playbook_step::PlaybookAssignee>(),
        )
        .default("assign_to", "OWNER")
}

fn task() -> Entity {
    of(Table::of::<task::Entity>())
        .choice("origin", table::choices::<task::TaskOrigin>())
        .choice("state", table::choices::<task::TaskState>())
        .default("origin", "PERSON")
        .default("state", "OPEN")
        .default("out_of_order", false)
}

/// What the field `domain` of accounts is written to.
pub(super) fn account_domain() -> Entity {
    let mut domains = of(Table::of::<account_domain::Entity>())
        .default("is_primary", false)
        .matching(Match::Column("domain"));
    let domain = domains.fields.iter_mut().find(|it| it.name == "domain");
    if let Some(domain) = domain {
        domain.kind = FieldKind::Domain;
    }
    domains
}
