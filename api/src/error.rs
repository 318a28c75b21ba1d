//! Why a request failed, in the words and codes that callers see.

use std::{error::Error as StdError, sync::Arc};

use uuid::Uuid;

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
        /// The values that would be right, where they can be counted.
        allowed: Vec<String>,
    },
    /// The input cannot be written as it is: everything that is wrong with it. There is at least one.
    Input(Vec<Problem>),
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
    /// The document, or what comes with it, is larger than one request may be.
    LimitExceeded(Exceeded),
    /// The time that one request has was over, and the database stopped.
    Timeout,
    /// No connection to the database came free in time: too much is read at the same time.
    Unavailable,
    /// The database had the transaction give way to another one, which wants the same rows. All of it is taken back,
    /// and goes well once that one is done.
    GaveWay,
    /// The caller has as many requests running as one caller may.
    TooManyRequests {
        /// How many that is.
        limit: u32,
    },
    /// The caller has as many streams open as they may.
    TooManyStreams {
        /// Which of their limits, as in the settings: `open_streams`.
        which: &'static str,
        /// How many they may have.
        limit: u32,
    },
    /// The caller has asked as much as they may in a minute.
    BudgetExceeded {
        /// Which of their limits, what it is, and what there would be, at the least.
        exceeded: Exceeded,
        /// In how many seconds the minute is over.
        seconds: u32,
    },
    /// Too many requests without a good token came from the same address.
    TooManyAttempts {
        /// How many may come in a minute.
        limit: u32,
        /// In how many seconds the minute is over.
        seconds: u32,
    },
    /// What follows the cursor is not told any more: too much time has passed, the hub is another one, or
    /// the caller sees other things than when they got it.
    CursorExpired,
    /// There is no document with that hash here: the caller should send it once.
    PersistedQueryNotFound,
    /// The caller may only run documents that the operator trusts, and this is none.
    DocumentNotTrusted,
    /// The caller's key to repeat a request by was used for another one, or by who saw something else.
    IdempotencyConflict {
        /// Which of the two, and what to do.
        problem: &'static str,
    },
    /// The request with the caller's key is running.
    IdempotencyInProgress,
    /// Our fault. Logged in full at the boundary; the caller learns only that it happened.
    Internal(Arc<dyn StdError + Send + Sync>),
}

/// The codes of errors that say little of what was asked: they are ours, of the moment, or of a limit.
const PASSING: [&str; 8] = [
    "INTERNAL",
    "TIMEOUT",
    "SERVICE_UNAVAILABLE",
    "TOO_MANY_REQUESTS",
    "BUDGET_EXCEEDED",
    "COST_TOO_HIGH",
    "DEPTH_TOO_HIGH",
    "LIMIT_EXCEEDED",
];

/// Whether what failed with this code is worth asking again as it is, so that no key keeps it from being done.
#[must_use]
pub fn is_passing(code: &str) -> bool {
    PASSING.contains(&code)
}

/// What is wrong with a part of an input.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The value of `extensions.code`.
    pub code: &'static str,
    /// The part, such as `input.3.email`.
    pub field: String,
    /// What is wrong with it, and what would be right.
    pub message: String,
    /// The values that would be right, where they can be counted.
    pub allowed: Vec<String>,
    /// The row in the way, and its version now: for a `VERSION_CONFLICT`.
    pub current: Option<(Uuid, i32)>,
}

impl Problem {
    /// A problem with that code; the message says which part it is.
    #[must_use]
    pub fn new(code: &'static str, field: impl Into<String>, problem: &str) -> Self {
        let field = field.into();
        Self {
            message: format!("{field}: {problem}"),
            code,
            field,
            allowed: Vec::new(),
            current: None,
        }
    }

    /// What makes no sense.
    #[must_use]
    pub fn validation(field: impl Into<String>, problem: &str) -> Self {
        Self::new("VALIDATION", field, problem)
    }

    /// The same problem, with the values that would be right.
    #[must_use]
    pub fn allowing(mut self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.allowed = values.into_iter().map(Into::into).collect();
        self
    }
}

/// In how many seconds it is worth asking again what could not be done because of what else was going on.
pub const SOON: u32 = 1;

/// A limit, and how far a request is beyond it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exceeded {
    /// The limit's name, as in the settings: `depth`.
    pub which: &'static str,
    /// What one request may have.
    pub limit: u64,
    /// What this one has; where nobody counted on, the least that it has.
    pub actual: u64,
}

impl ApiError {
    /// A complaint about `field` of the request.
    #[must_use]
    pub fn validation(field: impl Into<String>, problem: impl Into<String>) -> Self {
        Self::Validation {
            field: field.into(),
            problem: problem.into(),
            allowed: Vec::new(),
        }
    }

    /// The same complaint, with the values that would be right.
    #[must_use]
    pub fn allowing(mut self, values: impl IntoIterator<Item = impl Into<String>>) -> Self {
        if let Self::Validation { allowed, .. } = &mut self {
            *allowed = values.into_iter().map(Into::into).collect();
        }
        self
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
            Self::Input(problems) => problems.first().map_or("VALIDATION", |first| first.code),
            Self::Forbidden { .. } => "FORBIDDEN_SCOPE",
            Self::ForbiddenField { .. } => "FORBIDDEN_FIELD",
            Self::CostTooHigh { .. } => "COST_TOO_HIGH",
            Self::LimitExceeded(Exceeded { which: "depth", .. }) => "DEPTH_TOO_HIGH",
            Self::LimitExceeded(_) => "LIMIT_EXCEEDED",
            Self::Timeout => "TIMEOUT",
            Self::Unavailable | Self::GaveWay => "SERVICE_UNAVAILABLE",
            Self::TooManyRequests { .. }
            | Self::TooManyAttempts { .. }
            | Self::TooManyStreams { .. } => "TOO_MANY_REQUESTS",
            Self::BudgetExceeded { .. } => "BUDGET_EXCEEDED",
            Self::CursorExpired => "CURSOR_EXPIRED",
            Self::PersistedQueryNotFound => "PERSISTED_QUERY_NOT_FOUND",
            Self::DocumentNotTrusted => "DOCUMENT_NOT_TRUSTED",
            Self::IdempotencyConflict { .. } => "IDEMPOTENCY_CONFLICT",
            Self::IdempotencyInProgress => "IDEMPOTENCY_IN_PROGRESS",
            Self::Internal(_) => "INTERNAL",
        }
    }

    /// The sentence for the caller. It never quotes a library or the database.
    #[must_use]
    pub fn message(&self) -> String {
        match self {
            Self::Unauthenticated => "a valid bearer token is required".to_owned(),
            Self::NotFound { what } => format!("no such {what}"),
            Self::Validation { field, problem, .. } => format!("{field}: {problem}"),
            Self::Input(problems) => {
                let messages = problems.iter().map(|problem| problem.message.as_str());
                messages.collect::<Vec<_>>().join("; ")
            }
            Self::Forbidden { action } => format!("you may not {action}"),
            Self::ForbiddenField { field } => format!(
                "{field}: this is masked for you in some rows, so that nothing can be found by it"
            ),
            Self::CostTooHigh { requested, limit } => format!(
                "this request may cost {requested} points, and one request may cost {limit}: ask for \
                 fewer rows with `first`, for less at a time, or page"
            ),
            Self::LimitExceeded(Exceeded {
                which,
                limit,
                actual,
            }) => format!(
                "{which}: this request has {actual}, and one request may have {limit}: ask for less at a time"
            ),
            Self::Timeout => {
                "the time for this request is over: ask for fewer rows, or filter by less"
                    .to_owned()
            }
            Self::Unavailable => {
                "too much is asked of this hub at the moment: try again in a second".to_owned()
            }
            Self::GaveWay => "too many change the same rows at the moment, and nothing was changed: try again in a \
                 second"
                .to_owned(),
            Self::TooManyRequests { limit } => {
                format!("{limit} requests of yours are running: wait until one of them is answered")
            }
            Self::TooManyStreams { which, limit } => {
                format!("{which}: {limit} are open, and that is as many as may be: close one")
            }
            Self::BudgetExceeded { exceeded, seconds } => format!(
                "{}: you may have {} in a minute, and have had them: ask again in {seconds} s",
                exceeded.which, exceeded.limit
            ),
            Self::TooManyAttempts { seconds, .. } => format!(
                "too many requests without a valid token came from your address: try again in {seconds} s"
            ),
            Self::CursorExpired => "after: this cursor has expired, because too much time has passed, or because \
                 what you see is not what it was: take `changeCursor`, extract everything anew, and follow from there"
                .to_owned(),
            // The words that clients of the protocol look for.
            Self::PersistedQueryNotFound => "PersistedQueryNotFound".to_owned(),
            Self::DocumentNotTrusted => {
                "you may only run the documents that the operator of this hub trusts".to_owned()
            }
            Self::IdempotencyConflict { problem } => format!("Idempotency-Key: {problem}"),
            Self::IdempotencyInProgress => {
                "Idempotency-Key: the request with this key is running: try again in a second"
                    .to_owned()
            }
            Self::Internal(_) => "internal error".to_owned(),
        }
    }

    /// The argument or input field at fault, where there is one.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Validation { field, .. } | Self::ForbiddenField { field } => Some(field),
            Self::IdempotencyConflict { .. } | Self::IdempotencyInProgress => {
                Some("Idempotency-Key")
            }
            Self::CursorExpired => Some("after"),
            _ => None,
        }
    }

    /// The values that would be right; empty where they cannot be counted.
    #[must_use]
    pub fn allowed(&self) -> &[String] {
        match self {
            Self::Validation { allowed, .. } => allowed,
            _ => &[],
        }
    }

    /// The limit that the request is beyond, where it is that.
    #[must_use]
    pub fn exceeded(&self) -> Option<Exceeded> {
        match *self {
            Self::LimitExceeded(exceeded) | Self::BudgetExceeded { exceeded, .. } => Some(exceeded),
            Self::CostTooHigh { requested, limit } => Some(Exceeded {
                which: "cost",
                limit,
                actual: requested,
            }),
            Self::TooManyRequests { limit } => Some(Exceeded {
                which: "concurrent_operations",
                limit: limit.into(),
                actual: u64::from(limit).saturating_add(1),
            }),
            Self::TooManyStreams { which, limit } => Some(Exceeded {
                which,
                limit: limit.into(),
                actual: u64::from(limit).saturating_add(1),
            }),
            Self::TooManyAttempts { limit, .. } => Some(Exceeded {
                which: "failed_attempts_per_minute",
                limit: limit.into(),
                actual: u64::from(limit).saturating_add(1),
            }),
            _ => None,
        }
    }

    /// In how many seconds it is worth asking again; `None` where it never is.
    #[must_use]
    pub fn retry_after(&self) -> Option<u32> {
        match *self {
            Self::TooManyRequests { .. }
            | Self::TooManyStreams { .. }
            | Self::Unavailable
            | Self::GaveWay
            | Self::IdempotencyInProgress => Some(SOON),
            Self::BudgetExceeded { seconds, .. } | Self::TooManyAttempts { seconds, .. } => {
                Some(seconds)
            }
            _ => None,
        }
    }
}
