//! What a caller may not ask by: paths among the arguments, and in the selection of aggregates, to
//! what is masked for them in any row.

use std::collections::BTreeSet;

use async_graphql::parser::types::Field;
use serde_json::{Map, Value as Json};

use super::{
    Execution, Oracle,
    aggregate::Function,
    filter::{each, items},
    model::named,
    noun::Noun,
    order::leaf_of,
};

impl<'a> Execution<'a> {
    /// What is at fault in a field of `object_type`, without what is selected below it.
    pub(super) fn look_into_arguments(
        &self,
        object_type: &str,
        field: &'a Field,
        arguments: &Map<String, Json>,
        found: &mut BTreeSet<String>,
    ) {
        let name = field.name.node.as_str();
        let type_name = named(&self.oracle.model.field(object_type, name).ty.node);
        let of = |type_name: &str, suffix: &str| type_name.strip_suffix(suffix).and_then(Noun::of);
        let heap = of(object_type, "Aggregate").or_else(|| of(object_type, "Group"));
        if let (Some(noun), Some(_)) = (heap, Function::of(name)) {
            let set = &field.selection_set.node;
            self.each_field(type_name, set, &mut BTreeSet::new(), &mut |field| {
                let field = field.name.node.as_str();
                if self.oracle.lens.forbids(noun.name, field) {
                    found.insert(format!("{name}.{field}"));
                }
            });
            return;
        }
        let list = of(type_name, "Connection");
        let heap = of(type_name, "Aggregate").or_else(|| of(type_name, "Group"));
        let Some(noun) = list.or(heap) else {
            return;
        };
        let oracle = self.oracle;
        if let Some(filter) = arguments.get("filter") {
            oracle.forbidden_by_filter(noun, filter, "filter", found);
        }
        for name in ["orderBy", "by"] {
            let elements = arguments.get(name).filter(|elements| !elements.is_null());
            for (number, element) in elements.into_iter().flat_map(items).enumerate() {
                oracle.forbidden_by_keys(noun, element, &format!("{name}.{number}"), found);
            }
        }
        if let Some(having) = arguments.get("having") {
            oracle.forbidden_by_having(noun, having, "having", found);
        }
    }
}

impl Oracle {
    /// The fields that a filter asks by, and may not. A field without a test asks nothing.
    fn forbidden_by_filter(
        &self,
        noun: &Noun,
        filter: &Json,
        path: &str,
        found: &mut BTreeSet<String>,
    ) {
        for (name, asked) in each(Some(filter)) {
            let path = format!("{path}.{name}");
            match name {
                "and" | "or" => {
                    for (number, filter) in items(asked).enumerate() {
                        self.forbidden_by_filter(noun, filter, &format!("{path}.{number}"), found);
                    }
                    continue;
                }
                "not" => {
                    self.forbidden_by_filter(noun, asked, &path, found);
                    continue;
                }
                _ => {}
            }
            let type_name = named(&self.model.field(noun.name, name).ty.node);
            let list = type_name.strip_suffix("Connection").and_then(Noun::of);
            let one = Noun::of(type_name);
            let asks = one.is_some() || each(Some(asked)).next().is_some();
            if asks && self.lens.forbids(noun.name, name) {
                found.insert(path.clone());
            }
            if let Some(target) = list {
                for (quantity, filter) in each(Some(asked)) {
                    self.forbidden_by_filter(target, filter, &format!("{path}.{quantity}"), found);
                }
            }
            if let Some(target) = one {
                self.forbidden_by_filter(target, asked, &path, found);
            }
        }
    }

    /// The keys of an order or of dimensions, and of results in an order of groups.
    fn forbidden_by_keys(
        &self,
        noun: &Noun,
        element: &Json,
        path: &str,
        found: &mut BTreeSet<String>,
    ) {
        for (name, inside) in each(Some(element)) {
            let path = format!("{path}.{name}");
            let target = self.model.find(noun.name, name);
            let target = target.and_then(|field| Noun::of(named(&field.ty.node)));
            match (target, inside) {
                _ if self.lens.forbids(noun.name, name) => {
                    // The key is named that cannot be reached, whatever is masked on the way.
                    let way = match inside {
                        Json::Object(_) => leaf_of(inside).0,
                        _ => Vec::new(),
                    };
                    found.insert([vec![path], way].concat().join("."));
                }
                (Some(target), _) => self.forbidden_by_keys(target, inside, &path, found),
                // `key`, or a function: the same noun's fields are in it.
                (None, Json::Object(_)) => self.forbidden_by_keys(noun, inside, &path, found),
                _ => {}
            }
        }
    }

    fn forbidden_by_having(
        &self,
        noun: &Noun,
        having: &Json,
        path: &str,
        found: &mut BTreeSet<String>,
    ) {
        for (name, asked) in each(Some(having)) {
            let path = format!("{path}.{name}");
            match name {
                "and" | "or" => {
                    for (number, having) in items(asked).enumerate() {
                        self.forbidden_by_having(noun, having, &format!("{path}.{number}"), found);
                    }
                }
                "not" => self.forbidden_by_having(noun, asked, &path, found),
                "count" => {}
                _ => {
                    for (field, tests) in each(Some(asked)) {
                        let asks = each(Some(tests)).next().is_some();
                        if asks && self.lens.forbids(noun.name, field) {
                            found.insert(format!("{path}.{field}"));
                        }
                    }
                }
            }
        }
    }
}
