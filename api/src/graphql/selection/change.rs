//! From the document to changes: of a row, as its history, and of all, as the feed.

use crate::{
    dataset::Entity,
    error::ApiError,
    reader::{
        ActorPart, ChangeEdgePart, ChangePart, ChangeSelection, FieldChangePart, History,
        HistoryPart, PageInfoPart,
    },
};

use super::{Group, Selector, name_of, page_info_part, sets, unknown};

/// What is selected of a page of the feed.
#[derive(Debug, Default)]
pub(in crate::graphql) struct FeedSelection {
    /// Response key and what stands under it.
    pub(in crate::graphql) parts: Vec<(String, FeedPart)>,
    /// What is selected of changes, in each place where they are.
    pub(in crate::graphql) changes: Vec<ChangeSelection>,
}

/// What stands under a key of a page of the feed. Changes are named by the place of their selection.
#[derive(Debug)]
pub(in crate::graphql) enum FeedPart {
    /// `__typename`.
    TypeName,
    /// Where the page lies.
    PageInfo(Vec<(String, PageInfoPart)>),
    /// The changes.
    Nodes(usize),
    /// The changes with their cursors.
    Edges(Vec<(String, FeedEdgePart)>),
}

/// What stands under a key of an edge.
#[derive(Debug)]
pub(in crate::graphql) enum FeedEdgePart {
    /// `__typename`.
    TypeName,
    /// The change's cursor.
    Cursor,
    /// The change.
    Node(usize),
}

impl<'a> Selector<'a> {
    /// What `group` selects of a page of the feed of `entities`.
    pub(in crate::graphql) fn feed(
        &self,
        entities: &[&'static Entity],
        group: &Group<'a>,
    ) -> Result<FeedSelection, ApiError> {
        let mut feed = FeedSelection::default();
        for (key, group) in self.collect("ChangeConnection", sets(group)) {
            let part = match name_of(&group) {
                "__typename" => FeedPart::TypeName,
                "pageInfo" => FeedPart::PageInfo(self.parts("PageInfo", &group, page_info_part)?),
                "nodes" => {
                    feed.changes.push(self.change(entities, &group)?);
                    FeedPart::Nodes(feed.changes.len() - 1)
                }
                "edges" => {
                    let mut parts = Vec::new();
                    for (key, group) in self.collect("ChangeEdge", sets(&group)) {
                        let part = match name_of(&group) {
                            "__typename" => FeedEdgePart::TypeName,
                            "cursor" => FeedEdgePart::Cursor,
                            "node" => {
                                feed.changes.push(self.change(entities, &group)?);
                                FeedEdgePart::Node(feed.changes.len() - 1)
                            }
                            name => return Err(unknown("ChangeEdge", name)),
                        };
                        parts.push((key.to_owned(), part));
                    }
                    FeedPart::Edges(parts)
                }
                name => return Err(unknown("ChangeConnection", name)),
            };
            feed.parts.push((key.to_owned(), part));
        }
        Ok(feed)
    }

    /// What `group` selects of a change of a row of one of `entities`.
    pub(in crate::graphql) fn change(
        &self,
        entities: &[&'static Entity],
        group: &Group<'a>,
    ) -> Result<ChangeSelection, ApiError> {
        self.change_of("Change", entities, group)
    }

    fn change_of(
        &self,
        type_name: &'static str,
        entities: &[&'static Entity],
        group: &Group<'a>,
    ) -> Result<ChangeSelection, ApiError> {
        let mut parts = Vec::new();
        for (key, group) in self.collect(type_name, sets(group)) {
            let part = match name_of(&group) {
                "__typename" => ChangePart::TypeName,
                "cursor" => ChangePart::Cursor,
                "at" => ChangePart::At,
                "kind" => ChangePart::Kind,
                "entity" => ChangePart::Entity,
                "id" => ChangePart::Id,
                "reason" => ChangePart::Reason,
                "alsoAffects" => ChangePart::AlsoAffects,
                "fields" => {
                    ChangePart::Fields(self.parts("FieldChange", &group, field_change_part)?)
                }
                "actor" => ChangePart::Actor(self.parts("ChangeActor", &group, actor_part)?),
                "node" => {
                    let nodes = entities.iter().map(|entity| self.node(entity, &group));
                    ChangePart::Node(nodes.collect::<Result<_, _>>()?)
                }
                name => return Err(unknown(type_name, name)),
            };
            parts.push((key.to_owned(), part));
        }
        Ok(ChangeSelection { type_name, parts })
    }

    /// What `group` selects of the history of a row, with its arguments.
    pub(super) fn history(&self, group: &Group<'a>) -> Result<History, ApiError> {
        let (limit, before) = self.arguments_of(group).history()?;
        let mut parts = Vec::new();
        for (key, group) in self.collect("HistoryConnection", sets(group)) {
            let part = match name_of(&group) {
                "__typename" => HistoryPart::TypeName,
                "pageInfo" => {
                    HistoryPart::PageInfo(self.parts("PageInfo", &group, page_info_part)?)
                }
                "nodes" => HistoryPart::Nodes(self.change_of("HistoryEntry", &[], &group)?),
                "edges" => HistoryPart::Edges(self.history_edge(&group)?),
                name => return Err(unknown("HistoryConnection", name)),
            };
            parts.push((key.to_owned(), part));
        }
        Ok(History {
            limit,
            before,
            parts,
        })
    }

    fn history_edge(&self, group: &Group<'a>) -> Result<Vec<(String, ChangeEdgePart)>, ApiError> {
        let mut parts = Vec::new();
        for (key, group) in self.collect("HistoryEdge", sets(group)) {
            let part = match name_of(&group) {
                "__typename" => ChangeEdgePart::TypeName,
                "cursor" => ChangeEdgePart::Cursor,
                "node" => ChangeEdgePart::Node(self.change_of("HistoryEntry", &[], &group)?),
                name => return Err(unknown("HistoryEdge", name)),
            };
            parts.push((key.to_owned(), part));
        }
        Ok(parts)
    }
}

fn field_change_part(name: &str) -> Option<FieldChangePart> {
    match name {
        "__typename" => Some(FieldChangePart::TypeName),
        "field" => Some(FieldChangePart::Field),
        "before" => Some(FieldChangePart::Before),
        "after" => Some(FieldChangePart::After),
        _ => None,
    }
}

fn actor_part(name: &str) -> Option<ActorPart> {
    match name {
        "__typename" => Some(ActorPart::TypeName),
        "kind" => Some(ActorPart::Kind),
        "id" => Some(ActorPart::Id),
        "name" => Some(ActorPart::Name),
        _ => None,
    }
}
