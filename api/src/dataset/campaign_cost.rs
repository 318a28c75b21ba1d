//! What there is to read of a campaign cost.

use entity::campaign_cost::{Column, CostCategory, Entity as Table};

use super::{
    declare::{BAND, HIDE, choice, day, descending, money, text},
    model::{Entity, Enumeration},
};

pub(super) fn campaign_cost() -> Entity {
    Entity::of::<Table>(
        ("CampaignCost", "campaignCost", "campaignCosts", "cost"),
        "One entry of a campaign's cost ledger.",
        descending("incurredOn"),
    )
    .one(
        ("campaign", "campaignId"),
        Column::CampaignId,
        "Campaign",
        "The campaign.",
    )
    .open(day(
        "incurredOn",
        Column::IncurredOn,
        "The day that it counts for.",
    ))
    .open(choice(
        "category",
        Column::Category,
        cost_category(),
        "What the money is for.",
    ))
    .guarded(
        money(
            "planned",
            Column::PlannedMinor,
            Column::Currency,
            "What was planned.",
        ),
        &BAND,
    )
    .guarded(
        money(
            "actual",
            Column::ActualMinor,
            Column::Currency,
            "What it came to; null while nobody knows.",
        ),
        &BAND,
    )
    .guarded(text("note", Column::Note, "What it was."), &HIDE)
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("campaign")
    .part_of(Column::CampaignId, "Campaign")
    .made(
        "record",
        &["campaignId", "incurredOn", "category"],
        &["planned", "actual", "note"],
    )
    .changed(
        "budget",
        &["incurredOn", "category", "planned", "actual", "note"],
    )
    .written_with("budget")
}

pub(super) fn cost_category() -> Enumeration {
    Enumeration::of(
        "CostCategory",
        "What the money of a campaign goes to.",
        |value: CostCategory| match value {
            CostCategory::Media => "Advertising space and time.",
            CostCategory::Venue => "Rooms, stands, catering.",
            CostCategory::People => "Agencies, speakers, staff.",
            CostCategory::Tools => "Software and equipment.",
            CostCategory::Content => "Texts, pictures, films.",
            CostCategory::Other => "None of these.",
        },
    )
}
