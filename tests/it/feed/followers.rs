//! Readers that follow the log: the hub's, and the one that everybody writes first, which misses some.

use api::change::{self, Page, Position, ReadError};
use sea_orm::{ConnectionTrait, Statement};
use tests::app::TestApp;
use uuid::Uuid;

/// The table that the writers of these tests write about.
pub(super) const TABLE: &str = "user";
/// Changes are told in small pieces, so that many windows are left half told.
const FEW: u32 = 3;

/// Somebody who follows the log.
pub(super) trait Follower: Send {
    /// The rows of the next changes, in the order in which they are told.
    fn next(&mut self, app: &TestApp) -> impl Future<Output = Vec<Uuid>> + Send;
}

/// Follows by a position, which it keeps as text, as callers do.
pub(super) struct ByPosition(pub(super) String);

impl ByPosition {
    pub(super) async fn from_now_on(app: &TestApp) -> Self {
        let end = Position::end(app.database.reads()).await.unwrap();
        Self(end.to_string())
    }
}

impl Follower for ByPosition {
    async fn next(&mut self, app: &TestApp) -> Vec<Uuid> {
        let position = Position::parse(&self.0).unwrap();
        let page = page(app, &position, FEW).await.unwrap();
        self.0 = page.end.to_string();
        rows(&page)
    }
}

/// Remembers the last number that it saw.
pub(super) struct ByNumber(pub(super) i64);

impl Follower for ByNumber {
    async fn next(&mut self, app: &TestApp) -> Vec<Uuid> {
        let sql = "SELECT seq, entity_id FROM change WHERE seq > $1 AND entity = $2 \
                   ORDER BY seq LIMIT $3";
        let values = [self.0.into(), TABLE.into(), i64::from(FEW).into()];
        let statement = Statement::from_sql_and_values(app.database.backend(), sql, values);
        let found = app.database.reads().query_all_raw(statement).await.unwrap();
        let mut told = Vec::new();
        for row in found {
            self.0 = row.try_get_by_index(0).unwrap();
            told.push(row.try_get_by_index(1).unwrap());
        }
        told
    }
}

/// A page of the changes of [`TABLE`].
pub(super) async fn page(
    app: &TestApp,
    position: &Position,
    limit: u32,
) -> Result<Page, ReadError> {
    change::read(app.database.reads(), position, &[TABLE], limit).await
}

/// The rows of a page's changes.
pub(super) fn rows(page: &Page) -> Vec<Uuid> {
    page.rows.iter().map(|(entry, _)| entry.entity_id).collect()
}
