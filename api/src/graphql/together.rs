//! Rows that several objects of an answer lead to, read together: one statement for each place in the document.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
    iter,
    marker::PhantomData,
    sync::Arc,
};

use async_graphql::{
    ContextSelectionSet, OutputType, Positioned, QueryPathSegment, ServerResult, Value,
    parser::types::Field, registry::Registry,
};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::{dataset::dataset, error::ApiError};

use super::{
    error::server_error,
    row::Noun,
    selection::{Selector, raw, reading},
    types,
};

/// Rows of one noun as JSON, by id.
type Rows = Arc<HashMap<Uuid, String>>;

/// The rows of one noun that several objects lead to.
#[derive(Debug)]
pub(super) struct Together<N> {
    ids: Vec<Uuid>,
    /// What was read for each place in the document.
    read: Mutex<HashMap<String, Rows>>,
    noun: PhantomData<N>,
}

impl<N: Noun> Together<N> {
    /// The rows with those ids.
    pub(super) fn of(ids: impl IntoIterator<Item = Uuid>) -> Arc<Self> {
        let ids: BTreeSet<Uuid> = ids.into_iter().collect();
        Arc::new(Self {
            ids: ids.into_iter().collect(),
            read: Mutex::default(),
            noun: PhantomData,
        })
    }

    /// The rows as they are selected in `ctx`, where `field` is; `None` where another field answers for it.
    async fn rows(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> Result<Option<Rows>, ApiError> {
        // Whoever comes second waits for what the first one reads.
        let mut read = self.read.lock().await;
        let Some(group) = Selector::merged(ctx, &field.node) else {
            return Ok(None);
        };
        let nodes = iter::successors(ctx.path_node.as_ref(), |node| node.parent);
        let keys = nodes.filter_map(|node| match node.segment {
            QueryPathSegment::Name(key) => Some(key),
            QueryPathSegment::Index(_) => None,
        });
        let place = keys.collect::<Vec<_>>().join(".");
        if let Some(rows) = read.get(&place) {
            return Ok(Some(Arc::clone(rows)));
        }
        let entity = dataset().target(N::NAME)?;
        let node = Selector::new(ctx).node(entity, &group)?;
        let rows = Arc::new(reading(ctx).rows(entity, &self.ids, &node).await?);
        read.insert(place, Arc::clone(&rows));
        Ok(Some(rows))
    }
}

/// One of rows that are read together.
#[derive(Debug)]
pub(super) struct OneOf<N> {
    id: Uuid,
    all: Arc<Together<N>>,
}

impl<N: Noun> OneOf<N> {
    /// The row with that id.
    pub(super) fn new(id: Uuid, all: &Arc<Together<N>>) -> Self {
        let all = Arc::clone(all);
        Self { id, all }
    }
}

impl<N: Noun> OutputType for OneOf<N> {
    fn type_name() -> Cow<'static, str> {
        Cow::Borrowed(N::NAME)
    }

    /// Nullable: the row may be hidden from the caller, or gone.
    fn qualified_type_name() -> String {
        N::NAME.to_owned()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        types::register(registry);
        Self::qualified_type_name()
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        match self.all.rows(ctx, field).await {
            Ok(rows) => {
                let row = rows.as_ref().and_then(|rows| rows.get(&self.id));
                Ok(row.map_or(Value::Null, |json| raw(json.clone())))
            }
            Err(error) => Err(ctx.set_error_path(server_error(&error, field.pos))),
        }
    }
}
