//! What there is to read of a place that is told of changes. Its secrets are shown once, and not here.

use entity::{
    webhook_delivery,
    webhook_endpoint::{Column, EndpointState, Entity as Table},
};

use super::{
    declare::{choice, descending, instant, text, texts},
    model::{Entity, Enumeration},
};

pub(super) fn webhook_endpoint() -> Entity {
    Entity::of::<Table>(
        (
            "WebhookEndpoint",
            "webhookEndpoint",
            "webhookEndpoints",
            "hook",
        ),
        "A place of another system that is told of changes. What messages are signed with was shown once.",
        descending("createdAt"),
    )
    .open(text("system", Column::System, "The system that owns it."))
    .open(text("description", Column::Description, "What it is for."))
    .open(text(
        "url",
        Column::Url,
        "Where messages are sent to. It may hold a secret of the receiver's.",
    ))
    .open(choice(
        "state",
        Column::State,
        endpoint_state(),
        "Whether messages are sent.",
    ))
    .open(instant(
        "stateSince",
        Column::StateSince,
        "Since when that is so, in UTC.",
    ))
    .open(text(
        "role",
        Column::Role,
        "The name of the role with whose eyes it sees: it is told what the role sees, as the role sees it.",
    ))
    .open(texts(
        "scopes",
        Column::Scopes,
        "What of that it may read, such as `lead:read`.",
    ))
    .open(texts(
        "entities",
        Column::Entities,
        "The types whose changes it is told, such as `LEAD`; none is all that it sees.",
    ))
    .open(texts(
        "kinds",
        Column::Kinds,
        "The kinds of change that it is told, such as `UPDATED`; none is all.",
    ))
    .open(text(
        "document",
        Column::Document,
        "The query whose answer a message carries as its `data`; null is the id alone.",
    ))
    .open(instant(
        "previousSecretUntil",
        Column::PreviousSecretUntil,
        "Until when messages are signed with the secret before as well, in UTC.",
    ))
    .many(
        "deliveries",
        "WebhookDelivery",
        webhook_delivery::Column::EndpointId,
        "Its messages, latest first.",
    )
    .stamped([Column::Version, Column::CreatedAt, Column::UpdatedAt])
    .read_by("webhook")
    .can(
        &["create"],
        &[
            "update",
            "rotateSecret",
            "pause",
            "resume",
            "delete",
            "redeliver",
            "test",
        ],
    )
}

fn endpoint_state() -> Enumeration {
    Enumeration::of(
        "WebhookEndpointState",
        "Whether messages are sent to an endpoint.",
        |value: EndpointState| match value {
            EndpointState::Active => "They are.",
            EndpointState::Paused => "Somebody paused it: they wait until it is resumed.",
            EndpointState::Suspended => {
                "The hub paused it, because a message failed for a day: they wait until it is resumed."
            }
            EndpointState::Dead => {
                "The receiver said that it is gone: they wait until it is resumed."
            }
        },
    )
}
