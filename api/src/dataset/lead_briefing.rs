//! What there is to read of a lead before one talks to them.

use entity::{
    feedback,
    lead::{Column, Entity as Table},
    opportunity::{self, OpportunityStage},
    score_factor, sla_clock,
    touch::{self, TouchKind},
};

use super::{
    declare::ascending,
    facet::{none_of, one_of, up_to},
    model::Entity,
};

/// What they took to read or watch, or came to hear.
const CONTENT: [TouchKind; 3] = [
    TouchKind::ContentDownload,
    TouchKind::WebinarAttend,
    TouchKind::EventAttend,
];
/// What is decided.
const CLOSED: [OpportunityStage; 2] = [OpportunityStage::ClosedWon, OpportunityStage::ClosedLost];

pub(super) fn lead_briefing() -> Entity {
    Entity::facet_of::<Table>("LeadBriefing", "What one needs to know of a lead before talking to them. Of everything in it you see what you see elsewhere.")
    .row("account", Column::AccountId, "Account", "The company that it was matched with.")
    .many("precedingTouches", "Touch", touch::Column::LeadId, "What happened with it until it was handed over (`mqlAt`), earliest first; all of it, where it was not yet.")
    .only(up_to(touch::Column::OccurredAt, Column::MqlAt))
    .ordered(ascending("occurredAt"))
    .many("contentUsed", "Touch", touch::Column::LeadId, "What of ours it took to read or watch, and which talks and events it came to, whenever that was, latest first.")
    .only(one_of(touch::Column::Kind, &CONTENT))
    .many("campaignFeedback", "Feedback", feedback::Column::CampaignId, "What the team said about the campaign that brought it, newest first.")
    .beside(Column::SourceCampaignId, "Campaign")
    .many("openOpportunities", "Opportunity", opportunity::Column::AccountId, "The deals with its company that are not decided yet, newest first.")
    .beside(Column::AccountId, "Account")
    .only(none_of(opportunity::Column::Stage, &CLOSED))
    .row("readiness", Column::Id, "LeadReadiness", "How ready it is; null where that is not known.")
    .many("scoreFactors", "ScoreFactor", score_factor::Column::LeadId, "What its score is made of, in the order of the definition.")
    .many("slaClocks", "SlaClock", sla_clock::Column::LeadId, "What sales or marketing was or is waited for, latest first.")
}
