//! What there is to read of a piece of content.

use entity::{
    asset::{AssetKind, Column, Entity as Table, FunnelStage},
    feedback,
};

use super::{
    declare::{ascending, at, choice, text},
    model::{Entity, Enumeration},
};

pub(super) fn asset() -> Entity {
    Entity::of::<Table>(
        ("Asset", "asset", "assets", "asset"),
        "A piece of content that marketing makes, and sales shows to people.",
        ascending("title"),
    )
    .open(text("title", Column::Title, "What people call it."))
    .open(choice(
        "kind",
        Column::Kind,
        asset_kind(),
        "What kind of content it is.",
    ))
    .open(text("url", Column::Url, "Where it is."))
    .open(choice(
        "stage",
        Column::Stage,
        funnel_stage(),
        "How far those are whom it is for.",
    ))
    .one(
        ("campaign", "campaignId"),
        Column::CampaignId,
        "Campaign",
        "The campaign that it was made for.",
    )
    .one(
        ("owner", "ownerId"),
        Column::OwnerId,
        "User",
        "Who answers for it.",
    )
    .many(
        "feedback",
        "Feedback",
        feedback::Column::AssetId,
        "What was said about it, latest first.",
    )
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("asset")
    .person(at(Column::OwnerId))
    .can(&["create"], &["update", "delete", "restore", "destroy"])
    .made(
        "create",
        &["title", "kind"],
        &["url", "stage", "campaignId", "ownerId"],
    )
    .all_changed("update")
}

fn asset_kind() -> Enumeration {
    Enumeration::of(
        "AssetKind",
        "What kind of content something is.",
        |value: AssetKind| match value {
            AssetKind::Deck => "Slides.",
            AssetKind::CaseStudy => "The story of a customer.",
            AssetKind::Whitepaper => "A paper.",
            AssetKind::EmailTemplate => "A letter to send.",
            AssetKind::Video => "A film.",
            AssetKind::Webinar => "A webinar, or its recording.",
            AssetKind::Other => "None of these.",
        },
    )
}

fn funnel_stage() -> Enumeration {
    Enumeration::of(
        "FunnelStage",
        "How far people are on the way to buying.",
        |value: FunnelStage| match value {
            FunnelStage::Awareness => "They learn that there is something to be done.",
            FunnelStage::Consideration => "They compare what could be done.",
            FunnelStage::Decision => "They choose.",
        },
    )
}
