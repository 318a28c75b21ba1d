//! Why an import cannot run.

use std::{io, path::PathBuf};

use entity::import_job;
use sea_orm::DbErr;

use crate::store::demo;

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

impl ImportError {
    /// Refuses the job that brought the made-up year: there are no files to go on with, and it is more
    /// than an import makes and can take back.
    ///
    /// # Errors
    ///
    /// Returns [`ImportError::Refused`] for that job.
    pub(super) fn unless_demo(job: &import_job::Model) -> Result<(), Self> {
        if demo::is_year(job) {
            let problem = "this is the demo's year: remove its file instead";
            return Err(Self::Refused(problem.to_owned()));
        }
        Ok(())
    }
}
