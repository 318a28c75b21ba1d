//! Whether fields that are answered under one name are the same field: the specification's
//! `FieldsInSetCanMerge`. The library's rule compares the fields of one selection, and not what is
//! selected in two of them.
//!
//! All selections that are merged are walked together, so that every field is looked at once wherever
//! it is spread, of which there are as many as the limit on fields allows.

use std::collections::HashSet;

use async_graphql::{
    Name, Positioned, ServerError,
    indexmap::IndexMap,
    parser::types::{ExecutableDocument, Field, Selection, SelectionSet},
    registry::{MetaType, MetaTypeName, Registry},
};

use super::{VALIDATION_FAILED, complain, position::root_type, sentence::Complaint};

/// Checks that the fields of each operation of `document` can be merged.
pub(super) fn check(document: &ExecutableDocument, registry: &Registry) -> Result<(), ServerError> {
    let walk = Walk { document, registry };
    document.operations.iter().try_for_each(|(_, operation)| {
        let root = Merged {
            set: &operation.node.selection_set.node,
            on: root_type(operation.node.ty, registry),
            branch: None,
        };
        walk.sets(&[root])
    })
}

/// One of the selections that are merged.
#[derive(Clone, Copy)]
struct Merged<'d> {
    set: &'d SelectionSet,
    /// The type that it stands on, where there is such a type.
    on: Option<&'d str>,
    /// The object type that an interface around it has here: an object of another one never has both.
    branch: Option<&'d str>,
}

/// A field of the selections that are merged.
struct Member<'d> {
    field: &'d Positioned<Field>,
    /// Its type as it is written, where there is such a field.
    of: Option<&'d str>,
    /// As that of the selection.
    branch: Option<&'d str>,
}

/// The fields under each name.
type Groups<'d> = IndexMap<&'d str, Vec<Member<'d>>>;

struct Walk<'d> {
    document: &'d ExecutableDocument,
    registry: &'d Registry,
}

impl<'d> Walk<'d> {
    /// As deep as the fields of the document are nested.
    fn sets(&self, merged: &[Merged<'d>]) -> Result<(), ServerError> {
        let (mut groups, mut spread) = (Groups::new(), HashSet::new());
        for one in merged {
            self.collect(*one, &mut spread, &mut groups);
        }
        for (key, group) in groups {
            self.agree(key, &group)?;
            let below = group.iter().map(|member| Merged {
                set: &member.field.node.selection_set.node,
                on: member.of.map(MetaTypeName::concrete_typename),
                branch: member.branch,
            });
            self.sets(&below.collect::<Vec<_>>())?;
        }
        Ok(())
    }

    fn collect(
        &self,
        merged: Merged<'d>,
        spread: &mut HashSet<(&'d Name, Option<&'d str>)>,
        groups: &mut Groups<'d>,
    ) {
        for selection in &merged.set.items {
            let (condition, set) = match &selection.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.as_str();
                    let members = groups.entry(key).or_default();
                    members.push(self.member(merged, field));
                    continue;
                }
                Selection::InlineFragment(fragment) => (
                    fragment.node.type_condition.as_ref(),
                    &fragment.node.selection_set.node,
                ),
                Selection::FragmentSpread(named) => {
                    let name = &named.node.fragment_name.node;
                    let Some(fragment) = self.document.fragments.get(name) else {
                        continue;
                    };
                    // The same again adds nothing.
                    if !spread.insert((name, merged.branch)) {
                        continue;
                    }
                    let fragment = &fragment.node;
                    (Some(&fragment.type_condition), &fragment.selection_set.node)
                }
            };
            let condition = condition.map(|condition| condition.node.on.node.as_str());
            self.collect(self.narrowed(merged, condition, set), spread, groups);
        }
    }

    /// A fragment with that `condition` among the selections of `outer`.
    fn narrowed(
        &self,
        outer: Merged<'d>,
        condition: Option<&'d str>,
        set: &'d SelectionSet,
    ) -> Merged<'d> {
        let kind = |name: Option<&str>| name.and_then(|name| self.registry.types.get(name));
        let narrows = matches!(kind(outer.on), Some(MetaType::Interface { .. }))
            && matches!(kind(condition), Some(MetaType::Object { .. }));
        Merged {
            set,
            on: condition.or(outer.on),
            branch: outer.branch.or(condition.filter(|_| narrows)),
        }
    }

    fn member(&self, merged: Merged<'d>, field: &'d Positioned<Field>) -> Member<'d> {
        let meta = merged.on.and_then(|on| self.registry.types.get(on));
        // What there is not, others complain about.
        let of = match field.node.name.node.as_str() {
            "__typename" => Some("String!"),
            name => meta
                .and_then(|meta| meta.field_by_name(name))
                .map(|field| field.ty.as_str()),
        };
        Member {
            field,
            of,
            branch: merged.branch,
        }
    }

    /// Checks the fields under the name `key`.
    fn agree(&self, key: &str, group: &[Member<'d>]) -> Result<(), ServerError> {
        // The first of each branch: the others of it are the same field.
        let mut firsts: Vec<&Member<'d>> = Vec::new();
        for member in group {
            for first in &firsts {
                if let Some(problem) = self.conflict(key, first, member) {
                    let locations = vec![first.field.pos, member.field.pos];
                    return Err(complain(locations, VALIDATION_FAILED, &problem));
                }
            }
            if firsts.iter().all(|first| first.branch != member.branch) {
                firsts.push(member);
            }
        }
        Ok(())
    }

    fn conflict(&self, key: &str, one: &Member<'d>, other: &Member<'d>) -> Option<Complaint> {
        let (first, second) = (&one.field.node, &other.field.node);
        let apart = one.branch.is_some() && other.branch.is_some() && one.branch != other.branch;
        if !apart && first.name.node != second.name.node {
            let (first, second) = (&first.name.node, &second.name.node);
            return Some(Complaint::of_different_fields(key, first, second));
        }
        if !apart && !same_arguments(first, second) {
            return Some(Complaint::of_differing_arguments());
        }
        match (one.of, other.of) {
            (Some(one), Some(other)) if !self.same_shape(one, other) => {
                Some(Complaint::of_different_types(key, one, other))
            }
            _ => None,
        }
    }

    /// Whether values of both types look the same to who reads an answer, but for the fields in them.
    fn same_shape(&self, one: &str, other: &str) -> bool {
        let [first, second] = [one, other].map(MetaTypeName::concrete_typename);
        let has_fields = |name| {
            let kind = self.registry.types.get(name);
            kind.is_some_and(MetaType::is_composite)
        };
        let same_wrapping = one.replacen(first, "", 1) == other.replacen(second, "", 1);
        same_wrapping && (first == second || (has_fields(first) && has_fields(second)))
    }
}

/// Whether both are given the same, in whatever order.
fn same_arguments(one: &Field, other: &Field) -> bool {
    one.arguments.len() == other.arguments.len()
        && one.arguments.iter().all(|(name, value)| {
            let same = other.get_argument(&name.node);
            same.is_some_and(|same| same.node == value.node)
        })
}
