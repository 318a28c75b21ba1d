//! What there is to read of a campaign.

use entity::{
    campaign::{CampaignKind, CampaignStatus, Column, Entity as Table},
    campaign_cost, campaign_member, feedback, lead, opportunity, touch,
};

use super::{
    channel::channel,
    declare::{choice, descending, instant, int, json, text},
    model::{Entity, Enumeration},
};

pub(super) fn campaign() -> Entity {
    Entity::of::<Table>(
        ("Campaign", "campaign", "campaigns", "camp"),
        "What marketing does to be noticed and wanted, with its brief.",
        descending("createdAt"),
    )
    .field(text("name", Column::Name, "What it is called."))
    .field(choice("kind", Column::Kind, campaign_kind(), "What it is."))
    .field(choice(
        "status",
        Column::Status,
        campaign_status(),
        "How far it is.",
    ))
    .field(choice(
        "channel",
        Column::Channel,
        channel(),
        "The way in which it reaches people.",
    ))
    .one(
        ("owner", "ownerId"),
        Column::OwnerId,
        "User",
        "The user who answers for it.",
    )
    .one(
        ("parent", "parentId"),
        Column::ParentId,
        "Campaign",
        "The campaign that it is a part of.",
    )
    .field(text(
        "briefGoal",
        Column::BriefGoal,
        "Brief: what it is for.",
    ))
    .field(text(
        "briefAudience",
        Column::BriefAudience,
        "Brief: whom it is meant for.",
    ))
    .field(text(
        "briefMessage",
        Column::BriefMessage,
        "Brief: what it says.",
    ))
    .field(text(
        "briefSalesAction",
        Column::BriefSalesAction,
        "Brief: what sales does with it.",
    ))
    .field(text(
        "briefExpected",
        Column::BriefExpected,
        "Brief: what should come of it.",
    ))
    .field(instant(
        "startsAt",
        Column::StartsAt,
        "When it starts, in UTC.",
    ))
    .field(instant("endsAt", Column::EndsAt, "When it ends, in UTC."))
    .field(int(
        "expectedLeads",
        Column::ExpectedLeads,
        "How many leads it should bring.",
    ))
    .field(int(
        "expectedResponses",
        Column::ExpectedResponses,
        "How many people should respond.",
    ))
    .field(int(
        "frequencyCap",
        Column::FrequencyCap,
        "At how many messages a week a person is left in peace; null is no limit.",
    ))
    .many(
        "children",
        "Campaign",
        Column::ParentId,
        "The campaigns that it is made of, newest first.",
    )
    .many(
        "members",
        "CampaignMember",
        campaign_member::Column::CampaignId,
        "Whom it is aimed at.",
    )
    .many(
        "costs",
        "CampaignCost",
        campaign_cost::Column::CampaignId,
        "What it costs, entry by entry.",
    )
    .many(
        "leads",
        "Lead",
        lead::Column::SourceCampaignId,
        "The leads that it brought, newest first.",
    )
    .many(
        "touches",
        "Touch",
        touch::Column::CampaignId,
        "What happened through it, latest first.",
    )
    .many(
        "opportunities",
        "Opportunity",
        opportunity::Column::PrimaryCampaignId,
        "The deals that are owed to it mainly, newest first.",
    )
    .many(
        "feedback",
        "Feedback",
        feedback::Column::CampaignId,
        "What the team said about it, newest first.",
    )
    .field(json(
        "customFields",
        Column::CustomFields,
        "Fields that the operator declared, by name.",
    ))
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
}

pub(super) fn campaign_kind() -> Enumeration {
    Enumeration::of(
        "CampaignKind",
        "One campaign.",
        |value: CampaignKind| match value {
            CampaignKind::Email => "A mailing, or a series of them.",
            CampaignKind::Event => "A trade fair, a dinner, a visit.",
            CampaignKind::Webinar => "A talk over the internet.",
            CampaignKind::Paid => "Advertising.",
            CampaignKind::Content => "Something to read or watch.",
            CampaignKind::DirectMail => "Letters and parcels.",
            CampaignKind::Social => "Social networks, unpaid.",
            CampaignKind::OutboundPlay => "Sales approaches a list, in an agreed way.",
            CampaignKind::Partner => "Together with a partner.",
        },
    )
}

pub(super) fn campaign_status() -> Enumeration {
    Enumeration::of(
        "CampaignStatus",
        "One campaign.",
        |value: CampaignStatus| match value {
            CampaignStatus::Draft => "Being written; marketing sees it.",
            CampaignStatus::Planned => "The brief is complete; sales sees it.",
            CampaignStatus::Noticed => "The territories have been told; they may object.",
            CampaignStatus::Running => "Under way.",
            CampaignStatus::Paused => "Stopped for a while.",
            CampaignStatus::Completed => "Over; costs may still come in.",
            CampaignStatus::Closed => "Over, and the costs are final.",
            CampaignStatus::Cancelled => "Given up before it was completed.",
        },
    )
}
