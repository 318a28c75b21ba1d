//! The policy: for each role and noun, which rows it sees, what of them is masked, and what it may do.

mod check;
mod draft;
mod read;

use std::{collections::BTreeMap, fmt};

use super::{
    mask::Mask,
    scope::{Scope, Word},
    vocabulary::Vocabulary,
};

/// The policy that is built in.
const BUILT_IN: &str = include_str!("../../../roles.default.toml");

/// Who may see and do what. What is not granted is denied.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The roles, in the order of the file.
    pub roles: Vec<RolePolicy>,
    /// The names that it is written in.
    pub vocabulary: Vocabulary,
}

/// What a role may see and do.
#[derive(Clone, Debug)]
pub struct RolePolicy {
    /// Its name in tokens, in the database and in the API.
    pub name: String,
    /// Who has it.
    pub description: String,
    /// Whether it may look at the hub with the eyes of any other role.
    pub view_as: bool,
    /// Whether it may ask why somebody sees a row or does not.
    pub explain: bool,
    /// Whether it may only run the documents that the operator trusts.
    pub trusted_documents: bool,
    /// By noun.
    pub nouns: BTreeMap<&'static str, NounPolicy>,
}

impl RolePolicy {
    /// Whether any of its scopes has one of `words`.
    #[must_use]
    pub fn asks(&self, words: &[Word]) -> bool {
        self.nouns.values().any(|noun| {
            let masks = noun.masks.values().map(|mask| &mask.outside);
            let scopes = [&noun.rows]
                .into_iter()
                .chain(masks)
                .chain(noun.can.values());
            scopes
                .flat_map(Scope::words)
                .any(|word| words.contains(&word))
        })
    }
}

/// What a role may see of a noun and do with it.
#[derive(Clone, Debug)]
pub struct NounPolicy {
    /// The rows that it sees.
    pub rows: Scope,
    /// Whether it may know the name and the status of a row that a row which it sees points to.
    pub reference: bool,
    /// The guarded fields that it does not see, or not all of the time; it sees the others.
    pub masks: BTreeMap<&'static str, Mask>,
    /// What it may do, and with which rows.
    pub can: BTreeMap<&'static str, Scope>,
    /// Whether it may take the rows that it sees away as a file.
    pub export: bool,
}

/// Everything that is wrong with a file of roles: the file, the line and the fix of each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError(pub Vec<String>);

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("\n"))
    }
}

impl std::error::Error for PolicyError {}

impl Policy {
    /// Reads a file of roles; `origin` is what to call it.
    ///
    /// # Errors
    ///
    /// Returns [`PolicyError`] when it says something that makes no sense, or does not say what
    /// becomes of a noun or of a guarded field.
    pub fn parse(origin: &str, text: &str, vocabulary: &Vocabulary) -> Result<Self, PolicyError> {
        let mut problems = Vec::new();
        let drafts = read::drafts(origin, text, vocabulary, &mut problems);
        let roles = check::roles(origin, text, drafts, vocabulary, &mut problems);
        if problems.is_empty() {
            return Ok(Self {
                roles,
                vocabulary: vocabulary.clone(),
            });
        }
        Err(PolicyError(problems))
    }

    /// The policy that is built in.
    ///
    /// # Errors
    ///
    /// Returns [`PolicyError`] when it does not fit `vocabulary`, which a test excludes.
    pub fn built_in(vocabulary: &Vocabulary) -> Result<Self, PolicyError> {
        Self::parse("roles.default.toml", BUILT_IN, vocabulary)
    }

    /// The names of the roles, to tell somebody who said another one.
    #[must_use]
    pub fn names(&self) -> String {
        let names: Vec<_> = self.roles.iter().map(|role| role.name.as_str()).collect();
        names.join(", ")
    }

    /// The role of that name.
    #[must_use]
    pub fn role(&self, name: &str) -> Option<&RolePolicy> {
        self.roles.iter().find(|role| role.name == name)
    }
}
