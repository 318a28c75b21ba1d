//! The root fields that change something, a file a noun.

mod conflict;
mod dataset;
mod definition;
mod duplicate;
mod token;
mod user;
mod webhook;

use std::sync::Arc;

use async_graphql::ContextBase;

use crate::services::write::Writing;

pub(super) use dataset::DatasetMutation;
pub(super) use definition::DefinitionMutation;
pub(super) use duplicate::DuplicateMutation;
pub(super) use token::TokenMutation;
pub(super) use user::UserMutation;
pub(super) use webhook::WebhookMutation;

/// The root fields that show a secret, which is kept nowhere, so that their answers are not either.
pub(super) const SHOWING_SECRETS: [&str; 5] = [
    "createPersonalToken",
    "createServiceToken",
    "createWebhookEndpoint",
    "rotateToken",
    "rotateWebhookSecret",
];

/// What the mutation that is running in `ctx` writes.
fn writing<'a, T>(ctx: &ContextBase<'a, T>) -> &'a Writing {
    ctx.data_unchecked::<Arc<Writing>>()
}
