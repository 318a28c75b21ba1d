//! Random documents that are valid, written along the public schema.

use async_graphql::parser::types::FieldDefinition;
use serde_json::{Map, Value as Json, json};
use tests::{
    choices::Choices,
    oracle::{Noun, Oracle, model::named},
};
use uuid::Uuid;

use super::{
    arguments,
    hub::ids,
    literal::Literal,
    selection::{Fragment, Scope},
};

/// A document with its variables. A cursor among the arguments stands as `{{cursor 0}}`.
#[derive(Debug, Default)]
pub(crate) struct Question {
    pub(crate) document: String,
    pub(crate) variables: Map<String, Json>,
    pub(crate) cursors: Vec<Place>,
}

/// The row that a cursor belongs to, and the list.
#[derive(Debug)]
pub(crate) struct Place {
    pub(crate) noun: &'static Noun,
    pub(crate) filter: Json,
    pub(crate) order: Json,
    pub(crate) row: Uuid,
}

impl Place {
    /// Nowhere yet in the list of all rows of `noun`.
    pub(crate) fn of(noun: &'static Noun) -> Self {
        Self {
            noun,
            filter: json!({}),
            order: json!([]),
            row: Uuid::nil(),
        }
    }

    /// Whether it is in the list of all rows in their own order, which is the same for everybody.
    pub(crate) fn is_common(&self) -> bool {
        self.filter == json!({}) && self.order == json!([])
    }

    /// A query of the whole list, with its cursors.
    pub(crate) fn list(&self) -> String {
        format!(
            "query($f: {0}Filter, $o: [{0}Order!]) {{ list: {1}(filter: $f, orderBy: $o, \
             first: 500) {{ edges {{ cursor node {{ id }} }} }} }}",
            self.noun.name, self.noun.plural
        )
    }

    /// What the query is about.
    pub(crate) fn variables(&self) -> Map<String, Json> {
        let filter = ("f".to_owned(), self.filter.clone());
        Map::from_iter([filter, ("o".to_owned(), self.order.clone())])
    }
}

/// Writes one document.
pub(crate) struct Writer<'a> {
    pub(crate) oracle: &'a Oracle,
    pub(crate) choices: Choices,
    pub(crate) question: Question,
    definitions: Vec<String>,
    pub(super) fragments: Vec<Fragment>,
    names: usize,
    /// How many there are in the filter that is being written.
    pub(super) conditions: usize,
}

/// How many rows a document may ask for, about.
const ROWS: usize = 20_000;
/// How many levels of selections a document has: five relations, with `edges` and `node` between.
const LEVELS: usize = 10;
/// The document that `choices` lead to.
pub(crate) fn write(oracle: &Oracle, choices: Choices) -> Question {
    let mut writer = Writer::new(oracle, choices);
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

impl<'a> Writer<'a> {
    pub(super) fn new(oracle: &'a Oracle, choices: Choices) -> Self {
        Self {
            oracle,
            choices,
            question: Question::default(),
            definitions: Vec::new(),
            fragments: Vec::new(),
            names: 0,
            conditions: 0,
        }
    }

    /// The library overlooks variables in directives of `__typename`: here they are literal.
    pub(crate) fn type_name(&mut self) -> String {
        let directives = ["", "", "", " @skip(if: true)", " @include(if: true)"];
        let directive = self.choices.pick(&directives).copied();
        format!("__typename{}", directive.unwrap_or_default())
    }

    /// Rarely `@skip` or `@include`.
    pub(crate) fn directive(&mut self) -> String {
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

    /// The arguments of a field, how many rows it gives at most, and the ways to the dimensions of
    /// groups.
    pub(super) fn arguments(
        &mut self,
        field: &FieldDefinition,
        rows: usize,
    ) -> (String, usize, Vec<Vec<String>>) {
        let type_name = named(&field.ty.node);
        let of = |suffix: &str| type_name.strip_suffix(suffix).and_then(Noun::of);
        if let Some(noun) = of("Group") {
            return arguments::of_groups(self, noun);
        }
        let (arguments, limit) = match of("Aggregate") {
            Some(noun) => (arguments::of_aggregate(self, noun), 1),
            None => self.arguments_of_rows(field, rows),
        };
        (arguments, limit, Vec::new())
    }

    fn arguments_of_rows(&mut self, field: &FieldDefinition, rows: usize) -> (String, usize) {
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

    /// The id of a row of `noun`, now and then of one that is hidden or deleted.
    fn id_of(&mut self, noun: &Noun) -> Literal {
        let (seen, unseen) = ids(self.oracle, noun);
        let ids = if self.choices.one_in(4) { unseen } else { seen };
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
    pub(crate) fn pass_nothing(&mut self, ty: &str, nullable: bool) -> String {
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

    pub(crate) fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }
}
