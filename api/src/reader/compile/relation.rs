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
    /// The condition that the viewer may know which row of `target` the foreign key `column` of a row
    /// of `entity` leads to: the row is theirs to see, or to know by name. `None` where they always
    /// may. Where they may not, the key is null to them, as if it led nowhere.
    pub(super) fn knows(
        &mut self,
        entity: &Entity,
        column: &str,
        target: &str,
        alias: &str,
    ) -> Result<Option<String>, ApiError> {
        if entity.ties.part_of.is_some_and(|(key, _)| key == column) {
            return Ok(None);
        }
        self.knows_row(&format!("{alias}.\"{column}\""), target)
    }

    /// The condition that the viewer may know of the row of `target` that the foreign key `key` leads to. `None` where
    /// they always may.
    pub(super) fn knows_row(
        &mut self,
        key: &str,
        target: &str,
    ) -> Result<Option<String>, ApiError> {
        let view = self.view.noun(target);
        if view.rows.is_all() || view.reference {
            return Ok(None);
        }
        let target = dataset().target(target)?;
        let there = self.alias();
        let mut conditions = vec![format!("{there}.\"id\" = {key}")];
        conditions.extend(self.visible(target, &there)?);
        Ok(Some(exists(target, &there, &conditions)))
    }

    /// A column of a row that is referred to, where the viewer sees its value.
    pub(super) fn clear_column(
        &mut self,
        entity: &Entity,
        column: &str,
        alias: &str,
    ) -> Result<String, ApiError> {
        let value = format!("{alias}.\"{column}\"");
        let mut fields = entity.fields.iter();
        let field = fields.find(|field| field.kind.columns().eq([column]));
        let masked = field.and_then(|field| self.masked(field, entity));
        let Some(masked) = masked else {
            return Ok(value);
        };
        let clear = self.in_scope(entity, &masked.clear, alias)?;
        Ok(clear.map_or(value.clone(), |clear| {
            format!("CASE WHEN {clear} THEN {value} END")
        }))
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
        let mut names = Vec::with_capacity(label.name.len());
        for column in &label.name {
            names.push(self.clear_column(target, column, &there)?);
        }
        let pairs = parts.iter().map(|(key, part)| {
            let value = match part {
                ReferencePart::TypeName => "'Reference'".to_owned(),
                ReferencePart::Id => self.dialect.global_id(target.prefix, &at("id")),
                ReferencePart::Name => name(&names),
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
fn name(columns: &[String]) -> String {
    if let [only] = columns {
        return only.clone();
    }
    let parts: Vec<_> = columns
        .iter()
        .map(|column| format!("coalesce({column}, '')"))
        .collect();
    format!("nullif(trim({}), '')", parts.join(" || ' ' || "))
}
