//! Why somebody sees a row, or does not: rule by rule, for whoever may know.

use uuid::Uuid;

use crate::{
    auth::{Authenticator, Viewer},
    database::Database,
    dataset::GlobalId,
    error::ApiError,
    reader::Reader,
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

/// Says why the user `whom` sees the row `id`, or does not; neither may be one at all. `viewer` has to
/// be allowed to ask.
///
/// # Errors
///
/// - [`ApiError::Forbidden`] when `viewer` may not ask
/// - [`ApiError::NotFound`] when there is no such row or no such active user
/// - [`ApiError::Internal`] when the database fails
pub async fn explain(
    db: &Database,
    views: &Views,
    viewer: &Viewer,
    id: Option<GlobalId>,
    whom: Option<Uuid>,
) -> Result<Explanation, ApiError> {
    if !viewer.view.explain || viewer.viewed_as.is_some() {
        return Err(ApiError::Forbidden {
            action: "ask why somebody sees a row".to_owned(),
        });
    }
    let missing = |what: &str| ApiError::NotFound {
        what: what.to_owned(),
    };
    let id = id.ok_or_else(|| missing("row"))?;
    let whom = match whom {
        Some(whom) => Authenticator::user(views, db, whom).await?,
        None => None,
    };
    let whom = whom.ok_or_else(|| missing("active User"))?;
    let reader = Reader::new(db.clone());
    let seen = reader.explain(&whom, id, &[&Scope::all()]).await?;
    seen.ok_or_else(|| missing(id.entity.name))?;
    let guards = id.entity.guards.iter().map(|guard| FieldExplanation {
        field: guard.name,
        masked: None,
        rules: Vec::new(),
    });
    let mut explanation = Explanation {
        visible: false,
        rules: Vec::new(),
        fields: guards.collect(),
    };
    for role in &whom.roles {
        let policy = views.policy().role(role);
        if let Some(policy) = policy.and_then(|role| role.nouns.get(id.entity.name)) {
            let terms: Vec<_> = policy.rows.each().collect();
            let outside = policy.masks.values().map(|mask| &mask.outside);
            let scopes: Vec<_> = terms.iter().chain(outside).collect();
            let truths = reader
                .explain(&whom, id, &scopes)
                .await?
                .unwrap_or_default();
            explanation.add(role, policy, &terms, &truths);
        }
    }
    Ok(explanation)
}

impl Explanation {
    /// Adds what a role shows: `truths` says for each term, and then for each mask, whether the row is
    /// in it.
    fn add(&mut self, role: &str, policy: &NounPolicy, terms: &[Scope], truths: &[bool]) {
        let mut truths = truths.iter().copied();
        let mut shows = false;
        for (term, holds) in terms.iter().zip(truths.by_ref()) {
            shows |= holds;
            self.rules.push(Rule {
                role: role.to_owned(),
                rows: term.to_string(),
                holds,
            });
        }
        if !shows {
            return;
        }
        let masks: Vec<_> = policy.masks.iter().zip(truths).collect();
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
