//! The change feed: what was done to rows, told to one viewer as far as they see the rows.
//!
//! A row that the viewer sees now is told with what changed, but for what is masked for them in it. A row that
//! they do not see is told as removed, and nothing else is said of it, to whoever saw it before that change:
//! whether they did follows from what the log says that its columns were. Nothing is told of rows that
//! were never theirs.

mod affects;
mod cursor;
mod one;
mod past;

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    sync::Arc,
};

use sea_orm::ActiveEnum;
use serde::Deserialize;
use serde_json::{Value as Json, json, value::RawValue};
use uuid::Uuid;

use entity::change::ChangeKind;

use crate::{
    auth::{Reach, Viewer},
    change::{self, Entry, Page, Position, ReadError},
    dataset::{Entity, GlobalId, global_id},
    error::ApiError,
    views::Scope,
};

use super::{
    change::ChangeSelection,
    compile::Candidates,
    cost,
    reading::{Reading, text},
};

use past::removed;

/// How many entries of the log a page looks at, at the most, to find those that a filter asks for.
pub const MOST_CHANGES: u32 = 500;
/// What a row is told as that the viewer does not see any more.
pub const REMOVED: &str = "REMOVED";

/// Which changes are told, and what of each.
#[derive(Clone, Debug)]
pub struct Feed {
    /// Of which nouns.
    pub entities: Vec<&'static Entity>,
    /// Which of them.
    pub filter: ChangeFilter,
    /// What of each; several, where it is asked for in several places.
    pub selections: Vec<ChangeSelection>,
}

/// Which changes are told; without a demand, all.
#[derive(Clone, Debug, Default)]
pub struct ChangeFilter {
    /// Of these rows.
    pub ids: Option<Vec<GlobalId>>,
    /// Of these kinds, as they are told.
    pub kinds: Option<Vec<String>>,
    /// By these users and tokens. Whoever the viewer may not know has done nothing.
    pub actors: Option<Vec<GlobalId>>,
    /// Updates of one of these fields. What is no update is told whatever the fields.
    pub fields: Option<Vec<String>>,
    /// Whose rows.
    pub whose: Whose,
}

/// Whose rows are told of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Whose {
    /// All that the viewer sees.
    #[default]
    All,
    /// The viewer's own.
    Mine,
    /// The viewer's own, and those in their territories, which are these.
    Territory(Vec<Uuid>),
}

/// A piece of the feed.
#[derive(Clone, Debug)]
pub struct FeedPage {
    /// Each change with the position behind it: as JSON, once for each selection.
    pub changes: Vec<(Vec<String>, Position)>,
    /// The number of each of them in the log.
    pub numbers: Vec<i64>,
    /// How many entries of the log were looked at for them.
    pub entries: usize,
    /// Where to go on from.
    pub end: Position,
    /// Whether there is more, as far as is known.
    pub more: bool,
}

/// A change that is told.
#[derive(Deserialize)]
struct Told {
    s: i64,
    c: Vec<Box<RawValue>>,
    a: Option<String>,
    f: Option<Vec<String>>,
}

impl Feed {
    /// What a page of `first` changes costs, at the most.
    fn cost(&self, first: u32) -> u64 {
        let each = self.selections.iter().map(cost::of_change);
        let each = each.fold(1, u64::saturating_add);
        u64::from(first).saturating_mul(each)
    }

    /// Whether who did it and what it is of are as asked for, as far as the entry says.
    fn wants(&self, entry: &Entry) -> bool {
        let of_row = |ids: &Vec<GlobalId>| {
            let mut ids = ids.iter();
            ids.any(|id| id.id == entry.entity_id && id.entity.table == entry.entity)
        };
        let is_change = !matches!(entry.kind, ChangeKind::ViewedAs | ChangeKind::Refused);
        is_change && self.filter.ids.as_ref().is_none_or(of_row)
    }

    fn wants_kind(&self, kind: &str) -> bool {
        let kinds = self.filter.kinds.as_ref();
        kinds.is_none_or(|kinds| kinds.iter().any(|known| known == kind))
    }

    /// Whether a change that is told is one of those that are asked for.
    fn wants_told(&self, told: &Told, entry: &Entry) -> bool {
        let by = |actors: &Vec<GlobalId>| {
            let mut actors = actors.iter().map(|id| global_id(id.entity, id.id));
            told.a
                .as_ref()
                .is_some_and(|actor| actors.any(|known| known == *actor))
        };
        let of = |fields: &Vec<String>| {
            let changed = told.f.as_deref().unwrap_or_default();
            entry.kind != ChangeKind::Updated || fields.iter().any(|field| changed.contains(field))
        };
        let kind = entry.kind.to_value();
        self.wants_kind(&kind)
            && self.filter.actors.as_ref().is_none_or(by)
            && self.filter.fields.as_ref().is_none_or(of)
    }

    /// Which rows of `entity` the filter asks for, of those that the viewer sees; `None` where that says nothing for
    /// such rows.
    fn within(&self, entity: &Entity) -> Option<Scope> {
        let (own, place) = (
            !entity.ties.people.is_empty(),
            !entity.ties.places.is_empty(),
        );
        let words = match self.filter.whose {
            Whose::All => "all",
            Whose::Territory(_) if own && place => "own + territory",
            Whose::Territory(_) if place => "territory",
            Whose::Mine | Whose::Territory(_) if own => "own",
            Whose::Mine | Whose::Territory(_) => return None,
        };
        words.parse().ok()
    }

    /// `viewer`, with the territories that the filter means.
    fn eyes(&self, viewer: &Viewer) -> Viewer {
        let mut eyes = viewer.clone();
        if let Whose::Territory(territories) = &self.filter.whose {
            eyes.reach = Arc::new(Reach {
                territories: territories.clone(),
                ..(*viewer.reach).clone()
            });
        }
        eyes
    }
}

impl Reading {
    /// Where the log ends now, for who wants to hear what comes.
    ///
    /// # Errors
    ///
    /// As [`Reading::lookup`].
    pub async fn log_end(&self) -> Result<Position, ApiError> {
        self.lookup(async |db| Position::end(&db).await).await
    }

    /// The position in `cursor`; without one, where the part of the feed begins that is kept.
    ///
    /// # Errors
    ///
    /// [`ApiError::Validation`] when it is no cursor, [`ApiError::CursorExpired`] when the viewer saw other
    /// things when they got it, and as [`Reading::lookup`].
    pub async fn position(&self, cursor: Option<&str>) -> Result<Position, ApiError> {
        let since = self.kept_since();
        match cursor {
            Some(text) => cursor::parse(text, self.viewer()),
            None => {
                self.lookup(async |db| Position::since(&db, since).await)
                    .await
            }
        }
    }

    /// The cursor of `position` for the viewer.
    #[must_use]
    pub fn change_cursor(&self, position: &Position) -> String {
        cursor::of(position, self.viewer())
    }

    /// Up to `first` changes from `from` on, in at most four statements.
    ///
    /// # Errors
    ///
    /// [`ApiError::CursorExpired`] when what follows the position is not kept any more, or the position is of
    /// another log; and as [`Reading::node`].
    pub async fn changes(
        &self,
        feed: &Feed,
        from: &Position,
        first: u32,
    ) -> Result<FeedPage, ApiError> {
        self.spend(feed.cost(first))?;
        let entities = self.readable(feed);
        let page = self.log_page(feed, &entities, from, first).await?;
        if page
            .rows
            .first()
            .is_some_and(|(entry, _)| entry.at < self.kept_since())
        {
            return Err(ApiError::CursorExpired);
        }
        self.tell(feed, &entities, page, first).await
    }

    /// The nouns of which something may be told.
    fn readable(&self, feed: &Feed) -> Vec<&'static Entity> {
        let readable = |entity: &&&Entity| {
            let seen = !self.viewer().view.noun(entity.name).rows.is_none();
            seen && feed.within(entity).is_some()
        };
        feed.entities.iter().filter(readable).copied().collect()
    }

    /// What of `page`, which is of `entities`, is told.
    async fn tell(
        &self,
        feed: &Feed,
        entities: &[&'static Entity],
        page: Page,
        first: u32,
    ) -> Result<FeedPage, ApiError> {
        let viewer = feed.eyes(self.viewer());
        let wanted: Vec<_> = page
            .rows
            .iter()
            .filter(|(entry, _)| feed.wants(entry))
            .collect();
        let told = self
            .visible_changes(feed, &viewer, entities, &wanted)
            .await?;
        let hidden: Vec<_> = wanted
            .iter()
            .filter(|(entry, _)| !told.contains_key(&entry.seq))
            .copied()
            .collect();
        let removed = self.removed(feed, &viewer, entities, &hidden).await?;
        Ok(self.page(feed, page, told, &removed, first))
    }

    /// The entries that a page is made of: as many as are asked for, or as many as are looked at for a filter.
    async fn log_page(
        &self,
        feed: &Feed,
        entities: &[&'static Entity],
        from: &Position,
        first: u32,
    ) -> Result<Page, ApiError> {
        let filter = &feed.filter;
        let filtered = filter.ids.is_some()
            || filter.kinds.is_some()
            || filter.actors.is_some()
            || filter.fields.is_some()
            || filter.whose != Whose::All;
        let most = if filtered { MOST_CHANGES } else { first };
        let tables: Vec<_> = entities
            .iter()
            .map(|entity| entity.table.as_str())
            .collect();
        let page = self
            .lookup(
                async |db| match change::read(&db, from, &tables, most).await {
                    Ok(page) => Ok(Some(page)),
                    Err(ReadError::Expired) => Ok(None),
                    Err(ReadError::Database(error)) => Err(error),
                },
            )
            .await?;
        page.ok_or(ApiError::CursorExpired)
    }

    /// The changes of rows that the viewer sees, by number.
    async fn visible_changes(
        &self,
        feed: &Feed,
        viewer: &Viewer,
        entities: &[&'static Entity],
        wanted: &[&(Entry, Position)],
    ) -> Result<HashMap<i64, Told>, ApiError> {
        let mut items: BTreeMap<usize, Vec<Json>> = BTreeMap::new();
        for (entry, position) in wanted {
            let place = entities
                .iter()
                .position(|entity| entity.table == entry.entity);
            if let Some(place) = place {
                let also = affects::by(entry, &viewer.view);
                let item = json!([entry.seq, self.change_cursor(position), also]);
                items.entry(place).or_default().push(item);
            }
        }
        let mut scopes = Vec::with_capacity(items.len());
        for (place, items) in items {
            if let Some(entity) = entities.get(place) {
                let within = feed.within(entity).filter(|scope| !scope.is_all());
                scopes.push((*entity, Json::from(items).to_string(), within));
            }
        }
        let candidates: Vec<_> = scopes
            .iter()
            .map(|(entity, items, within)| Candidates {
                entity,
                items: items.clone(),
                selections: &feed.selections,
                within: within.as_ref(),
                actors: feed.filter.actors.is_some(),
                fields: feed.filter.fields.is_some(),
            })
            .collect();
        if candidates.is_empty() {
            return Ok(HashMap::new());
        }
        self.spend(0)?;
        let mut compiler = self.compiler(viewer);
        compiler.root_changes(&candidates)?;
        let found = text(self.row(compiler).await?)?.unwrap_or_else(|| "[]".to_owned());
        let found: Vec<Told> = serde_json::from_str(&found).map_err(ApiError::internal)?;
        Ok(found.into_iter().map(|told| (told.s, told)).collect())
    }

    /// Puts the page together, in the order of the log.
    fn page(
        &self,
        feed: &Feed,
        page: Page,
        mut told: HashMap<i64, Told>,
        removed_before: &HashSet<i64>,
        first: u32,
    ) -> FeedPage {
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let (mut changes, mut end, mut more) = (Vec::new(), page.end, page.more);
        let (mut numbers, entries) = (Vec::new(), page.rows.len());
        for (entry, position) in page.rows {
            let texts: Option<Vec<String>> = match told.remove(&entry.seq) {
                Some(told) if feed.wants_told(&told, &entry) => Some(
                    told.c
                        .into_iter()
                        .map(|json| json.get().to_owned())
                        .collect(),
                ),
                None if removed_before.contains(&entry.seq) => {
                    let cursor = self.change_cursor(&position);
                    let also = affects::whatever(&entry, &self.viewer().view);
                    let selections = feed.selections.iter();
                    Some(
                        selections
                            .map(|it| removed(it, &entry, &cursor, &also))
                            .collect(),
                    )
                }
                _ => None,
            };
            let Some(texts) = texts else {
                continue;
            };
            if changes.len() == first {
                more = true;
                break;
            }
            changes.push((texts, position));
            numbers.push(entry.seq);
            if changes.len() == first {
                // Nothing behind the last change has been told, whatever was looked at.
                if let Some((_, last)) = changes.last() {
                    end = last.clone();
                }
            }
        }
        FeedPage {
            changes,
            numbers,
            entries,
            end,
            more,
        }
    }
}
