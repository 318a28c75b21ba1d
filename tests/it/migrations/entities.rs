//! What the entities say that the database has in it.

use std::collections::{BTreeMap, BTreeSet};

use entity::{
    account, account_domain, api_token, asset, business_calendar, campaign, campaign_cost,
    campaign_member, change, channel, contact, duplicate_candidate, external_id, feedback,
    feedback_comment, feedback_mention, holiday, hub, idempotency, import_job, import_row, lead,
    lead_definition, lead_definition_approval, lead_match, lead_match_candidate, lead_readiness,
    lead_scoring, lead_transition, match_key, match_state, merge, opportunity, opportunity_change,
    opportunity_contact, playbook, playbook_step, reason_code, routing_candidate, routing_decision,
    routing_pool_member, routing_rule, score_factor, signing_key, sla_clock, sla_policy, task,
    team_request, territory, touch, user, user_territory, webhook_delivery, webhook_endpoint,
};
use sea_orm::{
    ActiveEnum, ActiveModelTrait, ColumnTrait, ColumnType, DatabaseBackend, EntityTrait,
    IdenStatic, Iterable, Schema, Value, sea_query::TableCreateStatement,
};

/// One entity, seen from outside.
pub(super) struct Described {
    /// The columns whose Rust type is an enum.
    pub(super) enum_columns: Vec<String>,
    /// The table that the entity would make for itself.
    pub(super) statement: fn(DatabaseBackend) -> TableCreateStatement,
}

/// Every entity. A table that is missing here fails a test.
pub(super) fn all() -> Vec<Described> {
    vec![
        described::<user::Entity>(),
        described::<territory::Entity>(),
        described::<user_territory::Entity>(),
        described::<account::Entity>(),
        described::<account_domain::Entity>(),
        described::<contact::Entity>(),
        described::<reason_code::Entity>(),
        described::<campaign::Entity>(),
        described::<campaign_cost::Entity>(),
        described::<lead::Entity>(),
        described::<lead_transition::Entity>(),
        described::<campaign_member::Entity>(),
        described::<opportunity::Entity>(),
        described::<opportunity_contact::Entity>(),
        described::<opportunity_change::Entity>(),
        described::<touch::Entity>(),
        described::<asset::Entity>(),
        described::<feedback::Entity>(),
        described::<feedback_comment::Entity>(),
        described::<feedback_mention::Entity>(),
        described::<external_id::Entity>(),
        described::<import_job::Entity>(),
        described::<import_row::Entity>(),
        described::<api_token::Entity>(),
        described::<signing_key::Entity>(),
        described::<change::Entity>(),
        described::<duplicate_candidate::Entity>(),
        described::<lead_match::Entity>(),
        described::<lead_match_candidate::Entity>(),
        described::<lead_definition::Entity>(),
        described::<lead_definition_approval::Entity>(),
        described::<lead_readiness::Entity>(),
        described::<score_factor::Entity>(),
        described::<lead_scoring::Entity>(),
        described::<match_key::Entity>(),
        described::<match_state::Entity>(),
        described::<merge::Entity>(),
        described::<idempotency::Entity>(),
        described::<hub::Entity>(),
        described::<business_calendar::Entity>(),
        described::<holiday::Entity>(),
        described::<sla_policy::Entity>(),
        described::<sla_clock::Entity>(),
        described::<routing_rule::Entity>(),
        described::<routing_pool_member::Entity>(),
        described::<routing_decision::Entity>(),
        described::<routing_candidate::Entity>(),
        described::<team_request::Entity>(),
        described::<playbook::Entity>(),
        described::<playbook_step::Entity>(),
        described::<task::Entity>(),
        described::<webhook_endpoint::Entity>(),
        described::<webhook_delivery::Entity>(),
    ]
}

/// The values of every enum column. One that is missing here fails a test.
pub(super) fn enum_columns() -> BTreeMap<&'static str, BTreeSet<String>> {
    BTreeMap::from([
        ("user.function", values::<user::UserFunction>()),
        ("territory.kind", values::<territory::TerritoryKind>()),
        ("account.channel", values::<account::AccountChannel>()),
        ("account.lifecycle", values::<account::AccountLifecycle>()),
        ("contact.buyer_role", values::<contact::BuyerRole>()),
        ("reason_code.kind", values::<reason_code::ReasonKind>()),
        ("campaign.kind", values::<campaign::CampaignKind>()),
        ("campaign.status", values::<campaign::CampaignStatus>()),
        ("campaign.channel", values::<channel::Channel>()),
        (
            "campaign_cost.category",
            values::<campaign_cost::CostCategory>(),
        ),
        ("lead.status", values::<lead::LeadStatus>()),
        ("lead.source", values::<lead::LeadSource>()),
        ("lead.intent_band", values::<lead::IntentBand>()),
        ("lead_transition.from_status", values::<lead::LeadStatus>()),
        ("lead_transition.to_status", values::<lead::LeadStatus>()),
        (
            "lead_transition.cause",
            values::<lead_transition::TransitionCause>(),
        ),
        (
            "campaign_member.status",
            values::<campaign_member::CampaignMemberStatus>(),
        ),
        (
            "opportunity.stage",
            values::<opportunity::OpportunityStage>(),
        ),
        (
            "opportunity.forecast_category",
            values::<opportunity::ForecastCategory>(),
        ),
        ("opportunity_contact.role", values::<contact::BuyerRole>()),
        (
            "opportunity_change.field",
            values::<opportunity_change::OpportunityField>(),
        ),
        ("touch.kind", values::<touch::TouchKind>()),
        ("touch.function", values::<touch::TouchFunction>()),
        ("touch.direction", values::<touch::TouchDirection>()),
        ("touch.channel", values::<channel::Channel>()),
        ("asset.kind", values::<asset::AssetKind>()),
        ("asset.stage", values::<asset::FunnelStage>()),
        (
            "feedback.direction",
            values::<feedback::FeedbackDirection>(),
        ),
        ("feedback.kind", values::<feedback::FeedbackKind>()),
        ("feedback.state", values::<feedback::FeedbackState>()),
        ("import_job.status", values::<import_job::ImportStatus>()),
        ("import_row.outcome", values::<import_row::ImportOutcome>()),
        ("change.actor_kind", values::<change::ActorKind>()),
        ("change.kind", values::<change::ChangeKind>()),
        (
            "duplicate_candidate.entity",
            values::<duplicate_candidate::DuplicateEntity>(),
        ),
        (
            "duplicate_candidate.state",
            values::<duplicate_candidate::DuplicateState>(),
        ),
        ("merge.entity", values::<merge::MergeEntity>()),
        (
            "lead_definition.stage",
            values::<lead_definition::DefinitionStage>(),
        ),
        (
            "lead_definition.status",
            values::<lead_definition::DefinitionStatus>(),
        ),
        (
            "lead_definition_approval.function",
            values::<lead_definition_approval::SigningFunction>(),
        ),
        ("lead_match.rule", values::<lead_match::LeadMatchRule>()),
        (
            "signing_key.algorithm",
            values::<signing_key::SigningAlgorithm>(),
        ),
        (
            "webhook_endpoint.state",
            values::<webhook_endpoint::EndpointState>(),
        ),
        (
            "webhook_delivery.state",
            values::<webhook_delivery::DeliveryState>(),
        ),
        (
            "webhook_delivery.error",
            values::<webhook_delivery::DeliveryError>(),
        ),
        ("sla_policy.kind", values::<sla_policy::SlaKind>()),
        ("sla_clock.kind", values::<sla_policy::SlaKind>()),
        ("sla_clock.state", values::<sla_clock::SlaState>()),
        (
            "routing_rule.strategy",
            values::<routing_rule::RoutingStrategy>(),
        ),
        (
            "routing_decision.strategy",
            values::<routing_decision::DecisionStrategy>(),
        ),
        (
            "routing_candidate.why",
            values::<routing_candidate::CandidateWhy>(),
        ),
        (
            "team_request.from_function",
            values::<team_request::RequestFunction>(),
        ),
        (
            "team_request.to_function",
            values::<team_request::RequestFunction>(),
        ),
        ("team_request.state", values::<team_request::RequestState>()),
        ("playbook.lead_status", values::<lead::LeadStatus>()),
        (
            "playbook_step.assign_to",
            values::<playbook_step::PlaybookAssignee>(),
        ),
        ("task.origin", values::<task::TaskOrigin>()),
        ("task.state", values::<task::TaskState>()),
    ])
}

fn described<E: EntityTrait>() -> Described {
    let table = E::default().table_name();
    Described {
        enum_columns: E::Column::iter()
            .filter(|column| refuses_text::<E>(*column))
            .map(|column| format!("{table}.{}", column.as_str()))
            .collect(),
        statement: |backend| Schema::new(backend).create_table_from_entity(E::default()),
    }
}

/// Whether the database would take any text for `column`, and the entity would not.
fn refuses_text<E: EntityTrait>(column: E::Column) -> bool {
    let is_text = matches!(column.def().get_column_type(), ColumnType::String(_));
    let any_text = Value::from("no such value");
    let mut row = <E::ActiveModel as ActiveModelTrait>::default();
    is_text && row.try_set(column, any_text).is_err()
}

fn values<T: ActiveEnum<Value = String>>() -> BTreeSet<String> {
    T::values().into_iter().collect()
}
