//! What there is to read of an opportunity.

use entity::{
    account, feedback,
    opportunity::{Column, Entity as Table, ForecastCategory, OpportunityStage},
    opportunity_change, opportunity_contact, task,
};

use super::{
    declare::{BAND, HIDE, at, choice, day, descending, instant, int, money, text},
    model::{Entity, Enumeration},
};

pub(super) fn opportunity() -> Entity {
    Entity::of::<Table>(
        ("Opportunity", "opportunity", "opportunities", "opp"),
        "A deal that sales is working on, has won or has lost.",
        descending("createdAt"),
    )
    .open(text("name", Column::Name, "What the deal is called."))
    .open(choice(
        "stage",
        Column::Stage,
        opportunity_stage(),
        "How far it is.",
    ))
    .guarded(
        money(
            "amount",
            Column::AmountMinor,
            Column::AmountCurrency,
            "What it is worth: expected while it is open, agreed when it is won.",
        ),
        &BAND,
    )
    .open(int(
        "probability",
        Column::Probability,
        "Of winning it, in percent: 0 to 100.",
    ))
    .open(day(
        "expectedCloseOn",
        Column::ExpectedCloseOn,
        "The day that it should be decided by.",
    ))
    .open(instant(
        "closedAt",
        Column::ClosedAt,
        "When it was won or lost, in UTC; null while it is open.",
    ))
    .open(choice(
        "forecastCategory",
        Column::ForecastCategory,
        forecast_category(),
        "How it counts in the forecast.",
    ))
    .one(
        ("account", "accountId"),
        Column::AccountId,
        "Account",
        "The company that would buy.",
    )
    .one(
        ("owner", "ownerId"),
        Column::OwnerId,
        "User",
        "The user who works on it.",
    )
    .one(
        ("lead", "leadId"),
        Column::LeadId,
        "Lead",
        "The lead that it came out of.",
    )
    .one(
        ("primaryCampaign", "primaryCampaignId"),
        Column::PrimaryCampaignId,
        "Campaign",
        "The campaign that it is owed to, mainly.",
    )
    .one(
        ("lostReason", "lostReasonId"),
        Column::LostReasonId,
        "ReasonCode",
        "Why it was lost.",
    )
    .guarded(
        text("nextStep", Column::NextStep, "What is to be done next."),
        &HIDE,
    )
    .open(int(
        "pushCount",
        Column::PushCount,
        "How often the day of decision was put off.",
    ))
    .many(
        "contacts",
        "OpportunityContact",
        opportunity_contact::Column::OpportunityId,
        "The buying group.",
    )
    .many(
        "changes",
        "OpportunityChange",
        opportunity_change::Column::OpportunityId,
        "Each change of stage, amount, day of decision or owner, earliest first.",
    )
    .many(
        "feedback",
        "Feedback",
        feedback::Column::OpportunityId,
        "What the team said about it, newest first.",
    )
    .many("tasks", "Task", task::Column::OpportunityId, "What is to be done about it, as far as you see that: what is yours, your team's or anybody's; the most urgent first.")
    .custom_fields(Column::CustomFields)
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("opportunity")
    .person(at(Column::OwnerId))
    .place(at(account::Column::TerritoryId).via(Column::AccountId, "Account"))
    .named(&[Column::Name], Some(Column::Stage))
    .can(
        &["create"],
        &[
            "update", "reassign", "reopen", "forecast", "comment", "delete", "restore", "destroy",
        ],
    )
    .made(
        "create",
        &["name"],
        &[
            "stage",
            "amount",
            "probability",
            "expectedCloseOn",
            "forecastCategory",
            "accountId",
            "ownerId",
            "leadId",
            "primaryCampaignId",
            "lostReasonId",
            "nextStep",
            "customFields",
        ],
    )
    .changed(
        "update",
        &[
            "name",
            "stage",
            "amount",
            "probability",
            "expectedCloseOn",
            "forecastCategory",
            "accountId",
            "leadId",
            "primaryCampaignId",
            "lostReasonId",
            "nextStep",
            "customFields",
        ],
    )
    .changed("forecast", &["forecastCategory"])
    .changed("reopen", &["stage"])
    .changed("reassign", &["ownerId"])
}

pub(super) fn opportunity_stage() -> Enumeration {
    Enumeration::of(
        "OpportunityStage",
        "How far a deal is.",
        |value: OpportunityStage| match value {
            OpportunityStage::Prospecting => "Finding out whether there is one.",
            OpportunityStage::Qualification => "Finding out what they need, and who decides.",
            OpportunityStage::Proposal => "They have an offer.",
            OpportunityStage::Negotiation => "Terms are being agreed.",
            OpportunityStage::ClosedWon => "They bought.",
            OpportunityStage::ClosedLost => "They did not.",
        },
    )
}

pub(super) fn forecast_category() -> Enumeration {
    Enumeration::of(
        "ForecastCategory",
        "How a deal counts in the forecast.",
        |value: ForecastCategory| match value {
            ForecastCategory::Pipeline => "Open, and all is possible.",
            ForecastCategory::BestCase => "Can be won if all goes well.",
            ForecastCategory::Commit => "The owner stands for it.",
            ForecastCategory::Closed => "Won.",
            ForecastCategory::Omitted => "Not counted.",
        },
    )
}
