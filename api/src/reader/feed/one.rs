//! One change by its number, for who was told of it before.

use super::{super::reading::Reading, Feed};
use crate::{
    change::{self, Page, Position},
    dataset::GlobalId,
    error::ApiError,
};

impl Reading {
    /// The change with that number, of that row, as it is told now, once for each selection; `None` where it is not told
    /// any more, or there is none.
    ///
    /// # Errors
    ///
    /// As [`Reading::node`].
    pub async fn change(
        &self,
        feed: &Feed,
        row: GlobalId,
        number: i64,
    ) -> Result<Option<Vec<String>>, ApiError> {
        self.spend(feed.cost(1))?;
        let rows = [(row.entity.table.as_str(), row.id)];
        let entries = self
            .lookup(async |db| change::of_rows(&db, &rows, number).await)
            .await?;
        let entry = entries.into_iter().find(|entry| entry.seq == number);
        let nowhere = Position::start();
        let page = Page {
            rows: entry
                .into_iter()
                .map(|entry| (entry, nowhere.clone()))
                .collect(),
            end: nowhere.clone(),
            more: false,
            log_end: nowhere,
        };
        let entities = self.readable(feed);
        let mut told = self.tell(feed, &entities, page, 1).await?;
        Ok(told.changes.pop().map(|(texts, _)| texts))
    }
}
