//! What a row says of the row that it points to: its id, and what it is called.

use crate::{
    dataset::{Entity, Field, Kind, dataset},
    error::ApiError,
};

use super::{
    super::selection::ReferencePart,
    Compiler,
    condition::table,
    row::misuse,
    scope::{exists, not_deleted},
};

impl Compiler<'_> {
    /// `value`, where the viewer may know which row of `target` the foreign key `key` of a row of
    /// `entity` leads to: the row is theirs to see, or to know by name. Else it is null, as if it
    /// led nowhere.
    pub(super) fn known_id(
        &mut self,
        entity: &Entity,
        key: &str,
        target: &str,
        value: String,
    ) -> Result<String, ApiError> {
        let view = self.view.noun(target);
        let whole = entity.ties.part_of;
        let part_of = whole.is_some_and(|(column, _)| key.ends_with(&format!(".\"{column}\"")));
        if view.rows.is_all() || view.reference || part_of {
            return Ok(value);
        }
        let target = dataset().target(target)?;
        let there = self.alias();
        let mut conditions = vec![format!("{there}.\"id\" = {key}")];
        conditions.extend(self.visible(target, &there)?);
        let seen = exists(target, &there, &conditions);
        Ok(format!("CASE WHEN {seen} THEN {value} END"))
    }

    /// What the related row is called, as an object.
    pub(super) fn reference(
        &mut self,
        field: &Field,
        parts: &[(String, ReferencePart)],
        alias: &str,
    ) -> Result<String, ApiError> {
        let Kind::Reference { column, target } = field.kind else {
            return Err(misuse(field));
        };
        let target = dataset().target(target)?;
        let label = target.label.as_ref().ok_or_else(|| misuse(field))?;
        let there = self.alias();
        let at = |column: &str| format!("{there}.\"{column}\"");
        let pairs = parts.iter().map(|(key, part)| {
            let value = match part {
                ReferencePart::TypeName => "'Reference'".to_owned(),
                ReferencePart::Id => self.dialect.global_id(target.prefix, &at("id")),
                ReferencePart::Name => name(label.name.iter().map(|column| at(column))),
                ReferencePart::Status => match label.status {
                    Some(column) => at(column),
                    None => self.dialect.null().to_owned(),
                },
            };
            (key, value)
        });
        let object = self.small_object(pairs)?;
        let mut conditions = vec![format!("{} = {alias}.\"{column}\"", at("id"))];
        if self.view.noun(target.name).reference {
            conditions.extend(not_deleted(target, &there));
        } else {
            conditions.extend(self.visible(target, &there)?);
        }
        Ok(format!(
            "(SELECT {object} FROM {} WHERE {})",
            table(target, &there),
            conditions.join(" AND ")
        ))
    }
}

/// The columns of a name, joined by a blank; null where nothing is left.
fn name(mut columns: impl ExactSizeIterator<Item = String>) -> String {
    if columns.len() == 1 {
        return columns.next().unwrap_or_default();
    }
    let parts: Vec<_> = columns
        .map(|column| format!("coalesce({column}, '')"))
        .collect();
    format!("nullif(trim({}), '')", parts.join(" || ' ' || "))
}
