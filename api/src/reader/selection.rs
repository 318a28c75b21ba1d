//! What a caller selected, with aliases, arguments and fragments resolved: the reader's input.
//!
//! Every list keeps the order of the response, and each response key comes once.

use uuid::Uuid;

use crate::{
    dataset::{Entity, Field},
    error::ApiError,
};

use super::{change::History, cursor::Cursor, filter::Filter, order::Order};

/// What to read of a row.
#[derive(Clone, Debug)]
pub struct NodeSelection {
    /// Of which noun it is.
    pub entity: &'static Entity,
    /// Response key and what stands under it.
    pub fields: Vec<(String, NodeField)>,
}

/// What stands under a key of a row.
#[derive(Clone, Debug)]
pub enum NodeField {
    /// `__typename`.
    TypeName,
    /// A scalar field.
    Scalar(&'static Field),
    /// An amount.
    Money(&'static Field, Vec<(String, MoneyPart)>),
    /// The band that an amount lies in.
    Band(&'static Field, Vec<(String, BandPart)>),
    /// What a related row is called.
    Reference(&'static Field, Vec<(String, ReferencePart)>),
    /// What other systems call the row.
    ExternalIds(&'static Field, Vec<(String, ExternalIdPart)>),
    /// A relation to at most one row.
    ToOne(&'static Field, NodeSelection),
    /// A relation to many rows.
    ToMany(&'static Field, Box<Connection>),
    /// The row itself, seen from another side.
    Facet(&'static Field, NodeSelection),
    /// What was done to the row.
    History(&'static Field, History),
    /// The steps that the viewer can take with the row.
    AllowedTransitions(&'static Field, Vec<(String, TransitionPart)>),
}

impl NodeSelection {
    /// The fields of the dataset that are read of the row itself, those in facets too.
    pub(super) fn declared(&self) -> Vec<&'static Field> {
        let mut declared = Vec::with_capacity(self.fields.len());
        for (_, field) in &self.fields {
            declared.extend(field.declared());
            if let NodeField::Facet(_, facet) = field {
                declared.extend(facet.declared());
            }
        }
        declared
    }
}

impl NodeField {
    /// The field of the dataset that it reads.
    pub(super) fn declared(&self) -> Option<&'static Field> {
        match self {
            Self::TypeName => None,
            Self::Scalar(field)
            | Self::Money(field, _)
            | Self::Band(field, _)
            | Self::Reference(field, _)
            | Self::ExternalIds(field, _)
            | Self::ToOne(field, _)
            | Self::ToMany(field, _)
            | Self::Facet(field, _)
            | Self::History(field, _)
            | Self::AllowedTransitions(field, _) => Some(field),
        }
    }
}

/// What stands under a key of an amount.
#[derive(Clone, Copy, Debug)]
pub enum MoneyPart {
    /// `__typename`.
    TypeName,
    /// The decimal amount.
    Amount,
    /// The currency.
    Currency,
    /// The minor units.
    MinorUnits,
}

/// What stands under a key of a band of amounts.
#[derive(Clone, Copy, Debug)]
pub enum BandPart {
    /// `__typename`.
    TypeName,
    /// Its lower edge.
    From,
    /// Its upper edge.
    Below,
    /// The currency.
    Currency,
}

/// What stands under a key of a reference.
#[derive(Clone, Copy, Debug)]
pub enum ReferencePart {
    /// `__typename`.
    TypeName,
    /// The row's id.
    Id,
    /// Its name.
    Name,
    /// Its status.
    Status,
}

/// What stands under a key of a step that can be taken.
#[derive(Clone, Debug)]
pub enum TransitionPart {
    /// `__typename`.
    TypeName,
    /// The mutation that takes it.
    Mutation,
    /// The states that it leads to.
    To,
    /// What has to be said.
    Requires,
    /// What has to be said besides, or in some cases.
    RequiresAlso(Vec<(String, RequirementPart)>),
    /// The kinds of the reasons to choose from.
    ReasonKinds,
    /// What it is.
    Description,
}

/// What stands under a key of what a step asks for in some cases.
#[derive(Clone, Copy, Debug)]
pub enum RequirementPart {
    /// `__typename`.
    TypeName,
    /// The fields.
    OneOf,
    /// The case.
    When,
}

/// What stands under a key of what another system calls a row.
#[derive(Clone, Copy, Debug)]
pub enum ExternalIdPart {
    /// `__typename`.
    TypeName,
    /// The other system.
    System,
    /// The row's id there.
    Key,
}

/// A page of rows to read.
#[derive(Clone, Debug)]
pub struct Connection {
    /// Of which noun they are.
    pub entity: &'static Entity,
    /// Which of them.
    pub filter: Filter,
    /// In which order.
    pub order: Order,
    /// Which page.
    pub page: Page,
    /// Response key and what stands under it.
    pub parts: Vec<(String, ConnectionPart)>,
}

impl Connection {
    /// The rows of `entity` with those ids, `limit` of them, each as `{key: {id}, row}` with what `node`
    /// selects under `row`.
    ///
    /// # Errors
    ///
    /// [`ApiError::Internal`] when rows of `entity` have no id, which a test excludes.
    pub(super) fn of_ids(
        entity: &'static Entity,
        ids: &[Uuid],
        limit: u32,
        node: &NodeSelection,
    ) -> Result<Self, ApiError> {
        let field = entity
            .find("id")
            .ok_or_else(|| ApiError::internal("no id"))?;
        let key = NodeSelection {
            entity,
            fields: vec![("id".to_owned(), NodeField::Scalar(field))],
        };
        let edge = vec![
            ("key".to_owned(), EdgePart::Node(key)),
            ("row".to_owned(), EdgePart::Node(node.clone())),
        ];
        Ok(Self {
            entity,
            filter: Filter::of_ids(field, ids),
            order: Order::of(entity),
            page: Page {
                limit,
                backward: false,
                after: None,
                before: None,
            },
            parts: vec![("edges".to_owned(), ConnectionPart::Edges(edge))],
        })
    }

    /// What is read of each row, once for each time that the rows are listed.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &NodeSelection> {
        self.parts.iter().flat_map(|(_, part)| {
            let (listed, edges) = match part {
                ConnectionPart::Nodes(node) => (Some(node), None),
                ConnectionPart::Edges(parts) => (None, Some(parts)),
                _ => (None, None),
            };
            let edges = edges.into_iter().flatten();
            listed
                .into_iter()
                .chain(edges.filter_map(|(_, part)| match part {
                    EdgePart::Node(node) => Some(node),
                    EdgePart::TypeName | EdgePart::Cursor => None,
                }))
        })
    }
}

/// Which page of a list.
#[derive(Clone, Debug)]
pub struct Page {
    /// How many rows at most.
    pub limit: u32,
    /// Whether the last rows are meant, not the first.
    pub backward: bool,
    /// Only rows behind this one.
    pub after: Option<Cursor>,
    /// Only rows before this one.
    pub before: Option<Cursor>,
}

/// What stands under a key of a connection.
#[derive(Clone, Debug)]
pub enum ConnectionPart {
    /// `__typename`.
    TypeName,
    /// How many rows there are on all pages.
    TotalCount,
    /// Where the page lies.
    PageInfo(Vec<(String, PageInfoPart)>),
    /// The rows with their cursors.
    Edges(Vec<(String, EdgePart)>),
    /// The rows.
    Nodes(NodeSelection),
}

/// What stands under a key of `pageInfo`.
#[derive(Clone, Copy, Debug)]
pub enum PageInfoPart {
    /// `__typename`.
    TypeName,
    /// Whether rows follow.
    HasNextPage,
    /// Whether rows precede.
    HasPreviousPage,
    /// The cursor of the first row.
    StartCursor,
    /// The cursor of the last row.
    EndCursor,
}

/// What stands under a key of an edge.
#[derive(Clone, Debug)]
pub enum EdgePart {
    /// `__typename`.
    TypeName,
    /// The row's cursor.
    Cursor,
    /// The row.
    Node(NodeSelection),
}
