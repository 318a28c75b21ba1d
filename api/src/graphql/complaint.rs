//! The library's errors in our words: a stable code, the argument at fault, the values that would be right,
//! and nothing of its text, which quotes the document and changes with its releases.

mod directive;
mod input;
mod merge;
mod position;
mod sentence;
mod variable;
mod wording;

use std::{
    collections::HashSet,
    sync::{Arc, Mutex, PoisonError},
};

use async_graphql::{
    ErrorExtensionValues, Name, Pos, Positioned, Request, Response, ServerError, ServerResult,
    ValidationResult, Value, Variables, async_trait,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery,
        NextPrepareRequest, NextRequest, NextSubscribe, NextValidation,
    },
    parser::{self, types::ExecutableDocument},
    registry::Registry,
};
use futures::{StreamExt, stream::BoxStream};

use crate::{
    error::{ApiError, Exceeded},
    reader::{MAX_COST, Reading},
};

use super::{
    document::NESTING,
    error::{MOST_ERRORS, is_of_the_moment, request_error},
    execute::operation,
};
use sentence::{Complaint, TWICE};

/// Characters of a message, or of a field's path.
const LONGEST_TEXT: usize = 300;

/// The document is not GraphQL.
const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
/// The document does not fit the schema.
const VALIDATION_FAILED: &str = "GRAPHQL_VALIDATION_FAILED";

/// What of the extensions says what a request could cost.
pub(super) const COST: &str = "cost";

/// In the data of a request whose answer is to say what it could cost.
#[derive(Clone, Copy, Debug)]
pub struct ReportCost;

/// In the data of a request that is checked and not run.
#[derive(Clone, Copy, Debug)]
pub(super) struct ValidateOnly;

/// Rewords what the library says of a request, and does what it leaves undone.
#[derive(Debug)]
pub(super) struct InOurWords;

impl ExtensionFactory for InOurWords {
    fn create(&self) -> Arc<dyn Extension> {
        Arc::new(Found::default())
    }
}

/// What we have found wrong with one request, until it is time to say so.
#[derive(Debug, Default)]
struct Found {
    /// With what is written in the document: told beside what the library finds.
    written: Mutex<Vec<ServerError>>,
    /// With what is given for variables: told where there is nothing wrong with the document.
    given: Arc<Mutex<Vec<ServerError>>>,
}

fn take(found: &Mutex<Vec<ServerError>>) -> Vec<ServerError> {
    std::mem::take(&mut *found.lock().unwrap_or_else(PoisonError::into_inner))
}

fn keep(found: &Mutex<Vec<ServerError>>, errors: Vec<ServerError>) {
    *found.lock().unwrap_or_else(PoisonError::into_inner) = errors;
}

/// What of `errors` is told, each once.
fn in_our_words(mut errors: Vec<ServerError>, registry: &Registry) -> Vec<ServerError> {
    if errors.len() > MOST_ERRORS {
        // What is not the caller's fault is told in any case.
        errors.sort_by_key(|error| !is_of_the_moment(error));
    }
    let mut told = HashSet::new();
    let mut kept = Vec::new();
    for mut error in errors {
        if kept.len() == MOST_ERRORS {
            break;
        }
        // What has a path comes from a resolver.
        if error.path.is_empty() && error.extensions.is_none() {
            reword(&mut error, registry);
        }
        // The library looks twice at what there is not, and we at what it looks at as well.
        let key = (error.message.clone(), error.locations.clone());
        if !error.path.is_empty() || told.insert(key) {
            kept.push(error);
        }
    }
    kept
}

#[async_trait::async_trait]
impl Extension for Found {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        response.errors = in_our_words(response.errors, &ctx.schema_env.registry);
        response
    }

    /// A subscription has no `execute`: what was found wrong with its variables is said in place of what it tells.
    fn subscribe<'s>(
        &self,
        ctx: &ExtensionContext<'_>,
        stream: BoxStream<'s, Response>,
        next: NextSubscribe<'_>,
    ) -> BoxStream<'s, Response> {
        let schema = ctx.schema_env.clone();
        let given = Arc::clone(&self.given);
        let told = next.run(ctx, stream).map(move |mut response| {
            let wrong = take(&given);
            if response.errors.is_empty() && !wrong.is_empty() {
                return Response::from_errors(wrong);
            }
            response.errors = in_our_words(response.errors, &schema.registry);
            response
        });
        told.boxed()
    }

    /// What is given for variables is looked at here, where the operation's name is known. Where some of it
    /// does not fit, the library gets none of it: else it would tell the same of the document.
    async fn prepare_request(
        &self,
        ctx: &ExtensionContext<'_>,
        request: Request,
        next: NextPrepareRequest<'_>,
    ) -> ServerResult<Request> {
        let mut request = next.run(ctx, request).await?;
        let name = request.operation_name.clone();
        let document = request.parsed_query()?;
        let Some((_, running)) = operation(document, name.as_deref()) else {
            return Ok(request);
        };
        let definitions = running.variable_definitions.clone();
        let wrong = variable::wrong(&definitions, &request.variables, &ctx.schema_env.registry);
        if !wrong.is_empty() {
            request.variables = Variables::default();
            keep(&self.given, wrong);
        }
        Ok(request)
    }

    async fn parse_query(
        &self,
        ctx: &ExtensionContext<'_>,
        query: &str,
        variables: &Variables,
        next: NextParseQuery<'_>,
    ) -> ServerResult<ExecutableDocument> {
        let document = next.run(ctx, query, variables).await?;
        let registry = &ctx.schema_env.registry;
        variable::check_definitions(&document, registry)?;
        let invalid = |(at, problem)| complain(vec![at], VALIDATION_FAILED, &problem);
        let written = position::check(&document, registry).map_err(invalid)?;
        merge::check(&document, registry)?;
        let written = written.into_iter().take(MOST_ERRORS);
        keep(&self.written, written.map(invalid).collect());
        Ok(document)
    }

    async fn validation(
        &self,
        ctx: &ExtensionContext<'_>,
        next: NextValidation<'_>,
    ) -> Result<ValidationResult, Vec<ServerError>> {
        let validated = next.run(ctx).await;
        let ours = take(&self.written);
        match validated {
            Ok(valid) if ours.is_empty() => Ok(valid),
            Ok(_) => Err(ours),
            Err(theirs) => Err([theirs, ours].concat()),
        }
    }

    async fn execute(
        &self,
        ctx: &ExtensionContext<'_>,
        operation_name: Option<&str>,
        next: NextExecute<'_>,
    ) -> Response {
        if ctx.data_opt::<ValidateOnly>().is_some() {
            return Response::default();
        }
        let wrong = take(&self.given);
        if !wrong.is_empty() {
            return Response::from_errors(wrong);
        }
        let response = next.run(ctx, operation_name).await;
        match (ctx.data_opt::<ReportCost>(), ctx.data_opt::<Arc<Reading>>()) {
            (Some(ReportCost), Some(reading)) => response.extension(COST, cost(reading)),
            _ => response,
        }
    }
}

/// What an operation could cost, and what one may.
fn cost(reading: &Reading) -> Value {
    let points = |name, points: u64| (Name::new(name), Value::from(points));
    Value::Object(
        [
            points("requested", reading.cost()),
            points("limit", MAX_COST),
        ]
        .into_iter()
        .collect(),
    )
}

/// The error about a document that is not GraphQL. It says where, and does not quote it.
pub(super) fn syntax_error(locations: Vec<Pos>) -> ServerError {
    complain(locations, PARSE_FAILED, &Complaint::new("syntax error"))
}

/// The error about a document that the parser does not take.
pub(super) fn unparsable(error: &parser::Error) -> ServerError {
    let locations = error.positions().collect();
    let invalid =
        |problem: String| complain(locations, VALIDATION_FAILED, &Complaint::new(problem));
    match error {
        parser::Error::MultipleOperations { .. } => {
            invalid("an operation without a name must be the only one".to_owned())
        }
        parser::Error::OperationDuplicated { operation, .. } => {
            invalid(format!("there are two operations `{operation}`"))
        }
        parser::Error::FragmentDuplicated { fragment, .. } => {
            invalid(format!("there are two fragments `{fragment}`"))
        }
        parser::Error::MissingOperation => {
            invalid("there is no operation in this document".to_owned())
        }
        parser::Error::RecursionLimitExceeded => {
            let limit = u64::try_from(NESTING).unwrap_or(u64::MAX);
            let exceeded = ApiError::LimitExceeded(Exceeded {
                which: "nesting",
                limit,
                actual: limit.saturating_add(1),
            });
            request_error(&exceeded)
        }
        _ => syntax_error(error.positions().collect()),
    }
}

/// The error about a fragment that contains itself, where it is spread.
pub(super) fn endless(fragment: &Positioned<Name>) -> ServerError {
    let problem = Complaint::new(format!("fragment `{}` contains itself", fragment.node));
    complain(vec![fragment.pos], VALIDATION_FAILED, &problem)
}

/// The error about a field that an object among the arguments has twice.
pub(super) fn doubled(field: &str, at: Pos) -> ServerError {
    let problem = Complaint::about(field.to_owned(), TWICE);
    complain(vec![at], VALIDATION_FAILED, &problem)
}

/// The error of a mutation that has the root field with that key twice.
pub(super) fn said_twice(key: &str, at: Pos) -> ServerError {
    let problem = Complaint::new(format!(
        "`{key}` stands twice in this mutation: say it once, or give each an alias"
    ));
    complain(vec![at], VALIDATION_FAILED, &problem)
}

/// The error of a subscription that has more root fields than one, or one that tells nothing, which is there.
pub(super) fn not_one(at: Pos) -> ServerError {
    let problem =
        Complaint::new("a subscription has one field at its root, and it is not `__typename`");
    complain(vec![at], VALIDATION_FAILED, &problem)
}

/// Says what is wrong in our words; in a plain sentence where the library says something unexpected.
fn reword(error: &mut ServerError, registry: &Registry) {
    let said = wording::of(&error.message, registry);
    let complaint = said.unwrap_or_else(|| {
        tracing::warn!("an error of the library that has no words of ours");
        Complaint::new("the document does not fit the schema")
    });
    let locations = std::mem::take(&mut error.locations);
    *error = complain(locations, VALIDATION_FAILED, &complaint);
}

fn complain(locations: Vec<Pos>, code: &str, complaint: &Complaint) -> ServerError {
    let mut extensions = ErrorExtensionValues::default();
    extensions.set("code", code);
    if let Some(field) = &complaint.field {
        extensions.set("field", shortened(field));
    }
    if !complaint.allowed.is_empty() {
        extensions.set("allowed", complaint.allowed.clone());
    }
    let mut error = ServerError::new(shortened(&complaint.message), None);
    error.locations = locations;
    error.extensions = Some(extensions);
    error
}

/// A name may be as long as a document.
fn shortened(text: &str) -> String {
    text.chars().take(LONGEST_TEXT).collect()
}
