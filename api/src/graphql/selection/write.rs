//! What is selected of the answer to a mutation of rows.

use crate::{dataset::Entity, error::ApiError, reader::NodeSelection};

use super::{Group, Selector, name_of, sets, unknown};

/// What stands under a key of what became of a row.
#[derive(Clone, Debug)]
pub(in crate::graphql) enum RowPart {
    /// `__typename`, and what it is.
    TypeName(String),
    /// Which one of a list.
    Index,
    /// The row's id.
    Id,
    /// What became of it.
    Outcome,
    /// The row.
    Node(NodeSelection),
    /// What is wrong with it.
    Problems(Vec<(String, ProblemPart)>),
}

/// What stands under a key of a problem.
#[derive(Clone, Copy, Debug)]
pub(in crate::graphql) enum ProblemPart {
    /// `__typename`.
    TypeName,
    /// The stable code.
    Code,
    /// The sentence.
    Message,
    /// The part of the input.
    Field,
    /// What would be right.
    Allowed,
    /// The version that is in the way.
    CurrentVersion,
}

/// What stands under a key of a batch.
#[derive(Clone, Debug)]
pub(in crate::graphql) enum BatchPart {
    /// `__typename`, and what it is.
    TypeName(String),
    /// The results, and what is selected of each.
    Results(Vec<(String, RowPart)>),
}

impl<'a> Selector<'a> {
    /// What `group` selects of what became of one row of `entity`, an object of `type_name`.
    pub(in crate::graphql) fn row(
        &self,
        entity: &'static Entity,
        type_name: &str,
        group: &Group<'a>,
    ) -> Result<Vec<(String, RowPart)>, ApiError> {
        let mut parts = Vec::new();
        for (key, group) in self.collect(type_name, sets(group)) {
            let part = match name_of(&group) {
                "__typename" => RowPart::TypeName(type_name.to_owned()),
                "index" => RowPart::Index,
                "id" => RowPart::Id,
                "outcome" => RowPart::Outcome,
                "problems" => RowPart::Problems(self.parts("Problem", &group, problem_part)?),
                name if name == entity.single => RowPart::Node(self.node(entity, &group)?),
                name => return Err(unknown(type_name, name)),
            };
            parts.push((key.to_owned(), part));
        }
        Ok(parts)
    }

    /// What `group` selects of what became of a list of rows of `entity`: an object of `type_name` with
    /// results of `result_name`.
    pub(in crate::graphql) fn batch(
        &self,
        entity: &'static Entity,
        (type_name, result_name): (&str, &str),
        group: &Group<'a>,
    ) -> Result<Vec<(String, BatchPart)>, ApiError> {
        let mut parts = Vec::new();
        for (key, group) in self.collect(type_name, sets(group)) {
            let part = match name_of(&group) {
                "__typename" => BatchPart::TypeName(type_name.to_owned()),
                "results" => BatchPart::Results(self.row(entity, result_name, &group)?),
                name => return Err(unknown(type_name, name)),
            };
            parts.push((key.to_owned(), part));
        }
        Ok(parts)
    }
}

fn problem_part(name: &str) -> Option<ProblemPart> {
    match name {
        "__typename" => Some(ProblemPart::TypeName),
        "code" => Some(ProblemPart::Code),
        "message" => Some(ProblemPart::Message),
        "field" => Some(ProblemPart::Field),
        "allowed" => Some(ProblemPart::Allowed),
        "currentVersion" => Some(ProblemPart::CurrentVersion),
        _ => None,
    }
}
