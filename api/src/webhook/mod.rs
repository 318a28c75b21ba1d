//! Telling other systems of changes: a message is written for each change that an endpoint is to be told of, in the
//! order of the log, and sent until the receiver has it.
//!
//! Any number of replicas do this over one database. Where an endpoint is in the log moves in the transaction that writes
//! its messages, so that each is written once; a message is claimed for a while before it is sent, so that nobody else
//! sends it at the same time. A replica that dies leaves claims that run out: a message arrives at least once, always
//! under the same id.

mod attempt;
mod plan;
mod recheck;
mod schedule;

use std::{collections::HashMap, future::pending, sync::Arc, time::Duration};

use chrono::{DateTime, TimeDelta, Utc};
use entity::webhook_endpoint;
use tokio::{
    sync::{OnceCell, oneshot},
    task::JoinSet,
    time::{Instant, interval_at, sleep_until},
};
use uuid::Uuid;

use crate::{
    dataset::dataset,
    error::ApiError,
    graphql::{Documents, Schema},
    outbound::Client,
    services::{news::News, webhook::Webhooks},
    store::{self, webhook_delivery::Claim},
};

use attempt::Outcome;

/// How long it is until somebody looks again where more is to be told, or the database has failed.
const SOON: Duration = Duration::from_millis(250);
/// How long it is until somebody looks again without a reason, so that nothing depends on one getting through.
const LATER: Duration = Duration::from_secs(30);
/// How many messages a replica sends at the same time.
const AT_ONCE: usize = 32;
/// And to one endpoint: a slow receiver leaves room for others.
const AT_ONCE_TO_ONE: usize = 8;
/// How much longer a claim holds than sending may take: reading what to send, and writing down how it went.
const MARGIN: Duration = Duration::from_secs(45);
/// How often old messages are forgotten.
const BETWEEN_FORGETTING: Duration = Duration::from_hours(1);
/// How many old messages are forgotten in one transaction.
const FORGOTTEN_AT_ONCE: u64 = 1_000;

/// What sends messages.
pub struct Courier {
    /// The endpoints.
    webhooks: Webhooks,
    /// What answers their documents.
    schema: Schema,
    /// Which documents are answered.
    documents: Arc<Documents>,
    /// How long a receiver may take to answer.
    timeout: Duration,
    /// How many days old messages are kept.
    kept_days: u32,
    /// Where it is told that something has changed.
    news: News,
    /// What speaks to receivers, once there is one.
    client: OnceCell<Client>,
}

/// What is known of an endpoint while messages are sent to it.
#[derive(Debug, Default)]
struct Busy {
    /// How many messages are on their way.
    sending: usize,
    /// Whether the last one failed: then they are tried one at a time.
    failing: bool,
}

impl Courier {
    /// One for these endpoints, whose documents the schema answers. A receiver may take as long as `timeout` to answer,
    /// old messages are kept for so many days, and `news` tell of changes.
    #[must_use]
    pub fn new(
        webhooks: Webhooks,
        schema: Schema,
        documents: Arc<Documents>,
        (timeout, kept_days): (Duration, u32),
        news: News,
    ) -> Self {
        Self {
            webhooks,
            schema,
            documents,
            timeout,
            kept_days,
            news,
            client: OnceCell::new(),
        }
    }

    /// Writes messages and sends them, until `stop` says so; then what is on its way is brought to its end.
    pub async fn run(self, mut stop: oneshot::Receiver<()>) {
        let courier = Arc::new(self);
        courier.warn_of_lost_secrets().await;
        let (mut sending, mut busy) = (JoinSet::new(), HashMap::<Uuid, Busy>::new());
        let mut planner = plan::Planner::new(&courier);
        let mut forgetting = interval_at(Instant::now() + BETWEEN_FORGETTING, BETWEEN_FORGETTING);
        let tables = || dataset().entities().iter().map(|it| it.table.as_str());
        let mut heard = courier.news.number();
        // At the start nobody knows what there is to do.
        let (mut again, mut due) = (Instant::now(), None);
        loop {
            tokio::select! {
                _ = &mut stop => break,
                Some(ended) = sending.join_next() => {
                    let (endpoint, delivered): (Uuid, bool) = ended.unwrap_or_default();
                    let known: &mut Busy = busy.entry(endpoint).or_default();
                    known.sending = known.sending.saturating_sub(1);
                    known.failing = !delivered;
                }
                number = courier.news.of(tables, heard) => {
                    heard = number;
                    again = planner.turn(&courier).await;
                }
                () = sleep_until(again) => again = planner.turn(&courier).await,
                () = courier.reaches(due) => {}
                _ = forgetting.tick() => courier.forget().await,
            }
            due = match courier.dispatch(&mut sending, &mut busy).await {
                Ok(due) => due,
                Err(error) => {
                    warn("messages are sent later", &error);
                    again = again.min(Instant::now() + SOON);
                    None
                }
            };
        }
        while sending.join_next().await.is_some() {}
    }

    /// Waits until it is `instant`, if it ever is.
    async fn reaches(&self, instant: Option<DateTime<Utc>>) {
        match instant {
            Some(instant) => self.webhooks.clock.reaches(instant).await,
            None => pending().await,
        }
    }

    /// Tells the operator of endpoints that nothing is sent to from here.
    async fn warn_of_lost_secrets(&self) {
        let Webhooks {
            database, vault, ..
        } = &self.webhooks;
        let lost = store::webhook_endpoint::count_sealed_otherwise(database.reserve(), vault.id());
        match lost.await {
            Ok(0) => {}
            Ok(endpoints) => tracing::warn!(
                endpoints,
                "webhooks: their secrets are sealed with another key than that of this hub \
                 (webhooks.key_file), which sends nothing to them"
            ),
            Err(error) => warn("secrets were not looked at", &error.into()),
        }
    }

    /// Claims what is to be sent now, as far as there is room, and sends it. Returns when there is more to be sent, if
    /// nothing happens until then.
    async fn dispatch(
        self: &Arc<Self>,
        sending: &mut JoinSet<(Uuid, bool)>,
        busy: &mut HashMap<Uuid, Busy>,
    ) -> Result<Option<DateTime<Utc>>, ApiError> {
        let Webhooks {
            database,
            vault,
            clock,
            ..
        } = &self.webhooks;
        if sending.len() >= AT_ONCE {
            // When one of them has ended, it is looked again.
            return Ok(None);
        }
        let now = clock.now();
        let due = store::webhook_endpoint::due(database.reserve(), now, vault.id());
        for endpoint in due.await? {
            let known = busy.entry(endpoint.id).or_default();
            let most = if known.failing { 1 } else { AT_ONCE_TO_ONE };
            let room = most.saturating_sub(known.sending);
            let room = room.min(AT_ONCE.saturating_sub(sending.len()));
            if room == 0 {
                continue;
            }
            let claimed = self.claim(&endpoint, room).await?;
            known.sending = known.sending.saturating_add(claimed.len());
            let endpoint = Arc::new(endpoint);
            for message in claimed {
                let (courier, endpoint) = (Arc::clone(self), Arc::clone(&endpoint));
                sending.spawn(async move {
                    let outcome = courier.attempt(&endpoint, &message).await;
                    let delivered = !matches!(outcome, Outcome::Failed { .. });
                    if let Err(error) = courier.settle(message, outcome).await {
                        warn("a message may be sent again", &error);
                    }
                    (endpoint.id, delivered)
                });
            }
        }
        let next = store::webhook_delivery::next_attempt(database.reserve(), now).await?;
        // While messages are on their way it is looked again soon anyway.
        let next_lease = if sending.is_empty() {
            store::webhook_delivery::next_lease(database.reserve(), now).await?
        } else {
            None
        };
        Ok(next.into_iter().chain(next_lease).min())
    }

    async fn claim(
        &self,
        endpoint: &webhook_endpoint::Model,
        most: usize,
    ) -> Result<Vec<entity::webhook_delivery::Model>, ApiError> {
        let now = self.webhooks.clock.now();
        let lease = TimeDelta::from_std(self.timeout + MARGIN).map_err(ApiError::internal)?;
        let claim = Claim {
            endpoint: endpoint.id,
            tests_only: endpoint.state != webhook_endpoint::EndpointState::Active,
            lease: Uuid::now_v7(),
            now,
            until: now + lease,
            most: u64::try_from(most).unwrap_or(u64::MAX),
        };
        let tx = self.webhooks.database.begin().await?;
        let claimed = store::webhook_delivery::claim(&tx, claim).await?;
        tx.commit().await?;
        Ok(claimed)
    }

    /// Forgets messages that are too old.
    async fn forget(&self) {
        let before = self.webhooks.clock.now() - TimeDelta::days(self.kept_days.into());
        let forgetting = async {
            loop {
                let tx = self.webhooks.database.begin().await?;
                let gone = store::webhook_delivery::forget(&tx, before, FORGOTTEN_AT_ONCE).await?;
                tx.commit().await?;
                if gone < FORGOTTEN_AT_ONCE {
                    return Ok::<_, ApiError>(());
                }
            }
        };
        if let Err(error) = forgetting.await {
            warn("old messages are forgotten later", &error);
        }
    }
}

/// Tells the operator what cannot be done now. It says nothing of messages and their receivers.
fn warn(what: &'static str, error: &ApiError) {
    match error {
        ApiError::Internal(cause) => tracing::warn!(%cause, "webhooks: {what}"),
        error => tracing::warn!(code = error.code(), "webhooks: {what}"),
    }
}
