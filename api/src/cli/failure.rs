//! Why a command did not work, in a line for a person.

use std::{fmt, io, process::ExitCode};

use sea_orm::DbErr;

use crate::{app::StartError, config::ConfigError, error::ApiError};

/// Why a command did not work.
#[derive(Debug)]
pub(super) enum Failure {
    /// It was asked wrongly, or a setting is wrong.
    Usage(String),
    /// It was asked rightly and failed.
    Failed(String),
}

impl Failure {
    pub(super) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Usage(_) => ExitCode::from(2),
            Self::Failed(_) => ExitCode::from(1),
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Usage(message) | Self::Failed(message) => f.write_str(message),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::Usage(error.to_string())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        match error {
            StartError::Config(error) => error.into(),
            StartError::Roles(error) => Self::Usage(error.to_string()),
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        match error {
            // Whoever runs a command may know the cause, which a caller of the API may not.
            ApiError::Internal(cause) => Self::Failed(cause.to_string()),
            ApiError::Validation { .. } => Self::Usage(error.message()),
            other => Self::Failed(other.message()),
        }
    }
}

impl From<DbErr> for Failure {
    fn from(error: DbErr) -> Self {
        Self::Failed(format!("the database failed: {error}"))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}
