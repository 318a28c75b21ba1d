//! What the caller sees of a row, and what filters see.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::rows::{Cell, Row, cell};

use super::{
    Oracle,
    decimal::decimal,
    leaf::{leaf, money},
    lens::{Class, Kind, partial},
    model::named,
    noun::{Noun, global_id, id_of, is_there, snake},
    order::Order,
    value::Value,
};

impl Oracle {
    /// The values of a field of the rows of `noun`, hidden and masked ones too, without null;
    /// amounts as filters take them, those in currencies that there are.
    #[must_use]
    pub fn stored(&self, noun: &Noun, field: &str) -> Vec<Json> {
        let rows = self.rows.of(noun.table).iter().filter(|row| is_there(row));
        if named(&self.model.field(noun.name, field).ty.node) == "Money" {
            let amounts = rows.filter_map(|row| money(row, &snake(field)));
            let amounts = amounts.filter(|(_, currency)| *currency != "ZZZ");
            let amounts = amounts.map(|(minor, currency)| {
                let amount = decimal(minor.into(), currency);
                json!({ "amount": amount, "currency": currency })
            });
            return amounts.collect();
        }
        let values = rows.map(|row| self.stored_scalar(noun, row, field));
        values.filter(|value| !value.is_null()).collect()
    }

    /// The rows of `noun` that are there to see and pass `filter`.
    #[must_use]
    pub fn passing(&self, noun: &Noun, filter: &Json) -> Vec<Uuid> {
        let rows = self.rows.of(noun.table).iter();
        let rows = rows.filter(|row| self.sees(noun, row));
        let rows = rows.filter(|row| self.passes(noun, row, Some(filter)));
        rows.map(id_of).collect()
    }

    /// The rows of `noun` that somebody could see, in the order of lists.
    #[must_use]
    pub fn in_order(&self, noun: &'static Noun) -> Vec<Uuid> {
        let rows = self.rows.of(noun.table).iter();
        let rows = rows.filter(|row| self.everything.sees(noun, id_of(row)));
        let order = Order::of(noun, None);
        let mut places: Vec<_> = rows.map(|row| order.place(self, row)).collect();
        places.sort_by(|one, other| order.compare(one, other));
        places.into_iter().map(|(_, id)| id).collect()
    }

    /// Whether a reference to the row may say `part` of its name: where the caller sees the row,
    /// that is in clear; where they do not, no row is masked for them.
    pub(super) fn tells_name(&self, noun: &Noun, row: &Row, part: &str) -> bool {
        if self.sees(noun, row) {
            return self.lens.mask(noun, id_of(row), part).is_none();
        }
        !self.lens.forbids(noun.name, part)
    }

    pub(super) fn sees(&self, noun: &Noun, row: &Row) -> bool {
        self.lens.sees(noun, id_of(row))
    }

    /// The rows of a list of a row that the caller sees.
    pub(super) fn listed(&self, noun: &Noun, row: &Row, field: &str, target: &Noun) -> Vec<&Row> {
        let id = cell(row, "id");
        let rows = self.rows.of(target.table).iter();
        let seen = rows.filter(|row| self.sees(target, row));
        let (near, far) = match (noun.name, field) {
            ("User", "territories") => ("user_id", "territory_id"),
            ("Territory", "users") => ("territory_id", "user_id"),
            _ => {
                let column = Noun::column_of_list(noun.name, field);
                return seen.filter(|other| cell(other, &column) == id).collect();
            }
        };
        let pairs = self.rows.of("user_territory");
        let belongs = |other: &&Row| {
            let mut pairs = pairs.iter();
            pairs.any(|pair| cell(pair, near) == id && cell(pair, far) == cell(other, "id"))
        };
        seen.filter(belongs).collect()
    }

    /// The row that a relation leads to, where the caller sees it.
    pub(super) fn related(&self, noun: &Noun, row: &Row, relation: &str) -> Option<&Row> {
        let Cell::Id(id) = cell(row, &format!("{}_id", snake(relation))) else {
            return None;
        };
        let target = self.target(noun, &format!("{relation}Id"));
        let row = self.rows.find(target.table, *id);
        row.filter(|row| self.sees(target, row))
    }

    /// What a field comes to for whoever asks by it. No row has it masked.
    pub(super) fn value(&self, noun: &Noun, row: &Row, field: &str) -> Option<Value> {
        let type_name = named(&self.model.field(noun.name, field).ty.node);
        if type_name == "Money" {
            let (minor, currency) = money(row, &snake(field))?;
            return Some(Value::Money(currency.to_owned(), minor.into()));
        }
        Some(match cell(row, &snake(field)) {
            Cell::Null => return None,
            Cell::Text(text) if self.model.is_enum(type_name) => {
                let values = self.model.values(type_name);
                let place = values.iter().position(|value| value == text);
                Value::Choice(place.expect("the value is declared"), text.clone())
            }
            Cell::Text(text) => Value::Text(text.clone()),
            Cell::Int(number) => Value::Whole((*number).into()),
            Cell::Bool(value) => Value::Truth(*value),
            Cell::Instant(instant) => Value::Instant(*instant),
            Cell::Day(day) => Value::Day(*day),
            Cell::Id(id) if field != "id" && !self.shows_reference(noun, field, *id) => {
                return None;
            }
            Cell::Id(id) => Value::Id(*id),
            Cell::Json(_) => panic!("nobody asks by {}.{field}", noun.name),
        })
    }

    /// The value at the end of a path through relations, where every row on it is seen.
    pub(super) fn value_at(&self, noun: &Noun, row: &Row, path: &[String]) -> Option<Value> {
        match path {
            [] => panic!("a path has an end"),
            [field] => self.value(noun, row, field),
            [relation, rest @ ..] => {
                let target = self.target(noun, &format!("{relation}Id"));
                self.value_at(target, self.related(noun, row, relation)?, rest)
            }
        }
    }

    /// What `field`, the id of a relation, leads to.
    pub(super) fn target(&self, noun: &Noun, field: &str) -> &'static Noun {
        let relation = field.strip_suffix("Id").expect("a reference ends in Id");
        let target = named(&self.model.field(noun.name, relation).ty.node);
        Noun::of(target).expect("a reference leads to a noun")
    }

    /// Whether `field`, the id of a relation, is shown where it is `id`.
    fn shows_reference(&self, noun: &Noun, field: &str, id: Uuid) -> bool {
        self.lens.shows_id(self.target(noun, field), id)
    }

    fn stored_scalar(&self, noun: &Noun, row: &Row, field: &str) -> Json {
        match cell(row, &snake(field)) {
            Cell::Id(id) if field == "id" => json!(global_id(noun, *id)),
            Cell::Id(id) => json!(global_id(self.target(noun, field), *id)),
            value => leaf(value),
        }
    }

    /// A scalar as the caller sees it.
    pub(super) fn scalar(&self, noun: &Noun, row: &Row, field: &str) -> Json {
        match self.lens.mask(noun, id_of(row), field) {
            None => {}
            Some(Kind::Partial) => {
                return match cell(row, &snake(field)) {
                    Cell::Text(text) => json!(partial(text)),
                    _ => Json::Null,
                };
            }
            Some(_) => return Json::Null,
        }
        match cell(row, &snake(field)) {
            Cell::Id(id) if field != "id" && !self.shows_reference(noun, field, *id) => Json::Null,
            _ => self.stored_scalar(noun, row, field),
        }
    }

    /// The names of the fields that are masked, in their order.
    pub(super) fn masked_fields(&self, noun: &Noun, row: &Row) -> Json {
        let mut names = Vec::new();
        for field in Class::of(noun.name).guarded() {
            let Some(kind) = self.lens.mask(noun, id_of(row), field) else {
                continue;
            };
            let type_name = named(&self.model.field(noun.name, field).ty.node);
            if Noun::of(type_name).is_some() {
                names.push(format!("{field}Id"));
            }
            names.push(field.to_owned());
            if type_name == "Money" && kind == Kind::Hide {
                names.push(format!("{field}Band"));
            }
        }
        json!(names)
    }
}
