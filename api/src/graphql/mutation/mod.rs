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

use crate::{error::ApiError, services::write::Writing};

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

/// The error of a mutation whose one argument is `input`, as it stands in the request: what a service says of a part of
/// what it is given is said of a part of that argument.
fn of_input(mut error: ApiError) -> ApiError {
    let path = |field: &str| match field.split('.').next() {
        Some("input") => field.to_owned(),
        _ => format!("input.{field}"),
    };
    match &mut error {
        ApiError::Validation { field, .. } => *field = path(field),
        ApiError::Input(problems) => {
            for problem in problems {
                let place = path(&problem.field);
                if let Some(rest) = problem.message.strip_prefix(problem.field.as_str()) {
                    problem.message = format!("{place}{rest}");
                }
                problem.field = place;
            }
        }
        _ => {}
    }
    error
}

/// What the mutation that is running in `ctx` writes.
fn writing<'a, T>(ctx: &ContextBase<'a, T>) -> &'a Writing {
    ctx.data_unchecked::<Arc<Writing>>()
}
