//! `viewer`: who the caller is, and what they may see and do.

use async_graphql::{Context, Enum, Object, Result, SimpleObject};

use crate::{
    auth::{Budgets, Viewer},
    dataset::dataset,
    error::ApiError,
    services,
    views::{MaskKind, Masked, NounView},
};

use super::super::{
    budget::RequestBudget,
    error::resolver_error,
    kind::EntityKind,
    row::{Row, Rows, Territory, User},
    selection::reading,
};

/// The root field that tells callers about themselves.
#[derive(Debug)]
pub(crate) struct ViewerQuery;

#[Object]
impl ViewerQuery {
    /// Who you are to the hub, and what you may see and do: what a front end builds its screens from.
    async fn viewer<'ctx>(&self, ctx: &Context<'ctx>) -> ViewerObject<'ctx> {
        ViewerObject(reading(ctx).viewer())
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

    /// The role whose eyes you look with, by the header `View-As`; null when you look with your own.
    async fn viewed_as(&self) -> Option<&str> {
        self.0.viewed_as.as_deref()
    }

    /// You as a user; null for a service.
    async fn user(&self) -> Option<Row<User>> {
        self.0.user_id.map(Row::new)
    }

    /// Your territories and all below them, from the top of the tree, 500 at most: what `territory` means
    /// in your views.
    async fn territories(&self, ctx: &Context<'_>) -> Result<Rows<Territory>> {
        let ids = match self.0.user_id {
            Some(user) => services::territory::of_user(reading(ctx), user)
                .await
                .map_err(|error| resolver_error(&error))?,
            None => Vec::new(),
        };
        Ok(Rows::new(ids))
    }

    /// Whether there are rows of that kind with which you may do that; making one counts as well.
    #[expect(clippy::unused_async, reason = "resolvers are asynchronous")]
    async fn can(
        &self,
        #[graphql(
            desc = "What, such as `reassign`; `viewer.views.mutations` lists what you can do."
        )]
        action: String,
        #[graphql(desc = "With what kind of row.")] entity: EntityKind,
    ) -> Result<bool> {
        let entity = entity.0;
        if !entity.actions.iter().any(|known| known.name == action) {
            let problem = format!("nothing of that name can be done with {} rows", entity.name);
            let known = entity.actions.iter().map(|action| action.name);
            let error = ApiError::validation("action", problem).allowing(known);
            return Err(resolver_error(&error));
        }
        let view = self.0.view.noun(entity.name);
        Ok(view.can.contains_key(action.as_str()))
    }

    /// What you may still ask in this minute; null where nothing limits you. This request is counted, and what
    /// it costs is not yet.
    async fn budget(&self, ctx: &Context<'_>) -> Option<RequestBudget> {
        let budget = ctx.data_unchecked::<Budgets>().of(self.0);
        budget.map(RequestBudget::from)
    }

    /// For each kind of row what you may see of it, and what you may do.
    async fn views(&self) -> Vec<EntityView> {
        let entities = dataset().entities().iter();
        entities
            .map(|entity| {
                let view = self.0.view.noun(entity.name);
                EntityView {
                    entity: EntityKind(entity),
                    rows: view.rows.to_string(),
                    reference: view.reference,
                    masked: entity
                        .guards
                        .iter()
                        .filter_map(|guard| {
                            Some(FieldMask::of(guard.name, view.masked.get(guard.name)?))
                        })
                        .collect(),
                    mutations: mutations(view),
                    export: view.export,
                }
            })
            .collect()
    }
}

fn mutations(view: &NounView) -> Vec<AllowedMutation> {
    let can = view.can.iter();
    can.map(|(action, rows)| AllowedMutation {
        action: (*action).to_owned(),
        rows: rows.to_string(),
    })
    .collect()
}

/// What you may see of a kind of row, and what you may do.
#[derive(Debug, SimpleObject)]
pub(crate) struct EntityView {
    /// The kind of row.
    entity: EntityKind,
    /// Which rows you see, in the words of the roles: `all`, `none`, `own + territory and unassigned`.
    rows: String,
    /// Whether you may know the name and the status of rows outside that a row which you see points to.
    reference: bool,
    /// The fields that are masked for you in some rows, by which you cannot filter.
    masked: Vec<FieldMask>,
    /// What you may do.
    mutations: Vec<AllowedMutation>,
    /// Whether you may take rows away as a file.
    export: bool,
}

/// A field that is masked for you in some rows.
#[derive(Debug, SimpleObject)]
pub(crate) struct FieldMask {
    /// The field; of a relation it stands for its id as well.
    field: String,
    /// What is shown in place of the value.
    kind: MaskShown,
    /// In which rows: `all`, or `outside own` and its kind.
    when: String,
}

impl FieldMask {
    fn of(field: &str, masked: &Masked) -> Self {
        let when = if masked.clear.is_none() {
            "all".to_owned()
        } else {
            format!("outside {}", masked.clear)
        };
        let kind = masked
            .softened
            .as_ref()
            .map_or(MaskKind::Hide, |(kind, _)| *kind);
        Self {
            field: field.to_owned(),
            kind: kind.into(),
            when,
        }
    }
}

/// What is shown in place of a masked value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(name = "MaskKind")]
pub(crate) enum MaskShown {
    /// Nothing: null.
    Hide,
    /// A part of it: `a…@acme.com`, `+43 … 77`.
    Partial,
    /// The band that the amount lies in.
    Band,
}

impl From<MaskKind> for MaskShown {
    fn from(kind: MaskKind) -> Self {
        match kind {
            MaskKind::Hide => Self::Hide,
            MaskKind::Partial => Self::Partial,
            MaskKind::Band => Self::Band,
        }
    }
}

/// Something that you may do.
#[derive(Debug, SimpleObject)]
pub(crate) struct AllowedMutation {
    /// What, such as `reassign`.
    action: String,
    /// With which rows, in the words of the roles.
    rows: String,
}
