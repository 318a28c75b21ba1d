//! The root fields that write the dataset: for each noun making, changing, deleting and the like, one row or a
//! list of them.

use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

use async_graphql::{
    ContainerType, Context, ContextSelectionSet, OutputType, Positioned, ServerError, ServerResult,
    Value,
    parser::types::Field,
    registry::{MetaTypeId, Registry},
    resolver_utils::resolve_container,
};
use serde_json::{Map, Value as Json};
use uuid::Uuid;

use crate::{
    dataset::global_id,
    error::{ApiError, Problem},
    reader::{NodeSelection, Reading},
    services::{
        rows::{Order, Outcome, Outcomes, RowWriter},
        write::Write,
    },
};

use super::{
    super::{
        error::server_errors,
        selection::{BatchPart, ProblemPart, RowPart, Selector, raw, reading},
        types::{self, WriteField},
    },
    conflict::add_current,
    writing,
};

/// The root fields that write the dataset.
#[derive(Debug)]
pub(crate) struct DatasetMutation;

/// What is selected of an answer.
enum Selected {
    One(Vec<(String, RowPart)>),
    Many(Vec<(String, BatchPart)>),
}

/// A row of the input: what became of it, or what is wrong with it.
type Told<'o> = (usize, &'o Result<(Uuid, Outcome), Vec<Problem>>);

/// Rows by id, for each selection of them in its order.
type Read = Vec<HashMap<Uuid, String>>;

fn target(name: &str) -> Option<WriteField> {
    static FIELDS: LazyLock<HashMap<String, WriteField>> =
        LazyLock::new(|| types::write_fields().into_iter().collect());
    FIELDS.get(name).copied()
}

impl DatasetMutation {
    async fn write(target: WriteField, ctx: &Context<'_>) -> Result<Value, Vec<ServerError>> {
        let position = ctx.item.pos;
        let failed = |error: &ApiError| server_errors(error, position);
        let selector = Selector::new(ctx);
        let Some(group) = Selector::merged(ctx, &ctx.item.node) else {
            return Ok(Value::Null);
        };
        let arguments = selector.arguments(&ctx.item.node);
        let noun = target.entity.name;
        let selected = if target.many {
            let names = (types::batch_payload(noun), types::batch_result(noun));
            let batch = selector.batch(target.entity, (&names.0, &names.1), &group);
            batch.map(Selected::Many)
        } else {
            let row = selector.row(target.entity, &types::payload(noun), &group);
            row.map(Selected::One)
        };
        let selected = selected.map_err(|error| failed(&error))?;
        let order = Order {
            entity: target.entity,
            deed: target.deed,
            items: items(arguments.0.get("input"), target.many),
            atomic: flag(arguments.0.get("atomic"), true),
            another: false,
        };
        let trial = flag(arguments.0.get("validateOnly"), false);
        let (rows, reading) = (ctx.data_unchecked::<RowWriter>(), reading(ctx));
        let written = if trial {
            // What it would lead to is not theirs to see: what is masked may hang on rows that they write. They
            // see the rows as they are, once it is taken back.
            let tried =
                writing(ctx).rehearse(async |write: &Write<'_>| rows.write(write, &order).await);
            match tried.await {
                Ok(outcomes) => answer(reading, &order, &selected, &outcomes, trial).await,
                Err(error) => Err(error),
            }
        } else {
            let run = async |write: &Write<'_>| {
                let outcomes = rows.write(write, &order).await?;
                answer(reading, &order, &selected, &outcomes, trial).await
            };
            writing(ctx).run(run).await
        };
        match written {
            Ok(json) => Ok(raw(json)),
            Err(error) => {
                let mut errors = failed(&error);
                let node = selected.node().cloned();
                add_current(reading, (order.entity, node), &error, &mut errors).await;
                Err(errors)
            }
        }
    }
}

impl ContainerType for DatasetMutation {
    async fn resolve_field(&self, ctx: &Context<'_>) -> ServerResult<Option<Value>> {
        let Some(target) = target(&ctx.item.node.name.node) else {
            return Ok(None);
        };
        match Self::write(target, ctx).await {
            Ok(value) => Ok(Some(value)),
            Err(errors) => {
                for error in errors {
                    ctx.add_error(ctx.set_error_path(error));
                }
                Ok(Some(Value::Null))
            }
        }
    }
}

impl OutputType for DatasetMutation {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed("DatasetMutation")
    }

    fn create_type_info(registry: &mut Registry) -> String {
        registry.create_output_type::<Self, _>(MetaTypeId::Object, |registry| {
            types::register(registry);
            types::write_root(registry)
        })
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        resolve_container(ctx, self).await
    }
}

/// The rows of an input, each with where it stands in the request. One row is a list of one.
fn items(input: Option<&Value>, many: bool) -> Vec<(String, Map<String, Json>)> {
    let one = |path: String, value: &Value| match value.clone().into_json() {
        Ok(Json::Object(fields)) => (path, fields),
        _ => (path, Map::new()),
    };
    match input {
        Some(Value::List(items)) => {
            let items = items.iter().enumerate();
            let items = items.map(|(index, item)| one(format!("input.{index}"), item));
            items.collect()
        }
        Some(item) if many => vec![one("input.0".to_owned(), item)],
        Some(item) => vec![one("input".to_owned(), item)],
        None => Vec::new(),
    }
}

fn flag(value: Option<&Value>, default: bool) -> bool {
    match value {
        Some(Value::Boolean(flag)) => *flag,
        _ => default,
    }
}

/// The answer, with the rows as the viewer sees them after it; after a trial, as they are.
async fn answer(
    reading: &Reading,
    order: &Order,
    selected: &Selected,
    outcomes: &Outcomes,
    trial: bool,
) -> Result<String, ApiError> {
    let told: Vec<Told<'_>> = outcomes.iter().enumerate().collect();
    match selected {
        Selected::One(parts) => {
            let read = read(reading, order, parts, outcomes).await?;
            let row = told
                .first()
                .map(|told| row(order, parts, *told, &read, trial));
            row.unwrap_or_else(|| Err(ApiError::internal("a mutation of no row")))
        }
        Selected::Many(parts) => {
            let mut fields = Vec::new();
            for (key, part) in parts {
                let value = match part {
                    BatchPart::TypeName(name) => quoted(name)?,
                    BatchPart::Results(parts) => {
                        let read = read(reading, order, parts, outcomes).await?;
                        let rows = told
                            .iter()
                            .map(|told| row(order, parts, *told, &read, trial));
                        let rows: Result<Vec<String>, ApiError> = rows.collect();
                        format!("[{}]", rows?.join(","))
                    }
                };
                fields.push((key.as_str(), value));
            }
            object(fields)
        }
    }
}

/// Reads the written rows, for each selection of them with one statement.
async fn read(
    reading: &Reading,
    order: &Order,
    parts: &[(String, RowPart)],
    outcomes: &Outcomes,
) -> Result<Read, ApiError> {
    let written = outcomes.iter().filter_map(|outcome| outcome.as_ref().ok());
    let ids: Vec<Uuid> = written.map(|(id, _)| *id).collect();
    let mut read = Vec::new();
    for (_, part) in parts {
        if let RowPart::Node(node) = part {
            read.push(reading.rows(order.entity, &ids, node).await?);
        }
    }
    Ok(read)
}

/// What became of one row.
fn row(
    order: &Order,
    parts: &[(String, RowPart)],
    (index, told): Told<'_>,
    read: &Read,
    trial: bool,
) -> Result<String, ApiError> {
    const NULL: &str = "null";
    let mut nodes = read.iter();
    let mut fields = Vec::new();
    for (key, part) in parts {
        let value = match (part, told) {
            (RowPart::TypeName(name), _) => quoted(name)?,
            (RowPart::Index, _) => index.to_string(),
            (RowPart::Node(_), told) => {
                let rows = nodes.next();
                let row = told.as_ref().ok().and_then(|(id, _)| rows?.get(id));
                row.map_or(NULL, String::as_str).to_owned()
            }
            (RowPart::Problems(parts), Err(problems)) => {
                let problems = problems.iter().map(|it| problem(parts, it));
                let problems: Result<Vec<String>, ApiError> = problems.collect();
                format!("[{}]", problems?.join(","))
            }
            (RowPart::Problems(_), Ok(_)) => "[]".to_owned(),
            (RowPart::Id | RowPart::Outcome, Err(_)) => NULL.to_owned(),
            // It is not there any more, once it was tried.
            (RowPart::Id, Ok((_, Outcome::Created))) if trial => NULL.to_owned(),
            (RowPart::Id, Ok((id, _))) => quoted(&global_id(order.entity, *id))?,
            (RowPart::Outcome, Ok((_, outcome))) => quoted(named(*outcome))?,
        };
        fields.push((key.as_str(), value));
    }
    object(fields)
}

fn problem(parts: &[(String, ProblemPart)], problem: &Problem) -> Result<String, ApiError> {
    let mut fields = Vec::new();
    for (key, part) in parts {
        let value = match part {
            ProblemPart::TypeName => quoted("Problem")?,
            ProblemPart::Code => quoted(problem.code)?,
            ProblemPart::Message => quoted(&problem.message)?,
            ProblemPart::Field => quoted(&problem.field)?,
            ProblemPart::Allowed => {
                serde_json::to_string(&problem.allowed).map_err(ApiError::internal)?
            }
            ProblemPart::CurrentVersion => match problem.current {
                Some((_, version)) => version.to_string(),
                None => "null".to_owned(),
            },
        };
        fields.push((key.as_str(), value));
    }
    object(fields)
}

fn named(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Created => "CREATED",
        Outcome::Updated => "UPDATED",
        Outcome::Unchanged => "UNCHANGED",
        Outcome::Deleted => "DELETED",
        Outcome::Restored => "RESTORED",
        Outcome::Destroyed => "DESTROYED",
    }
}

fn quoted(text: &str) -> Result<String, ApiError> {
    serde_json::to_string(text).map_err(ApiError::internal)
}

/// An object of values that are JSON already, in this order.
fn object(fields: Vec<(&str, String)>) -> Result<String, ApiError> {
    let mut pairs = Vec::with_capacity(fields.len());
    for (key, value) in fields {
        pairs.push(format!("{}:{value}", quoted(key)?));
    }
    Ok(format!("{{{}}}", pairs.join(",")))
}

impl Selected {
    /// What is selected of a row first.
    fn node(&self) -> Option<&NodeSelection> {
        let rows: Vec<&Vec<(String, RowPart)>> = match self {
            Self::One(parts) => vec![parts],
            Self::Many(parts) => parts
                .iter()
                .filter_map(|(_, part)| match part {
                    BatchPart::Results(parts) => Some(parts),
                    BatchPart::TypeName(_) => None,
                })
                .collect(),
        };
        rows.into_iter().flatten().find_map(|(_, part)| match part {
            RowPart::Node(node) => Some(node),
            _ => None,
        })
    }
}
