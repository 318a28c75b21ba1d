//! Random selections: fields, aliases, fragments, directives, and the same key again.

use std::collections::BTreeMap;

use async_graphql::parser::types::FieldDefinition;
use tests::oracle::{Noun, known::is_asked, model::named};

use super::question::Writer;

/// A fragment that may be spread again: each of its keys is its own.
pub(super) struct Fragment {
    on: String,
    name: String,
    rows: usize,
}

/// The keys of one object of the answer, over all selections that are merged into it.
#[derive(Default)]
pub(super) struct Scope {
    entries: BTreeMap<String, Entry>,
    /// Whether every key must be a new one.
    own_keys: bool,
    /// In the key of a group, the ways to its dimensions from here.
    toward: Vec<Vec<String>>,
    /// Whether it is a group, whose key is one step further.
    is_group: bool,
}

impl Scope {
    /// Inside of a field.
    fn inside(&self, field: &str, dimensions: Vec<Vec<String>>) -> Self {
        let mut toward = dimensions;
        for path in &self.toward {
            match path.as_slice() {
                _ if self.is_group && field == "key" => toward.push(path.clone()),
                [first, rest @ ..] if first == field && !rest.is_empty() => {
                    toward.push(rest.to_vec());
                }
                // The row whose id it is.
                [only] if only.strip_suffix("Id") == Some(field) => {
                    toward.push(vec!["row".to_owned()]);
                }
                _ => {}
            }
        }
        Self {
            own_keys: self.own_keys,
            is_group: !self.is_group && self.toward.is_empty() && !toward.is_empty(),
            toward,
            ..Self::default()
        }
    }
}

/// What stands under a key: where it is repeated, the field and its arguments are the same.
struct Entry {
    field: String,
    arguments: String,
    type_name: String,
    rows: usize,
    scope: Scope,
}

/// Keys that mean something in some language.
const ODD_KEYS: [&str; 6] = ["_", "__proto__", "constructor", "position", "read", "o"];

impl<'a> Writer<'a> {
    pub(super) fn selection(
        &mut self,
        scope: &mut Scope,
        type_name: &str,
        levels: usize,
        rows: usize,
    ) -> String {
        let count = 1 + self.choices.below(5);
        let items: Vec<_> = (0..count)
            .map(|_| self.item(scope, type_name, levels, rows))
            .collect();
        format!("{{ {} }}", items.join(" "))
    }

    fn item(&mut self, scope: &mut Scope, type_name: &str, levels: usize, rows: usize) -> String {
        if type_name == "Node" {
            return self.item_of_node(levels, rows);
        }
        match self.choices.below(12) {
            0..=4 => self.field(scope, type_name, false, levels, rows),
            5..=7 => self.field(scope, type_name, levels > 0, levels, rows),
            8 => self.again(scope, levels),
            9 => self.inline(scope, type_name, levels, rows),
            10 => self.fragment(scope, type_name, levels, rows),
            _ => self.type_name(),
        }
    }

    /// What is selected of an interface: its field, and fragments on types that implement it. These
    /// have keys of their own: two types may not give the same key different shapes.
    fn item_of_node(&mut self, levels: usize, rows: usize) -> String {
        match self.choices.below(4) {
            0 => format!("id{}", self.directive()),
            1 => self.type_name(),
            2 => format!("... on Node{} {{ id again: __typename }}", self.directive()),
            _ => {
                let directive = self.directive();
                let Some(noun) = self.choices.pick(Noun::all()) else {
                    return "id".to_owned();
                };
                let mut own = Scope {
                    own_keys: true,
                    ..Scope::default()
                };
                let selection = self.selection(&mut own, noun.name, levels, rows);
                format!("... on {}{directive} {selection}", noun.name)
            }
        }
    }

    fn field(
        &mut self,
        scope: &mut Scope,
        type_name: &str,
        composite: bool,
        levels: usize,
        rows: usize,
    ) -> String {
        let model = &self.oracle.model;
        let is_composite =
            |field: &FieldDefinition| !model.fields(named(&field.ty.node)).is_empty();
        let fields = model.fields(type_name).iter().map(|field| &field.node);
        let mut fields: Vec<_> = fields
            .filter(|field| is_asked(type_name, &field.name.node))
            .collect();
        // The root has no scalars.
        if type_name != "Query" || levels == 0 {
            fields.retain(|field| is_composite(field) == composite);
        }
        let Some(mut field) = self.choices.pick(&fields).copied() else {
            return "__typename".to_owned();
        };
        if type_name.ends_with("GroupKey")
            && let Some(path) = self
                .choices
                .pick(&scope.toward)
                .filter(|_| !self.choices.one_in(6))
        {
            field = self.step(type_name, path);
        }
        if self.is_refused(type_name, &field.name.node) {
            return self.type_name();
        }
        let (arguments, limit, dimensions) = self.arguments(field, rows);
        let name = field.name.node.as_str();
        let key = self.key(scope, name, &arguments);
        let inside = scope.inside(name, dimensions);
        let entry = scope.entries.entry(key.clone()).or_insert_with(|| Entry {
            field: name.to_owned(),
            arguments,
            type_name: named(&field.ty.node).to_owned(),
            // Some seven lists may stand side by side.
            rows: (rows / limit.max(1) / 7).max(1),
            scope: inside,
        });
        self.entry(&key, entry, levels)
    }

    /// The field of a group's key that leads to a dimension.
    fn step(&mut self, type_name: &str, path: &[String]) -> &'a FieldDefinition {
        let model = &self.oracle.model;
        let relation = path[0].strip_suffix("Id");
        let relation = relation.and_then(|relation| model.find(type_name, relation));
        match relation.filter(|_| path.len() == 1 && self.choices.one_in(2)) {
            Some(relation) => relation,
            None => model.field(type_name, &path[0]),
        }
    }

    /// Whether a field of an aggregate had better not be asked for: only now and then.
    fn is_refused(&mut self, type_name: &str, field: &str) -> bool {
        let suffixes = ["CountDistinct", "Numbers", "Bounds"];
        let mut nouns = suffixes
            .iter()
            .filter_map(|suffix| type_name.strip_suffix(suffix));
        let noun = nouns.find_map(Noun::of);
        noun.is_some_and(|noun| !self.dares(noun, field))
    }

    /// A key for a field with arguments, with which nothing else in `scope` is in conflict.
    fn key(&mut self, scope: &Scope, field: &str, arguments: &str) -> String {
        let free = |key: &str| {
            scope
                .entries
                .get(key)
                .is_none_or(|entry| entry.field == field && entry.arguments == arguments)
        };
        if !scope.own_keys {
            if !self.choices.one_in(3) && free(field) {
                return field.to_owned();
            }
            if let Some(odd) = self.choices.pick(&ODD_KEYS).filter(|key| free(key)) {
                return (*odd).to_owned();
            }
        }
        self.name("k")
    }

    fn entry(&mut self, key: &str, entry: &mut Entry, levels: usize) -> String {
        let directive = self.directive();
        let alias = if key == entry.field {
            String::new()
        } else {
            format!("{key}: ")
        };
        let mut text = format!("{alias}{}{}{directive}", entry.field, entry.arguments);
        if !self.oracle.model.fields(&entry.type_name).is_empty() {
            let levels = levels.saturating_sub(1);
            let selection = if levels == 0 {
                "{ __typename }".to_owned()
            } else {
                let (type_name, rows) = (entry.type_name.clone(), entry.rows);
                self.selection(&mut entry.scope, &type_name, levels, rows)
            };
            text = format!("{text} {selection}");
        }
        text
    }

    /// A key that is there already, with other selections.
    fn again(&mut self, scope: &mut Scope, levels: usize) -> String {
        let keys: Vec<_> = scope.entries.keys().cloned().collect();
        let key = self.choices.pick(&keys).cloned();
        match key.and_then(|key| Some((scope.entries.get_mut(&key)?, key))) {
            Some((entry, key)) => self.entry(&key, entry, levels),
            None => "__typename".to_owned(),
        }
    }

    fn inline(&mut self, scope: &mut Scope, type_name: &str, levels: usize, rows: usize) -> String {
        let directive = self.directive();
        let is_node = self.oracle.model.implements(type_name, "Node");
        let condition = match self.choices.below(3) {
            0 => String::new(),
            1 if is_node => {
                let selection = self.selection(scope, type_name, levels, rows);
                return format!("... on Node{directive} {{ id ... on {type_name} {selection} }}");
            }
            _ => format!(" on {type_name}"),
        };
        let selection = self.selection(scope, type_name, levels, rows);
        format!("...{condition}{directive} {selection}")
    }

    fn fragment(
        &mut self,
        scope: &mut Scope,
        type_name: &str,
        levels: usize,
        rows: usize,
    ) -> String {
        let directive = self.directive();
        let fits = |fragment: &&Fragment| fragment.on == type_name && fragment.rows <= rows;
        let known = self.fragments.iter().find(fits);
        if let Some(known) = known.filter(|_| self.choices.one_in(2)) {
            return format!("...{}{directive}", known.name);
        }
        let own_keys = self.choices.one_in(2);
        let mut own = Scope {
            own_keys: true,
            ..Scope::default()
        };
        let name = self.name("F");
        let (levels, rows) = if own_keys {
            (levels.min(3), rows.min(9))
        } else {
            (levels, rows)
        };
        let scope = if own_keys { &mut own } else { scope };
        let selection = self.selection(scope, type_name, levels, rows);
        let definition = format!(" fragment {name} on {type_name} {selection}");
        self.question.document.push_str(&definition);
        if own_keys {
            self.fragments.push(Fragment {
                on: type_name.to_owned(),
                name: name.clone(),
                rows,
            });
        }
        format!("...{name}{directive}")
    }
}
