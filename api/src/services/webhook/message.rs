//! Messages as they are before they are sent.

use chrono::{DateTime, Utc};
use entity::webhook_delivery::{self, DeliveryState};
use uuid::Uuid;

use super::secret;

/// A message of the endpoint `endpoint_id` that is to be sent from `now` on.
#[must_use]
pub fn message(
    id: Uuid,
    endpoint_id: Uuid,
    event: String,
    now: DateTime<Utc>,
) -> webhook_delivery::Model {
    webhook_delivery::Model {
        id,
        endpoint_id,
        seq: None,
        event,
        subject: String::new(),
        occurred_at: now,
        changed_fields: None,
        state: DeliveryState::Pending,
        attempts: 0,
        next_attempt_at: Some(now),
        last_attempt_at: None,
        status_code: None,
        error: None,
        duration_milliseconds: None,
        lease: None,
        leased_until: None,
        created_at: now,
    }
}

/// The id of the message that tells an endpoint of the change with that number, which was recorded `at`: the same
/// however often it is told. A log that was set back gives numbers out again, and not at the same time.
#[must_use]
pub fn message_id(endpoint: Uuid, seq: i64, at: DateTime<Utc>) -> Uuid {
    secret::derived(endpoint, &format!("{seq} {}", at.timestamp_micros()))
}
