//! Business time for reports: the calendars, as clocks have them.

use crate::{business_time::BusinessCalendar, error::ApiError, reader::Reading, store};

use super::book::Book;

/// The calendars that count, by where a lead lies.
#[derive(Debug)]
pub struct Hours(Book);

impl Hours {
    /// The calendars of the moment: three statements.
    ///
    /// # Errors
    ///
    /// As [`Reading::lookup`].
    pub async fn of(reading: &Reading) -> Result<Self, ApiError> {
        let holidays = reading.lookup(async |db| store::sla::holidays(&db).await);
        let holidays = holidays.await?;
        let calendars = reading.lookup(async |db| store::sla::calendars(&db).await);
        let mut book = Book::with(calendars.await?, holidays);
        let named = reading.lookup(async |db| store::sla::territory_calendars(&db).await);
        book.named = named.await?;
        Ok(Self(book))
    }

    /// The calendar of the nearest territory above that path that names one, or the default.
    #[must_use]
    pub fn of_territory(&self, path: Option<&str>) -> Option<&BusinessCalendar> {
        let id = self.0.nearest(path.unwrap_or_default())?;
        self.0.calendar(id)
    }
}
