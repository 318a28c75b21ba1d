//! What the database refuses, said alike for both.

use sea_orm::{DbErr, SqlErr};

use super::fault;

/// What the database refuses to keep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Something that one row may have alone, and another one has.
    Taken,
    /// A row that refers to none, or that is to go while others refer to it.
    Referring,
}

/// What SQLite (`SQLITE_CONSTRAINT_TRIGGER`) and PostgreSQL (`restrict_violation`) say where a row is to go that others
/// refer to.
const RESTRICTED: [&str; 2] = ["1811", "23001"];

impl Refusal {
    /// What the database has refused with `error`; `None` where it failed otherwise.
    #[must_use]
    pub fn of(error: &DbErr) -> Option<Self> {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Some(Self::Taken),
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => Some(Self::Referring),
            _ => fault::code(error)
                .is_some_and(|code| RESTRICTED.contains(&code.as_str()))
                .then_some(Self::Referring),
        }
    }
}
