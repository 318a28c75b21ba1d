//! How callers write the rows of a noun: what making one is called, which fields can be said, and by which
//! action each can be changed. Inputs, root fields and the writer are made of it.

use super::model::{Entity, Field};

/// How callers write the rows of a noun. Nothing of one that declares nothing.
#[derive(Debug, Default)]
pub struct Writes {
    /// What making a row is called, such as `create` or `log`; none where callers make none.
    pub verb: Option<&'static str>,
    /// What can be said of a row.
    pub fields: Vec<Written>,
    /// For a part that is written by whoever may do something with its whole.
    pub with: Option<With>,
    /// What can be said and is not read.
    unread: Vec<Field>,
}

/// What can be said of a row.
#[derive(Debug)]
pub struct Written {
    /// The GraphQL field.
    pub field: &'static str,
    /// Whether it has to be said when a row is made.
    pub required: bool,
    /// Whether it can be said when a row is made.
    pub made: bool,
    /// The actions by which it can be changed: one of them is enough.
    pub changed_by: Vec<&'static str>,
}

/// Who may do `action` with the row of `target` that `column` refers to writes this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct With {
    /// The foreign key.
    pub column: &'static str,
    /// The noun of the whole.
    pub target: &'static str,
    /// What they have to be allowed there.
    pub action: &'static str,
}

impl Entity {
    /// Rows are made with `verb`; `required` has to be said then, and `optional` can be.
    pub(super) fn made(
        mut self,
        verb: &'static str,
        required: &[&'static str],
        optional: &[&'static str],
    ) -> Self {
        self.writes.verb = Some(verb);
        let said = |names: &[&'static str], required| {
            let fields = names.iter().map(move |field| Written {
                field,
                required,
                made: true,
                changed_by: Vec::new(),
            });
            fields.collect::<Vec<_>>()
        };
        self.writes.fields = said(required, true);
        self.writes.fields.extend(said(optional, false));
        self
    }

    /// Who may do `action` with a row may change these fields of it.
    pub(super) fn changed(mut self, action: &'static str, fields: &[&'static str]) -> Self {
        for &field in fields {
            let known = self.writes.fields.iter_mut().find(|it| it.field == field);
            if let Some(written) = known {
                written.changed_by.push(action);
            } else {
                self.writes.fields.push(Written {
                    field,
                    required: false,
                    made: false,
                    changed_by: vec![action],
                });
            }
        }
        self
    }

    /// Who may do `action` with a row may change all of it that can be said of a new one.
    pub(super) fn all_changed(mut self, action: &'static str) -> Self {
        for written in &mut self.writes.fields {
            written.changed_by.push(action);
        }
        self
    }

    /// It is written by whoever may do `action` with the whole that it is a part of.
    pub(super) fn written_with(mut self, action: &'static str) -> Self {
        self.writes.with = self.ties.part_of.map(|(column, target)| With {
            column,
            target,
            action,
        });
        self
    }

    /// `field` can be said and is not read.
    pub(super) fn unread(mut self, field: Field) -> Self {
        self.writes.unread.push(field);
        self
    }

    /// The field of that name that can be said, read or not.
    #[must_use]
    pub fn written(&self, name: &str) -> Option<&Field> {
        let unread = self.writes.unread.iter().find(|field| field.name == name);
        self.find(name).or(unread)
    }

    /// The field that can be said of the column.
    #[must_use]
    pub fn field_of(&self, column: &str) -> Option<&'static str> {
        let mut said = self.writes.fields.iter().map(|written| written.field);
        said.find(|name| {
            let field = self.written(name);
            field.is_some_and(|field| field.kind.columns().any(|it| it == column))
        })
    }

    /// Whether what another system calls a row can be said.
    #[must_use]
    pub fn has_external_ids(&self) -> bool {
        self.soft_delete && self.writes.verb.is_some()
    }

    /// Whether there is such an action with rows that are there; those of a part are its whole's.
    #[must_use]
    pub fn does(&self, action: &str) -> bool {
        let own = |it: &crate::views::Action| !it.makes && it.name == action;
        match self.writes.with {
            Some(_) => action == "delete",
            None => self.actions.iter().any(own),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::dataset::dataset;

    #[test]
    fn what_can_be_written_is_declared_as_a_field_and_by_an_action_that_there_is() {
        for entity in dataset().entities() {
            for written in &entity.writes.fields {
                let (noun, field) = (entity.name, written.field);
                assert!(entity.written(field).is_some(), "{noun} has no {field}");
                for action in &written.changed_by {
                    let there = entity.actions.iter().any(|it| it.name == *action);
                    let with = entity
                        .writes
                        .with
                        .is_some_and(|with| with.action == *action);
                    assert!(there || with, "{noun} has no action {action}");
                }
            }
        }
    }
}
