//! A mapping: what the files of another system mean. It is a TOML file that somebody who runs
//! revenue operations writes; `docs/import.md` teaches it.
//!
//! It is read strictly: what is not understood is an error that names the line and what would be
//! right, because a word that is silently ignored is data that is silently missing.

mod condition;
mod field;
mod glob;
pub mod preset;
mod reference;
pub mod rejected;
mod rule;
mod setting;
mod source;

use super::csv;
use crate::record::Entity;

pub use condition::{BoundCondition, Condition};
pub use field::{FieldRule, OnError, Set, Shape};
pub use glob::Pattern;
pub use reference::{By, Lookup};
pub use rule::{FileRules, Mode, Rule};
pub use source::{Bound, Header, Source, plain};

/// What a mapping file says.
#[derive(Clone, Debug)]
pub struct Mapping {
    /// What people call it.
    pub name: String,
    /// As it was written.
    pub text: String,
    /// What the files mean, in the order of the mapping.
    pub files: Vec<FileRules>,
}

impl Mapping {
    /// Reads a mapping; `origin` is the name of its file, for errors.
    ///
    /// # Errors
    ///
    /// Returns a sentence that names the file, the line, what is wrong and what would be right.
    pub fn parse(origin: &str, text: &str) -> Result<Self, String> {
        rule::mapping(origin, text)
    }

    /// The first entry for a file of this name. `accounts.rejected.csv`, which an import wrote, is
    /// what `accounts.csv` is, and so is
    /// `accounts.2.rejected.csv`.
    #[must_use]
    pub fn rules_for(&self, file_name: &str) -> Option<&FileRules> {
        let names = rejected::origins(file_name);
        self.files.iter().find(|file| {
            let mut patterns = file.patterns.iter();
            patterns.any(|pattern| names.iter().any(|name| pattern.matches(name)))
        })
    }

    /// The entities that a file has rules for, each once.
    #[must_use]
    pub fn entities(rules: &[Rule]) -> Vec<&'static Entity> {
        let mut entities: Vec<&'static Entity> = Vec::new();
        for rule in rules {
            if !entities
                .iter()
                .any(|entity| entity.name == rule.entity.name)
            {
                entities.push(rule.entity);
            }
        }
        entities
    }
}

/// How the files of an entry are written.
pub type Format = csv::Format;

#[cfg(test)]
mod tests;
