//! A row of the dataset as the value of a field that is written by hand, such as `viewer.user`.

use std::{borrow::Cow, marker::PhantomData};

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, ServerResult, Value, parser::types::Field,
    registry::Registry,
};
use uuid::Uuid;

use crate::{
    dataset::{GlobalId, dataset},
    error::ApiError,
    reader::Filter,
};

use super::{
    argument::MAX_PAGE,
    error::server_error,
    selection::{Selector, raw, reading},
    types,
};

/// A noun of the dataset that fields written by hand give rows of.
pub(super) trait Noun: Send + Sync {
    /// The GraphQL type.
    const NAME: &'static str;
}

/// The noun `User`.
#[derive(Debug)]
pub(super) struct User;

impl Noun for User {
    const NAME: &'static str = "User";
}

/// The noun `Territory`.
#[derive(Debug)]
pub(super) struct Territory;

impl Noun for Territory {
    const NAME: &'static str = "Territory";
}

/// The noun `ApiToken`.
#[derive(Debug)]
pub(super) struct ApiToken;

impl Noun for ApiToken {
    const NAME: &'static str = "ApiToken";
}

/// The noun `WebhookEndpoint`.
#[derive(Debug)]
pub(super) struct WebhookEndpoint;

impl Noun for WebhookEndpoint {
    const NAME: &'static str = "WebhookEndpoint";
}

/// The noun `WebhookDelivery`.
#[derive(Debug)]
pub(super) struct WebhookDelivery;

impl Noun for WebhookDelivery {
    const NAME: &'static str = "WebhookDelivery";
}

/// The noun `Contact`.
#[derive(Debug)]
pub(super) struct Contact;

impl Noun for Contact {
    const NAME: &'static str = "Contact";
}

/// The noun `Account`.
#[derive(Debug)]
pub(super) struct Account;

impl Noun for Account {
    const NAME: &'static str = "Account";
}

/// The noun `DuplicateCandidate`.
#[derive(Debug)]
pub(super) struct DuplicateCandidate;

impl Noun for DuplicateCandidate {
    const NAME: &'static str = "DuplicateCandidate";
}

/// The noun `LeadDefinition`.
#[derive(Debug)]
pub(super) struct LeadDefinition;

impl Noun for LeadDefinition {
    const NAME: &'static str = "LeadDefinition";
}

/// The noun `Campaign`.
#[derive(Debug)]
pub(super) struct Campaign;

impl Noun for Campaign {
    const NAME: &'static str = "Campaign";
}

/// The noun `ReasonCode`.
#[derive(Debug)]
pub(super) struct ReasonCode;

impl Noun for ReasonCode {
    const NAME: &'static str = "ReasonCode";
}

/// The row with that id, read through the viewer's view when it is asked for.
#[derive(Debug)]
pub(super) struct Row<N> {
    id: Uuid,
    noun: PhantomData<N>,
}

impl<N> Row<N> {
    /// The row with that id.
    pub(super) fn new(id: Uuid) -> Self {
        Self {
            id,
            noun: PhantomData,
        }
    }
}

impl<N: Noun> OutputType for Row<N> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(N::NAME)
    }

    /// Nullable: the row may be hidden from the caller, or gone.
    fn qualified_type_name() -> String {
        N::NAME.to_owned()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        types::register(registry);
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        // Where another field with this key comes first, that one answers for both.
        let Some(group) = Selector::merged(ctx, &field.node) else {
            return Ok(Value::Null);
        };
        let read = async {
            let entity = dataset().target(N::NAME)?;
            let node = Selector::new(ctx).node(entity, &group)?;
            let id = GlobalId {
                entity,
                id: self.id,
            };
            reading(ctx).node(id, &node).await
        };
        match read.await {
            Ok(json) => Ok(json.map_or(Value::Null, raw)),
            Err(error) => Err(ctx.set_error_path(server_error(&error, field.pos))),
        }
    }
}

/// A list of the rows with those ids, read through the viewer's view when it is asked for.
#[derive(Debug)]
pub(super) struct Rows<N> {
    ids: Vec<Uuid>,
    noun: PhantomData<N>,
}

impl<N> Rows<N> {
    /// The rows with those ids.
    pub(super) fn new(ids: Vec<Uuid>) -> Self {
        Self {
            ids,
            noun: PhantomData,
        }
    }
}

impl<N: Noun> OutputType for Rows<N> {
    fn type_name() -> Cow<'static, str> {
        Cow::Owned(format!("{}Connection", N::NAME))
    }

    fn create_type_info(registry: &mut Registry) -> String {
        types::register(registry);
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        let Some(group) = Selector::merged(ctx, &field.node) else {
            return Ok(Value::Null);
        };
        let read = async {
            let entity = dataset().target(N::NAME)?;
            let mut connection = Selector::new(ctx).connection(entity, &group)?;
            let field = entity
                .find("id")
                .ok_or_else(|| ApiError::internal("no id"))?;
            connection.filter = Filter::of_ids(field, &self.ids);
            connection.page.limit = MAX_PAGE;
            reading(ctx).connection(&connection).await
        };
        let read = read.await;
        read.map(raw)
            .map_err(|error| ctx.set_error_path(server_error(&error, field.pos)))
    }
}
