//! What there is to read of an account.

use entity::{
    account::{AccountChannel, AccountLifecycle, Column, Entity as Table},
    account_domain, contact, feedback, lead, merge, opportunity, task, touch,
};

use super::{
    declare::{BAND, at, choice, descending, int, money, text},
    model::{Entity, Enumeration},
};

pub(super) fn account() -> Entity {
    Entity::of::<Table>(
        ("Account", "account", "accounts", "acc"),
        "A company that we sell to, or would like to.",
        descending("createdAt"),
    )
    .open(text("name", Column::Name, "What it is called."))
    .open(text(
        "industry",
        Column::Industry,
        "Its line of business, as the source calls it.",
    ))
    .open(text(
        "employeeBand",
        Column::EmployeeBand,
        "How many people work there, such as `200-499`.",
    ))
    .guarded(
        money(
            "annualRevenue",
            Column::AnnualRevenueMinor,
            Column::AnnualRevenueCurrency,
            "What it turns over in a year.",
        ),
        &BAND,
    )
    .open(text(
        "country",
        Column::Country,
        "ISO 3166-1 alpha-2, such as `AT`.",
    ))
    .open(choice(
        "channel",
        Column::Channel,
        account_channel(),
        "Who sells to it.",
    ))
    .open(choice(
        "lifecycle",
        Column::Lifecycle,
        account_lifecycle(),
        "How far it is on the way to being a customer.",
    ))
    .open(int(
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
    .many(
        "merges",
        "Merge",
        merge::Column::AccountId,
        "What went into this account, latest first.",
    )
    .many(
        "tasks",
        "Task",
        task::Column::AccountId,
        "What is to be done about it, as far as you see that, the most urgent first.",
    )
    .custom_fields(Column::CustomFields)
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("account")
    .person(at(Column::OwnerId))
    .place(at(Column::TerritoryId))
    .named(&[Column::Name], Some(Column::Lifecycle))
    .can(
        &["create"],
        &[
            "update",
            "updateSegment",
            "reassign",
            "merge",
            "delete",
            "restore",
            "destroy",
        ],
    )
    .made("create", &["name"], &["industry", "employeeBand", "annualRevenue", "country", "channel", "lifecycle", "targetTier", "ownerId", "marketerId", "territoryId", "parentId", "customFields", "domain"])
    .changed("update", &["name", "industry", "employeeBand", "annualRevenue", "country", "channel", "lifecycle", "targetTier", "marketerId", "territoryId", "parentId", "customFields", "domain"])
    .changed("updateSegment", &["industry", "employeeBand", "annualRevenue", "country", "targetTier", "marketerId"])
    .changed("reassign", &["ownerId"])
    .unread(text("domain", account_domain::Column::Domain, "The internet domain that it is known by, such as `acme.com`; further ones are added with `addAccountDomain`."))
}

pub(super) fn account_channel() -> Enumeration {
    Enumeration::of(
        "AccountChannel",
        "Who sells to an account.",
        |value: AccountChannel| match value {
            AccountChannel::Direct => "We do.",
            AccountChannel::Indirect => "A partner does.",
        },
    )
}

pub(super) fn account_lifecycle() -> Enumeration {
    Enumeration::of(
        "AccountLifecycle",
        "How far an account is on the way to being a customer.",
        |value: AccountLifecycle| match value {
            AccountLifecycle::Target => "We would like to sell to it; it has not answered.",
            AccountLifecycle::Prospect => "It has shown interest.",
            AccountLifecycle::Opportunity => "There is an open opportunity.",
            AccountLifecycle::Customer => "It buys from us.",
            AccountLifecycle::Former => "It did, and does not any more.",
        },
    )
}
