//! What there is to read of a touch.

use entity::{
    account, lead,
    touch::{Column, Entity as Table, TouchDirection, TouchFunction, TouchKind},
};

use super::{
    channel::channel,
    declare::{HIDE, at, choice, descending, instant, json, text},
    model::{Entity, Enumeration},
};

pub(super) fn touch() -> Entity {
    Entity::of::<Table>(
        ("Touch", "touch", "touches", "touch"),
        "Something that happened between us and somebody: a visit, a message, a call, a meeting.",
        descending("occurredAt"),
    )
    .open(instant("occurredAt", Column::OccurredAt, "When, in UTC."))
    .open(choice("kind", Column::Kind, touch_kind(), "What it was."))
    .open(choice(
        "function",
        Column::Function,
        touch_function(),
        "Who of us it belongs to.",
    ))
    .open(choice(
        "direction",
        Column::Direction,
        touch_direction(),
        "Who came to whom.",
    ))
    .open(choice(
        "channel",
        Column::Channel,
        channel(),
        "The way in which it came about.",
    ))
    .one(
        ("campaign", "campaignId"),
        Column::CampaignId,
        "Campaign",
        "The campaign that it happened through.",
    )
    .one(
        ("contact", "contactId"),
        Column::ContactId,
        "Contact",
        "The person.",
    )
    .one(("lead", "leadId"), Column::LeadId, "Lead", "The lead.")
    .one(
        ("account", "accountId"),
        Column::AccountId,
        "Account",
        "The company.",
    )
    .one(
        ("actor", "actorId"),
        Column::ActorId,
        "User",
        "Who of us took part.",
    )
    .guarded(
        text(
            "visitorKey",
            Column::VisitorKey,
            "The mark of a visitor whom nobody knew yet.",
        ),
        &HIDE,
    )
    .open(instant(
        "identifiedAt",
        Column::IdentifiedAt,
        "When the visitor became known, in UTC.",
    ))
    .guarded(
        json(
            "properties",
            Column::Properties,
            "What the source said beside, such as a page or an outcome.",
        ),
        &HIDE,
    )
    .open(text(
        "sourceSystem",
        Column::SourceSystem,
        "Where it was recorded first.",
    ))
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("touch")
    .person(at(Column::ActorId))
    .person(at(lead::Column::OwnerId).via(Column::LeadId, "Lead"))
    .person(at(account::Column::OwnerId).via(Column::AccountId, "Account"))
    .place(at(account::Column::TerritoryId).via(Column::AccountId, "Account"))
    .place(at(lead::Column::TerritoryId).via(Column::LeadId, "Lead"))
    .can(
        &["logSales", "logMarketing"],
        &["update", "delete", "restore"],
    )
    .made(
        "log",
        &["kind"],
        &[
            "occurredAt",
            "function",
            "direction",
            "channel",
            "campaignId",
            "contactId",
            "leadId",
            "accountId",
            "actorId",
            "visitorKey",
            "properties",
            "sourceSystem",
            "dedupeKey",
        ],
    )
    .changed(
        "update",
        &[
            "occurredAt",
            "kind",
            "direction",
            "channel",
            "campaignId",
            "contactId",
            "leadId",
            "accountId",
            "actorId",
            "properties",
        ],
    )
    .unread(text(
        "dedupeKey",
        Column::DedupeKey,
        "The same touch sent twice has the same one: it is logged once.",
    ))
}

pub(super) fn touch_kind() -> Enumeration {
    Enumeration::of(
        "TouchKind",
        "What happened between us and somebody.",
        |value: TouchKind| match value {
            TouchKind::EmailSent => "We wrote to many.",
            TouchKind::EmailOpen => "They opened it.",
            TouchKind::EmailClick => "They followed a link in it.",
            TouchKind::FormSubmit => "They sent a form.",
            TouchKind::PageView => "They looked at a page of ours.",
            TouchKind::AdImpression => "They were shown an advertisement.",
            TouchKind::AdClick => "They followed one.",
            TouchKind::ContentDownload => "They took something to read or watch.",
            TouchKind::WebinarAttend => "They came to a talk over the internet.",
            TouchKind::EventAttend => "They came to an event.",
            TouchKind::Social => "A word on a social network.",
            TouchKind::DirectMail => "A letter or a parcel.",
            TouchKind::Call => "A telephone call.",
            TouchKind::Meeting => "A meeting.",
            TouchKind::Demo => "We showed them how it works.",
            TouchKind::SalesEmail => "Sales wrote to one.",
            TouchKind::Reply => "They answered.",
            TouchKind::Referral => "They sent somebody.",
            TouchKind::BrandMention => "They spoke of us.",
            TouchKind::Pr => "The press wrote of us.",
        },
    )
}

pub(super) fn touch_function() -> Enumeration {
    Enumeration::of(
        "TouchFunction",
        "Which function of ours a touch belongs to.",
        |value: TouchFunction| match value {
            TouchFunction::Marketing => "Marketing's.",
            TouchFunction::Sales => "Sales'.",
        },
    )
}

pub(super) fn touch_direction() -> Enumeration {
    Enumeration::of(
        "TouchDirection",
        "Who came to whom.",
        |value: TouchDirection| match value {
            TouchDirection::Inbound => "They came to us.",
            TouchDirection::Outbound => "We went to them.",
        },
    )
}
