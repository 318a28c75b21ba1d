//! What a file says of a role, before it is known whether that makes sense.

use std::collections::BTreeMap;

use super::super::{mask::Mask, scope::Scope};

/// Something that a file says, and where: the position in its text.
#[derive(Clone, Debug)]
pub(super) struct Said<T> {
    pub(super) at: usize,
    pub(super) it: T,
}

/// What is said of a role.
#[derive(Clone, Debug, Default)]
pub(super) struct RoleDraft {
    pub(super) at: usize,
    pub(super) inherits: Option<Said<String>>,
    pub(super) description: Option<Said<String>>,
    pub(super) view_as: Option<bool>,
    pub(super) explain: Option<bool>,
    pub(super) trusted_documents: Option<bool>,
    pub(super) nouns: BTreeMap<&'static str, NounDraft>,
}

/// What is said of a noun.
#[derive(Clone, Debug, Default)]
pub(super) struct NounDraft {
    pub(super) at: usize,
    pub(super) rows: Option<Said<Scope>>,
    pub(super) reference: Option<Said<bool>>,
    /// By guarded field: its mask, or `None` where it is clear.
    pub(super) fields: BTreeMap<&'static str, Said<Option<Mask>>>,
    /// Whether fields of which nothing is said are clear.
    pub(super) clear_all: bool,
    pub(super) can: BTreeMap<&'static str, Said<Scope>>,
    pub(super) export: Option<Said<bool>>,
}

impl RoleDraft {
    /// This draft, and what `parent` says where this one is silent.
    pub(super) fn over(mut self, parent: &Self) -> Self {
        self.description = self.description.or_else(|| parent.description.clone());
        self.view_as = self.view_as.or(parent.view_as);
        self.explain = self.explain.or(parent.explain);
        self.trusted_documents = self.trusted_documents.or(parent.trusted_documents);
        for (noun, inherited) in &parent.nouns {
            match self.nouns.remove(noun) {
                Some(own) => self.nouns.insert(noun, own.over(inherited)),
                None => self.nouns.insert(noun, inherited.clone()),
            };
        }
        self
    }
}

impl NounDraft {
    fn over(mut self, parent: &Self) -> Self {
        self.rows = self.rows.or_else(|| parent.rows.clone());
        self.reference = self.reference.or_else(|| parent.reference.clone());
        self.export = self.export.or_else(|| parent.export.clone());
        if !self.clear_all {
            self.clear_all = parent.clear_all;
            for (field, said) in &parent.fields {
                self.fields.entry(field).or_insert_with(|| said.clone());
            }
        }
        for (action, said) in &parent.can {
            self.can.entry(action).or_insert_with(|| said.clone());
        }
        self
    }
}
