//! One attempt to send a message, and what follows from how it went.

use chrono::{DateTime, SecondsFormat, Utc};
use entity::{
    webhook_delivery::{DeliveryError, DeliveryState, Model},
    webhook_endpoint::{self, EndpointState},
};
use serde::Serialize;
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout};

use super::{Courier, MARGIN, schedule};
use crate::{
    change::Author,
    dataset::{dataset, global_id},
    error::ApiError,
    graphql,
    outbound::{Answer, Client, Failure, Options, Reach, StatusCode},
    services::{
        webhook::{self, Webhooks, take_out},
        write::Write,
    },
    store,
};

/// The most that is read of an answer, in bytes. What it says does not count.
const LONGEST_ANSWER: usize = 16 * 1024;
/// What tells that a row is not there any more, for who sees with these eyes.
const REMOVED: &str = ".removed";

/// How an attempt went.
#[derive(Debug)]
pub(super) enum Outcome {
    /// The receiver has the message.
    Delivered { status: StatusCode, took: i32 },
    /// It was not sent: what it told of is not the endpoint's to know any more.
    Withheld,
    /// It has not, or has not said so.
    Failed {
        error: DeliveryError,
        status: Option<StatusCode>,
        took: i32,
        retry_after: Option<String>,
    },
}

/// What a receiver gets.
#[derive(Serialize)]
struct Payload<'m> {
    r#type: &'m str,
    timestamp: String,
    id: &'m str,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[serde(rename = "changedFields")]
    changed_fields: Option<&'m serde_json::Value>,
    data: Option<Box<RawValue>>,
}

impl Courier {
    /// Sends a message, once.
    pub(super) async fn attempt(
        &self,
        endpoint: &webhook_endpoint::Model,
        message: &Model,
    ) -> Outcome {
        let began = Instant::now();
        // A claim must not run out while somebody is at it.
        let all = self.timeout + MARGIN / 3;
        let answer = timeout(all, self.ask(endpoint, message)).await;
        let answer = answer.unwrap_or(Err(DeliveryError::TimedOut));
        let took = i32::try_from(began.elapsed().as_millis()).unwrap_or(i32::MAX);
        let failed = |error, status, retry_after| Outcome::Failed {
            error,
            status,
            took,
            retry_after,
        };
        match answer {
            Err(error) => failed(error, None, None),
            Ok(None) => Outcome::Withheld,
            Ok(Some(Answer {
                status,
                retry_after,
                ..
            })) => match error_of(status) {
                None => Outcome::Delivered { status, took },
                Some(error) => failed(error, Some(status), retry_after),
            },
        }
    }

    /// The receiver's answer; `None` where there is nothing to tell it any more.
    async fn ask(
        &self,
        endpoint: &webhook_endpoint::Model,
        message: &Model,
    ) -> Result<Option<Answer>, DeliveryError> {
        let Webhooks { targets, clock, .. } = &self.webhooks;
        // The settings may be others than when it was saved.
        let url = targets.check(&endpoint.url);
        let url = url.map_err(|_refused| DeliveryError::AddressRefused)?;
        let unread = |error: ApiError| {
            super::warn("the document of an endpoint was not answered", &error);
            DeliveryError::Document
        };
        let told = self.as_told_now(endpoint, message).await;
        let Some(told) = told.map_err(unread)? else {
            return Ok(None);
        };
        let body = self.body(endpoint, &told).await.map_err(unread)?;
        let id = dataset().target("WebhookDelivery");
        let id = id.map(|entity| global_id(entity, message.id));
        let id = id.map_err(|_absent| DeliveryError::Document)?;
        let now = clock.now();
        let headers = [
            ("webhook-id", id.as_str()),
            ("webhook-timestamp", &now.timestamp().to_string()),
            (
                "webhook-signature",
                &self.signatures(endpoint, &id, now, &body)?,
            ),
        ];
        let client = self.client().await?;
        let answer = client.post_json(url, &headers, body).await;
        answer.map(Some).map_err(|failure| {
            let (endpoint, message) = (endpoint.id, message.id);
            tracing::info!(%endpoint, %message, cause = %failure, "webhooks: no answer");
            match failure {
                Failure::TimedOut => DeliveryError::TimedOut,
                Failure::Refused => DeliveryError::AddressRefused,
                Failure::Unreachable(_) => DeliveryError::Unreachable,
            }
        })
    }

    /// What a message carries: read now, through the view of the endpoint's role.
    async fn body(
        &self,
        endpoint: &webhook_endpoint::Model,
        message: &Model,
    ) -> Result<String, ApiError> {
        let gone = message.event.ends_with(REMOVED);
        let data = match &endpoint.document {
            Some(document) if message.seq.is_some() && !gone => {
                let eyes = webhook::viewer(&self.webhooks.views, endpoint)?;
                let (schema, documents) = (&self.schema, &self.documents);
                let answer = graphql::compose(schema, documents, eyes, document, &message.subject);
                Some(answer.await?)
            }
            _ => None,
        };
        let payload = Payload {
            r#type: &message.event,
            timestamp: message
                .occurred_at
                .to_rfc3339_opts(SecondsFormat::Micros, true),
            id: &message.subject,
            changed_fields: message.changed_fields.as_ref(),
            data,
        };
        serde_json::to_string(&payload).map_err(ApiError::internal)
    }

    /// A signature with each secret that is valid `now`, the newest first.
    fn signatures(
        &self,
        endpoint: &webhook_endpoint::Model,
        id: &str,
        now: DateTime<Utc>,
        body: &str,
    ) -> Result<String, DeliveryError> {
        let vault = &self.webhooks.vault;
        let previous = endpoint.previous_secret.as_deref();
        let previous =
            previous.filter(|_| endpoint.previous_secret_until.is_some_and(|at| at > now));
        let mut signatures = Vec::new();
        for sealed in [Some(endpoint.secret.as_str()), previous]
            .into_iter()
            .flatten()
        {
            let secret = vault.open(endpoint.id, sealed).ok_or_else(|| {
                tracing::error!(endpoint = %endpoint.id, "webhooks: a secret cannot be opened; make a new one");
                DeliveryError::Document
            })?;
            signatures.push(secret.sign(id, now.timestamp(), body));
        }
        Ok(signatures.join(" "))
    }

    async fn client(&self) -> Result<&Client, DeliveryError> {
        let options = Options {
            timeout: self.timeout,
            longest: LONGEST_ANSWER,
            reach: if self.webhooks.targets.private_addresses {
                Reach::Anywhere
            } else {
                Reach::Public
            },
        };
        let client = self.client.get_or_try_init(async || Client::new(options));
        client.await.map_err(|problem| {
            tracing::error!(problem, "webhooks: this machine cannot speak TLS");
            DeliveryError::Unreachable
        })
    }

    /// Records how an attempt went: the message has arrived, is sent again later, is given up with its endpoint, or is
    /// gone because there is nothing to tell any more.
    pub(super) async fn settle(&self, message: Model, outcome: Outcome) -> Result<(), ApiError> {
        let Webhooks {
            database, clock, ..
        } = &self.webhooks;
        let tx = database.begin().await?;
        let (message, end) = match outcome {
            Outcome::Withheld => {
                store::webhook_delivery::withdraw(&tx, &message).await?;
                return Ok(tx.commit().await?);
            }
            Outcome::Delivered { status, took } => (delivered(message, status, took), None),
            Outcome::Failed {
                error,
                status,
                took,
                retry_after,
            } => {
                let failed = Model {
                    status_code: status.and_then(code),
                    error: Some(error),
                    duration_milliseconds: Some(took),
                    ..message
                };
                again(failed, error, clock.now(), retry_after.as_deref())
            }
        };
        let ours = store::webhook_delivery::settle(&tx, &message).await?;
        let write = Write::new(&tx, &Author::SYSTEM, None, clock.now());
        if let Some(state) = end.filter(|_| ours)
            && take_out(&write, message.endpoint_id, state).await?
        {
            let (endpoint, state) = (message.endpoint_id, format!("{state:?}"));
            tracing::warn!(%endpoint, state, "webhooks: nothing is sent to an endpoint any more");
        }
        tx.commit().await?;
        Ok(())
    }
}

/// What is wrong with an answer of that status.
fn error_of(status: StatusCode) -> Option<DeliveryError> {
    match status {
        status if status.is_success() => None,
        StatusCode::GONE => Some(DeliveryError::Gone),
        status if status.is_redirection() => Some(DeliveryError::Redirected),
        _ => Some(DeliveryError::Refused),
    }
}

/// The message once its receiver has it.
fn delivered(message: Model, status: StatusCode, took: i32) -> Model {
    Model {
        state: DeliveryState::Delivered,
        next_attempt_at: None,
        status_code: code(status),
        error: None,
        duration_milliseconds: Some(took),
        ..message
    }
}

/// The message after an attempt that failed at `now`, and the state of its endpoint where that is the end of it.
fn again(
    message: Model,
    error: DeliveryError,
    now: DateTime<Utc>,
    retry_after: Option<&str>,
) -> (Model, Option<EndpointState>) {
    let is_test = message.seq.is_none();
    let gone = error == DeliveryError::Gone;
    let again = schedule::next(message.id, message.attempts, now, retry_after);
    let again = again.filter(|_| !is_test && !gone);
    let end = if gone {
        EndpointState::Dead
    } else {
        EndpointState::Suspended
    };
    let end = (again.is_none() && (gone || !is_test)).then_some(end);
    let failed = Model {
        state: match again {
            Some(_) => DeliveryState::Pending,
            None => DeliveryState::Failed,
        },
        next_attempt_at: again,
        ..message
    };
    (failed, end)
}

/// A status as it is kept.
fn code(status: StatusCode) -> Option<i16> {
    i16::try_from(status.as_u16()).ok()
}
