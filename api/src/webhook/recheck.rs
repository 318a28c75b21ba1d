//! What a message that waits still tells, when it is sent.
//!
//! It was written as the endpoint was told of the change then. Since then the endpoint may ask for less, or look with
//! other eyes, and the row may have left its view: what is sent is what it would be told now.

use entity::{webhook_delivery::Model, webhook_endpoint};

use super::{
    Courier,
    plan::{Told, feed_of},
};
use crate::{
    calendar::{Calendar, Moment},
    dataset::GlobalId,
    error::ApiError,
    reader::{Reader, Sees},
    services::webhook,
};

impl Courier {
    /// `message` as it tells of its change now; `None` where that is not told to the endpoint any more. A test tells of
    /// nothing.
    pub(super) async fn as_told_now(
        &self,
        endpoint: &webhook_endpoint::Model,
        message: &Model,
    ) -> Result<Option<Model>, ApiError> {
        let Some(number) = message.seq else {
            return Ok(Some(message.clone()));
        };
        let Some(row) = GlobalId::parse(&message.subject) else {
            return Ok(None);
        };
        let eyes = webhook::viewer(&self.webhooks.views, endpoint)?;
        let feed = feed_of(&eyes, endpoint)?;
        let moment = Moment {
            now: self.webhooks.clock.now(),
            calendar: Calendar::default(),
        };
        let reader = Reader::new(self.webhooks.database.clone());
        let reading = reader.reading(eyes, moment, Sees::Snapshot);
        let told = reading.change(&feed, row, number).await;
        reading.finish().await;
        let Some(text) = told?.and_then(|texts| texts.into_iter().next()) else {
            return Ok(None);
        };
        let told: Told = serde_json::from_str(&text).map_err(ApiError::internal)?;
        // A log that was set back gives numbers out again.
        if told.at != message.occurred_at {
            return Ok(None);
        }
        let mut message = message.clone();
        told.put_into(&mut message);
        Ok(Some(message))
    }
}
