//! What there is to read of feedback.

use entity::{
    account,
    feedback::{Column, Entity as Table, FeedbackDirection, FeedbackKind, FeedbackState},
    feedback_comment, lead, opportunity, sla_clock, task,
};

use crate::views::Word;

use super::{
    declare::{HIDE, absent, at, choice, descending, instant, int, is, text},
    model::{Entity, Enumeration},
};

pub(super) fn feedback() -> Entity {
    Entity::of::<Table>(("Feedback", "feedback", "feedbackItems", "fb"), "What one function tells the other, and what became of it. It is aimed at a thing, never at a person.", descending("createdAt"))
    .open(choice("direction", Column::Direction, feedback_direction(), "Who tells whom."))
    .open(choice("kind", Column::Kind, feedback_kind(), "What it is about."))
    .open(choice("state", Column::State, feedback_state(), "What has become of it."))
    .one(("campaign", "campaignId"), Column::CampaignId, "Campaign", "The campaign that it is about.")
    .one(("lead", "leadId"), Column::LeadId, "Lead", "The lead that it is about.")
    .one(("account", "accountId"), Column::AccountId, "Account", "The company that it is about.")
    .one(("opportunity", "opportunityId"), Column::OpportunityId, "Opportunity", "The deal that it is about.")
    .one(("asset", "assetId"), Column::AssetId, "Asset", "The piece of content that it is about.")
    .one(("definition", "definitionId"), Column::DefinitionId, "LeadDefinition", "The definition of leads that it is about.")
    .open(text("theme", Column::Theme, "What it comes under."))
    .guarded(text("verbatim", Column::Verbatim, "The words themselves."), &HIDE)
    .open(int("sentiment", Column::Sentiment, "-2 (bad) to 2 (good)."))
    .guarded_one(("author", "authorId"), Column::AuthorId, "User", "Who gave it.")
    .one(("assignee", "assigneeId"), Column::AssigneeId, "User", "Who is to answer it.")
    .open(instant("dueAt", Column::DueAt, "When an answer is due, in UTC."))
    .open(instant("acknowledgedAt", Column::AcknowledgedAt, "When it was acknowledged, in UTC."))
    .open(instant("actionedAt", Column::ActionedAt, "When it was acted on, in UTC."))
    .open(instant("verifiedAt", Column::VerifiedAt, "When its author agreed, in UTC."))
    .one(("resolvedByCampaign", "resolvedByCampaignId"), Column::ResolvedByCampaignId, "Campaign", "The campaign that has changed because of it.")
    .one(("resolvedByAsset", "resolvedByAssetId"), Column::ResolvedByAssetId, "Asset", "The piece of content that has changed, or come to be, because of it.")
    .one(("resolvedByDefinition", "resolvedByDefinitionId"), Column::ResolvedByDefinitionId, "LeadDefinition", "The definition of leads that has come to be because of it.")
    .open(text("resolvedByUrl", Column::ResolvedByUrl, "Where to see what has changed because of it."))
    .open(instant("appealedAt", Column::AppealedAt, "When its author appealed against its being declined, in UTC."))
    .open(instant("appealDecidedAt", Column::AppealDecidedAt, "When that was decided, in UTC."))
    .many("comments", "FeedbackComment", feedback_comment::Column::FeedbackId, "What was said about it since, earliest first.")
    .many("slaClocks", "SlaClock", sla_clock::Column::FeedbackId, "What its readers or its author were or are waited for, latest first.")
    .many("tasks", "Task", task::Column::FeedbackId, "What is to be done about it, as far as you see that, the most urgent first.")
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("feedback")
    .person(at(Column::AuthorId))
    .person(at(Column::AssigneeId))
    .place(at(account::Column::TerritoryId).via(Column::AccountId, "Account"))
    .place(at(lead::Column::TerritoryId).via(Column::LeadId, "Lead"))
    .place(at(account::Column::TerritoryId).via(opportunity::Column::AccountId, "Account").via(Column::OpportunityId, "Opportunity"))
    .test(Word::ToMarketing, is(Column::Direction, &FeedbackDirection::SalesToMarketing))
    .test(Word::ToSales, is(Column::Direction, &FeedbackDirection::MarketingToSales))
    .test(Word::Unassigned, absent(Column::AssigneeId))
    .can(&["give"], &["comment", "act", "assign", "decline", "verify", "appeal", "decide", "delete", "restore"])
    .made("give", &["kind", "verbatim"], &["direction", "campaignId", "leadId", "accountId", "opportunityId", "assetId", "definitionId", "theme", "sentiment"])
}

pub(super) fn feedback_direction() -> Enumeration {
    Enumeration::of(
        "FeedbackDirection",
        "Which function tells the other.",
        |value: FeedbackDirection| match value {
            FeedbackDirection::SalesToMarketing => "Sales tells marketing.",
            FeedbackDirection::MarketingToSales => "Marketing tells sales.",
        },
    )
}

pub(super) fn feedback_kind() -> Enumeration {
    Enumeration::of(
        "FeedbackKind",
        "What a piece of feedback is about.",
        |value: FeedbackKind| match value {
            FeedbackKind::CustomerNeed => "What a customer needs.",
            FeedbackKind::CampaignResponse => "How people took a campaign.",
            FeedbackKind::LeadQuality => "How good leads are.",
            FeedbackKind::Messaging => "Which words work.",
            FeedbackKind::Competitor => "What others do.",
            FeedbackKind::ContentGap => "What is missing to show to people.",
            FeedbackKind::SalesFollowUp => "What was made of the leads.",
            FeedbackKind::Other => "None of these.",
        },
    )
}

pub(super) fn feedback_state() -> Enumeration {
    Enumeration::of(
        "FeedbackState",
        "What has become of a piece of feedback.",
        |value: FeedbackState| match value {
            FeedbackState::Open => "Nobody has answered.",
            FeedbackState::Acknowledged => "Somebody has read it and will decide.",
            FeedbackState::Planned => "It will be done.",
            FeedbackState::Declined => "It will not be done, for a reason.",
            FeedbackState::Actioned => "It is done.",
            FeedbackState::Verified => "Its author agrees that it is done.",
            FeedbackState::Reopened => "Its author does not agree.",
        },
    )
}
