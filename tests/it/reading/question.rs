//! Random documents that are valid, written along the public schema.

use std::collections::BTreeMap;

use async_graphql::parser::types::FieldDefinition;
use serde_json::{Map, Value as Json};
use tests::{
    choices::Choices,
    oracle::{Noun, Oracle, model::named},
};
use uuid::Uuid;

use super::{
    arguments::{self, Literal},
    hub::ids,
};

/// A document with its variables. A cursor among the arguments stands as `{{cursor 0}}`.
#[derive(Debug, Default)]
pub(super) struct Question {
    pub(super) document: String,
    pub(super) variables: Map<String, Json>,
    pub(super) cursors: Vec<Place>,
}

/// The row that a cursor belongs to, and the list.
#[derive(Debug)]
pub(super) struct Place {
    pub(super) noun: &'static Noun,
    pub(super) filter: Json,
    pub(super) row: Uuid,
}

/// Writes one document.
pub(super) struct Writer<'a> {
    pub(super) oracle: &'a Oracle,
    pub(super) choices: Choices,
    pub(super) question: Question,
    definitions: Vec<String>,
    fragments: Vec<Fragment>,
    names: usize,
}

/// A fragment that may be spread again: each of its keys is its own.
struct Fragment {
    on: String,
    name: String,
    rows: usize,
}

/// The keys of one object of the answer, over all selections that are merged into it.
#[derive(Default)]
struct Scope {
    entries: BTreeMap<String, Entry>,
    /// Whether every key must be a new one.
    own_keys: bool,
}

/// What stands under a key: where it is repeated, the field and its arguments are the same.
struct Entry {
    field: String,
    arguments: String,
    type_name: String,
    rows: usize,
    scope: Scope,
}

/// How many rows a document may ask for, about.
const ROWS: usize = 20_000;
/// How many levels of selections a document has: five relations, with `edges` and `node` between.
const LEVELS: usize = 10;
/// Keys that mean something in some language.
const ODD_KEYS: [&str; 6] = ["_", "__proto__", "constructor", "position", "read", "o"];

/// The document that `choices` lead to.
pub(super) fn write(oracle: &Oracle, choices: Choices) -> Question {
    let mut writer = Writer {
        oracle,
        choices,
        question: Question::default(),
        definitions: Vec::new(),
        fragments: Vec::new(),
        names: 0,
    };
    let selection = writer.selection(&mut Scope::default(), "Query", LEVELS, ROWS);
    let variables = match writer.definitions.as_slice() {
        [] => String::new(),
        definitions => format!("({})", definitions.join(", ")),
    };
    let operation = format!("query Q{variables} {selection}");
    let document = &mut writer.question.document;
    *document = format!("{operation}{document}");
    writer.question
}

impl Writer<'_> {
    fn selection(
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
            .filter(|field| is_composite(field) == composite)
            .collect();
        if type_name == "Query" && levels > 0 {
            // The root has no scalars.
            fields = model
                .fields(type_name)
                .iter()
                .map(|field| &field.node)
                .collect();
        }
        let Some(field) = self.choices.pick(&fields).copied() else {
            return "__typename".to_owned();
        };
        let (arguments, limit) = self.arguments(field, rows);
        let name = field.name.node.as_str();
        let key = self.key(scope, name, &arguments);
        let entry = scope.entries.entry(key.clone()).or_insert_with(|| Entry {
            field: name.to_owned(),
            arguments,
            type_name: named(&field.ty.node).to_owned(),
            // Some seven lists may stand side by side.
            rows: (rows / limit.max(1) / 7).max(1),
            scope: Scope {
                own_keys: scope.own_keys,
                ..Scope::default()
            },
        });
        self.entry(&key, entry, levels)
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

    /// The library overlooks variables in directives of `__typename`: here they are literal.
    fn type_name(&mut self) -> String {
        let directives = ["", "", "", " @skip(if: true)", " @include(if: true)"];
        let directive = self.choices.pick(&directives).copied();
        format!("__typename{}", directive.unwrap_or_default())
    }

    /// Rarely `@skip` or `@include`.
    fn directive(&mut self) -> String {
        if !self.choices.one_in(6) {
            return String::new();
        }
        let kind = if self.choices.one_in(2) {
            "skip"
        } else {
            "include"
        };
        let value = self.choices.one_in(2);
        let literal = Literal::of(Json::Bool(value), value.to_string());
        let condition = self.pass("Boolean!", &literal);
        format!(" @{kind}(if: {condition})")
    }

    /// The arguments of a field, and how many rows it gives at most.
    fn arguments(&mut self, field: &FieldDefinition, rows: usize) -> (String, usize) {
        let takes = |name: &str| field.arguments.iter().any(|it| it.node.name.node == name);
        if takes("ids") {
            let ids: Vec<_> = (0..self.choices.below(4)).map(|_| self.id()).collect();
            let ids = Literal::list(ids);
            return (format!("(ids: {})", self.pass("[ID!]!", &ids)), 4);
        }
        if takes("id") {
            let noun = Noun::all()
                .iter()
                .find(|noun| field.name.node == noun.single);
            let id = match noun {
                Some(noun) if !self.choices.one_in(6) => self.id_of(noun),
                _ => self.id(),
            };
            return (format!("(id: {})", self.pass("ID!", &id)), 1);
        }
        if !takes("first") {
            return (String::new(), 1);
        }
        let type_name = named(&field.ty.node).trim_end_matches("Connection");
        let noun = Noun::of(type_name).unwrap();
        arguments::of_list(self, noun, rows)
    }

    /// The id of some row, or what is none.
    fn id(&mut self) -> Literal {
        const NONE: [&str; 10] = [
            "",
            "_",
            "lead",
            "lead_",
            "lead_00000000000000000000000000000000",
            "lead_ABCDEFABCDEFABCDEFABCDEFABCDEF12",
            "lead_0190163d-8694-739b-aea5-966c26f8ad91",
            "nothing_0190163d8694739baea5966c26f8ad91",
            "lead_0190163d8694739baea5966c26f8ad9' OR 1=1 --",
            "👩_\\\"\n",
        ];
        if self.choices.one_in(5) {
            let none = self.choices.pick(&NONE).copied().unwrap_or_default();
            return Literal::text(none);
        }
        match self.choices.pick(Noun::all()) {
            Some(noun) => self.id_of(noun),
            None => Literal::text(""),
        }
    }

    /// The id of a row of `noun`, rarely of one that is deleted.
    fn id_of(&mut self, noun: &Noun) -> Literal {
        let (there, deleted) = ids(self.oracle, noun);
        let ids = if self.choices.one_in(8) {
            deleted
        } else {
            there
        };
        Literal::text(self.choices.pick(&ids).map_or("", String::as_str))
    }

    /// `value` as an argument of the type `ty`: as it is, or by a variable.
    pub(super) fn pass(&mut self, ty: &str, value: &Literal) -> String {
        let way = self.choices.below(5);
        if way <= 2 {
            return value.text.clone();
        }
        let name = self.name("v");
        if way == 3 {
            self.definitions.push(format!("${name}: {ty}"));
            self.question
                .variables
                .insert(name.clone(), value.json.clone());
        } else {
            // What has a default need not be given, even where null is not allowed.
            let ty = ty.trim_end_matches('!');
            self.definitions
                .push(format!("${name}: {ty} = {}", value.text));
        }
        format!("${name}")
    }

    /// Nothing as an argument of the type `ty`: null, or a variable without a value.
    pub(super) fn pass_nothing(&mut self, ty: &str, nullable: bool) -> String {
        let way = self.choices.below(3);
        if nullable && way == 0 {
            return "null".to_owned();
        }
        let name = self.name("v");
        self.definitions.push(format!("${name}: {ty}"));
        if nullable && way == 1 {
            self.question.variables.insert(name.clone(), Json::Null);
        }
        format!("${name}")
    }

    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }
}
