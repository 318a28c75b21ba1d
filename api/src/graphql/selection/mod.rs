//! From the document to the reader's selection: the specification's `CollectFields` and
//! `MergeSelectionSets`, over a document that validation has passed.
//!
//! `@skip` and `@include` are gone by now: the library takes skipped selections out of the document
//! before it runs.

mod aggregate;
mod change;
mod write;

pub(in crate::graphql) use change::{FeedEdgePart, FeedPart, FeedSelection};

use std::{
    collections::{HashMap, HashSet},
    iter, ptr,
    sync::Arc,
};

use async_graphql::{
    ContextBase, Name, Positioned, QueryPathSegment, Value, Variables,
    indexmap::IndexMap,
    parser::types::{Field, FragmentDefinition, OperationType, Selection, SelectionSet},
    registry::MetaTypeName,
};

use async_graphql_value::Value as Input;

use crate::{
    calendar::Moment,
    dataset::{Entity, Kind, dataset},
    error::ApiError,
    reader::{
        BandPart, Connection, ConnectionPart, EdgePart, ExternalIdPart, Filter, MoneyPart,
        NodeField, NodeSelection, Order, PageInfoPart, Reading, ReferencePart, RequirementPart,
        TransitionPart,
    },
};

use super::{argument::Arguments, types::transition_option};
pub(super) use write::{BatchPart, ProblemPart, RowPart};

/// The fields under one response key: all of one name, with the selections to be merged.
pub(in crate::graphql) type Group<'a> = Vec<&'a Field>;

/// The reading of the operation that is running in `ctx`.
pub(in crate::graphql) fn reading<'a, T>(ctx: &ContextBase<'a, T>) -> &'a Reading {
    ctx.data_unchecked::<Arc<Reading>>()
}

/// Reads selections of one running document.
#[derive(Clone, Copy)]
pub(in crate::graphql) struct Selector<'a> {
    fragments: &'a HashMap<Name, Positioned<FragmentDefinition>>,
    variables: &'a Variables,
    moment: &'a Moment,
}

impl<'a> Selector<'a> {
    /// A selector for the document that is running in `ctx`.
    pub(in crate::graphql) fn new<T>(ctx: &ContextBase<'a, T>) -> Self {
        Self {
            fragments: &ctx.query_env.fragments,
            variables: &ctx.query_env.variables,
            moment: reading(ctx).moment(),
        }
    }

    /// The fields that are merged with `field`, which is running in `ctx`, over the whole operation,
    /// to be read in one go; `None` where another of them comes first, which answers for all.
    pub(in crate::graphql) fn merged<T>(
        ctx: &ContextBase<'a, T>,
        field: &Field,
    ) -> Option<Group<'a>> {
        let selector = Self::new(ctx);
        let mut path: Vec<_> = iter::successors(ctx.path_node.as_ref(), |node| node.parent)
            .filter_map(|node| match node.segment {
                QueryPathSegment::Name(key) => Some(key),
                QueryPathSegment::Index(_) => None,
            })
            .collect();
        let last = path.drain(..1).next()?;
        let registry = &ctx.schema_env.registry;
        let types = &registry.types;
        let mut type_name = match ctx.query_env.operation.node.ty {
            OperationType::Mutation => registry.mutation_type.as_deref()?,
            OperationType::Subscription => registry.subscription_type.as_deref()?,
            OperationType::Query => registry.query_type.as_str(),
        };
        let mut sets_here = vec![&ctx.query_env.operation.node.selection_set.node];
        for key in path.into_iter().rev() {
            let group = selector.collect(type_name, sets_here).swap_remove(key)?;
            let meta = types.get(type_name)?.field_by_name(name_of(&group))?;
            type_name = MetaTypeName::concrete_typename(&meta.ty);
            sets_here = sets(&group).collect();
        }
        let group = selector.collect(type_name, sets_here).swap_remove(last)?;
        let is_first = group.first().is_some_and(|first| ptr::eq(*first, field));
        is_first.then_some(group)
    }

    /// The fields that `sets` select of the object type `type_name`, by response key.
    pub(in crate::graphql) fn collect(
        &self,
        type_name: &str,
        sets: impl IntoIterator<Item = &'a SelectionSet>,
    ) -> IndexMap<&'a str, Group<'a>> {
        let (mut groups, mut spread) = (IndexMap::new(), HashSet::new());
        for set in sets {
            self.collect_into(type_name, set, &mut spread, &mut groups);
        }
        groups
    }

    fn collect_into(
        &self,
        type_name: &str,
        set: &'a SelectionSet,
        spread_before: &mut HashSet<&'a Name>,
        groups: &mut IndexMap<&'a str, Group<'a>>,
    ) {
        for selection in &set.items {
            let (condition, set) = match &selection.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.as_str();
                    groups.entry(key).or_default().push(&field.node);
                    continue;
                }
                Selection::InlineFragment(fragment) => (
                    fragment.node.type_condition.as_ref(),
                    &fragment.node.selection_set,
                ),
                // The same fragment again adds nothing.
                Selection::FragmentSpread(spread)
                    if !spread_before.insert(&spread.node.fragment_name.node) =>
                {
                    continue;
                }
                Selection::FragmentSpread(spread) => {
                    match self.fragments.get(&spread.node.fragment_name.node) {
                        Some(fragment) => (
                            Some(&fragment.node.type_condition),
                            &fragment.node.selection_set,
                        ),
                        None => continue,
                    }
                }
            };
            if condition.is_none_or(|condition| applies(&condition.node.on.node, type_name)) {
                self.collect_into(type_name, &set.node, spread_before, groups);
            }
        }
    }

    /// The arguments of the fields of a group, which all have the same.
    fn arguments_of(&self, group: &Group<'a>) -> Arguments {
        let first = group.first();
        first.map(|field| self.arguments(field)).unwrap_or_default()
    }

    /// The arguments of a field; a variable that was not given leaves its argument out.
    pub(in crate::graphql) fn arguments(&self, field: &Field) -> Arguments {
        let mut arguments = IndexMap::new();
        for (name, value) in &field.arguments {
            if let Some(constant) = self.constant(&value.node) {
                arguments.insert(name.node.clone(), constant);
            }
        }
        Arguments(arguments)
    }

    /// A value with variables put in. One that was not given takes the field of an object with it
    /// and no more, and is null in a list.
    fn constant(&self, value: &Input) -> Option<Value> {
        Some(match value {
            Input::Variable(variable) => return self.variables.get(variable).cloned(),
            Input::Object(fields) => Value::Object(
                fields
                    .iter()
                    .filter_map(|(name, value)| Some((name.clone(), self.constant(value)?)))
                    .collect(),
            ),
            Input::List(items) => Value::List(
                items
                    .iter()
                    .map(|item| self.constant(item).unwrap_or_default())
                    .collect(),
            ),
            plain => return plain.clone().into_const(),
        })
    }

    /// What `group` selects of a row of `entity`.
    pub(in crate::graphql) fn node(
        &self,
        entity: &'static Entity,
        group: &Group<'a>,
    ) -> Result<NodeSelection, ApiError> {
        let mut fields = Vec::new();
        for (key, group) in self.collect(entity.name, sets(group)) {
            fields.push((key.to_owned(), self.node_field(entity, &group)?));
        }
        Ok(NodeSelection { entity, fields })
    }

    /// What `group`, which asks for an object of a type, selects of the row of `entity` in that field of it; `None` where
    /// it does not select the field.
    pub(in crate::graphql) fn node_in(
        &self,
        (type_name, field): (&str, &str),
        entity: &'static Entity,
        group: &Group<'a>,
    ) -> Option<NodeSelection> {
        let groups = self.collect(type_name, sets(group));
        let row = groups.values().find(|group| name_of(group) == field)?;
        self.node(entity, row).ok()
    }

    fn node_field(
        &self,
        entity: &'static Entity,
        group: &Group<'a>,
    ) -> Result<NodeField, ApiError> {
        let name = name_of(group);
        if name == "__typename" {
            return Ok(NodeField::TypeName);
        }
        let field = entity
            .find(name)
            .ok_or_else(|| unknown(entity.name, name))?;
        Ok(match &field.kind {
            Kind::Money { .. } => NodeField::Money(field, self.parts("Money", group, money_part)?),
            Kind::Band { .. } => NodeField::Band(field, self.parts("MoneyBand", group, band_part)?),
            Kind::Reference { .. } => {
                NodeField::Reference(field, self.parts("Reference", group, reference_part)?)
            }
            Kind::ExternalIds => {
                NodeField::ExternalIds(field, self.parts("ExternalId", group, external_id_part)?)
            }
            Kind::ToOne { target, .. } => {
                NodeField::ToOne(field, self.node(dataset().target(target)?, group)?)
            }
            Kind::ToMany { target, order, .. } => {
                let target = dataset().target(target)?;
                let order = order.as_ref().map(|order| Order::by(target, order));
                let connection = self.listed(target, group, &Filter::default(), order)?;
                NodeField::ToMany(field, Box::new(connection))
            }
            Kind::ToManyThrough { target, .. } => {
                let connection = self.connection(dataset().target(target)?, group)?;
                NodeField::ToMany(field, Box::new(connection))
            }
            Kind::Facet(target) => {
                NodeField::Facet(field, self.node(dataset().target(target)?, group)?)
            }
            Kind::History => NodeField::History(field, self.history(group)?),
            Kind::AllowedTransitions => {
                let option = transition_option(entity.name);
                NodeField::AllowedTransitions(field, self.transitions(&option, group)?)
            }
            _ => NodeField::Scalar(field),
        })
    }

    /// When it is asked, and by which calendar.
    pub(in crate::graphql) fn moment(&self) -> &'a Moment {
        self.moment
    }

    /// What `group` selects of a list of `entity`, with its arguments.
    pub(in crate::graphql) fn connection(
        &self,
        entity: &'static Entity,
        group: &Group<'a>,
    ) -> Result<Connection, ApiError> {
        self.connection_of(entity, group, &Filter::default())
    }

    /// As [`Self::connection`], of the rows for which `preset` holds as well.
    pub(in crate::graphql) fn connection_of(
        &self,
        entity: &'static Entity,
        group: &Group<'a>,
        preset: &Filter,
    ) -> Result<Connection, ApiError> {
        self.listed(entity, group, preset, None)
    }

    /// As [`Self::connection_of`], in the order `own` where nobody says which.
    fn listed(
        &self,
        entity: &'static Entity,
        group: &Group<'a>,
        preset: &Filter,
        own: Option<Order>,
    ) -> Result<Connection, ApiError> {
        let arguments = self.arguments_of(group);
        let filter = arguments.filter(entity, self.moment)?;
        let filter = match preset {
            Filter::All(parts) if parts.is_empty() => filter,
            preset => Filter::All(vec![preset.clone(), filter]),
        };
        let order = match own {
            Some(own) if !arguments.say_order() => own,
            _ => arguments.order(entity)?,
        };
        let page = arguments.page(entity, &filter, &order)?;
        let type_name = format!("{}Connection", entity.name);
        let mut parts = Vec::new();
        for (key, group) in self.collect(&type_name, sets(group)) {
            let part = match name_of(&group) {
                "__typename" => ConnectionPart::TypeName,
                "totalCount" => ConnectionPart::TotalCount,
                "nodes" => ConnectionPart::Nodes(self.node(entity, &group)?),
                "edges" => ConnectionPart::Edges(self.edge(entity, &group)?),
                "pageInfo" => {
                    ConnectionPart::PageInfo(self.parts("PageInfo", &group, page_info_part)?)
                }
                name => return Err(unknown(&type_name, name)),
            };
            parts.push((key.to_owned(), part));
        }
        Ok(Connection {
            entity,
            filter,
            order,
            page,
            parts,
        })
    }

    fn edge(
        &self,
        entity: &'static Entity,
        group: &Group<'a>,
    ) -> Result<Vec<(String, EdgePart)>, ApiError> {
        let type_name = format!("{}Edge", entity.name);
        let mut parts = Vec::new();
        for (key, group) in self.collect(&type_name, sets(group)) {
            let part = match name_of(&group) {
                "__typename" => EdgePart::TypeName,
                "cursor" => EdgePart::Cursor,
                "node" => EdgePart::Node(self.node(entity, &group)?),
                name => return Err(unknown(&type_name, name)),
            };
            parts.push((key.to_owned(), part));
        }
        Ok(parts)
    }

    /// What is selected of a step that can be taken.
    fn transitions(
        &self,
        option: &str,
        group: &Group<'a>,
    ) -> Result<Vec<(String, TransitionPart)>, ApiError> {
        let parts = self.collect(option, sets(group)).into_iter();
        let parts = parts.map(|(key, group)| {
            let name = name_of(&group);
            let part = if name == "requiresAlso" {
                let parts = self.parts("TransitionRequirement", &group, requirement_part)?;
                Some(TransitionPart::RequiresAlso(parts))
            } else {
                transition_part(name)
            };
            let part = part.ok_or_else(|| unknown(option, name))?;
            Ok((key.to_owned(), part))
        });
        parts.collect()
    }

    fn parts<T>(
        &self,
        type_name: &str,
        group: &Group<'a>,
        part: fn(&str) -> Option<T>,
    ) -> Result<Vec<(String, T)>, ApiError> {
        self.collect(type_name, sets(group))
            .into_iter()
            .map(|(key, group)| {
                let name = name_of(&group);
                let part = part(name).ok_or_else(|| unknown(type_name, name))?;
                Ok((key.to_owned(), part))
            })
            .collect()
    }
}

fn money_part(name: &str) -> Option<MoneyPart> {
    match name {
        "__typename" => Some(MoneyPart::TypeName),
        "amount" => Some(MoneyPart::Amount),
        "currency" => Some(MoneyPart::Currency),
        "minorUnits" => Some(MoneyPart::MinorUnits),
        _ => None,
    }
}

fn band_part(name: &str) -> Option<BandPart> {
    match name {
        "__typename" => Some(BandPart::TypeName),
        "from" => Some(BandPart::From),
        "below" => Some(BandPart::Below),
        "currency" => Some(BandPart::Currency),
        _ => None,
    }
}

fn reference_part(name: &str) -> Option<ReferencePart> {
    match name {
        "__typename" => Some(ReferencePart::TypeName),
        "id" => Some(ReferencePart::Id),
        "name" => Some(ReferencePart::Name),
        "status" => Some(ReferencePart::Status),
        _ => None,
    }
}

fn transition_part(name: &str) -> Option<TransitionPart> {
    match name {
        "__typename" => Some(TransitionPart::TypeName),
        "mutation" => Some(TransitionPart::Mutation),
        "to" => Some(TransitionPart::To),
        "requires" => Some(TransitionPart::Requires),
        "reasonKinds" => Some(TransitionPart::ReasonKinds),
        "description" => Some(TransitionPart::Description),
        _ => None,
    }
}

fn requirement_part(name: &str) -> Option<RequirementPart> {
    match name {
        "__typename" => Some(RequirementPart::TypeName),
        "oneOf" => Some(RequirementPart::OneOf),
        "when" => Some(RequirementPart::When),
        _ => None,
    }
}

fn external_id_part(name: &str) -> Option<ExternalIdPart> {
    match name {
        "__typename" => Some(ExternalIdPart::TypeName),
        "system" => Some(ExternalIdPart::System),
        "key" => Some(ExternalIdPart::Key),
        _ => None,
    }
}

fn page_info_part(name: &str) -> Option<PageInfoPart> {
    match name {
        "__typename" => Some(PageInfoPart::TypeName),
        "hasNextPage" => Some(PageInfoPart::HasNextPage),
        "hasPreviousPage" => Some(PageInfoPart::HasPreviousPage),
        "startCursor" => Some(PageInfoPart::StartCursor),
        "endCursor" => Some(PageInfoPart::EndCursor),
        _ => None,
    }
}

/// The selection sets of the fields of a group.
fn sets<'a>(group: &Group<'a>) -> impl Iterator<Item = &'a SelectionSet> {
    group.iter().map(|field| &field.selection_set.node)
}

fn name_of<'a>(group: &Group<'a>) -> &'a str {
    group.first().map_or("", |field| field.name.node.as_str())
}

/// Whether a fragment on `condition` applies to an object of `type_name`.
fn applies(condition: &str, type_name: &str) -> bool {
    condition == type_name || (condition == "Node" && dataset().entity(type_name).is_some())
}

fn unknown(type_name: &str, field: &str) -> ApiError {
    ApiError::internal(format!(
        "validation passed `{type_name}.{field}`, which there is not"
    ))
}

/// The text as a value that is spliced into the answer without being read again.
pub(in crate::graphql) fn raw(json: String) -> Value {
    Value::from(IndexMap::from([(
        Name::new(async_graphql_value::RAW_VALUE_TOKEN),
        Value::String(json),
    )]))
}
