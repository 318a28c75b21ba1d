//! A change of a row as an object.

use crate::{
    dataset::{Entity, dataset},
    error::ApiError,
};

use super::{
    super::change::{ActorPart, ChangePart, ChangeSelection},
    Compiler,
    condition::table,
    logged::Logged,
    scope::not_deleted,
};

/// Kinds of entries that are none of changes: somebody looked, or was refused.
pub(super) const NO_CHANGE: &str = "('VIEWED_AS', 'REFUSED')";

/// Who can have done something, with the entity that their id is of.
const ACTORS: [(&str, &str); 2] = [("USER", "User"), ("TOKEN", "ApiToken")];

impl Compiler<'_> {
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
                ChangePart::Actor(parts) => self.actor(parts, c)?,
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
    fn actor(&mut self, parts: &[(String, ActorPart)], c: &str) -> Result<String, ApiError> {
        let mut pairs = Vec::with_capacity(parts.len());
        for (key, part) in parts {
            let value = match part {
                ActorPart::TypeName => "'ChangeActor'".to_owned(),
                ActorPart::Kind => format!("{c}.\"actor_kind\""),
                ActorPart::Id => self.actor_id(c)?,
                ActorPart::Name => self.of_actor(c, Self::called)?,
            };
            pairs.push((key, value));
        }
        self.small_object(pairs.into_iter())
    }

    /// The global id of who did it, where the viewer may know it.
    pub(super) fn actor_id(&mut self, c: &str) -> Result<String, ApiError> {
        self.of_actor(c, |compiler, entity, there| {
            let id = format!("{there}.\"id\"");
            Ok(compiler.dialect.global_id(entity.prefix, &id))
        })
    }

    /// `what` of the row that stands for who did it, where the viewer sees it or may know it by name.
    fn of_actor(
        &mut self,
        c: &str,
        what: impl Fn(&mut Self, &'static Entity, &str) -> Result<String, ApiError>,
    ) -> Result<String, ApiError> {
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
            arms.push(format!(
                " WHEN {c}.\"actor_kind\" = '{kind}' THEN (SELECT {what} FROM {table} WHERE {conditions})"
            ));
        }
        if arms.is_empty() {
            return Ok(self.dialect.null().to_owned());
        }
        Ok(format!("CASE{} END", arms.concat()))
    }

    /// What a user or a token is called.
    fn called(&mut self, entity: &'static Entity, alias: &str) -> Result<String, ApiError> {
        self.clear_column(entity, "name", alias)
    }
}
