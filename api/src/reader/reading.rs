//! The reading of one operation: of one viewer, within one budget, from one snapshot. What an operation
//! reads it reads here, rows and whatever has to be looked up for them.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{
    ConnectionTrait, DatabaseExecutor, DatabaseTransaction, DbErr, QueryResult, Statement,
    TransactionTrait,
};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::{
    auth::Viewer,
    calendar::Moment,
    database::{self, Database},
    dataset::{Entity, GlobalId},
    error::{ApiError, Exceeded},
    views::Scope,
};

use super::{
    Reader,
    aggregate::{Aggregate, Groups, MAX_GROUPS},
    compile::Compiler,
    cost::{self, Budget},
    dialect,
    permission::truths,
    selection::{Connection, NodeSelection},
};

/// The longest statement. A connection keeps some of the last ones, with their plans.
const MAX_BYTES: usize = 256 * 1024;
/// How many values a statement may be given: SQLite takes 32,766, PostgreSQL 65,535.
const MAX_VALUES: usize = 30_000;

/// Reads for one operation.
#[derive(Debug)]
pub struct Reading {
    database: Database,
    viewer: Viewer,
    budget: Budget,
    moment: Moment,
    /// For how long the change feed is kept.
    kept: TimeDelta,
    sees: Sees,
    transaction: Mutex<Transaction>,
}

/// What the statements of an operation see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sees {
    /// Each what is there when it runs: there is one, or they need not agree.
    Latest,
    /// All the same.
    Snapshot,
    /// What the operation has written as well, which nobody else sees before it has ended.
    OwnWrites,
}

/// The transaction of several statements: begun with the first, and one after the other.
#[derive(Debug, Default)]
enum Transaction {
    #[default]
    NotBegun,
    Begun(DatabaseTransaction),
    /// A statement failed, and PostgreSQL takes no other in the same transaction.
    Lost(ApiError),
    Ended,
}

impl Reading {
    pub(super) fn new(reader: &Reader, viewer: Viewer, moment: Moment, sees: Sees) -> Self {
        Self {
            database: reader.database.clone(),
            kept: reader.kept,
            viewer,
            budget: Budget::default(),
            moment,
            sees,
            transaction: Mutex::default(),
        }
    }

    /// Who reads.
    #[must_use]
    pub fn viewer(&self) -> &Viewer {
        &self.viewer
    }

    /// When: everything that was committed before is read.
    #[must_use]
    pub fn moment(&self) -> &Moment {
        &self.moment
    }

    /// What the operation could cost, as far as it has been read.
    #[must_use]
    pub fn cost(&self) -> u64 {
        self.budget.requested()
    }

    /// What it could cost without the root fields that were refused because it would be too much.
    #[must_use]
    pub fn spent(&self) -> u64 {
        self.budget.spent()
    }

    /// Ends the transaction without keeping anything; nothing is read any more.
    pub async fn finish(&self) {
        if let Ok(Some(transaction)) = self.end().await {
            // There is nothing to lose: a transaction that fails to end is ended with its connection.
            if let Err(error) = transaction.rollback().await {
                tracing::warn!(%error, "a transaction was not given back");
            }
        }
    }

    /// Ends the operation, and hands over its transaction, to be committed; `None` where there was nothing
    /// to do in one. Nothing is read any more.
    ///
    /// # Errors
    ///
    /// Why the transaction was lost, if it was; [`ApiError::Timeout`] when the operation's time is over.
    pub async fn end(&self) -> Result<Option<DatabaseTransaction>, ApiError> {
        let ended = std::mem::replace(&mut *self.transaction.lock().await, Transaction::Ended);
        match ended {
            Transaction::Begun(transaction) => Ok(Some(transaction)),
            Transaction::Lost(error) => Err(error),
            Transaction::NotBegun | Transaction::Ended => Ok(None),
        }
    }

    /// Begins a part of the operation's transaction that can be taken back by itself.
    ///
    /// # Errors
    ///
    /// [`ApiError::Timeout`] when the operation's time is over, [`ApiError::Internal`] when the database fails.
    pub async fn savepoint(&self) -> Result<DatabaseTransaction, ApiError> {
        let mut transaction = self.transaction.lock().await;
        self.begin(&mut transaction).await?;
        match &*transaction {
            Transaction::Begun(begun) => Ok(begun.begin().await?),
            Transaction::Lost(error) => Err(error.clone()),
            _ => Err(ApiError::internal("the operation has ended")),
        }
    }

    /// Takes the operation's transaction back, because it had to give way to another one, which goes on at once.
    /// Nothing is read any more.
    pub async fn give_way(&self) {
        let lost = Transaction::Lost(ApiError::GaveWay);
        let before = std::mem::replace(&mut *self.transaction.lock().await, lost);
        if let Transaction::Begun(transaction) = before
            && let Err(error) = transaction.rollback().await
        {
            tracing::warn!(%error, "a transaction was not given back");
        }
    }

    /// Whether the operation's transaction had to give way to another one.
    pub async fn gave_way(&self) -> bool {
        let transaction = self.transaction.lock().await;
        matches!(&*transaction, Transaction::Lost(ApiError::GaveWay))
    }

    /// The row of that id as JSON, or `None` where there is none that the viewer may see.
    ///
    /// # Errors
    ///
    /// [`ApiError::CostTooHigh`] when the operation could cost too much,
    /// [`ApiError::ForbiddenField`] when it asks by what is masked for the viewer,
    /// [`ApiError::Internal`] when the database fails.
    pub async fn node(
        &self,
        id: GlobalId,
        node: &NodeSelection,
    ) -> Result<Option<String>, ApiError> {
        let row = self.read(cost::of_node(node), |compiler| {
            compiler.root_node(id.id, node)
        });
        text(row.await?)
    }

    /// For each id the row as JSON, or null where there is none that the viewer may see, as a JSON
    /// array. Each id comes with the selection for its entity.
    ///
    /// # Errors
    ///
    /// As [`Reading::node`].
    pub async fn nodes(
        &self,
        ids: &[Option<(GlobalId, NodeSelection)>],
    ) -> Result<String, ApiError> {
        let nodes = ids.iter().flatten();
        let costs = nodes.map(|(_, node)| cost::of_node(node));
        let cost = costs.fold(0, u64::saturating_add);
        if ids.is_empty() {
            self.budget.spend(cost)?;
            return Ok("[]".to_owned());
        }
        let row = self.read(cost, |compiler| compiler.root_nodes(ids));
        Ok(text(row.await?)?.unwrap_or_else(|| "[]".to_owned()))
    }

    /// A page of rows as JSON.
    ///
    /// # Errors
    ///
    /// As [`Reading::node`].
    pub async fn connection(&self, connection: &Connection) -> Result<String, ApiError> {
        let row = self.read(cost::of_root_connection(connection), |compiler| {
            compiler.root_connection(connection)
        });
        Ok(text(row.await?)?.unwrap_or_else(|| "null".to_owned()))
    }

    /// The rows of `entity` with those ids as JSON, by id: those that the viewer may see.
    ///
    /// # Errors
    ///
    /// As [`Reading::node`].
    pub async fn rows(
        &self,
        entity: &'static Entity,
        ids: &[Uuid],
        node: &NodeSelection,
    ) -> Result<HashMap<Uuid, String>, ApiError> {
        let limit = u32::try_from(ids.len()).map_err(ApiError::internal)?;
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let json = self
            .connection(&Connection::of_ids(entity, ids, limit, node)?)
            .await?;
        let page: OfIds = serde_json::from_str(&json).map_err(ApiError::internal)?;
        let rows = page.edges.into_iter().filter_map(|edge| {
            let id = GlobalId::parse(&edge.key.id)?;
            Some((id.id, edge.row.get().to_owned()))
        });
        Ok(rows.collect())
    }

    /// Numbers over rows as JSON.
    ///
    /// # Errors
    ///
    /// As [`Reading::node`].
    pub async fn aggregate(&self, aggregate: &Aggregate) -> Result<String, ApiError> {
        let row = self.read(cost::of_aggregate(aggregate), |compiler| {
            compiler.root_aggregate(aggregate)
        });
        text(row.await?)?.ok_or_else(|| ApiError::internal("an aggregate without a row"))
    }

    /// Groups of rows as a JSON array.
    ///
    /// # Errors
    ///
    /// As [`Reading::node`]; [`ApiError::Validation`] when there are more groups than are given without
    /// saying how many.
    pub async fn groups(&self, groups: &Groups) -> Result<String, ApiError> {
        let row = self.read(cost::of_groups(groups), |compiler| {
            compiler.root_groups(groups)
        });
        let row = row
            .await?
            .ok_or_else(|| ApiError::internal("groups without a row"))?;
        let count: i64 = row.try_get_by_index(1)?;
        if groups.first.is_none() && count > i64::from(MAX_GROUPS) {
            let problem = format!(
                "there are more than {MAX_GROUPS} groups: say how many of them, or ask for fewer"
            );
            return Err(ApiError::validation("first", problem));
        }
        Ok(row.try_get_by_index(0)?)
    }

    /// For each scope whether the row with that id is in it for `whom`; `None` where there is no such
    /// row. It tells about rows that the viewer does not see, and is for those who may know.
    ///
    /// # Errors
    ///
    /// As [`Reading::lookup`]; [`ApiError::LimitExceeded`] when the scopes are too many for a statement.
    pub async fn explain(
        &self,
        whom: &Viewer,
        id: GlobalId,
        scopes: &[&Scope],
    ) -> Result<Option<Vec<bool>>, ApiError> {
        self.budget.spend(0)?;
        let mut compiler = self.compiler(whom);
        compiler.root_explanation(id.entity, &[id.id], scopes, false)?;
        let row = self.row(compiler).await?;
        Ok(row
            .as_ref()
            .map(truths)
            .transpose()?
            .map(|(_, truths)| truths))
    }

    /// What `look` finds with one statement of its own, such as one of `store/`, in the operation's
    /// snapshot. The connection only reads.
    ///
    /// # Errors
    ///
    /// [`ApiError::CostTooHigh`] when the operation could cost too much, [`ApiError::Timeout`] when its
    /// time is over, [`ApiError::Internal`] when the database fails.
    pub async fn lookup<T>(
        &self,
        look: impl AsyncFnOnce(DatabaseExecutor<'_>) -> Result<T, DbErr>,
    ) -> Result<T, ApiError> {
        self.budget.spend(0)?;
        self.in_transaction(look).await
    }

    /// Spends the points of one statement, and `points` more.
    pub(super) fn spend(&self, points: u64) -> Result<(), ApiError> {
        self.budget.spend(points)
    }

    /// From when on the change feed is kept.
    pub(super) fn kept_since(&self) -> DateTime<Utc> {
        self.moment.now - self.kept
    }

    /// Spends the points of one statement, and reads the one row that it gives.
    async fn read<'s>(
        &'s self,
        cost: u64,
        compile: impl FnOnce(&mut Compiler<'s>) -> Result<(), ApiError>,
    ) -> Result<Option<QueryResult>, ApiError> {
        self.budget.spend(cost)?;
        let mut compiler = self.compiler(&self.viewer);
        compile(&mut compiler)?;
        self.row(compiler).await
    }

    /// A compiler of one statement, through the view of `viewer`.
    pub(super) fn compiler<'s>(&'s self, viewer: &'s Viewer) -> Compiler<'s> {
        let dialect = dialect(self.database.backend());
        Compiler::new(dialect, viewer, &self.moment.calendar)
    }

    /// The one row that the statement gives.
    pub(super) async fn row(
        &self,
        compiler: Compiler<'_>,
    ) -> Result<Option<QueryResult>, ApiError> {
        let (sql, values) = compiler.finish();
        for (which, actual, limit) in [
            ("statement_bytes", sql.len(), MAX_BYTES),
            ("statement_values", values.len(), MAX_VALUES),
        ] {
            if actual > limit {
                let number = |number| u64::try_from(number).unwrap_or(u64::MAX);
                return Err(ApiError::LimitExceeded(Exceeded {
                    which,
                    limit: number(limit),
                    actual: number(actual),
                }));
            }
        }
        let statement = Statement::from_sql_and_values(self.database.backend(), sql, values);
        self.in_transaction(async |connection| connection.query_one_raw(statement).await)
            .await
    }

    /// Reads with `read` in the operation's transaction, which is begun where there is none yet.
    async fn in_transaction<T>(
        &self,
        read: impl AsyncFnOnce(DatabaseExecutor<'_>) -> Result<T, DbErr>,
    ) -> Result<T, ApiError> {
        if self.sees == Sees::Latest {
            still_wanted()?;
            return Ok(read(self.database.reads().into()).await?);
        }
        let mut transaction = self.transaction.lock().await;
        self.begin(&mut transaction).await?;
        let read = match &*transaction {
            Transaction::Begun(begun) => read(begun.into()).await,
            Transaction::Lost(error) => return Err(error.clone()),
            _ => return Err(ApiError::internal("the operation has ended")),
        };
        read.map_err(|error| {
            let error = ApiError::from(error);
            *transaction = Transaction::Lost(error.clone());
            error
        })
    }

    /// Begins `transaction`, unless that was done.
    async fn begin(&self, transaction: &mut Transaction) -> Result<(), ApiError> {
        still_wanted()?;
        if matches!(transaction, Transaction::NotBegun) {
            *transaction = Transaction::Begun(match self.sees {
                Sees::OwnWrites => self.database.begin().await?,
                Sees::Latest | Sees::Snapshot => self.database.snapshot().await?,
            });
        }
        Ok(())
    }
}

/// What [`Connection::of_ids`] gives.
#[derive(Deserialize)]
struct OfIds {
    edges: Vec<EdgeOfId>,
}

#[derive(Deserialize)]
struct EdgeOfId {
    key: Key,
    row: Box<RawValue>,
}

#[derive(Deserialize)]
struct Key {
    id: String,
}

/// The finished JSON in a row, where there is one.
pub(super) fn text(row: Option<QueryResult>) -> Result<Option<String>, ApiError> {
    let text = row.map(|row| row.try_get_by_index(0)).transpose()?;
    Ok(text.flatten())
}

/// Whether there is time, and somebody waits for what is to be read.
fn still_wanted() -> Result<(), ApiError> {
    if database::is_over() {
        return Err(ApiError::Timeout);
    }
    Ok(())
}
