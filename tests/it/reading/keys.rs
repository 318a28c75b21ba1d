//! Random orders of rows, dimensions of groups, and orders of groups.

use tests::{
    choices::Choices,
    oracle::{Noun, Oracle, model::named},
};

use super::{literal::Literal, question::Writer};

/// How many relations lie on the way to a key, at most.
const RELATIONS: usize = 2;

/// The path to a key, and what stands at its end.
struct Key {
    path: Vec<String>,
    end: Literal,
}

impl Key {
    fn literal(self) -> Literal {
        let steps = self.path.iter().rev();
        steps.fold(self.end, |literal, step| literal.within(step))
    }
}

/// A random order of lists of `noun`, as it stands in a document.
pub(super) fn order_of(oracle: &Oracle, choices: Choices, noun: &'static Noun) -> String {
    let mut writer = Writer::new(oracle, choices);
    let keys = (0..3).filter_map(|_| writer.key_of(noun, "Order"));
    Literal::list(keys.map(Key::literal).collect()).text
}

impl Writer<'_> {
    /// The order of a list of `noun`.
    pub(super) fn order(&mut self, noun: &'static Noun) -> Literal {
        let count = 1 + self.choices.below(3);
        let keys = (0..count).filter_map(|_| self.key_of(noun, "Order"));
        let keys: Vec<_> = keys.collect();
        self.keys(&format!("[{}Order!]", noun.name), keys)
    }

    fn keys(&mut self, ty: &str, keys: Vec<Key>) -> Literal {
        let literal = self.listed(keys.into_iter().map(Key::literal).collect());
        self.passed(ty, literal)
    }

    /// A key out of the input types of that suffix.
    fn key_of(&mut self, noun: &'static Noun, suffix: &str) -> Option<Key> {
        let model = &self.oracle.model;
        let mut path = Vec::new();
        let mut noun = noun;
        loop {
            let inputs = model.inputs(&format!("{}{suffix}", noun.name)).iter();
            let target = |type_name: &str| type_name.strip_suffix(suffix).and_then(Noun::of);
            let inputs =
                inputs.map(|input| (input.node.name.node.as_str(), named(&input.node.ty.node)));
            let inputs: Vec<_> = inputs
                .filter(|(_, type_name)| path.len() < RELATIONS || target(type_name).is_none())
                .collect();
            let (name, type_name) = *self.choices.pick(&inputs)?;
            if !self.dares(noun, name) {
                return None;
            }
            path.push(name.to_owned());
            let Some(target) = target(type_name) else {
                let values = model.values(type_name);
                let end = Literal::choice(self.choices.pick(&values)?);
                return Some(Key { path, end });
            };
            noun = target;
        }
    }

    /// The dimensions of groups of `noun`, and the way to each.
    pub(super) fn dimensions(&mut self, noun: &'static Noun) -> (Literal, Vec<Vec<String>>) {
        let count = 1 + self.choices.below(3);
        let mut keys: Vec<Key> = Vec::new();
        for _ in 0..count {
            if let Some(key) = self.key_of(noun, "Dimension")
                && keys.iter().all(|known| known.path != key.path)
            {
                keys.push(key);
            }
        }
        if keys.is_empty() {
            keys.extend(self.month_of(noun));
        }
        let paths = keys.iter().map(|key| key.path.clone()).collect();
        (
            self.keys(&format!("[{}Dimension!]!", noun.name), keys),
            paths,
        )
    }

    /// The dimension by the month of something that everybody sees of a row.
    fn month_of(&self, noun: &'static Noun) -> Option<Key> {
        let inputs = self.oracle.model.inputs(&format!("{}Dimension", noun.name));
        let mut periods = inputs
            .iter()
            .filter(|input| named(&input.node.ty.node) == "CalendarPeriod")
            .map(|input| input.node.name.node.to_string());
        let name = periods.clone().find(|name| name == "createdAt");
        Some(Key {
            path: vec![name.or_else(|| periods.next())?],
            end: Literal::choice("MONTH"),
        })
    }

    /// The order of groups of `noun` with these dimensions.
    pub(super) fn order_of_groups(&mut self, noun: &'static Noun, by: &[Vec<String>]) -> Literal {
        let count = 1 + self.choices.below(3);
        let keys = (0..count).filter_map(|_| self.key_of_groups(noun, by));
        let keys: Vec<_> = keys.collect();
        self.keys(&format!("[{}GroupOrder!]", noun.name), keys)
    }

    fn key_of_groups(&mut self, noun: &'static Noun, by: &[Vec<String>]) -> Option<Key> {
        let model = &self.oracle.model;
        let directions = model.values("SortOrder");
        let end = Literal::choice(self.choices.pick(&directions)?);
        let inputs = model.inputs(&format!("{}GroupOrder", noun.name));
        let input = &self.choices.pick(inputs)?.node;
        let mut path = vec![input.name.node.to_string()];
        match path[0].as_str() {
            "count" => {}
            "key" => {
                let dimension = self.choices.pick(by)?;
                path.extend(self.orderable(noun, dimension)?);
            }
            _ => {
                let fields = model.inputs(named(&input.ty.node));
                let field = self.choices.pick(fields)?.node.name.node.as_str();
                if !self.dares(noun, field) {
                    return None;
                }
                path.push(field.to_owned());
            }
        }
        Some(Key { path, end })
    }

    /// A dimension as an order names it; `None` where it has none.
    fn orderable(&self, noun: &'static Noun, dimension: &[String]) -> Option<Vec<String>> {
        let model = &self.oracle.model;
        let (field, relations) = dimension.split_last()?;
        let mut type_name = format!("{}Order", noun.name);
        for relation in relations {
            type_name = named(&model.input(&type_name, relation)?.ty.node).to_owned();
        }
        // An amount stands for its currency.
        let amount = field.strip_suffix("Currency").unwrap_or(field);
        let names = [field.as_str(), amount];
        let name = names
            .iter()
            .find(|name| model.input(&type_name, name).is_some())?;
        Some([relations, &[(*name).to_owned()]].concat())
    }
}
