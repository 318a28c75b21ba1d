//! The schema, put together once at start.

use std::sync::Arc;

use async_graphql::{MergedObject, SchemaBuilder};
use chrono::TimeDelta;

use crate::{
    auth::{Budgets, Known},
    calendar::{Calendar, Moment},
    clock::Clock,
    database::Database,
    reader::Reader,
    services::{
        idempotency::Running, news::News, rows::RowWriter, token::Issuer, webhook::Webhooks,
    },
};

use super::{
    complaint::InOurWords,
    document::{Documents, NESTING},
    mutation::{
        DatasetMutation, DefinitionMutation, DuplicateMutation, TokenMutation, UserMutation,
        WebhookMutation,
    },
    query::{
        AccessQuery, ChangeQuery, DatasetQuery, DefinitionQuery, FeedbackQuery, FollowUpQuery,
        ViewerQuery, WorklistQuery,
    },
    shared::Shared,
    subscription::Subscription,
};

/// The schema that every caller talks to, whatever their role. Cheap to clone.
#[derive(Clone)]
pub struct Schema {
    /// Types and resolvers.
    pub(super) executable: Executable,
    /// Where it is put on record who looked with whose eyes.
    pub(super) database: Database,
    /// What reads for callers.
    pub(super) reader: Reader,
    /// What time it is.
    pub(super) clock: Clock,
    /// What day it is.
    pub(super) calendar: Calendar,
    /// What callers may still ask.
    pub(super) budgets: Budgets,
    /// Who is known to call.
    pub(super) known: Known,
    /// What makes endpoints, and which documents they may have; none where nobody serves callers.
    pub(super) webhooks: Option<Arc<(Webhooks, Arc<Documents>)>>,
    /// What is running with a key to repeat it by.
    pub(super) running: Running,
    /// What is new in the change log.
    pub(super) news: News,
    /// What subscriptions read, once for all that want the same.
    pub(super) shared: Arc<Shared>,
}

impl Schema {
    /// The same, with subscriptions that wait for `news`; without, there never is any.
    #[must_use]
    pub fn with_news(self, news: News) -> Self {
        Self { news, ..self }
    }

    /// With what makes endpoints; of their documents, `documents` lets in what may be run.
    #[must_use]
    pub fn with_webhooks(self, webhooks: Webhooks, documents: Arc<Documents>) -> Self {
        Self {
            webhooks: Some(Arc::new((webhooks, documents))),
            ..self
        }
    }

    /// The same, with a change feed that is kept for so long.
    #[must_use]
    pub fn keeping(self, kept: TimeDelta) -> Self {
        Self {
            reader: self.reader.keeping(kept),
            ..self
        }
    }

    /// Now, in the workspace's calendar.
    pub(super) fn moment(&self) -> Moment {
        Moment {
            now: self.clock.now(),
            calendar: self.calendar.clone(),
        }
    }

    /// What callers may still ask.
    #[must_use]
    pub fn budgets(&self) -> &Budgets {
        &self.budgets
    }
}

pub(super) type Executable = async_graphql::Schema<Query, Mutation, Subscription>;

/// How deep a query may be nested; introspection queries of common tools need 13.
const MAX_DEPTH: usize = 20;

/// What there is to ask.
#[derive(Debug, MergedObject)]
#[graphql(name = "Query")]
pub struct Query(
    ViewerQuery,
    AccessQuery,
    ChangeQuery,
    WorklistQuery,
    DefinitionQuery,
    FollowUpQuery,
    FeedbackQuery,
    DatasetQuery,
);

/// What there is to do.
#[derive(Debug, MergedObject)]
#[graphql(name = "Mutation")]
pub struct Mutation(
    TokenMutation,
    UserMutation,
    WebhookMutation,
    DatasetMutation,
    DuplicateMutation,
    DefinitionMutation,
);

/// Builds the schema over the database of `issuer`, which issues the tokens that callers ask for; what
/// operations cost is taken from `budgets`.
#[must_use]
pub fn build(issuer: Issuer, calendar: Calendar, budgets: Budgets) -> Schema {
    let Issuer {
        database,
        clock,
        views,
        known,
        ..
    } = issuer.clone();
    Schema {
        // Not the database: what a query reads, it reads with the `Reading` of its operation.
        executable: builder()
            .data(RowWriter::new(views.clone()))
            .data(views)
            .data(budgets.clone())
            .data(issuer)
            .finish(),
        reader: Reader::new(database.clone()),
        database,
        clock,
        calendar,
        budgets,
        known,
        webhooks: None,
        running: Running::default(),
        news: News::default(),
        shared: Arc::default(),
    }
}

/// The schema definition, as checked in as `schema.graphql`.
#[must_use]
pub fn sdl() -> String {
    let options = async_graphql::SDLExportOptions::new()
        .sorted_fields()
        .sorted_arguments()
        .prefer_single_line_descriptions();
    bare().sdl_with_options(options)
}

/// The schema with nothing behind it: for what looks at its types only.
pub(super) fn bare() -> Executable {
    builder().finish()
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Executable::build(
        Query(
            ViewerQuery,
            AccessQuery,
            ChangeQuery,
            WorklistQuery,
            DefinitionQuery,
            FollowUpQuery,
            FeedbackQuery,
            DatasetQuery,
        ),
        Mutation(
            TokenMutation,
            UserMutation,
            WebhookMutation,
            DatasetMutation,
            DuplicateMutation,
            DefinitionMutation,
        ),
        Subscription,
    )
    .limit_depth(MAX_DEPTH)
    .limit_recursive_depth(NESTING + 1)
    .disable_suggestions()
    .extension(InOurWords)
}
