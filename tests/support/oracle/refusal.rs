//! Which fields of the root are refused, because something in them asks by what is masked.

use std::collections::{BTreeMap, BTreeSet};

use async_graphql::{
    Name,
    parser::{
        parse_query,
        types::{Field, Selection, SelectionSet},
    },
};
use serde_json::{Map, Value as Json};

use super::{
    Execution, Oracle, filter::items, model::named, noun::Noun, operation_of, order::leaf_of,
};

/// A field that must be refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Refusal {
    /// Its key among those of the root.
    pub key: String,
    /// The argument at fault, such as `filter.email`.
    pub argument: String,
}

impl Oracle {
    /// What of `document` must be refused. A key may be there more than once: one of its arguments
    /// is named.
    ///
    /// # Panics
    ///
    /// When the document is not valid.
    #[must_use]
    pub fn refusals(&self, document: &str, variables: &Map<String, Json>) -> BTreeSet<Refusal> {
        let document = parse_query(document).expect("the document can be parsed");
        let cursors = BTreeMap::new();
        self.execution(&document, variables, &cursors).refusals()
    }
}

impl<'a> Execution<'a> {
    /// What must be refused. It follows from the document alone, and not from what rows there are.
    pub(super) fn refusals(&self) -> BTreeSet<Refusal> {
        let mut found = BTreeSet::new();
        let root = &operation_of(self.document).selection_set.node;
        self.each_field("Query", root, &mut BTreeSet::new(), &mut |field| {
            let key = field.response_key().node.as_str();
            let mut arguments = BTreeSet::new();
            self.look_into("Query", field, &Way::default(), &mut arguments);
            found.extend(arguments.into_iter().map(|argument| Refusal {
                key: key.to_owned(),
                argument,
            }));
        });
        found
    }

    /// The keys of the root that come to nothing, because something is refused there or below, and
    /// nothing between may be null.
    pub(super) fn refused_keys(&self) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        let root = &operation_of(self.document).selection_set.node;
        self.each_field("Query", root, &mut BTreeSet::new(), &mut |field| {
            let mut arguments = BTreeSet::new();
            if field.name.node == "viewer" {
                let set = &field.selection_set.node;
                self.each_field("Viewer", set, &mut BTreeSet::new(), &mut |field| {
                    if field.name.node != "user" {
                        self.look_into("Viewer", field, &Way::default(), &mut arguments);
                    }
                });
            } else {
                self.look_into("Query", field, &Way::default(), &mut arguments);
            }
            if !arguments.is_empty() {
                keys.insert(field.response_key().node.to_string());
            }
        });
        keys
    }

    /// Whether `fields` are the viewer's user, and something is refused below.
    pub(super) fn is_refused_user(&self, fields: &[&'a Field]) -> bool {
        let mut arguments = BTreeSet::new();
        for field in fields.iter().filter(|field| field.name.node == "user") {
            self.look_into("Viewer", field, &Way::default(), &mut arguments);
        }
        !arguments.is_empty()
    }

    /// The arguments at fault in a field of `object_type`, and below it.
    fn look_into(
        &self,
        object_type: &str,
        field: &'a Field,
        way: &Way,
        found: &mut BTreeSet<String>,
    ) {
        let name = field.name.node.as_str();
        if name == "__typename" {
            return;
        }
        let definition = self.oracle.model.field(object_type, name);
        let type_name = named(&definition.ty.node);
        let arguments = self.coerce_arguments(field);
        self.look_into_arguments(object_type, field, &arguments, found);
        let Some(way) = way.further(object_type, name, &arguments) else {
            return;
        };
        let types = types_of(object_type, type_name, &arguments);
        let set = &field.selection_set.node;
        for object_type in &types {
            self.each_field(object_type, set, &mut BTreeSet::new(), &mut |field| {
                self.look_into(object_type, field, &way, found);
            });
        }
    }

    /// Calls `visit` with each field that is selected of `object_type`.
    pub(super) fn each_field(
        &self,
        object_type: &str,
        set: &'a SelectionSet,
        visited: &mut BTreeSet<&'a Name>,
        visit: &mut dyn FnMut(&'a Field),
    ) {
        for selection in &set.items {
            if !self.is_included(&selection.node) {
                continue;
            }
            match &selection.node {
                Selection::Field(field) => visit(&field.node),
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    let fragment = self.document.fragments.get(name);
                    let fragment = &fragment.expect("the fragment is defined").node;
                    let condition = &fragment.type_condition.node.on.node;
                    if visited.insert(name) && self.applies(object_type, condition) {
                        let set = &fragment.selection_set.node;
                        self.each_field(object_type, set, visited, visit);
                    }
                }
                Selection::InlineFragment(fragment) => {
                    let condition = fragment.node.type_condition.as_ref();
                    if condition.is_none_or(|it| self.applies(object_type, &it.node.on.node)) {
                        let set = &fragment.node.selection_set.node;
                        self.each_field(object_type, set, visited, visit);
                    }
                }
            }
        }
    }
}

/// The way from groups to what is selected of their keys.
#[derive(Default)]
struct Way {
    dimensions: Vec<Vec<String>>,
    relations: Vec<String>,
}

impl Way {
    /// One field further; `None` to a row that cannot be there, because its id is no dimension.
    fn further(
        &self,
        object_type: &str,
        field: &str,
        arguments: &Map<String, Json>,
    ) -> Option<Self> {
        if let Some(by) = arguments.get("by") {
            return Some(Self {
                dimensions: items(by).map(|element| leaf_of(element).0).collect(),
                relations: Vec::new(),
            });
        }
        let mut relations = self.relations.clone();
        if !object_type.ends_with("GroupKey") {
            relations.clear();
        } else if field == "row" {
            let last = relations.pop()?;
            relations.push(format!("{last}Id"));
            return self.dimensions.contains(&relations).then(Self::default);
        } else {
            relations.push(field.to_owned());
        }
        Some(Self {
            dimensions: self.dimensions.clone(),
            relations,
        })
    }
}

/// The object types that a field may give: of an id one knows which.
fn types_of<'t>(
    object_type: &str,
    type_name: &'t str,
    arguments: &Map<String, Json>,
) -> BTreeSet<&'t str> {
    let of_id = |id: &Json| Some(Noun::of_id(id.as_str()?)?.0.name);
    let nouns: BTreeSet<_> = match (arguments.get("id"), arguments.get("ids")) {
        (Some(id), _) => of_id(id).into_iter().collect(),
        (_, Some(Json::Array(ids))) => ids.iter().filter_map(of_id).collect(),
        (_, Some(id)) => of_id(id).into_iter().collect(),
        _ => return BTreeSet::from([type_name]),
    };
    assert_eq!(object_type, "Query", "only the root takes ids");
    if type_name == "Node" {
        return nouns;
    }
    // What cannot be there is not asked for.
    nouns
        .into_iter()
        .filter(|noun| *noun == type_name)
        .collect()
}
