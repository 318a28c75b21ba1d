//! `explainAccess`: why somebody sees a row, or does not.

use async_graphql::{Context, ID, Object, Result, SimpleObject};

use crate::{
    dataset::GlobalId,
    services::access::{self, Explanation, FieldExplanation},
    views::Views,
};

use super::{
    super::{error::resolver_error, selection::reading},
    viewer::MaskShown,
};

/// The root field that explains the views.
#[derive(Debug)]
pub(crate) struct AccessQuery;

#[Object]
impl AccessQuery {
    /// Why a user sees a row, or does not, and each field of it that can be masked: rule by rule. For
    /// administrators.
    async fn explain_access(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of the row.")] id: ID,
        #[graphql(desc = "The global id of the user.")] viewer_id: ID,
    ) -> Result<AccessExplanation> {
        let user = GlobalId::parse(&viewer_id).filter(|user| user.entity.name == "User");
        let (reading, views) = (reading(ctx), ctx.data_unchecked::<Views>());
        let user = user.map(|user| user.id);
        let explained = access::explain(reading, views, GlobalId::parse(&id), user).await;
        let explained = explained.map_err(|error| resolver_error(&error))?;
        Ok(explained.into())
    }
}

/// Why a user sees a row, or does not.
#[derive(Debug, SimpleObject)]
pub(crate) struct AccessExplanation {
    /// Whether the user sees the row.
    visible: bool,
    /// Every rule of the user's roles that could show it. One that holds is enough.
    rules: Vec<AccessRule>,
    /// Each field that can be masked; empty where the user does not see the row.
    fields: Vec<FieldAccess>,
}

/// A rule that could show a row.
#[derive(Debug, SimpleObject)]
pub(crate) struct AccessRule {
    /// The role.
    role: String,
    /// Which rows the rule shows, such as `territory and unassigned`.
    rows: String,
    /// Whether the row is one of them.
    holds: bool,
}

/// What a user sees of a field that can be masked.
#[derive(Debug, SimpleObject)]
pub(crate) struct FieldAccess {
    /// The field.
    field: String,
    /// What is shown in place of the value; null where the value is shown.
    masked: Option<MaskShown>,
    /// What each role that shows the row says. One that does not mask the field is enough to see it.
    rules: Vec<FieldRule>,
}

/// What a role says of a field that can be masked.
#[derive(Debug, SimpleObject)]
pub(crate) struct FieldRule {
    /// The role.
    role: String,
    /// Its mask, such as `partial outside own`; null where it never masks the field.
    mask: Option<String>,
    /// Whether it masks the field of this row.
    masks: bool,
}

impl From<Explanation> for AccessExplanation {
    fn from(explanation: Explanation) -> Self {
        let Explanation {
            visible,
            rules,
            fields,
        } = explanation;
        let rules = rules.into_iter().map(|rule| AccessRule {
            role: rule.role,
            rows: rule.rows,
            holds: rule.holds,
        });
        let fields = fields.into_iter().filter(|_| visible);
        Self {
            visible,
            rules: rules.collect(),
            fields: fields.map(FieldAccess::from).collect(),
        }
    }
}

impl From<FieldExplanation> for FieldAccess {
    fn from(explanation: FieldExplanation) -> Self {
        let rules = explanation.rules.into_iter().map(|rule| FieldRule {
            role: rule.role,
            mask: rule.mask,
            masks: rule.masks,
        });
        Self {
            field: explanation.field.to_owned(),
            masked: explanation.masked.map(MaskShown::from),
            rules: rules.collect(),
        }
    }
}
