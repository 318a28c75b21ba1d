//! What there is to read of a contact.

use entity::{
    account, campaign, campaign_member,
    contact::{BuyerRole, Column, Entity as Table},
    lead, merge, opportunity_contact, touch,
};

use crate::views::Word;

use super::{
    declare::{HIDE, PARTIAL, at, boolean, choice, descending, json, lists, some_mine, text},
    model::{Entity, Enumeration},
};

pub(super) fn contact() -> Entity {
    written(
        Entity::of::<Table>(
            ("Contact", "contact", "contacts", "con"),
            "A person at an account.",
            descending("createdAt"),
        )
        .guarded(text("firstName", Column::FirstName, "Given name."), &HIDE)
        .guarded(text("lastName", Column::LastName, "Family name."), &HIDE)
        .guarded(
            text("email", Column::Email, "Their address, in lower case."),
            &PARTIAL,
        )
        .open(boolean(
            "emailVerified",
            Column::EmailVerified,
            "Whether the address is known to be theirs.",
        ))
        .guarded(
            text(
                "emailDomain",
                Column::EmailDomain,
                "What stands behind the @ of the address.",
            ),
            &HIDE,
        )
        .guarded(
            text("phone", Column::Phone, "In E.164, such as `+431234567`."),
            &PARTIAL,
        )
        .open(text(
            "jobTitle",
            Column::JobTitle,
            "What they are called at work.",
        ))
        .open(text(
            "roleFunction",
            Column::RoleFunction,
            "What they do, as the source calls it.",
        ))
        .open(text(
            "seniority",
            Column::Seniority,
            "How high up they are, as the source calls it.",
        ))
        .open(choice(
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
        .guarded(
            json(
                "consent",
                Column::Consent,
                "What they agreed to: a list of `{channel, basis, status, at}`.",
            ),
            &HIDE,
        )
        .open(boolean(
            "doNotContact",
            Column::DoNotContact,
            "Whether nobody may approach them.",
        ))
        .open(boolean(
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
        .many(
            "merges",
            "Merge",
            merge::Column::ContactId,
            "What went into this contact, latest first.",
        )
        .custom_fields(Column::CustomFields)
        .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
        .read_by("contact")
        .person(at(account::Column::OwnerId).via(Column::AccountId, "Account"))
        .place(at(account::Column::TerritoryId).via(Column::AccountId, "Account"))
        .test(
            Word::Campaign,
            some_mine(
                "CampaignMember",
                campaign_member::Column::ContactId,
                at(campaign::Column::OwnerId).via(campaign_member::Column::CampaignId, "Campaign"),
            ),
        )
        .test(Word::Consent, lists(Column::Consent, "status", "GIVEN"))
        .named(&[Column::FirstName, Column::LastName], None)
        .can(
            &["create"],
            &["update", "merge", "delete", "restore", "destroy", "erase"],
        ),
    )
}

/// What callers may say of it.
fn written(contact: Entity) -> Entity {
    contact
        .made(
            "create",
            &[],
            &[
                "firstName",
                "lastName",
                "email",
                "phone",
                "jobTitle",
                "roleFunction",
                "seniority",
                "buyerRole",
                "accountId",
                "consent",
                "doNotContact",
                "brandAware",
                "customFields",
            ],
        )
        .all_changed("update")
}

pub(super) fn buyer_role() -> Enumeration {
    Enumeration::of(
        "BuyerRole",
        "The part that a person has in buying.",
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
