//! What a step asks for beyond the state that it begins in, as a workflow's file says it.

use serde::{Deserialize, Serialize};

use super::model::Entity;

/// What has to be so of a row that takes a step, besides where it stands.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proviso {
    /// Nothing stands in this field.
    Empty(String),
    /// Something stands in this field.
    Filled(String),
    /// Something else stands in the field.
    IsNot {
        /// The field.
        field: String,
        /// What does not stand there.
        value: String,
    },
    /// Nobody has taken the step since this field, which counts up, has the number that it has. For leads, whose
    /// steps are kept.
    OnceIn(String),
}

impl Proviso {
    /// The field that it is about.
    #[must_use]
    pub fn field(&self) -> &str {
        match self {
            Self::Empty(field)
            | Self::Filled(field)
            | Self::IsNot { field, .. }
            | Self::OnceIn(field) => field,
        }
    }

    /// The column that it is about.
    #[must_use]
    pub fn column(&self, entity: &Entity) -> Option<&'static str> {
        entity.find(self.field())?.kind.columns().next()
    }

    /// It in words, which follow on "where".
    #[must_use]
    pub fn words(&self) -> String {
        match self {
            Self::Empty(field) => format!("`{field}` is empty"),
            Self::Filled(field) => format!("`{field}` is said"),
            Self::IsNot { field, value } => format!("`{field}` is not {value}"),
            Self::OnceIn(field) => format!("that was not done in this `{field}`"),
        }
    }
}

/// Fields of which one has to be said with a step.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// The fields: one of them is enough.
    pub one_of: Vec<String>,
    /// In which case, in words; none: in each.
    pub when: Option<String>,
}

impl Requirement {
    /// One field that has to be said in that case.
    pub(super) fn of(field: &str, when: String) -> Self {
        Self {
            one_of: vec![field.to_owned()],
            when: Some(when),
        }
    }

    /// It in words, for the documentation.
    #[must_use]
    pub fn words(&self) -> String {
        let fields: Vec<String> = self.one_of.iter().map(|it| format!("`{it}`")).collect();
        let fields = fields.join(" or ");
        match &self.when {
            Some(when) => format!("{fields} where {when}"),
            None => fields,
        }
    }
}
