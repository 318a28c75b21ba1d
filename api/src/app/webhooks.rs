//! What other systems are told of changes: where it is kept, and what sends it.

use std::{sync::Arc, time::Duration};

use tokio::{sync::oneshot, task::JoinHandle, time::timeout};

use crate::{
    clock::Clock,
    config::Config,
    database::Database,
    graphql::{Documents, Schema},
    services::{
        news::News,
        webhook::{Targets, Vault, Webhooks},
    },
    views::Views,
    webhook::Courier,
};

use super::StartError;

/// How long messages on their way have to arrive when the hub stops.
const TIMEOUT: Duration = Duration::from_secs(5);

/// What makes endpoints, as `config` says.
pub(super) fn endpoints(
    config: &Config,
    database: &Database,
    views: &Views,
    clock: &Clock,
) -> Result<Webhooks, StartError> {
    let vault = Vault::open_or_create(&config.webhook_key_file());
    Ok(Webhooks {
        database: database.clone(),
        views: views.clone(),
        vault: vault.map_err(StartError::WebhookKey)?,
        targets: Targets {
            http: config.webhooks.allow_http,
            private_addresses: config.webhooks.allow_private_addresses,
        },
        clock: clock.clone(),
    })
}

/// What sends messages when the `news` are that something has changed, unless `config` says that this hub does not.
pub(super) fn courier(
    config: &Config,
    webhooks: Webhooks,
    (schema, documents): (&Schema, &Arc<Documents>),
    news: &News,
) -> Option<Courier> {
    let config = &config.webhooks;
    let timeout = Duration::from_millis(config.timeout_milliseconds);
    let (schema, documents) = (schema.clone(), Arc::clone(documents));
    let times = (timeout, config.kept_days);
    config
        .send
        .then(|| Courier::new(webhooks, schema, documents, times, news.clone()))
}

/// A courier at work, until this value is dropped.
pub(super) struct Running {
    courier: JoinHandle<()>,
    stop: Option<oneshot::Sender<()>>,
}

impl Running {
    /// Has `courier` begin.
    pub(super) fn start(courier: Courier) -> Self {
        let (stop, stopped) = oneshot::channel();
        Self {
            courier: tokio::spawn(courier.run(stopped)),
            stop: Some(stop),
        }
    }

    /// Has it bring to its end what is on its way. What is not sent by then is sent again by another hub, or the next
    /// time.
    pub(super) async fn stop(&mut self) {
        // It stops as well when nobody is left who could tell it.
        drop(self.stop.take());
        let _ended = timeout(TIMEOUT, &mut self.courier).await;
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.courier.abort();
    }
}
