//! What the database refuses, said alike for both.

use std::borrow::Cow;

use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx::error::DatabaseError};

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
/// PostgreSQL's `deadlock_detected`. SQLite has one writer.
const DEADLOCK: &str = "40P01";

impl Refusal {
    /// What the database has refused with `error`; `None` where it failed otherwise.
    #[must_use]
    pub fn of(error: &DbErr) -> Option<Self> {
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(_)) => Some(Self::Taken),
            Some(SqlErr::ForeignKeyConstraintViolation(_)) => Some(Self::Referring),
            _ => code(error)
                .is_some_and(|code| RESTRICTED.contains(&code.as_ref()))
                .then_some(Self::Referring),
        }
    }
}

/// Whether two transactions waited for one another, and this one was ended, so that the other could go on.
pub(super) fn is_deadlock(error: &DbErr) -> bool {
    code(error).is_some_and(|code| code == DEADLOCK)
}

/// The database's own code for what went wrong.
pub(super) fn code(error: &DbErr) -> Option<Cow<'_, str>> {
    let (DbErr::Query(cause) | DbErr::Exec(cause) | DbErr::Conn(cause)) = error else {
        return None;
    };
    let RuntimeErr::SqlxError(cause) = cause else {
        return None;
    };
    cause.as_database_error().and_then(DatabaseError::code)
}
