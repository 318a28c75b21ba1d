//! Reading up to a place: where several want to hear of the same, they have to hear of it up to the same end.

use super::position::{Place, Position, Window};

impl Position {
    /// This place, for a reader who is to be told no more than there is before `end`. On SQLite it is this place:
    /// what is [beyond](Self::is_beyond) `end` is the reader's to leave.
    #[must_use]
    pub fn until(&self, end: &Self) -> Self {
        let bounded = match (&self.place, &end.place) {
            (
                Place::Window(Window { from, told: None }),
                Place::Window(Window {
                    from: Some(until),
                    told: None,
                }),
            ) => Place::Window(Window {
                from: from.clone(),
                // Before the first change of the window.
                told: Some((until.clone(), -1)),
            }),
            // A window that has begun is told to its own end first.
            (place, _) => place.clone(),
        };
        Self {
            log: self.log,
            place: bounded,
        }
    }

    /// Whether this is behind `end`, on SQLite; on PostgreSQL [`Self::until`] sees to it that it is not.
    #[must_use]
    pub fn is_beyond(&self, end: &Self) -> bool {
        match (&self.place, &end.place) {
            (Place::Number(at), Place::Number(end)) => at > end,
            _ => false,
        }
    }

    /// Whether nothing is left to be told before `end`.
    #[must_use]
    pub fn has_reached(&self, end: &Self) -> bool {
        self == end || self.is_beyond(end)
    }
}
