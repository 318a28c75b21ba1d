//! What there is to read of a message to a place of another system.

use entity::webhook_delivery::{Column, DeliveryError, DeliveryState, Entity as Table};

use super::{
    declare::{choice, descending, instant, int, text, texts},
    model::{Entity, Enumeration},
};

pub(super) fn webhook_delivery() -> Entity {
    Entity::of::<Table>(
        (
            "WebhookDelivery",
            "webhookDelivery",
            "webhookDeliveries",
            "msg",
        ),
        "A message to an endpoint, and how far it is. Its id is the `webhook-id` that the receiver sees.",
        descending("createdAt"),
    )
    .one(
        ("endpoint", "endpointId"),
        Column::EndpointId,
        "WebhookEndpoint",
        "The endpoint that it is for.",
    )
    .open(text(
        "event",
        Column::Event,
        "What happened, such as `lead.updated`.",
    ))
    .open(text(
        "subject",
        Column::Subject,
        "The global id of the row that it happened to. Messages about one row are sent one after the other.",
    ))
    .open(instant(
        "occurredAt",
        Column::OccurredAt,
        "When it happened, in UTC.",
    ))
    .open(texts(
        "changedFields",
        Column::ChangedFields,
        "The fields that changed, of those that the endpoint sees; null where the event has none.",
    ))
    .open(choice(
        "state",
        Column::State,
        delivery_state(),
        "How far it is.",
    ))
    .open(int(
        "attempts",
        Column::Attempts,
        "How often it was sent, since it was last to be sent anew.",
    ))
    .open(instant(
        "nextAttemptAt",
        Column::NextAttemptAt,
        "When it is sent next, in UTC; null is no more.",
    ))
    .open(instant(
        "lastAttemptAt",
        Column::LastAttemptAt,
        "When it was last sent, in UTC.",
    ))
    .open(int(
        "statusCode",
        Column::StatusCode,
        "The status of the last answer; null is none.",
    ))
    .open(choice(
        "error",
        Column::Error,
        delivery_error(),
        "Why the last attempt failed.",
    ))
    .open(int(
        "durationMilliseconds",
        Column::DurationMilliseconds,
        "How long the last attempt took, in milliseconds.",
    ))
    .recorded(Column::CreatedAt)
    .read_by("webhook")
    .part_of(Column::EndpointId, "WebhookEndpoint")
}

fn delivery_state() -> Enumeration {
    Enumeration::of(
        "WebhookDeliveryState",
        "How far a message is.",
        |value: DeliveryState| match value {
            DeliveryState::Pending => "It is to be sent, or sent again.",
            DeliveryState::Delivered => "The receiver has it.",
            DeliveryState::Failed => "It is not sent again, unless its endpoint is resumed.",
        },
    )
}

fn delivery_error() -> Enumeration {
    Enumeration::of(
        "WebhookDeliveryError",
        "Why an attempt to send a message failed.",
        |value: DeliveryError| match value {
            DeliveryError::TimedOut => "The answer took too long.",
            DeliveryError::Unreachable => "Nobody was reached, or they hung up.",
            DeliveryError::AddressRefused => {
                "The URL is not one that the hub asks, or has no address that it asks."
            }
            DeliveryError::Redirected => "The answer leads elsewhere, where the hub does not go.",
            DeliveryError::Gone => "The receiver answered that it is gone, with 410.",
            DeliveryError::Refused => "The receiver answered with another status than 200 to 299.",
            DeliveryError::Document => "The endpoint's document could not be run.",
        },
    )
}
