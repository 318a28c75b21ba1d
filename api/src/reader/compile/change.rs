//! A change of a row as an object.

use crate::{
    dataset::{Entity, Kind, RowTest, dataset},
    error::ApiError,
    views::{Scope, Word},
};

use super::{
    super::change::{ActorPart, ChangePart, ChangeSelection},
    Compiler,
    condition::table,
    logged::Logged,
    scope::{exists, not_deleted},
};

/// Kinds of entries that are none of changes: somebody looked, or was refused.
pub(super) const NO_CHANGE: &str = "('VIEWED_AS', 'REFUSED')";

/// What users are.
const USER: &str = "User";

/// Who can have done something, with the entity that their id is of.
const ACTORS: [(&str, &str); 2] = [("USER", USER), ("TOKEN", "ApiToken")];

/// The rows that one of `entity` is a part of or tells of: the column, and what it leads to.
pub(super) fn told_of(entity: &Entity) -> impl Iterator<Item = (&'static str, &'static str)> {
    let about = match entity.ties.test(Word::Seen) {
        Some(RowTest::Seen(rows)) => rows.as_slice(),
        _ => &[],
    };
    let about = about.iter().map(|about| (about.column, about.target));
    entity.ties.part_of.into_iter().chain(about)
}

impl<'v> Compiler<'v> {
    /// A change, as an object. What only the feed knows of it stands at `e`.
    pub(super) fn change(
        &mut self,
        selection: &ChangeSelection,
        logged: Logged<'_>,
    ) -> Result<String, ApiError> {
        let Logged { entity, c, t } = logged;
        let at = |column: &str| format!("{c}.\"{column}\"");
        let mut pairs = Vec::with_capacity(selection.parts.len());
        for (key, part) in &selection.parts {
            let value = match part {
                ChangePart::TypeName => format!("'{}'", selection.type_name),
                ChangePart::Cursor => self.dialect.item_text(1),
                ChangePart::AlsoAffects => self.dialect.item_json(2),
                ChangePart::At => self.dialect.instant(&at("at")),
                ChangePart::Kind => at("kind"),
                ChangePart::Entity => format!("'{}'", entity.kind()),
                ChangePart::Id => self.dialect.global_id(entity.prefix, &at("entity_id")),
                ChangePart::Node(_) => match part.node_of(entity) {
                    Some(node) => format!("({})", self.row(node, t, "")?),
                    None => self.dialect.null().to_owned(),
                },
                ChangePart::Fields(parts) => self.field_changes(parts, logged)?,
                ChangePart::Actor(parts) => self.actor(parts, logged)?,
                ChangePart::Reason => {
                    let clear = self.nothing_masked(logged)?;
                    format!("CASE WHEN {clear} THEN {} END", at("reason"))
                }
            };
            pairs.push((key, value));
        }
        self.small_object(pairs.into_iter())
    }

    /// Who did it, as an object: of their id and name what the viewer may know.
    fn actor(
        &mut self,
        parts: &[(String, ActorPart)],
        logged: Logged<'_>,
    ) -> Result<String, ApiError> {
        let mut pairs = Vec::with_capacity(parts.len());
        for (key, part) in parts {
            let value = match part {
                ActorPart::TypeName => "'ChangeActor'".to_owned(),
                ActorPart::Kind => format!("{}.\"actor_kind\"", logged.c),
                ActorPart::Id => self.actor_id(logged)?,
                ActorPart::Name => self.of_actor(logged, Self::called)?,
            };
            pairs.push((key, value));
        }
        self.small_object(pairs.into_iter())
    }

    /// The global id of who did it, where the viewer may know it.
    pub(super) fn actor_id(&mut self, logged: Logged<'_>) -> Result<String, ApiError> {
        self.of_actor(logged, |compiler, entity, there| {
            let id = format!("{there}.\"id\"");
            Ok(compiler.dialect.global_id(entity.prefix, &id))
        })
    }

    /// `what` of the row that stands for who did it, where the viewer sees it or may know it by name.
    fn of_actor(
        &mut self,
        logged: Logged<'_>,
        what: impl Fn(&mut Self, &'static Entity, &str) -> Result<String, ApiError>,
    ) -> Result<String, ApiError> {
        let c = logged.c;
        let told = self.nobody_masked(logged)?;
        let mut arms = Vec::new();
        for (kind, name) in ACTORS {
            let entity = dataset().target(name)?;
            let view = self.view.noun(name);
            if view.rows.is_none() && !view.reference {
                continue;
            }
            let there = self.alias();
            let mut conditions = vec![format!("{there}.\"id\" = {c}.\"actor_id\"")];
            if view.reference {
                conditions.extend(not_deleted(entity, &there));
            } else {
                conditions.extend(self.visible(entity, &there)?);
            }
            let what = what(self, entity, &there)?;
            let (table, conditions) = (table(entity, &there), conditions.join(" AND "));
            let is_one = [format!("{c}.\"actor_kind\" = '{kind}'")];
            let told: Vec<_> = is_one.iter().chain(&told).map(String::as_str).collect();
            let told = told.join(" AND ");
            arms.push(format!(
                " WHEN {told} THEN (SELECT {what} FROM {table} WHERE {conditions})"
            ));
        }
        if arms.is_empty() {
            return Ok(self.dialect.null().to_owned());
        }
        Ok(format!("CASE{} END", arms.concat()))
    }

    /// The conditions that of the people whom the row names, and whom those name that it is a part of or tells of, none
    /// is masked: mostly it is they who did something with it.
    fn nobody_masked(
        &mut self,
        Logged { entity, t, .. }: Logged<'_>,
    ) -> Result<Vec<String>, ApiError> {
        let mut conditions = Vec::new();
        for clear in self.masked_people(entity) {
            conditions.extend(self.in_scope(entity, clear, t)?);
        }
        for (column, target) in told_of(entity) {
            let target = dataset().target(target)?;
            for clear in self.masked_people(target) {
                let there = self.alias();
                let key = format!("{t}.\"{column}\"");
                let mut those = vec![format!("{there}.\"id\" = {key}")];
                those.extend(self.in_scope(target, clear, &there)?);
                let clear = exists(target, &there, &those);
                conditions.push(format!("({key} IS NULL OR {clear})"));
            }
        }
        Ok(conditions)
    }

    /// For each person of a row of `entity` that is masked in some: in which they are not.
    fn masked_people(&self, entity: &Entity) -> Vec<&'v Scope> {
        let people = entity.fields.iter();
        let people =
            people.filter(|field| matches!(field.kind, Kind::ForeignId { target: USER, .. }));
        let masked = people.filter_map(|field| self.masked(field, entity));
        masked.map(|masked| &masked.clear).collect()
    }

    /// What a user or a token is called.
    fn called(&mut self, entity: &'static Entity, alias: &str) -> Result<String, ApiError> {
        self.clear_column(entity, "name", alias)
    }
}
