//! Why a request failed, in the words and codes that callers see.

use std::{error::Error as StdError, sync::Arc};

/// Why a request failed. `docs/errors.md` lists the codes for callers.
///
/// It has no `Display`, on purpose: async-graphql turns every error that has one into a message for
/// the caller, and a database error names tables and values. Without `Display`, the conversion in
/// `graphql/error.rs` is the only way out.
#[derive(Clone, Debug)]
pub enum ApiError {
    /// No token, or one that is not valid now.
    Unauthenticated,
    /// There is no such thing, or the caller may not know that there is.
    NotFound {
        /// The entity's name, such as `Lead`.
        what: String,
    },
    /// The request is well-formed GraphQL and asks for something that makes no sense.
    Validation {
        /// The argument or input field at fault, such as `first`.
        field: String,
        /// What is wrong with it, and what would be right.
        problem: String,
    },
    /// The caller may not do this, whatever row it is about.
    Forbidden {
        /// What, such as `see with the eyes of another role`.
        action: String,
    },
    /// The request filters, orders or groups by what is masked for the caller: the answer would tell it.
    ForbiddenField {
        /// The argument at fault, such as `filter.email`.
        field: String,
    },
    /// The request could cost more than one request may.
    CostTooHigh {
        /// How many points it could cost.
        requested: u64,
        /// How many it may cost.
        limit: u64,
    },
    /// Our fault. Logged in full at the boundary; the caller learns only that it happened.
    Internal(Arc<dyn StdError + Send + Sync>),
}

impl ApiError {
    /// A complaint about `field` of the request.
    #[must_use]
    pub fn validation(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Validation {
            field: field.into(),
            problem: problem.into(),
        }
    }

    /// A fault of ours, kept for the log.
    pub fn internal(cause: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self::Internal(Arc::from(cause.into()))
    }

    /// The value of `extensions.code`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::NotFound { .. } => "NOT_FOUND",
            Self::Validation { .. } => "VALIDATION",
            Self::Forbidden { .. } => "FORBIDDEN_SCOPE",
            Self::ForbiddenField { .. } => "FORBIDDEN_FIELD",
            Self::CostTooHigh { .. } => "COST_TOO_HIGH",
            Self::Internal(_) => "INTERNAL",
        }
    }

    /// The sentence for the caller. It never quotes a library or the database.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Unauthenticated => "a valid bearer token is required".to_owned(),
            Self::NotFound { what } => format!("no such {what}"),
            Self::Validation { field, problem } => format!("{field}: {problem}"),
            Self::Forbidden { action } => format!("you may not {action}"),
            Self::ForbiddenField { field } => format!(
                "{field}: this is masked for you in some rows, so that nothing can be found by it"
            ),
            Self::CostTooHigh { requested, limit } => format!(
                "this request may cost {requested} points, and one request may cost {limit}: ask for \
                 fewer rows with `first`, for less at a time, or page"
            ),
            Self::Internal(_) => "internal error".to_owned(),
        }
    }

    /// The argument or input field at fault, where there is one.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Validation { field, .. } | Self::ForbiddenField { field } => Some(field),
            _ => None,
        }
    }
}
