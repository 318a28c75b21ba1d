//! Why an import cannot run.

use std::{io, path::PathBuf};

use sea_orm::DbErr;

/// Why an import cannot run, or not go on. What is wrong with single rows is no error: it stands in
/// their outcome.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The mapping makes no sense, or not for these files.
    #[error("{0}")]
    Mapping(String),
    /// A file cannot be read or written.
    #[error("{}", .0.display())]
    File(PathBuf, #[source] io::Error),
    /// It must not be done.
    #[error("{0}")]
    Refused(String),
    /// The database failed. What was written before is kept, and the job can be resumed.
    #[error("the database failed; the job can be resumed")]
    Database(#[from] DbErr),
}
