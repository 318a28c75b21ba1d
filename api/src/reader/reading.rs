//! The reading of one operation: of one viewer, within one budget, from one snapshot.

use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement};
use tokio::sync::Mutex;

use crate::{
    auth::Viewer, calendar::Moment, database::Database, dataset::GlobalId, error::ApiError,
};

use super::{
    compile::Compiler,
    cost::{self, Budget},
    dialect,
    selection::{Connection, NodeSelection},
};

/// Reads for one operation.
#[derive(Debug)]
pub struct Reading {
    database: Database,
    viewer: Viewer,
    budget: Budget,
    moment: Moment,
    snapshot: Option<Mutex<Snapshot>>,
}

/// The transaction that several statements read in: begun with the first, and one after the other.
#[derive(Debug, Default)]
enum Snapshot {
    #[default]
    NotTaken,
    Taken(DatabaseTransaction),
    GivenBack,
}

impl Reading {
    pub(super) fn new(database: Database, viewer: Viewer, moment: Moment, several: bool) -> Self {
        Self {
            database,
            viewer,
            budget: Budget::default(),
            moment,
            snapshot: several.then(Mutex::default),
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
        self.budget.spent()
    }

    /// Gives the snapshot back; nothing is read any more.
    pub async fn finish(&self) {
        let Some(snapshot) = &self.snapshot else {
            return;
        };
        let snapshot = std::mem::replace(&mut *snapshot.lock().await, Snapshot::GivenBack);
        if let Snapshot::Taken(transaction) = snapshot {
            // There is nothing to lose: a transaction that fails to end is ended with its connection.
            if let Err(error) = transaction.rollback().await {
                tracing::warn!(%error, "a snapshot was not given back");
            }
        }
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
        self.budget.spend(cost::of_node(node))?;
        let mut compiler = self.compiler();
        compiler.root_node(id.id, node)?;
        self.run(compiler).await
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
        self.budget.spend(
            ids.iter()
                .flatten()
                .map(|(_, node)| cost::of_node(node))
                .fold(0, u64::saturating_add),
        )?;
        if ids.is_empty() {
            return Ok("[]".to_owned());
        }
        let mut compiler = self.compiler();
        compiler.root_nodes(ids)?;
        self.run(compiler)
            .await
            .map(|json| json.unwrap_or_else(|| "[]".to_owned()))
    }

    /// A page of rows as JSON.
    ///
    /// # Errors
    ///
    /// As [`Reading::node`].
    pub async fn connection(&self, connection: &Connection) -> Result<String, ApiError> {
        self.budget.spend(cost::of_root_connection(connection))?;
        let mut compiler = self.compiler();
        compiler.root_connection(connection)?;
        self.run(compiler)
            .await
            .map(|json| json.unwrap_or_else(|| "null".to_owned()))
    }

    fn compiler(&self) -> Compiler<'_> {
        Compiler::new(dialect(self.database.backend()), &self.viewer)
    }

    async fn run(&self, compiler: Compiler<'_>) -> Result<Option<String>, ApiError> {
        let (sql, values) = compiler.finish();
        let statement = Statement::from_sql_and_values(self.database.backend(), sql, values);
        let row = match &self.snapshot {
            None => self.database.reads().query_one_raw(statement).await?,
            Some(snapshot) => {
                let mut snapshot = snapshot.lock().await;
                if matches!(*snapshot, Snapshot::NotTaken) {
                    *snapshot = Snapshot::Taken(self.database.snapshot().await?);
                }
                match &*snapshot {
                    Snapshot::Taken(transaction) => transaction.query_one_raw(statement).await?,
                    _ => return Err(ApiError::internal("the operation has ended")),
                }
            }
        };
        Ok(row
            .map(|row| row.try_get_by_index(0))
            .transpose()?
            .flatten())
    }
}
