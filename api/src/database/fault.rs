//! What the database says went wrong, by its code.

use sea_orm::{
    DbErr, RuntimeErr,
    sqlx::error::{DatabaseError, Error as SqlxError},
};

use crate::error::ApiError;

/// PostgreSQL's `deadlock_detected` and `serialization_failure`: the transaction is taken back, so that others can go
/// on.
const GAVE_WAY: [&str; 2] = ["40P01", "40001"];
/// SQLite's `SQLITE_BUSY`.
const BUSY: &str = "5";
/// How PostgreSQL's codes about values begin that cannot be kept. Its messages quote them.
const ABOUT_VALUES: &str = "22";

/// The database's code for what went wrong.
pub(super) fn code(error: &DbErr) -> Option<String> {
    let (DbErr::Query(cause) | DbErr::Exec(cause) | DbErr::Conn(cause)) = error else {
        return None;
    };
    let RuntimeErr::SqlxError(cause) = cause else {
        return None;
    };
    let code = SqlxError::as_database_error(cause).and_then(DatabaseError::code)?;
    Some(code.into_owned())
}

/// Whether the transaction had to give way to another one, and would go well again.
pub(super) fn gave_way(error: &DbErr) -> bool {
    code(error).is_some_and(|code| GAVE_WAY.contains(&code.as_str()))
}

/// Whether another connection has the SQLite file to itself.
pub(super) fn is_busy(error: &DbErr) -> bool {
    code(error).as_deref() == Some(BUSY)
}

/// A fault of ours, without the values of the request that the database may quote.
pub(super) fn for_the_log(error: DbErr) -> ApiError {
    match code(&error) {
        Some(code) if code.starts_with(ABOUT_VALUES) && code.len() == 5 => {
            ApiError::internal(format!("the database cannot take a value: SQLSTATE {code}"))
        }
        _ => ApiError::internal(error),
    }
}
