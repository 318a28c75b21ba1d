//! Who is calling.

use uuid::Uuid;

/// Who is calling, built once for each request from a verified token.
///
/// Everything that reads or writes takes a `&Viewer`: what it may see and do follows from it and
/// from nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Viewer {
    /// The user whose token it is; `None` for a service token.
    pub user_id: Option<Uuid>,
    /// The token's own id, its `jti`.
    pub token_id: Uuid,
    /// What the caller is called: the user's name, or the service token's.
    pub name: String,
    /// The names of their roles, such as `SALES_REP`; several are a union.
    pub roles: Vec<String>,
}
