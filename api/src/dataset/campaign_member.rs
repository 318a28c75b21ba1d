//! What there is to read of a campaign member.

use entity::campaign_member::{CampaignMemberStatus, Column, Entity as Table};

use super::{
    declare::{choice, descending, instant, text},
    model::{Entity, Enumeration},
};

pub(super) fn campaign_member() -> Entity {
    Entity::of::<Table>(
        (
            "CampaignMember",
            "campaignMember",
            "campaignMembers",
            "member",
        ),
        "A lead or a contact that a campaign is aimed at; exactly one of the two.",
        descending("createdAt"),
    )
    .one(
        ("campaign", "campaignId"),
        Column::CampaignId,
        "Campaign",
        "The campaign.",
    )
    .one(
        ("lead", "leadId"),
        Column::LeadId,
        "Lead",
        "The lead, or null where it is a contact.",
    )
    .one(
        ("contact", "contactId"),
        Column::ContactId,
        "Contact",
        "The contact, or null where it is a lead.",
    )
    .field(choice(
        "status",
        Column::Status,
        campaign_member_status(),
        "What came of it.",
    ))
    .field(instant(
        "respondedAt",
        Column::RespondedAt,
        "When they responded, in UTC.",
    ))
    .field(text(
        "suppressedReason",
        Column::SuppressedReason,
        "Why they were left out.",
    ))
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
}

pub(super) fn campaign_member_status() -> Enumeration {
    Enumeration::of(
        "CampaignMemberStatus",
        "One lead or one contact in one campaign; exactly one of the two.",
        |value: CampaignMemberStatus| match value {
            CampaignMemberStatus::Targeted => "On the list.",
            CampaignMemberStatus::Sent => "The message went out.",
            CampaignMemberStatus::Responded => "They answered.",
            CampaignMemberStatus::Registered => "They signed up.",
            CampaignMemberStatus::Attended => "They came.",
            CampaignMemberStatus::NoShow => "They signed up and did not come.",
            CampaignMemberStatus::OptedOut => "They do not want any more.",
            CampaignMemberStatus::Suppressed => "Left out, for a reason.",
        },
    )
}
