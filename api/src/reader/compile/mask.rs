//! Masks as expressions: a value that the viewer may not see never leaves the database.

use std::{borrow::Cow, collections::BTreeSet};

use crate::{
    dataset::{Entity, Field, Kind, dataset},
    error::ApiError,
    views::{MaskKind, Masked, Scope},
};

use super::{
    super::{
        filter::{Demand, Filter, Logic},
        order::OrderKey,
        selection::Connection,
    },
    Compiler,
    row::misuse,
};

impl<'v> Compiler<'v> {
    /// How `field` is masked for the viewer, if it is.
    pub(super) fn masked(&self, field: &Field, entity: &Entity) -> Option<&'v Masked> {
        let view = self.view;
        view.noun(entity.name).masked.get(field.guard?)
    }

    /// Refuses to find, order or count rows by what is masked for the viewer in some of them: the answer
    /// would tell it. `path` is where the caller asked for that.
    pub(super) fn refuse_masked(
        &self,
        field: &Field,
        entity: &Entity,
        path: &str,
    ) -> Result<(), ApiError> {
        match self.masked(field, entity) {
            None => Ok(()),
            Some(_) => Err(ApiError::ForbiddenField {
                field: path.to_owned(),
            }),
        }
    }

    /// Refuses a list that asks by what is masked, whatever is selected of it: nobody has to know which
    /// parts of a list are read to know what is refused. What is read is checked again where it is compiled.
    pub(super) fn refuse_masked_list(&self, connection: &Connection) -> Result<(), ApiError> {
        self.refuse_masked_filter(&connection.filter, connection.entity)?;
        let mut keys = connection.order.keys.iter();
        keys.try_for_each(|key| self.refuse_masked_key(key, connection.entity))
    }

    fn refuse_masked_filter(
        &self,
        filter: &Filter,
        entity: &'static Entity,
    ) -> Result<(), ApiError> {
        let clause = match filter {
            Logic::All(parts) | Logic::Any(parts) => {
                let mut parts = parts.iter();
                return parts.try_for_each(|part| self.refuse_masked_filter(part, entity));
            }
            Logic::Not(part) => return self.refuse_masked_filter(part, entity),
            Logic::Is(clause) => clause,
        };
        self.refuse_masked(clause.field, entity, &clause.path)?;
        match &clause.demand {
            Demand::Value(_) => Ok(()),
            Demand::One(filter)
            | Demand::Some(filter)
            | Demand::None(filter)
            | Demand::Every(filter) => self.refuse_masked_filter(filter, target(clause.field)?),
        }
    }

    fn refuse_masked_key(&self, key: &OrderKey, entity: &'static Entity) -> Result<(), ApiError> {
        let mut entity = entity;
        for relation in &key.way {
            self.refuse_masked(relation, entity, &key.path)?;
            entity = target(relation)?;
        }
        self.refuse_masked(key.field, entity, &key.path)
    }

    /// `value` of `field`, as far as the viewer may see it.
    pub(super) fn veiled(
        &mut self,
        field: &Field,
        entity: &Entity,
        alias: &str,
        value: String,
    ) -> Result<String, ApiError> {
        let Some(Masked { clear, softened }) = self.masked(field, entity) else {
            return Ok(value);
        };
        let nothing = self.dialect.null();
        let softened = softened.as_ref().and_then(|(kind, rows)| {
            let soft = match (*kind, &field.kind) {
                (MaskKind::Partial, Kind::Text(column)) => {
                    self.dialect.partial(&format!("{alias}.\"{column}\""))
                }
                (MaskKind::Band, Kind::Band { .. }) => value.clone(),
                _ => return None,
            };
            Some((soft, rows))
        });
        let mut arms = Vec::new();
        if let Some(condition) = self.in_scope(entity, clear, alias)?
            && !clear.is_none()
        {
            arms.push(format!(" WHEN {condition} THEN {value}"));
        }
        let mut otherwise = None;
        if let Some((soft, rows)) = softened {
            if rows.covers(&self.view.noun(entity.name).rows) {
                otherwise = Some(soft);
            } else if let Some(condition) = self.in_scope(entity, rows, alias)? {
                arms.push(format!(" WHEN {condition} THEN {soft}"));
            }
        }
        Ok(match (arms.is_empty(), otherwise) {
            (true, None) => nothing.to_owned(),
            (true, Some(soft)) => soft,
            (false, None) => format!("CASE{} END", arms.concat()),
            (false, Some(soft)) => format!("CASE{} ELSE {soft} END", arms.concat()),
        })
    }

    /// The names of the fields that are masked in the row, as a JSON array.
    pub(super) fn masked_fields(
        &mut self,
        entity: &Entity,
        alias: &str,
    ) -> Result<String, ApiError> {
        let (mut fixed, mut pieces) = (String::new(), Vec::new());
        for field in &entity.fields {
            let Some(masked) = self.masked(field, entity) else {
                continue;
            };
            let mut shown = Cow::Borrowed(&masked.clear);
            if let (Some((MaskKind::Band, rows)), Kind::Band { .. }) =
                (&masked.softened, &field.kind)
            {
                shown = Cow::Owned(shown.or(rows));
            }
            if shown.covers(&self.view.noun(entity.name).rows) {
                continue;
            }
            let name = format!(",\"{}\"", field.name);
            if shown.is_none() {
                fixed.push_str(&name);
                continue;
            }
            if let Some(condition) = self.in_scope(entity, &shown, alias)? {
                if !fixed.is_empty() {
                    pieces.push(format!("'{}'", std::mem::take(&mut fixed)));
                }
                pieces.push(format!("CASE WHEN {condition} THEN '' ELSE '{name}' END"));
            }
        }
        if pieces.is_empty() {
            let names = fixed.trim_start_matches(',');
            return Ok(self.dialect.json_of_text(&format!("'[{names}]'")));
        }
        if !fixed.is_empty() {
            pieces.push(format!("'{fixed}'"));
        }
        let names = format!("'[' || substr({}, 2) || ']'", pieces.join(" || "));
        Ok(self.dialect.json_of_text(&names))
    }

    /// The columns that a row must carry so that it can be said whether `field` is masked.
    pub(super) fn columns_of_mask(&self, field: &Field, entity: &Entity) -> BTreeSet<&'static str> {
        let fields: Vec<_> = if matches!(field.kind, Kind::MaskedFields | Kind::History) {
            entity.fields.iter().collect()
        } else {
            vec![field]
        };
        let masked = fields
            .into_iter()
            .filter_map(|field| self.masked(field, entity));
        let scopes = masked.flat_map(|masked| {
            let softened = masked.softened.iter().map(|(_, rows)| rows);
            [&masked.clear].into_iter().chain(softened)
        });
        let words = scopes.flat_map(Scope::words);
        words.flat_map(|word| entity.ties.columns(word)).collect()
    }
}

/// The entity that a relation leads to.
fn target(relation: &Field) -> Result<&'static Entity, ApiError> {
    let target = relation.kind.target().ok_or_else(|| misuse(relation))?;
    dataset().target(target)
}
