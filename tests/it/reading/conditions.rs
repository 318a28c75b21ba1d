//! Random filters: of rows, and of groups.

use serde_json::{Value as Json, json};
use tests::oracle::{Noun, model::named};

use super::{
    literal::{Fields, Literal},
    operands::tests_of,
    question::Writer,
};

/// How many conditions a filter has, about; the hub takes a hundred.
const CONDITIONS: usize = 30;
/// How deep filters are nested.
const DEPTH: usize = 4;

impl Writer<'_> {
    /// A filter of rows of `noun`.
    pub(super) fn filter(&mut self, noun: &'static Noun) -> Literal {
        self.conditions = 0;
        let filter = self.filter_within(noun, DEPTH);
        self.passed(&format!("{}Filter", noun.name), filter)
    }

    fn filter_within(&mut self, noun: &'static Noun, depth: usize) -> Literal {
        let type_name = format!("{}Filter", noun.name);
        let model = &self.oracle.model;
        let mut filter = Fields::default();
        for _ in 0..self.choices.below(3) {
            let Some(input) = self.choices.pick(model.inputs(&type_name)) else {
                continue;
            };
            let mut name = input.node.name.node.as_str();
            if depth > 1 {
                // More of them than of one field among many.
                name = match self.choices.below(12) {
                    9 => "and",
                    10 => "or",
                    11 => "not",
                    _ => name,
                };
            }
            if filter.has(name) || self.conditions > CONDITIONS {
                continue;
            }
            if let Some(literal) = self.condition(noun, name, depth) {
                filter.put(name, literal);
            }
        }
        filter.literal()
    }

    /// What a filter says of `name`; `None` where it had better say nothing.
    fn condition(&mut self, noun: &'static Noun, name: &str, depth: usize) -> Option<Literal> {
        let is_logic = matches!(name, "and" | "or" | "not");
        let input = self
            .oracle
            .model
            .input(&format!("{}Filter", noun.name), name)?;
        let type_name = named(&input.ty.node);
        let of = type_name.trim_end_matches("Filter");
        let many = of.strip_suffix("List").and_then(Noun::of);
        if is_logic || many.is_some() || Noun::of(of).is_some() {
            if depth == 1 {
                return None;
            }
            self.conditions += 1;
        }
        if !is_logic && !self.dares(noun, name) {
            return None;
        }
        Some(match (name, many, Noun::of(of)) {
            ("not", ..) => self.filter_within(noun, depth - 1),
            ("and" | "or", ..) => {
                let count = self.choices.below(3);
                let parts = (0..count).map(|_| self.filter_within(noun, depth - 1));
                let parts = parts.collect();
                self.listed(parts)
            }
            (_, Some(target), _) => {
                let mut quantities = Fields::default();
                for _ in 0..=self.choices.below(2) {
                    let quantity = ["some", "none", "every"][self.choices.below(3)];
                    if !quantities.has(quantity) {
                        self.conditions += 1;
                        quantities.put(quantity, self.filter_within(target, depth - 1));
                    }
                }
                quantities.literal()
            }
            (_, _, Some(target)) => self.filter_within(target, depth - 1),
            _ => {
                let stored = self.oracle.stored(noun, name);
                tests_of(self, type_name, &stored)
            }
        })
    }

    /// A list; one in the place of a list is a list of one.
    pub(super) fn listed(&mut self, mut items: Vec<Literal>) -> Literal {
        match items.pop() {
            Some(only) if items.is_empty() && self.choices.one_in(3) => only,
            last => {
                items.extend(last);
                Literal::list(items)
            }
        }
    }

    /// Whether to ask by `field`: what is refused is asked for now and then.
    pub(super) fn dares(&mut self, noun: &Noun, field: &str) -> bool {
        !self.oracle.lens.forbids(noun.name, field) || self.choices.one_in(5)
    }

    /// A filter of groups of rows of `noun`.
    pub(super) fn having(&mut self, noun: &'static Noun) -> Literal {
        self.conditions = 0;
        let having = self.having_within(noun, 2);
        self.passed(&format!("{}Having", noun.name), having)
    }

    fn having_within(&mut self, noun: &'static Noun, depth: usize) -> Literal {
        let type_name = format!("{}Having", noun.name);
        let model = &self.oracle.model;
        let mut having = Fields::default();
        for _ in 0..self.choices.below(3) {
            let Some(input) = self.choices.pick(model.inputs(&type_name)) else {
                continue;
            };
            let name = input.node.name.node.as_str();
            if having.has(name) || self.conditions > CONDITIONS {
                continue;
            }
            let literal = match name {
                "and" | "or" | "not" if depth == 1 => continue,
                "not" => self.having_within(noun, depth - 1),
                "and" | "or" => {
                    let parts = 0..self.choices.below(3);
                    Literal::list(parts.map(|_| self.having_within(noun, depth - 1)).collect())
                }
                "count" => tests_of(self, "IntFilter", &[0, 1, 2, 3, 5, 9].map(|it| json!(it))),
                function => match self.result(noun, function, named(&input.node.ty.node)) {
                    Some(literal) => literal,
                    None => continue,
                },
            };
            self.conditions += 1;
            having.put(name, literal);
        }
        having.literal()
    }

    /// Tests of what `function` makes of one field.
    fn result(&mut self, noun: &Noun, function: &str, type_name: &str) -> Option<Literal> {
        let input = self.choices.pick(self.oracle.model.inputs(type_name))?;
        let field = input.node.name.node.as_str();
        if !self.dares(noun, field) {
            return None;
        }
        let stored = match function {
            "countDistinct" => [0, 1, 2, 3, 5].map(|it| json!(it)).to_vec(),
            _ => self.oracle.stored(noun, field),
        };
        let stored: Vec<Json> = stored;
        Some(tests_of(self, named(&input.node.ty.node), &stored).within(field))
    }
}
