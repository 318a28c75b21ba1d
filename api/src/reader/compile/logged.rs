//! What of a change is told: each field that changed, as the API shows its values, and nothing of those
//! that are masked for the viewer in that row.

use std::collections::BTreeMap;

use crate::{
    dataset::{Entity, Field, Kind, dataset},
    error::ApiError,
    views::Scope,
};

use super::{
    super::change::FieldChangePart,
    Compiler,
    scope::{ALWAYS, NEVER},
};

/// Columns that change with every change, and say nothing of it.
const STAMPS: [&str; 2] = ["version", "updated_at"];

/// A change in the log, at `c`, and the row that it is of, at `t`.
#[derive(Clone, Copy)]
pub(super) struct Logged<'a> {
    /// What the row is.
    pub(super) entity: &'static Entity,
    /// The table alias of the change.
    pub(super) c: &'a str,
    /// The table alias of the row, with its id, the columns of its masks and those of its amounts.
    pub(super) t: &'a str,
}

impl Logged<'_> {
    fn fields(self) -> String {
        format!("{}.\"fields\"", self.c)
    }
}

/// The columns with amounts and their currencies: a value is of the currency that stands beside it.
pub(super) fn logged_money(entity: &Entity) -> impl Iterator<Item = &'static str> {
    let money = entity.fields.iter();
    let money = money.filter(|field| matches!(field.kind, Kind::Money { .. }));
    money.flat_map(|field| field.kind.columns())
}

/// The name in the log by which one sees that a field changed, mostly that of its column; `None` where that is never
/// told.
fn told_by(field: &Field) -> Option<&'static str> {
    match field.kind {
        Kind::Text(column)
        | Kind::Int(column)
        | Kind::Boolean(column)
        | Kind::Instant(column)
        | Kind::Day(column)
        | Kind::Choice(column, _)
        | Kind::Json(column)
        | Kind::Texts(column)
        | Kind::ForeignId { column, .. } => Some(column),
        Kind::Money { minor, .. } => Some(minor),
        // As a list of ids, under its own name.
        Kind::ToManyThrough { .. } => Some(field.name),
        Kind::Id
        | Kind::Band { .. }
        | Kind::MaskedFields
        | Kind::ExternalIds
        | Kind::History
        | Kind::AllowedTransitions
        | Kind::Reference { .. }
        | Kind::ToOne { .. }
        | Kind::ToMany { .. }
        | Kind::Facet(_) => None,
    }
    .filter(|column| !STAMPS.contains(column))
}

impl<'v> Compiler<'v> {
    /// The fields that changed, as a JSON array of objects, in the order of the schema.
    pub(super) fn field_changes(
        &mut self,
        parts: &[(String, FieldChangePart)],
        logged: Logged<'_>,
    ) -> Result<String, ApiError> {
        let (before, after) = (self.side(logged, 0)?, self.side(logged, 1)?);
        let pairs = parts.iter().map(|(key, part)| {
            let value = match part {
                FieldChangePart::TypeName => "'FieldChange'".to_owned(),
                FieldChangePart::Field => "m.column2".to_owned(),
                FieldChangePart::Before => before.clone(),
                FieldChangePart::After => after.clone(),
            };
            (key, value)
        });
        let object = self.small_object(pairs)?;
        let list = self.dialect.list(&object, Some("m.column1"), None);
        self.told(&list, logged)
    }

    /// The names of the fields that changed, as a JSON array.
    pub(super) fn changed_names(&mut self, logged: Logged<'_>) -> Result<String, ApiError> {
        let list = self.dialect.list("m.column2", Some("m.column1"), None);
        self.told(&list, logged)
    }

    /// `list` over the fields that changed and that the viewer sees: `m`, with their places, names and columns.
    fn told(&mut self, list: &str, logged: Logged<'_>) -> Result<String, ApiError> {
        let entity = logged.entity;
        let mut rows = Vec::new();
        let mut guarded: Vec<(&'v Scope, Vec<&str>)> = Vec::new();
        for (place, field) in entity.fields.iter().enumerate() {
            let Some(column) = told_by(field) else {
                continue;
            };
            if let Some(masked) = self.masked(field, entity) {
                if masked.clear.is_none() {
                    continue;
                }
                match guarded
                    .iter_mut()
                    .find(|(clear, _)| **clear == masked.clear)
                {
                    Some((_, names)) => names.push(field.name),
                    None => guarded.push((&masked.clear, vec![field.name])),
                }
            }
            rows.push(format!("({place}, '{}', '{column}')", field.name));
        }
        if rows.is_empty() {
            return Ok(self.dialect.json_of_text("'[]'"));
        }
        let mut changed = vec![self.dialect.has_logged(&logged.fields(), "m.column3")];
        for field in &entity.fields {
            if let Kind::Money { currency, .. } = field.kind {
                let also = self
                    .dialect
                    .has_logged(&logged.fields(), &format!("'{currency}'"));
                changed.push(format!("m.column2 = '{}' AND {also}", field.name));
            }
        }
        let mut arms = Vec::new();
        for (clear, names) in guarded {
            if let Some(condition) = self.in_scope(entity, clear, logged.t)? {
                arms.push(format!(" WHEN {} THEN {condition}", is_one_of(&names)));
            }
        }
        let clear = if arms.is_empty() {
            String::new()
        } else {
            format!(" AND CASE{} ELSE {ALWAYS} END", arms.concat())
        };
        Ok(format!(
            "(SELECT {list} FROM (VALUES {}) AS m WHERE (({})){clear})",
            rows.join(", "),
            changed.join(") OR (")
        ))
    }

    /// What the field at `m` was, or became, as JSON.
    fn side(&mut self, logged: Logged<'_>, side: u8) -> Result<String, ApiError> {
        let fields = logged.fields();
        let (mut instants, mut arms) = (Vec::new(), Vec::new());
        // By target; the key to what the row is a part of is known with the row, and stands apart.
        let mut keys: BTreeMap<_, (_, Vec<_>)> = BTreeMap::new();
        for field in &logged.entity.fields {
            if told_by(field).is_none() {
                continue;
            }
            match field.kind {
                Kind::Instant(_) => instants.push(field.name),
                Kind::ForeignId { column, target } => {
                    let whole = logged
                        .entity
                        .ties
                        .part_of
                        .is_some_and(|(key, _)| key == column);
                    let of_target = keys.entry((target, whole)).or_insert((column, Vec::new()));
                    of_target.1.push(field.name);
                }
                Kind::Money { minor, currency } => {
                    let value = self.logged_money(logged, minor, currency, side)?;
                    arms.push(format!(" WHEN m.column2 = '{}' THEN {value}", field.name));
                }
                Kind::ToManyThrough { far, target, .. } => {
                    let ids = self.logged_ids(logged, field.name, (far, target), side)?;
                    arms.push(format!(" WHEN m.column2 = '{}' THEN {ids}", field.name));
                }
                _ => {}
            }
        }
        let text = self.dialect.logged_text(&fields, "m.column3", side);
        if !instants.is_empty() {
            let instant = self.dialect.json_text(&self.dialect.instant_of(&text));
            arms.push(format!(" WHEN {} THEN {instant}", is_one_of(&instants)));
        }
        for ((target, _), (key, names)) in keys {
            let id = self.logged_id(logged.entity, target, key, &text)?;
            arms.push(format!(" WHEN {} THEN {id}", is_one_of(&names)));
        }
        let plain = self.dialect.logged(&fields, "m.column3", side);
        if arms.is_empty() {
            return Ok(plain);
        }
        Ok(format!("CASE{} ELSE {plain} END", arms.concat()))
    }

    /// The global id in `text`, of a row of `target` that the column `key` led to, where the viewer may know it.
    fn logged_id(
        &mut self,
        entity: &Entity,
        target: &str,
        key: &str,
        text: &str,
    ) -> Result<String, ApiError> {
        let there = self.alias();
        let prefix = dataset().target(target)?.prefix;
        let id = self
            .dialect
            .global_id(prefix, &format!("{there}.\"{key}\""));
        let id = self.dialect.json_text(&id);
        let known = self.knows(entity, key, target, &there)?;
        let known = known
            .map(|known| format!(" WHERE {known}"))
            .unwrap_or_default();
        let value = self.dialect.uuid_of(text);
        Ok(format!(
            "(SELECT {id} FROM (SELECT {value} AS \"{key}\") AS {there}{known})"
        ))
    }

    /// The global ids in a list under `name`, of rows of `target`, of which the viewer may know.
    fn logged_ids(
        &mut self,
        logged: Logged<'_>,
        name: &str,
        (far, target): (&str, &str),
        side: u8,
    ) -> Result<String, ApiError> {
        let there = self.alias();
        let prefix = dataset().target(target)?.prefix;
        let id = self
            .dialect
            .global_id(prefix, &format!("{there}.\"{far}\""));
        let list = self.dialect.list(&id, Some(&id), None);
        let known = self.knows(logged.entity, far, target, &there)?;
        let known = known
            .map(|known| format!(" WHERE {known}"))
            .unwrap_or_default();
        let items = self.dialect.logged_items(&logged.fields(), name, side);
        let item = self.dialect.uuid_of("e.value");
        Ok(format!(
            "(SELECT {list} FROM (SELECT {item} AS \"{far}\" FROM {items}) AS {there}{known})"
        ))
    }

    /// An amount as it was, with the currency that it had then, as an object.
    fn logged_money(
        &mut self,
        logged: Logged<'_>,
        minor: &str,
        currency: &str,
        side: u8,
    ) -> Result<String, ApiError> {
        let minor = self
            .dialect
            .integer_of(&self.at_the_time(logged, minor, side));
        let currency = self.at_the_time(logged, currency, side);
        let there = self.alias();
        let (at_minor, at_currency) = (format!("{there}.minor"), format!("{there}.currency"));
        let pairs = [
            ("amount".to_owned(), self.decimal(&at_minor, &at_currency)),
            ("currency".to_owned(), at_currency),
            (
                "minorUnits".to_owned(),
                self.dialect.integer_text(&at_minor),
            ),
        ];
        let object = self.small_object(pairs.iter().map(|(key, value)| (key, value.clone())))?;
        Ok(format!(
            "(SELECT CASE WHEN {at_minor} IS NOT NULL THEN {object} END \
             FROM (SELECT {minor} AS minor, {currency} AS currency) AS {there})"
        ))
    }

    /// A column as it was before the change or became by it, as text: what the change says; where it says
    /// nothing, what the next one that does says that it was; where there is none, what it is.
    fn at_the_time(&mut self, logged: Logged<'_>, column: &str, side: u8) -> String {
        let Logged { entity, c, t } = logged;
        let (dialect, name, later) = (self.dialect, format!("'{column}'"), self.alias());
        let has = dialect.has_logged(&logged.fields(), &name);
        let said = dialect.logged_text(&logged.fields(), &name, side);
        let fields = format!("{later}.\"fields\"");
        let (has_later, before) = (
            dialect.has_logged(&fields, &name),
            dialect.logged_text(&fields, &name, 0),
        );
        let next = format!(
            "FROM \"change\" AS {later} WHERE {later}.\"entity\" = '{}' \
             AND {later}.\"entity_id\" = {c}.\"entity_id\" AND {later}.\"seq\" > {c}.\"seq\" \
             AND {has_later}",
            entity.table
        );
        let now = dialect.integer_text(&format!("{t}.\"{column}\""));
        format!(
            "CASE WHEN {has} THEN {said} WHEN EXISTS (SELECT 1 {next}) \
             THEN (SELECT {before} {next} ORDER BY {later}.\"seq\" LIMIT 1) ELSE {now} END"
        )
    }

    /// The condition that nothing in the row is masked for the viewer, nor in the parts of it that say more
    /// of what is done to it: then they may read why it was done.
    pub(super) fn nothing_masked(&mut self, logged: Logged<'_>) -> Result<String, ApiError> {
        let entity = logged.entity;
        let parts = dataset().entities().iter().filter(|part| {
            let whole = part.ties.part_of.map(|(_, whole)| whole);
            whole == Some(entity.name) && !part.guards.is_empty()
        });
        for part in parts {
            let view = self.view.noun(part.name);
            if view.rows.is_none() || !view.masked.is_empty() {
                return Ok(NEVER.to_owned());
            }
        }
        let mut scopes: Vec<&Scope> = Vec::new();
        for masked in self.view.noun(entity.name).masked.values() {
            if !scopes.contains(&&masked.clear) {
                scopes.push(&masked.clear);
            }
        }
        let mut conditions = Vec::new();
        for scope in scopes {
            conditions.extend(self.in_scope(entity, scope, logged.t)?);
        }
        Ok(match conditions.as_slice() {
            [] => ALWAYS.to_owned(),
            several => format!("({})", several.join(") AND (")),
        })
    }
}

/// The condition that the field at `m` has one of those names.
fn is_one_of(names: &[&str]) -> String {
    format!("m.column2 IN ('{}')", names.join("', '"))
}
