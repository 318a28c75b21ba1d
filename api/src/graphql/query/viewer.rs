//! `viewer`: who the caller is.

use async_graphql::{Context, Object};

use crate::auth::Viewer;

use super::super::row::{Row, User};

/// The root field that tells callers about themselves.
#[derive(Debug)]
pub(crate) struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who you are to the hub.
    async fn viewer<'ctx>(&self, ctx: &Context<'ctx>) -> ViewerObject<'ctx> {
        ViewerObject(ctx.data_unchecked())
    }
}

/// Who is calling: a user or a service.
#[derive(Debug)]
pub(crate) struct ViewerObject<'ctx>(&'ctx Viewer);

// What stands here is the description in the schema.
/// Who is calling: a user or a service.
#[Object(name = "Viewer")]
impl ViewerObject<'_> {
    /// What you are called: your name, or the service token's.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// The names of your roles, such as `SALES_REP`; several are a union.
    async fn roles(&self) -> &[String] {
        &self.0.roles
    }

    /// You as a user; null for a service.
    async fn user(&self) -> Option<Row<User>> {
        self.0.user_id.map(Row::new)
    }
}
