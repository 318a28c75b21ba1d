//! What there is to read of a campaign.

use entity::{
    campaign::{CampaignKind, CampaignStatus, Column, Entity as Table},
    campaign_cost, campaign_member, feedback, lead, opportunity, task, touch,
};

use crate::views::Word;

use super::{
    channel::channel,
    declare::{at, choice, descending, instant, int, is_not, text},
    model::{Entity, Enumeration},
};

pub(super) fn campaign() -> Entity {
    written(
        Entity::of::<Table>(
            ("Campaign", "campaign", "campaigns", "camp"),
            "What marketing does to be noticed and wanted, with its brief.",
            descending("createdAt"),
        )
        .open(text("name", Column::Name, "What it is called."))
        .open(choice("kind", Column::Kind, campaign_kind(), "What it is."))
        .open(choice(
            "status",
            Column::Status,
            campaign_status(),
            "How far it is.",
        ))
        .open(choice(
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
        .open(text(
            "briefGoal",
            Column::BriefGoal,
            "Brief: what it is for.",
        ))
        .open(text(
            "briefAudience",
            Column::BriefAudience,
            "Brief: whom it is meant for.",
        ))
        .open(text(
            "briefMessage",
            Column::BriefMessage,
            "Brief: what it says.",
        ))
        .open(text(
            "briefSalesAction",
            Column::BriefSalesAction,
            "Brief: what sales does with it.",
        ))
        .open(text(
            "briefExpected",
            Column::BriefExpected,
            "Brief: what should come of it.",
        ))
        .open(instant(
            "startsAt",
            Column::StartsAt,
            "When it starts, in UTC.",
        ))
        .open(instant("endsAt", Column::EndsAt, "When it ends, in UTC."))
        .open(int(
            "expectedLeads",
            Column::ExpectedLeads,
            "How many leads it should bring.",
        ))
        .open(int(
            "expectedResponses",
            Column::ExpectedResponses,
            "How many people should respond.",
        ))
        .open(int(
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
        .many(
            "tasks",
            "Task",
            task::Column::CampaignId,
            "What is to be done about it, as far as you see that, the most urgent first.",
        )
        .custom_fields(Column::CustomFields)
        .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
        .read_by("campaign")
        .person(at(Column::OwnerId))
        .test(
            Word::Announced,
            is_not(Column::Status, &CampaignStatus::Draft),
        )
        .named(&[Column::Name], Some(Column::Status))
        .can(
            &["create"],
            &[
                "update", "budget", "plan", "launch", "close", "comment", "object", "override",
                "delete", "restore", "destroy",
            ],
        ),
    )
}

/// What callers may say of it.
fn written(campaign: Entity) -> Entity {
    campaign
        .made(
            "create",
            &["name", "kind"],
            &[
                "ownerId",
                "channel",
                "parentId",
                "briefGoal",
                "briefAudience",
                "briefMessage",
                "briefSalesAction",
                "briefExpected",
                "startsAt",
                "endsAt",
                "expectedLeads",
                "expectedResponses",
                "frequencyCap",
                "customFields",
            ],
        )
        .all_changed("update")
}

pub(super) fn campaign_kind() -> Enumeration {
    Enumeration::of(
        "CampaignKind",
        "What a campaign consists of.",
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
        "How far a campaign is.",
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
