//! The library's errors in our words: a stable code, the argument at fault, the values that would be right,
//! and nothing of its text, which quotes the document and changes with its releases.

mod merge;
mod position;
mod wording;

use std::{collections::HashSet, sync::Arc};

use async_graphql::{
    ErrorExtensionValues, Name, Pos, Positioned, Response, ServerError, ServerResult, Value,
    Variables, async_trait,
    extensions::{
        Extension, ExtensionContext, ExtensionFactory, NextExecute, NextParseQuery, NextRequest,
    },
    parser::{
        self,
        types::{ExecutableDocument, OperationDefinition},
    },
    registry::{MetaType, MetaTypeName, Registry},
};

use crate::{
    error::{ApiError, Exceeded},
    reader::{MAX_COST, Reading},
};

use super::{
    document::NESTING,
    error::{MOST_ERRORS, request_error},
};
use wording::{Complaint, TWICE};

/// Characters of a message, or of a field's path.
const LONGEST_TEXT: usize = 300;

/// The document is not GraphQL.
const PARSE_FAILED: &str = "GRAPHQL_PARSE_FAILED";
/// The document or its variables do not fit the schema.
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
        Arc::new(Self)
    }
}

#[async_trait::async_trait]
impl Extension for InOurWords {
    async fn request(&self, ctx: &ExtensionContext<'_>, next: NextRequest<'_>) -> Response {
        let mut response = next.run(ctx).await;
        // The library looks twice at what there is not.
        let mut told = HashSet::new();
        response.errors.retain(|error| {
            !error.path.is_empty() || told.insert((error.message.clone(), error.locations.clone()))
        });
        response.errors.truncate(MOST_ERRORS);
        for error in &mut response.errors {
            // What has a path comes from a resolver.
            if error.path.is_empty() && error.extensions.is_none() {
                reword(error, &ctx.schema_env.registry);
            }
        }
        response
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
        check_types(&document, registry)?;
        if let Some((variable, problem)) = position::wrong(&document, registry) {
            return Err(complain(vec![variable.pos], VALIDATION_FAILED, &problem));
        }
        merge::check(&document, registry)?;
        Ok(document)
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

/// Checks that every variable that must be given was, which the library finds out too late to say so.
pub(super) fn check_variables(
    operation: &OperationDefinition,
    given: &Variables,
) -> Result<(), ServerError> {
    for definition in &operation.variable_definitions {
        let variable = &definition.node;
        let name = &variable.name.node;
        let value = given.get(name).unwrap_or(&Value::Null);
        if *value == Value::Null
            && !variable.var_type.node.nullable
            && (variable.default_value.is_none() || given.contains_key(name))
        {
            let field = format!("variables.{name}");
            let wanted = variable.var_type.node.to_string();
            let problem =
                Complaint::about(field, &format!("a value of the type {wanted} is required"));
            return Err(complain(vec![definition.pos], VALIDATION_FAILED, &problem));
        }
    }
    Ok(())
}

/// Checks that variables have types that can be given: the library ends in a panic where a list of what there
/// is not has a default.
fn check_types(document: &ExecutableDocument, registry: &Registry) -> Result<(), ServerError> {
    for (_, operation) in document.operations.iter() {
        for definition in &operation.node.variable_definitions {
            let written = definition.node.var_type.node.to_string();
            let of = MetaTypeName::concrete_typename(&written);
            let problem = match registry.types.get(of) {
                None => Complaint::new(format!("there is no type `{of}`")),
                Some(
                    MetaType::Scalar { .. } | MetaType::Enum { .. } | MetaType::InputObject { .. },
                ) => continue,
                Some(_) => Complaint::about(
                    format!("${}", definition.node.name.node),
                    &format!("{of} is no type of values that can be given"),
                ),
            };
            return Err(complain(vec![definition.pos], VALIDATION_FAILED, &problem));
        }
    }
    Ok(())
}

/// Says what is wrong in our words; in a plain sentence where the library says something unexpected.
fn reword(error: &mut ServerError, registry: &Registry) {
    let said = wording::of(&error.message, registry);
    let complaint = said.unwrap_or_else(|| {
        tracing::warn!("an error of the library that has no words of ours");
        Complaint::new("the document or its variables do not fit the schema")
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
