//! Endpoints of other systems: making them, changing them, and having messages sent.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use async_trait::async_trait;
use uuid::Uuid;

use crate::{
    auth::Viewer,
    dataset::{Entity, GlobalId},
    error::ApiError,
    services::{
        webhook::{self, Draft, Made, Runner, Webhooks},
        write::Write,
    },
};

use super::super::{
    document::Documents,
    error::resolver_error,
    instant::Instant,
    kind::{ChangeKind, EntityKind},
    row::{Row, WebhookDelivery, WebhookEndpoint},
    schema::Schema,
    webhook::compose,
};
use super::{
    conflict::{Shown, answered},
    of_input, writing,
};

/// The root fields that change endpoints.
#[derive(Debug)]
pub(crate) struct WebhookMutation;

#[Object]
impl WebhookMutation {
    /// Has another system told of what happens from now on, by signed messages to a URL (docs/webhooks.md). For
    /// administrators.
    async fn create_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Whose it is, where it is, and what it is told.")]
        input: CreateWebhookEndpointInput,
    ) -> Option<Result<WebhookEndpointSecret>> {
        let done = async {
            let CreateWebhookEndpointInput {
                system,
                description,
                url,
                role,
                scopes,
                entities,
                kinds,
                document,
            } = input;
            let draft = Draft {
                system: Some(system),
                description,
                url: Some(url),
                role: Some(role),
                scopes,
                entities: entities.map(nouns),
                kinds: kinds.map(names),
                document,
            };
            let (webhooks, runner) = webhooks(ctx)?;
            let made = writing(ctx).run(async |write| webhooks.create(write, draft, &runner).await);
            secret(made.await)
        };
        Some(done.await)
    }

    /// Changes what is said of an endpoint, for messages that are sent from now on; those that wait as well.
    async fn update_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which endpoint, and what is to be otherwise.")]
        input: UpdateWebhookEndpointInput,
    ) -> Option<Result<ChangedWebhookEndpoint>> {
        let UpdateWebhookEndpointInput {
            id,
            expected_version,
            system,
            description,
            url,
            role,
            scopes,
            entities,
            kinds,
            document,
        } = input;
        let draft = Draft {
            system,
            description,
            url,
            role,
            scopes,
            entities: entities.map(nouns),
            kinds: kinds.map(names),
            document,
        };
        let (webhooks, runner) = match webhooks(ctx) {
            Ok(found) => found,
            Err(error) => return Some(Err(error)),
        };
        let id = endpoint_id(&id);
        let updated = writing(ctx).run(async |write| {
            let target = (id?, expected_version);
            webhooks.update(write, target, draft, &runner).await?;
            Ok(target.0)
        });
        let updated = updated.await.map_err(of_input);
        let updated = updated.map(|id| ChangedWebhookEndpoint {
            webhook_endpoint: Row::new(id),
        });
        let shown = Shown {
            answer: "ChangedWebhookEndpoint",
            field: "webhookEndpoint",
            noun: "WebhookEndpoint",
        };
        answered(ctx, shown, updated).await
    }

    /// Makes a new secret. Messages are signed with both for a while: time to give the receiver the new one, without a
    /// message that it refuses.
    async fn rotate_webhook_secret(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of which endpoint, and for how long both sign.")]
        input: RotateWebhookSecretInput,
    ) -> Option<Result<WebhookEndpointSecret>> {
        let done = async {
            let hours = u32::try_from(input.overlap_hours).unwrap_or(u32::MAX);
            let ((webhooks, _), id) = (webhooks(ctx)?, endpoint_id(&input.id));
            let made =
                writing(ctx).run(async |write| webhooks.rotate_secret(write, id?, hours).await);
            secret(made.await)
        };
        Some(done.await)
    }

    /// Has messages to an endpoint wait until it is resumed.
    async fn pause_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which endpoint.")] input: WebhookEndpointInput,
    ) -> Option<Result<ChangedWebhookEndpoint>> {
        let done = async { changed(ctx, &input.id, webhook::pause).await };
        Some(done.await)
    }

    /// Sends what waits for an endpoint, and what failed for good, and then what has happened since: nothing is left
    /// out. Also one that the hub has paused, or that said that it is gone.
    async fn resume_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which endpoint.")] input: WebhookEndpointInput,
    ) -> Option<Result<ChangedWebhookEndpoint>> {
        let done = async { changed(ctx, &input.id, webhook::resume).await };
        Some(done.await)
    }

    /// Deletes an endpoint with its secrets: nothing is sent to it any more.
    async fn delete_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which endpoint.")] input: WebhookEndpointInput,
    ) -> Option<Result<DeletedWebhookEndpoint>> {
        let done = async {
            let id = endpoint_id(&input.id);
            let deleted = writing(ctx).run(async |write| webhook::delete(write, id?).await);
            deleted
                .await
                .map_err(|error| resolver_error(&of_input(error)))?;
            Ok(DeletedWebhookEndpoint { id: input.id })
        };
        Some(done.await)
    }

    /// Tells an endpoint again what it would have been told since an instant, each message under the id that it had:
    /// after a receiver has lost some.
    async fn redeliver_webhook(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which endpoint, and since when.")] input: RedeliverWebhookInput,
    ) -> Option<Result<ChangedWebhookEndpoint>> {
        let done = async {
            let from = input.from.0;
            changed(ctx, &input.id, async |write, id| {
                webhook::redeliver(write, id, from).await
            })
            .await
        };
        Some(done.await)
    }

    /// Sends a message of the type `ping` to an endpoint, once, whatever its state is.
    async fn test_webhook_endpoint(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which endpoint.")] input: WebhookEndpointInput,
    ) -> Option<Result<TestedWebhookEndpoint>> {
        let done = async {
            let id = endpoint_id(&input.id);
            let tested = writing(ctx).run(async |write| webhook::test(write, id?).await);
            let message = tested
                .await
                .map_err(|error| resolver_error(&of_input(error)))?;
            Ok(TestedWebhookEndpoint {
                delivery: Row::new(message),
            })
        };
        Some(done.await)
    }
}

/// Whose an endpoint is, where it is, and what it is told.
#[derive(InputObject)]
struct CreateWebhookEndpointInput {
    /// The system that owns it, such as `data warehouse`.
    system: String,
    /// What it is for.
    description: Option<String>,
    /// Where messages are sent to: a URL of `https://` on the public Internet, unless the hub's settings allow others.
    url: String,
    /// The name of the role with whose eyes it sees; nothing is its own.
    role: String,
    /// What of that it may read, such as `lead:read`; without, all that the role sees: `*:read`.
    scopes: Option<Vec<String>>,
    /// The types whose changes it is told, such as `LEAD`; without, all that it sees.
    entities: Option<Vec<EntityKind>>,
    /// The kinds of change that it is told, such as `UPDATED`; without, all.
    kinds: Option<Vec<ChangeKind>>,
    /// The query whose answer a message carries as its `data`, such as
    /// `query($id: ID!) { lead(id: $id) { status } }`; without, the id alone.
    document: Option<String>,
}

/// Which endpoint, and what is to be otherwise. What is left out stays as it is.
#[derive(InputObject)]
struct UpdateWebhookEndpointInput {
    /// The global id of the endpoint.
    id: ID,
    /// The `version` that you have read: where somebody has changed it since, nothing is written.
    expected_version: Option<i32>,
    /// The system that owns it.
    system: Option<String>,
    /// What it is for; empty is nothing.
    description: Option<String>,
    /// Where messages are sent to.
    url: Option<String>,
    /// The name of the role with whose eyes it sees.
    role: Option<String>,
    /// What of that it may read; empty is all that the role sees.
    scopes: Option<Vec<String>>,
    /// The types whose changes it is told; empty is all that it sees.
    entities: Option<Vec<EntityKind>>,
    /// The kinds of change that it is told; empty is all.
    kinds: Option<Vec<ChangeKind>>,
    /// The query whose answer a message carries; empty is none.
    document: Option<String>,
}

/// Which endpoint gets another secret, and for how long both sign.
#[derive(Debug, InputObject)]
struct RotateWebhookSecretInput {
    /// The global id of the endpoint.
    id: ID,
    /// How many hours the secret before signs beside the new one, 168 at most; 0 ends it at once.
    #[graphql(default = 24)]
    overlap_hours: i32,
}

/// Which endpoint.
#[derive(Debug, InputObject)]
struct WebhookEndpointInput {
    /// The global id of the endpoint.
    id: ID,
}

/// Which endpoint is told again, and since when.
#[derive(Debug, InputObject)]
struct RedeliverWebhookInput {
    /// The global id of the endpoint.
    id: ID,
    /// What was recorded at this instant or later is told again.
    from: Instant,
}

/// An endpoint, and the secret that its messages are signed with.
#[derive(SimpleObject)]
struct WebhookEndpointSecret {
    /// The secret, `whsec_…`, for the receiver to check signatures with. It is shown this once.
    secret: String,
    /// The endpoint; null where your token may not read endpoints (`webhook:read`).
    webhook_endpoint: Row<WebhookEndpoint>,
}

/// An endpoint that was changed.
#[derive(Debug, SimpleObject)]
struct ChangedWebhookEndpoint {
    /// The endpoint; null where your token may not read endpoints (`webhook:read`).
    webhook_endpoint: Row<WebhookEndpoint>,
}

/// An endpoint that is not there any more.
#[derive(Debug, SimpleObject)]
struct DeletedWebhookEndpoint {
    /// The global id that it had.
    id: ID,
}

/// An endpoint that is tested.
#[derive(Debug, SimpleObject)]
struct TestedWebhookEndpoint {
    /// The message: ask for it again to see how it went. Null where your token may not read endpoints
    /// (`webhook:read`).
    delivery: Row<WebhookDelivery>,
}

fn secret(made: Result<Made, ApiError>) -> Result<WebhookEndpointSecret> {
    let Made { id, secret } = made.map_err(|error| resolver_error(&of_input(error)))?;
    Ok(WebhookEndpointSecret {
        secret,
        webhook_endpoint: Row::new(id),
    })
}

/// Changes the endpoint of that id with `change`.
async fn changed(
    ctx: &Context<'_>,
    id: &str,
    change: impl AsyncFnOnce(&Write<'_>, Uuid) -> Result<(), ApiError>,
) -> Result<ChangedWebhookEndpoint> {
    let id = endpoint_id(id);
    let changed = writing(ctx).run(async |write| {
        let id = id?;
        change(write, id).await.map(|()| id)
    });
    let id = changed
        .await
        .map_err(|error| resolver_error(&of_input(error)))?;
    Ok(ChangedWebhookEndpoint {
        webhook_endpoint: Row::new(id),
    })
}

/// What makes endpoints, and what runs their documents.
fn webhooks<'ctx>(ctx: &Context<'ctx>) -> Result<(&'ctx Webhooks, Rehearsal<'ctx>)> {
    let schema: &Schema = ctx.data_unchecked();
    let absent = || resolver_error(&ApiError::internal("nobody makes endpoints here"));
    let (webhooks, documents) = &**schema.webhooks.as_ref().ok_or_else(absent)?;
    Ok((webhooks, Rehearsal { schema, documents }))
}

/// Runs the documents of endpoints.
struct Rehearsal<'ctx> {
    schema: &'ctx Schema,
    documents: &'ctx Documents,
}

#[async_trait]
impl Runner for Rehearsal<'_> {
    async fn run(&self, eyes: Viewer, document: &str, id: &str) -> Result<(), ApiError> {
        let answer = compose(self.schema, self.documents, eyes, document, id);
        answer.await.map(|_answer| ())
    }
}

fn nouns(kinds: Vec<EntityKind>) -> Vec<&'static Entity> {
    kinds.into_iter().map(|kind| kind.0).collect()
}

fn names(kinds: Vec<ChangeKind>) -> Vec<&'static str> {
    kinds.into_iter().map(|kind| kind.0).collect()
}

fn endpoint_id(id: &str) -> Result<Uuid, ApiError> {
    let id = GlobalId::parse(id).filter(|id| id.entity.name == "WebhookEndpoint");
    id.map(|id| id.id).ok_or_else(|| ApiError::NotFound {
        what: "WebhookEndpoint".to_owned(),
    })
}
