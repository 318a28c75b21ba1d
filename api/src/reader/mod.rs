//! The one way to read. A selection, the viewer and the dataset become one SQL statement that
//! returns the finished JSON; nothing else in the hub reads rows for a caller.

mod compile;
mod cost;
mod cursor;
mod dialect;
mod filter;
mod selection;

use sea_orm::{ConnectionTrait, DbBackend, Statement};

use crate::{auth::Viewer, database::Database, dataset::GlobalId, error::ApiError, views::Scope};

pub use cost::{Budget, MAX_COST};
pub use cursor::Cursor;
pub use filter::{Condition, Filter, Operand, Test};
pub use selection::{
    BandPart, Connection, ConnectionPart, EdgePart, MoneyPart, NodeField, NodeSelection, Page,
    PageInfoPart, ReferencePart,
};

use compile::Compiler;

/// Reads what a viewer may see. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Reader {
    database: Database,
}

impl Reader {
    /// A reader of `database`.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// The row of that id as JSON, or `None` where there is none that `viewer` may see.
    ///
    /// # Errors
    ///
    /// [`ApiError::CostTooHigh`] when the operation could cost too much,
    /// [`ApiError::ForbiddenField`] when it filters by what is masked for `viewer`,
    /// [`ApiError::Internal`] when the database fails.
    pub async fn node(
        &self,
        viewer: &Viewer,
        budget: &Budget,
        id: GlobalId,
        node: &NodeSelection,
    ) -> Result<Option<String>, ApiError> {
        budget.spend(cost::of_node(node))?;
        let mut compiler = self.compiler(viewer);
        compiler.root_node(id.id, node)?;
        self.run(compiler).await
    }

    /// For each id the row as JSON, or null where there is none that `viewer` may see, as a JSON
    /// array. Each id comes with the selection for its entity.
    ///
    /// # Errors
    ///
    /// As [`Reader::node`].
    pub async fn nodes(
        &self,
        viewer: &Viewer,
        budget: &Budget,
        ids: &[Option<(GlobalId, NodeSelection)>],
    ) -> Result<String, ApiError> {
        budget.spend(
            ids.iter()
                .flatten()
                .map(|(_, node)| cost::of_node(node))
                .fold(0, u64::saturating_add),
        )?;
        if ids.is_empty() {
            return Ok("[]".to_owned());
        }
        let mut compiler = self.compiler(viewer);
        compiler.root_nodes(ids)?;
        self.run(compiler)
            .await
            .map(|json| json.unwrap_or_else(|| "[]".to_owned()))
    }

    /// A page of rows as JSON.
    ///
    /// # Errors
    ///
    /// As [`Reader::node`].
    pub async fn connection(
        &self,
        viewer: &Viewer,
        budget: &Budget,
        connection: &Connection,
    ) -> Result<String, ApiError> {
        budget.spend(cost::of_root_connection(connection))?;
        let mut compiler = self.compiler(viewer);
        compiler.root_connection(connection)?;
        self.run(compiler)
            .await
            .map(|json| json.unwrap_or_else(|| "null".to_owned()))
    }

    /// For each scope whether the row with that id is in it for `viewer`; `None` where there is no such
    /// row. It tells about rows that `viewer` does not see, and is for those who may know.
    ///
    /// # Errors
    ///
    /// [`ApiError::Internal`] when the database fails.
    pub async fn explain(
        &self,
        viewer: &Viewer,
        id: GlobalId,
        scopes: &[&Scope],
    ) -> Result<Option<Vec<bool>>, ApiError> {
        let mut compiler = self.compiler(viewer);
        compiler.root_explanation(id, scopes)?;
        let Some(json) = self.run(compiler).await? else {
            return Ok(None);
        };
        let holding = serde_json::from_str(&json).map_err(ApiError::internal)?;
        Ok(Some(holding))
    }

    fn compiler<'v>(&self, viewer: &'v Viewer) -> Compiler<'v> {
        let dialect: &dyn dialect::Dialect = match self.database.backend() {
            DbBackend::Postgres => &dialect::Postgres,
            _ => &dialect::Sqlite,
        };
        Compiler::new(dialect, viewer)
    }

    async fn run(&self, compiler: Compiler<'_>) -> Result<Option<String>, ApiError> {
        let (sql, values) = compiler.finish();
        let statement = Statement::from_sql_and_values(self.database.backend(), sql, values);
        let row = self.database.reads().query_one_raw(statement).await?;
        Ok(row
            .map(|row| row.try_get_by_index(0))
            .transpose()?
            .flatten())
    }
}
