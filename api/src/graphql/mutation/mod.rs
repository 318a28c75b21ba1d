//! The root fields that change something, a file a noun.

mod token;
mod webhook;

pub(super) use token::TokenMutation;
pub(super) use webhook::WebhookMutation;
