//! What the caller sees of a row, and what filters see.

use serde_json::{Value as Json, json};
use uuid::Uuid;

use crate::rows::{Cell, Row, cell};

use super::{
    Oracle, filter,
    leaf::leaf,
    lens::{Class, Kind, partial},
    model::named,
    noun::{Noun, global_id, id_of, is_there, snake},
};

impl Oracle {
    /// The values of a scalar field of the rows of `noun`, hidden and masked ones too, without null.
    #[must_use]
    pub fn stored(&self, noun: &Noun, field: &str) -> Vec<Json> {
        let rows = self.rows.of(noun.table).iter().filter(|row| is_there(row));
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
    pub fn in_order(&self, noun: &Noun) -> Vec<Uuid> {
        let rows = self.rows.of(noun.table).iter();
        let rows = rows.filter(|row| self.everything.sees(noun, id_of(row)));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by(|one, other| noun.compare(one, other));
        rows.into_iter().map(id_of).collect()
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

    pub(super) fn passes(&self, noun: &Noun, row: &Row, filter: Option<&Json>) -> bool {
        filter::passes(filter, |field| {
            let value = cell(row, &snake(field));
            let hidden = match value {
                Cell::Id(id) if field != "id" => !self.shows_reference(noun, field, *id),
                _ => false,
            };
            if hidden { &Cell::Null } else { value }
        })
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
