//! What there is to read of a contact.

use entity::{
    campaign_member,
    contact::{BuyerRole, Column, Entity as Table},
    lead, opportunity_contact, touch,
};

use super::{
    declare::{boolean, choice, descending, json, text},
    model::{Entity, Enumeration},
};

pub(super) fn contact() -> Entity {
    Entity::of::<Table>(
        ("Contact", "contact", "contacts", "con"),
        "A person at an account.",
        descending("createdAt"),
    )
    .field(text("firstName", Column::FirstName, "Given name."))
    .field(text("lastName", Column::LastName, "Family name."))
    .field(text(
        "email",
        Column::Email,
        "Their address, in lower case.",
    ))
    .field(boolean(
        "emailVerified",
        Column::EmailVerified,
        "Whether the address is known to be theirs.",
    ))
    .field(text(
        "emailDomain",
        Column::EmailDomain,
        "What stands behind the @ of the address.",
    ))
    .field(text(
        "phone",
        Column::Phone,
        "In E.164, such as `+431234567`.",
    ))
    .field(text(
        "jobTitle",
        Column::JobTitle,
        "What they are called at work.",
    ))
    .field(text(
        "roleFunction",
        Column::RoleFunction,
        "What they do, as the source calls it.",
    ))
    .field(text(
        "seniority",
        Column::Seniority,
        "How high up they are, as the source calls it.",
    ))
    .field(choice(
        "buyerRole",
        Column::BuyerRole,
        buyer_role(),
        "Their part in buying.",
    ))
    .one(
        ("account", "accountId"),
        Column::AccountId,
        "Account",
        "The company that they work for.",
    )
    .field(json(
        "consent",
        Column::Consent,
        "What they agreed to: a list of `{channel, basis, status, at}`.",
    ))
    .field(boolean(
        "doNotContact",
        Column::DoNotContact,
        "Whether nobody may approach them.",
    ))
    .field(boolean(
        "brandAware",
        Column::BrandAware,
        "Whether they knew us when asked; null while nobody asked.",
    ))
    .many(
        "leads",
        "Lead",
        lead::Column::ContactId,
        "The leads that are this person, newest first.",
    )
    .many(
        "touches",
        "Touch",
        touch::Column::ContactId,
        "What happened with them, latest first.",
    )
    .many(
        "memberships",
        "CampaignMember",
        campaign_member::Column::ContactId,
        "The campaigns that they are a member of.",
    )
    .many(
        "opportunities",
        "OpportunityContact",
        opportunity_contact::Column::ContactId,
        "The deals that they have a part in.",
    )
    .field(json(
        "customFields",
        Column::CustomFields,
        "Fields that the operator declared, by name.",
    ))
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
}

pub(super) fn buyer_role() -> Enumeration {
    Enumeration::of(
        "BuyerRole",
        "One person. Personal data: `first_name`, `last_name`, `email`, `phone`.",
        |value: BuyerRole| match value {
            BuyerRole::Champion => "Wants it, and speaks for us.",
            BuyerRole::EconomicBuyer => "Decides about the money.",
            BuyerRole::TechnicalEvaluator => "Judges whether it works.",
            BuyerRole::EndUser => "Will work with it.",
            BuyerRole::Blocker => "Is against it.",
            BuyerRole::Unknown => "Nobody has found out.",
        },
    )
}
