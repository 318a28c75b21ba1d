//! What changed since somebody last looked, row by row.

use sea_orm::{ConnectionTrait, DbErr};
use uuid::Uuid;

use super::{
    position::Position,
    read::{ReadError, read},
};

/// Where somebody is who wants to know which rows changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tail {
    /// None: nobody has looked yet.
    position: Option<Position>,
}

/// What was written since.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// These rows, each with its table, once for each change.
    Of(Vec<(String, Uuid)>),
    /// More of them than anybody wants to look at one by one.
    Much,
}

/// How many changes are told one by one.
const FEW: u32 = 256;

impl Tail {
    /// What was committed to `entities` since the last call. The first call says nothing,
    /// and remembers where the log ends.
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when the database fails; the next call then says what this one would have.
    pub async fn news(
        &mut self,
        db: &impl ConnectionTrait,
        entities: &[&str],
    ) -> Result<News, DbErr> {
        let Some(position) = &self.position else {
            self.position = Some(Position::end(db).await?);
            return Ok(News::Of(Vec::new()));
        };
        let page = match read(db, position, entities, FEW).await {
            Ok(page) => page,
            // The log was set back, and much may be different: the next call begins anew.
            Err(ReadError::Expired) => {
                self.position = Some(Position::start());
                return Ok(News::Much);
            }
            Err(ReadError::Database(error)) => return Err(error),
        };
        if page.more {
            self.position = Some(page.log_end);
            return Ok(News::Much);
        }
        self.position = Some(page.end);
        let rows = page.rows.into_iter();
        Ok(News::Of(
            rows.map(|(entry, _)| (entry.entity, entry.entity_id))
                .collect(),
        ))
    }
}
