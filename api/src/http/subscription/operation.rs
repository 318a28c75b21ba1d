//! One operation of a stream, whichever protocol it came by.

use std::{future::ready, panic::AssertUnwindSafe};

use actix_web::web::Data;
use async_graphql::{Name, Request, Response, parser::types::OperationType};
use futures::FutureExt;

use super::{
    super::{State, limit::Slot, outcome},
    line::Line,
};
use crate::{
    auth::Viewer,
    error::ApiError,
    graphql::{self, Live},
};

/// What became of an operation that was begun.
pub(super) enum Begun {
    /// It is over: it was executed.
    Answered(Response),
    /// It is over: it could not be executed, or could not begin to tell anything.
    Refused(Response),
    /// It goes on, and tells what happens.
    Goes(Box<Live>),
}

/// Whether `request`, which was admitted, subscribes.
pub(in crate::http) fn subscribes(request: &mut Request) -> bool {
    graphql::running(request)
        .is_some_and(|(_, operation)| operation.ty == OperationType::Subscription)
}

/// Begins `request`, which was admitted, for `viewer`, in `slot`; `id` is what the log calls it.
///
/// # Errors
///
/// [`ApiError::Timeout`] when it takes longer than one may, [`ApiError::Internal`] when it panics.
pub(super) async fn begin(
    state: &Data<State>,
    slot: Slot,
    viewer: &Viewer,
    mut request: Request,
    id: String,
    record: &mut Line,
) -> Result<Begun, ApiError> {
    let running = graphql::running(&mut request);
    record.named(running.and_then(|(name, _)| name).map(Name::as_str));
    let subscribes = subscribes(&mut request);
    let (own, viewer) = (Data::clone(state), viewer.clone());
    let beginning = async move {
        if !subscribes {
            let executing = Box::pin(graphql::execute(&own.schema, request, viewer, Some(id)));
            let response = outcome::settle(executing).await;
            return if outcome::is_request_error(&response) {
                Begun::Refused(response)
            } else {
                Begun::Answered(response)
            };
        }
        let subscribing = Box::pin(graphql::subscribe(&own.schema, request, &viewer, Some(id)));
        match AssertUnwindSafe(subscribing).catch_unwind().await {
            Ok(Ok(live)) => Begun::Goes(Box::new(live)),
            Ok(Err(refused)) => Begun::Refused(outcome::settle(ready(refused)).await),
            Err(_panic) => Begun::Refused(outcome::panicked()),
        }
    };
    let begun = state.limit.run(slot, beginning).await?;
    match &begun {
        Begun::Answered(response) => {
            record.told();
            record.failed(response);
        }
        Begun::Refused(response) => record.failed(response),
        Begun::Goes(_) => {}
    }
    Ok(begun)
}
