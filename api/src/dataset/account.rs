//! What there is to read of an account.

use entity::{
    account::{AccountChannel, AccountLifecycle, Column, Entity as Table},
    account_domain, contact, feedback, lead, opportunity, touch,
};

use super::{
    declare::{choice, descending, int, json, money, text},
    model::{Entity, Enumeration},
};

pub(super) fn account() -> Entity {
    Entity::of::<Table>(
        ("Account", "account", "accounts", "acc"),
        "A company that we sell to, or would like to.",
        descending("createdAt"),
    )
    .field(text("name", Column::Name, "What it is called."))
    .field(text(
        "industry",
        Column::Industry,
        "Its line of business, as the source calls it.",
    ))
    .field(text(
        "employeeBand",
        Column::EmployeeBand,
        "How many people work there, such as `200-499`.",
    ))
    .field(money(
        "annualRevenue",
        Column::AnnualRevenueMinor,
        Column::AnnualRevenueCurrency,
        "What it turns over in a year.",
    ))
    .field(text(
        "country",
        Column::Country,
        "ISO 3166-1 alpha-2, such as `AT`.",
    ))
    .field(choice(
        "channel",
        Column::Channel,
        account_channel(),
        "Who sells to it.",
    ))
    .field(choice(
        "lifecycle",
        Column::Lifecycle,
        account_lifecycle(),
        "How far it is on the way to being a customer.",
    ))
    .field(int(
        "targetTier",
        Column::TargetTier,
        "How much we want it: 1 is most.",
    ))
    .one(
        ("owner", "ownerId"),
        Column::OwnerId,
        "User",
        "The user in sales who answers for it.",
    )
    .one(
        ("marketer", "marketerId"),
        Column::MarketerId,
        "User",
        "The user in marketing who answers for it.",
    )
    .one(
        ("territory", "territoryId"),
        Column::TerritoryId,
        "Territory",
        "The territory that it lies in.",
    )
    .one(
        ("parent", "parentId"),
        Column::ParentId,
        "Account",
        "The company that it belongs to.",
    )
    .many(
        "subsidiaries",
        "Account",
        Column::ParentId,
        "The companies that belong to it, newest first.",
    )
    .many(
        "domains",
        "AccountDomain",
        account_domain::Column::AccountId,
        "Its internet domains.",
    )
    .many(
        "contacts",
        "Contact",
        contact::Column::AccountId,
        "The people there, newest first.",
    )
    .many(
        "leads",
        "Lead",
        lead::Column::AccountId,
        "The leads matched with it, newest first.",
    )
    .many(
        "opportunities",
        "Opportunity",
        opportunity::Column::AccountId,
        "The deals with it, newest first.",
    )
    .many(
        "touches",
        "Touch",
        touch::Column::AccountId,
        "What happened between us, latest first.",
    )
    .many(
        "feedback",
        "Feedback",
        feedback::Column::AccountId,
        "What the team said about it, newest first.",
    )
    .field(json(
        "customFields",
        Column::CustomFields,
        "Fields that the operator declared, by name.",
    ))
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
}

pub(super) fn account_channel() -> Enumeration {
    Enumeration::of(
        "AccountChannel",
        "One company.",
        |value: AccountChannel| match value {
            AccountChannel::Direct => "We do.",
            AccountChannel::Indirect => "A partner does.",
        },
    )
}

pub(super) fn account_lifecycle() -> Enumeration {
    Enumeration::of(
        "AccountLifecycle",
        "One company.",
        |value: AccountLifecycle| match value {
            AccountLifecycle::Target => "We would like to sell to it; it has not answered.",
            AccountLifecycle::Prospect => "It has shown interest.",
            AccountLifecycle::Opportunity => "There is an open opportunity.",
            AccountLifecycle::Customer => "It buys from us.",
            AccountLifecycle::Former => "It did, and does not any more.",
        },
    )
}
