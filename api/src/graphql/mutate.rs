//! Runs a mutation in its transaction; and where the database had that give way to another one, again from the
//! beginning, as if it had not been run before.

use std::{any::TypeId, sync::Arc, time::Duration};

use async_graphql::{
    Request, Response, ServerError, Value, Variables, parser::types::ExecutableDocument,
};
use tokio::time::sleep;
use uuid::Uuid;

use crate::{
    auth::Viewer,
    change::Author,
    error::ApiError,
    reader::{Reading, Sees},
    services::{idempotency::Once, write::Writing},
};

use super::{
    complaint::ReportCost,
    error::{refused, request_error},
    execute::{answer, tell_budget},
    idempotency::{self, Asked},
    schema::Schema,
};

/// How often a mutation is run again.
const MOST_AGAIN: u32 = 5;
/// The longest pause before that, in milliseconds.
const LONGEST_PAUSE: u64 = 50;

/// What is asked, to be asked again.
struct Asking {
    document: ExecutableDocument,
    operation_name: Option<String>,
    variables: Variables,
    reports_cost: bool,
}

/// What is answered.
enum Answer {
    /// What this one has done.
    Now(Response),
    /// What was done before with the same key, or why this one was not begun.
    Before(Response),
}

/// Runs the mutation in `request` as `viewer`; once, where it is `asked` so. Whatever becomes of it, it is one in what
/// the caller may ask.
pub(super) async fn mutate(
    schema: &Schema,
    mut request: Request,
    (viewer, author): (Viewer, Author),
    asked: Option<Asked>,
) -> Response {
    let once = asked.map(|asked| idempotency::once(schema, &viewer, &mut request, &asked));
    let once = match once.transpose() {
        Ok(once) => once,
        Err(error) => return refused(&error),
    };
    let asking = match Asking::of(request) {
        Ok(asking) => asking,
        Err(error) => return Response::from_errors(vec![error]),
    };
    let mut again = 0;
    loop {
        let moment = schema.moment();
        let reading = schema
            .reader
            .reading(viewer.clone(), moment, Sees::OwnWrites);
        let reading = Arc::new(reading);
        let writing = Arc::new(Writing::new(Arc::clone(&reading), author.clone()));
        let attempted = attempt(
            schema,
            &asking,
            (&reading, &writing),
            (once.as_ref(), again > 0),
        )
        .await;
        let mut response = match attempted {
            Err(ApiError::GaveWay) if again < MOST_AGAIN => {
                again += 1;
                tracing::info!(
                    again,
                    "a mutation gave way to another one, and is run again"
                );
                pause().await;
                continue;
            }
            Ok(Answer::Before(response)) => return response,
            Ok(Answer::Now(response)) => response,
            Err(error) => Response::from_errors(vec![request_error(&error)]),
        };
        schema.budgets.spend(reading.viewer(), reading.spent());
        tell_budget(schema, &reading, &mut response);
        return response;
    }
}

/// Runs it, and commits what it has written.
async fn attempt(
    schema: &Schema,
    asking: &Asking,
    (reading, writing): (&Arc<Reading>, &Arc<Writing>),
    (once, again): (Option<&Once>, bool),
) -> Result<Answer, ApiError> {
    if again {
        writing.take_turn().await?;
    }
    if let Some(once) = once {
        let before = match idempotency::begin(once, reading).await {
            Err(ApiError::GaveWay) => return Err(ApiError::GaveWay),
            Err(error) => Some(refused(&error)),
            Ok(before) => before,
        };
        if let Some(answer) = before {
            writing.take_back().await;
            return Ok(Answer::Before(answer));
        }
    }
    let mut response = answer(schema, asking.request().data(Arc::clone(writing)), reading).await;
    if reading.gave_way().await {
        return Err(ApiError::GaveWay);
    }
    match once {
        Some(once) => idempotency::commit(once, (writing, &schema.known), &mut response).await?,
        // What is answered with nothing has done nothing.
        None if response.data == Value::Null => writing.take_back().await,
        None => writing.commit(&schema.known).await?,
    }
    schema.news.written();
    Ok(Answer::Now(response))
}

/// Waits a little, not as long as others do who had to give way as well.
async fn pause() {
    let (_, random) = Uuid::now_v7().as_u64_pair();
    sleep(Duration::from_millis(1 + random % LONGEST_PAUSE)).await;
}

impl Asking {
    /// What `request` asks.
    fn of(mut request: Request) -> Result<Self, ServerError> {
        let document = request.parsed_query()?.clone();
        Ok(Self {
            document,
            reports_cost: request.data.contains_key(&TypeId::of::<ReportCost>()),
            operation_name: request.operation_name,
            variables: request.variables,
        })
    }

    /// A request that asks it.
    fn request(&self) -> Request {
        let mut request = Request::new("").variables(self.variables.clone());
        request.operation_name.clone_from(&self.operation_name);
        request.set_parsed_query(self.document.clone());
        if self.reports_cost {
            request = request.data(ReportCost);
        }
        request
    }
}
