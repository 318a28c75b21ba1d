//! Rows that the viewer does not see now, and whether they saw them before a change.

use std::collections::{BTreeMap, HashMap, HashSet};

use chrono::SecondsFormat;
use sea_orm::ActiveEnum;
use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use entity::change::ChangeKind;

use crate::{
    auth::Viewer,
    change::{self, Entry, Position},
    dataset::{Entity, dataset, global_id},
    error::ApiError,
    views::Scope,
};

use super::{
    super::{
        change::{ChangePart, ChangeSelection},
        compile::Past,
        reading::{Reading, text},
    },
    Feed, REMOVED,
};

/// What a row was before a change, as far as the log says.
#[derive(Default)]
struct Before {
    /// By column.
    columns: Map<String, Json>,
    /// Whether it was there; none: as now.
    there: Option<bool>,
}

impl Reading {
    /// The numbers of those changes of `hidden` rows before which the viewer saw them.
    pub(super) async fn removed(
        &self,
        feed: &Feed,
        viewer: &Viewer,
        entities: &[&'static Entity],
        hidden: &[&(Entry, Position)],
    ) -> Result<HashSet<i64>, ApiError> {
        let mut removed = HashSet::new();
        let hidden: Vec<_> = hidden
            .iter()
            .map(|(entry, _)| entry)
            // Before it was made there was no row to see.
            .filter(|entry| entry.kind != ChangeKind::Created)
            .collect();
        let Some(first) = hidden.iter().map(|entry| entry.seq).min() else {
            return Ok(removed);
        };
        if !feed.wants_kind(REMOVED) || feed.filter.actors.is_some() {
            return Ok(removed);
        }
        let rows: HashSet<_> = hidden
            .iter()
            .map(|it| (it.entity.as_str(), it.entity_id))
            .collect();
        let rows: Vec<_> = rows.into_iter().collect();
        let later = self
            .lookup(async |db| change::of_rows(&db, &rows, first).await)
            .await?;
        let mut of_row: HashMap<(&str, Uuid), Vec<&Entry>> = HashMap::new();
        for entry in &later {
            of_row
                .entry((&entry.entity, entry.entity_id))
                .or_default()
                .push(entry);
        }
        let mut items: BTreeMap<usize, Vec<Json>> = BTreeMap::new();
        for entry in hidden {
            let place = entities
                .iter()
                .position(|entity| entity.table == entry.entity);
            let since = of_row.get(&(entry.entity.as_str(), entry.entity_id));
            let Some((place, since)) = place.zip(since) else {
                continue;
            };
            let before = before(entry, since);
            let (rows, within) = match entities.get(place) {
                Some(entity) => (&viewer.view.noun(entity.name).rows, feed.within(entity)),
                None => continue,
            };
            if before.there == Some(false) {
                continue;
            }
            let everything = rows.is_all() && within.is_none_or(|within| within.is_all());
            if everything && before.there == Some(true) {
                removed.insert(entry.seq);
                continue;
            }
            let there = before.there.map(|_| "t");
            let item = json!([entry.seq, entry.entity_id, before.columns, there]);
            items.entry(place).or_default().push(item);
        }
        removed.extend(self.seen_before(feed, viewer, entities, items).await?);
        Ok(removed)
    }

    /// The numbers of those of `items` in which the row as it was is one that the viewer saw.
    async fn seen_before(
        &self,
        feed: &Feed,
        viewer: &Viewer,
        entities: &[&'static Entity],
        items: BTreeMap<usize, Vec<Json>>,
    ) -> Result<Vec<i64>, ApiError> {
        let mut arms: Vec<(&'static Entity, String, Option<Scope>)> = Vec::new();
        for (place, items) in items {
            if let Some(entity) = entities.get(place) {
                arms.push((*entity, Json::from(items).to_string(), feed.within(entity)));
            }
        }
        let past: Vec<_> = arms
            .iter()
            .map(|(entity, items, within)| Past {
                entity,
                items: items.clone(),
                scopes: within
                    .iter()
                    .chain([&viewer.view.noun(entity.name).rows])
                    .collect(),
            })
            .collect();
        if past.is_empty() {
            return Ok(Vec::new());
        }
        self.spend(0)?;
        let mut compiler = self.compiler(viewer);
        compiler.root_past(&past)?;
        let seen = text(self.row(compiler).await?)?.unwrap_or_else(|| "[]".to_owned());
        serde_json::from_str(&seen).map_err(ApiError::internal)
    }
}

/// What the row was before `entry`: what the changes from then on, `since`, say that they changed it from.
fn before(entry: &Entry, since: &[&Entry]) -> Before {
    let mut before = Before::default();
    for change in since.iter().filter(|change| change.seq >= entry.seq) {
        let fields = change.fields.as_ref().and_then(Json::as_object);
        for (column, pair) in fields.into_iter().flatten() {
            if let Some(was) = pair.get(0) {
                before
                    .columns
                    .entry(column.clone())
                    .or_insert_with(|| was.clone());
            }
        }
        let was_there = match change.kind.to_value().as_str() {
            "DELETED" | "MERGED" | "DESTROYED" => Some(true),
            "RESTORED" | "UNMERGED" | "CREATED" => Some(false),
            _ => None,
        };
        before.there = before.there.or(was_there);
    }
    before
}

/// What is told of a row that the viewer does not see any more.
pub(super) fn removed(
    selection: &ChangeSelection,
    entry: &Entry,
    cursor: &str,
    also: &[String],
) -> String {
    let mut entities = dataset().entities().iter();
    let entity = entities.find(|entity| entity.table == entry.entity);
    let mut object = Map::new();
    for (key, part) in &selection.parts {
        let value = match part {
            ChangePart::TypeName => selection.type_name.into(),
            ChangePart::Cursor => cursor.into(),
            ChangePart::At => entry.at.to_rfc3339_opts(SecondsFormat::Micros, true).into(),
            ChangePart::Kind => REMOVED.into(),
            ChangePart::Entity => entity.map(Entity::kind).into(),
            ChangePart::Id => entity
                .map(|entity| global_id(entity, entry.entity_id))
                .into(),
            ChangePart::Fields(_) => Json::Array(Vec::new()),
            ChangePart::AlsoAffects => also.into(),
            ChangePart::Node(_) | ChangePart::Actor(_) | ChangePart::Reason => Json::Null,
        };
        object.insert(key.clone(), value);
    }
    Json::Object(object).to_string()
}
