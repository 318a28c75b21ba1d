//! What there is to read of a campaign member.

use entity::{
    account, campaign,
    campaign_member::{CampaignMemberStatus, Column, Entity as Table},
    contact, lead,
};

use crate::views::Word;

use super::{
    declare::{at, choice, descending, instant, mine, text},
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
    .open(choice(
        "status",
        Column::Status,
        campaign_member_status(),
        "What came of it.",
    ))
    .open(instant(
        "respondedAt",
        Column::RespondedAt,
        "When they responded, in UTC.",
    ))
    .open(text(
        "suppressedReason",
        Column::SuppressedReason,
        "Why they were left out.",
    ))
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("campaign")
    .person(at(lead::Column::OwnerId).via(Column::LeadId, "Lead"))
    .person(
        at(account::Column::OwnerId)
            .via(contact::Column::AccountId, "Account")
            .via(Column::ContactId, "Contact"),
    )
    .person(
        at(account::Column::OwnerId)
            .via(lead::Column::AccountId, "Account")
            .via(Column::LeadId, "Lead"),
    )
    .place(at(lead::Column::TerritoryId).via(Column::LeadId, "Lead"))
    .place(
        at(account::Column::TerritoryId)
            .via(contact::Column::AccountId, "Account")
            .via(Column::ContactId, "Contact"),
    )
    .test(
        Word::Campaign,
        mine(at(campaign::Column::OwnerId).via(Column::CampaignId, "Campaign")),
    )
    .can(&["create"], &["update", "delete", "restore"])
    .made(
        "add",
        &["campaignId"],
        &[
            "leadId",
            "contactId",
            "status",
            "respondedAt",
            "suppressedReason",
        ],
    )
    .changed("update", &["status", "respondedAt", "suppressedReason"])
}

pub(super) fn campaign_member_status() -> Enumeration {
    Enumeration::of(
        "CampaignMemberStatus",
        "What came of aiming a campaign at somebody.",
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
