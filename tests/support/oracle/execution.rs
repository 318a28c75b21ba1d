//! The execution algorithm of the specification, over objects that `resolve` knows.

use std::collections::BTreeSet;

use async_graphql::{
    Name,
    parser::types::{BaseType, Field, Selection, SelectionSet, Type},
};
use serde_json::{Map, Value as Json};

use super::{
    Execution,
    resolve::{Object, Resolved},
};

/// Null stands where it must not: the parent becomes null instead.
#[derive(Debug)]
pub(super) struct Bubble;

/// The fields under one response key; they differ in their selections only.
type Group<'a> = Vec<&'a Field>;

impl<'a> Execution<'a> {
    /// `ExecuteSelectionSet`, of the selection sets of `MergeSelectionSets`.
    pub(super) fn execute_selection_sets(
        &self,
        object: &Object<'a>,
        sets: &[&'a SelectionSet],
    ) -> Result<Json, Bubble> {
        let object_type = object.type_name();
        let mut visited = BTreeSet::new();
        let mut grouped = Vec::new();
        for set in sets {
            self.collect_fields(&object_type, set, &mut visited, &mut grouped);
        }
        let mut result = Map::new();
        for (key, fields) in grouped {
            let value = match object {
                Object::Query if self.refused.contains(key) => self.refuse(&fields)?,
                // It may be null: what is refused below it leaves the rest of the viewer.
                Object::Viewer if self.is_refused_user(&fields) => Json::Null,
                _ => self.execute_field(&object_type, object, &fields)?,
            };
            result.insert(key.to_owned(), value);
        }
        Ok(Json::Object(result))
    }

    /// What a field of the root comes to that is refused.
    fn refuse(&self, fields: &[&'a Field]) -> Result<Json, Bubble> {
        let name = fields
            .first()
            .expect("a group has a field")
            .name
            .node
            .as_str();
        if self.oracle.model.field("Query", name).ty.node.nullable {
            return Ok(Json::Null);
        }
        Err(Bubble)
    }

    /// `CollectFields`.
    fn collect_fields(
        &self,
        object_type: &str,
        set: &'a SelectionSet,
        visited: &mut BTreeSet<&'a Name>,
        grouped: &mut Vec<(&'a str, Group<'a>)>,
    ) {
        for selection in &set.items {
            if !self.is_included(&selection.node) {
                continue;
            }
            match &selection.node {
                Selection::Field(field) => {
                    let key = field.node.response_key().node.as_str();
                    match grouped.iter_mut().find(|(known, _)| *known == key) {
                        Some((_, group)) => group.push(&field.node),
                        None => grouped.push((key, vec![&field.node])),
                    }
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if !visited.insert(name) {
                        continue;
                    }
                    let fragment = self.document.fragments.get(name);
                    let fragment = &fragment.expect("the fragment is defined").node;
                    if self.applies(object_type, &fragment.type_condition.node.on.node) {
                        let set = &fragment.selection_set.node;
                        self.collect_fields(object_type, set, visited, grouped);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|it| self.applies(object_type, &it.node.on.node)) {
                        let set = &fragment.node.selection_set.node;
                        self.collect_fields(object_type, set, visited, grouped);
                    }
                }
            }
        }
    }

    /// Whether neither `@skip` nor `@include` takes the selection out.
    pub(super) fn is_included(&self, selection: &Selection) -> bool {
        selection.directives().iter().all(|directive| {
            let condition = directive.node.get_argument("if");
            let condition = condition.and_then(|value| self.constant(&value.node));
            match directive.node.name.node.as_str() {
                "skip" => condition != Some(Json::Bool(true)),
                "include" => condition == Some(Json::Bool(true)),
                _ => true,
            }
        })
    }

    /// `DoesFragmentTypeApply`.
    pub(super) fn applies(&self, object_type: &str, condition: &str) -> bool {
        object_type == condition || self.oracle.model.implements(object_type, condition)
    }

    /// `ExecuteField`.
    fn execute_field(
        &self,
        object_type: &str,
        object: &Object<'a>,
        fields: &[&'a Field],
    ) -> Result<Json, Bubble> {
        let field = fields.first().expect("a group has a field");
        let name = field.name.node.as_str();
        if name == "__typename" {
            return Ok(Json::String(object_type.to_owned()));
        }
        let definition = self.oracle.model.field(object_type, name);
        let arguments = self.coerce_arguments(field);
        let resolved = self.resolve(object, name, &arguments);
        self.complete_value(&definition.ty.node, fields, resolved)
    }

    /// `CompleteValue`.
    fn complete_value(
        &self,
        ty: &Type,
        fields: &[&'a Field],
        resolved: Resolved<'a>,
    ) -> Result<Json, Bubble> {
        let completed = self.complete_nullable(ty, fields, resolved);
        if ty.nullable {
            return Ok(completed.unwrap_or(Json::Null));
        }
        completed.and_then(|value| match value {
            Json::Null => Err(Bubble),
            value => Ok(value),
        })
    }

    fn complete_nullable(
        &self,
        ty: &Type,
        fields: &[&'a Field],
        resolved: Resolved<'a>,
    ) -> Result<Json, Bubble> {
        match (resolved, &ty.base) {
            (Resolved::Leaf(value), _) => Ok(value),
            (Resolved::Object(object), BaseType::Named(_)) => {
                let sets: Vec<_> = fields
                    .iter()
                    .map(|field| &field.selection_set.node)
                    .collect();
                self.execute_selection_sets(&object, &sets)
            }
            (Resolved::List(items), BaseType::List(item)) => items
                .into_iter()
                .map(|value| self.complete_value(item, fields, value))
                .collect::<Result<_, _>>()
                .map(Json::Array),
            _ => panic!("what was resolved is not a {ty}"),
        }
    }
}
