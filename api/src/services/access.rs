//! Why somebody sees a row, or does not: rule by rule, for whoever may know.

use uuid::Uuid;

use crate::{
    auth::{Authenticator, Viewer},
    dataset::{Entity, GlobalId},
    error::ApiError,
    reader::Reading,
    views::{Mask, MaskKind, NounPolicy, Scope, Views},
};

/// Why somebody sees a row, or does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// Whether they see it.
    pub visible: bool,
    /// Every rule of their roles that could show it.
    pub rules: Vec<Rule>,
    /// What they see of it in each guarded field.
    pub fields: Vec<FieldExplanation>,
}

/// A rule that could show the row: a term of a role's row scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// The role.
    pub role: String,
    /// The term, such as `territory and unassigned`.
    pub rows: String,
    /// Whether the row is one of these.
    pub holds: bool,
}

/// What somebody sees of a guarded field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldExplanation {
    /// The field.
    pub field: &'static str,
    /// The mask that they see in place of the value; none where they see the value.
    pub masked: Option<MaskKind>,
    /// What each role that shows the row says of it.
    pub rules: Vec<FieldRule>,
}

/// What a role says of a guarded field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRule {
    /// The role.
    pub role: String,
    /// Its mask, such as `partial outside own`; none where it never masks the field.
    pub mask: Option<String>,
    /// Whether it masks the field of this row.
    pub masks: bool,
}

/// Says why the user `whom` sees the row `id`, or does not; neither may be one at all. Who reads has to
/// be allowed to ask. It is as of the moment of all that is read with `reading`.
///
/// # Errors
///
/// - [`ApiError::Forbidden`] when who reads may not ask
/// - [`ApiError::NotFound`] when there is no such row or no such active user
/// - and as [`Reading::explain`]
pub async fn explain(
    reading: &Reading,
    views: &Views,
    id: Option<GlobalId>,
    whom: Option<Uuid>,
) -> Result<Explanation, ApiError> {
    let viewer = reading.viewer();
    if !viewer.view.explain || viewer.viewed_as.is_some() {
        return Err(ApiError::Forbidden {
            action: "ask why somebody sees a row".to_owned(),
        });
    }
    let missing = |what: &str| ApiError::NotFound {
        what: what.to_owned(),
    };
    let id = id.ok_or_else(|| missing("row"))?;
    let whom = user(reading, views, whom).await?;
    let whom = whom.ok_or_else(|| missing("active User"))?;
    let policies: Vec<_> = whom
        .roles
        .iter()
        .filter_map(|role| Some((role, views.policy().role(role)?.nouns.get(id.entity.name)?)))
        .map(|(role, policy)| (role, policy, policy.rows.each().collect::<Vec<_>>()))
        .collect();
    let scopes = policies.iter().flat_map(|(_, policy, terms)| {
        let outside = policy.masks.values().map(|mask| &mask.outside);
        terms.iter().chain(outside)
    });
    let scopes: Vec<_> = scopes.collect();
    let truths = reading.explain(&whom, id, &scopes).await?;
    let mut truths = truths.ok_or_else(|| missing(id.entity.name))?.into_iter();
    let mut explanation = Explanation::of(id.entity);
    for (role, policy, terms) in policies {
        explanation.add(role, policy, &terms, &mut truths);
    }
    Ok(explanation)
}

/// The user with that id, as they would be if they called.
async fn user(
    reading: &Reading,
    views: &Views,
    id: Option<Uuid>,
) -> Result<Option<Viewer>, ApiError> {
    let Some(id) = id else {
        return Ok(None);
    };
    reading
        .lookup(async |db| Authenticator::user(views, &db, id).await)
        .await
}

impl Explanation {
    /// What is to be said of a row of `entity` that no role shows.
    fn of(entity: &Entity) -> Self {
        let fields = entity.guards.iter().map(|guard| FieldExplanation {
            field: guard.name,
            masked: None,
            rules: Vec::new(),
        });
        Self {
            visible: false,
            rules: Vec::new(),
            fields: fields.collect(),
        }
    }

    /// Adds what a role shows: the next of `truths` say for each term, and then for each mask, whether the
    /// row is in it.
    fn add(
        &mut self,
        role: &str,
        policy: &NounPolicy,
        terms: &[Scope],
        mut truths: impl Iterator<Item = bool>,
    ) {
        let mut shows = false;
        for (term, holds) in terms.iter().zip(truths.by_ref()) {
            shows |= holds;
            self.rules.push(Rule {
                role: role.to_owned(),
                rows: term.to_string(),
                holds,
            });
        }
        let masks: Vec<_> = policy.masks.iter().zip(truths).collect();
        if !shows {
            return;
        }
        for field in &mut self.fields {
            let said = masks.iter().find(|((name, _), _)| **name == field.field);
            let mask = said.map(|((_, mask), _)| *mask);
            let masked = said.and_then(|((_, mask), clear)| (!clear).then_some(mask.kind));
            // The mildest of the roles that show the row wins.
            field.masked = match (self.visible, field.masked, masked) {
                (false, _, masked) => masked,
                (true, None, _) | (true, _, None) => None,
                (true, Some(one), Some(other)) => Some(one.max(other)),
            };
            field.rules.push(FieldRule {
                role: role.to_owned(),
                mask: mask.map(Mask::to_string),
                masks: masked.is_some(),
            });
        }
        self.visible = true;
    }
}
