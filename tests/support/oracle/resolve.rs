//! One plain function for each thing to resolve.

use std::rc::Rc;

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::rows::{Cell, Row, cell};

use super::{
    Execution,
    leaf::{self, band_field, money, money_field, reference_field},
    lens::{Kind, Sight},
    model::named,
    noun::{Noun, id_of, is_there, snake},
    page::Page,
};

/// An object of the answer.
pub(super) enum Object<'a> {
    Query,
    Viewer,
    Row(&'static Noun, &'a Row),
    Connection(Rc<Page<'a>>),
    Edge(Rc<Page<'a>>, &'a Row),
    PageInfo(Rc<Page<'a>>),
    Money(i64, &'a str),
    Band(i64, &'a str),
    Reference(&'static Noun, &'a Row),
}

/// What a field resolves to, before it is completed.
pub(super) enum Resolved<'a> {
    /// A scalar, or null.
    Leaf(Json),
    Object(Object<'a>),
    List(Vec<Self>),
}

const NULL: Resolved<'_> = Resolved::Leaf(Json::Null);

impl Object<'_> {
    pub(super) fn type_name(&self) -> String {
        match self {
            Self::Query => "Query".to_owned(),
            Self::Viewer => "Viewer".to_owned(),
            Self::Row(noun, _) => noun.name.to_owned(),
            Self::Connection(page) => format!("{}Connection", page.noun.name),
            Self::Edge(page, _) => format!("{}Edge", page.noun.name),
            Self::PageInfo(_) => "PageInfo".to_owned(),
            Self::Money(..) => "Money".to_owned(),
            Self::Band(..) => "MoneyBand".to_owned(),
            Self::Reference(..) => "Reference".to_owned(),
        }
    }
}

impl<'a> Execution<'a> {
    /// `ResolveFieldValue`.
    pub(super) fn resolve(
        &self,
        object: &Object<'a>,
        field: &str,
        arguments: &Map<String, Json>,
    ) -> Resolved<'a> {
        match object {
            Object::Query => self.query(field, arguments),
            Object::Viewer => self.viewer(field),
            Object::Row(noun, row) => self.row(noun, row, field, arguments),
            Object::Connection(page) => connection(page, field),
            Object::Edge(page, row) => match field {
                "cursor" => Resolved::Leaf(page.cursor(Some(row))),
                _ => Resolved::Object(Object::Row(page.noun, row)),
            },
            Object::PageInfo(page) => Resolved::Leaf(page_info(page, field)),
            Object::Money(minor, currency) => Resolved::Leaf(money_field(*minor, currency, field)),
            Object::Band(minor, currency) => Resolved::Leaf(band_field(*minor, currency, field)),
            Object::Reference(noun, row) => {
                let clear = |part: &str| self.oracle.tells_name(noun, row, part);
                Resolved::Leaf(reference_field(noun, row, field, clear))
            }
        }
    }

    fn query(&self, field: &str, arguments: &Map<String, Json>) -> Resolved<'a> {
        let by_id = |id: &Json, wanted: Option<&str>| {
            let found = Noun::of_id(id.as_str().unwrap_or_default());
            let found = found.filter(|(noun, _)| wanted.is_none_or(|it| it == noun.name));
            found.map_or(NULL, |(noun, id)| self.row_of(noun, id))
        };
        let id = arguments.get("id").unwrap_or(&Json::Null);
        match field {
            "viewer" => Resolved::Object(Object::Viewer),
            "node" => by_id(id, None),
            "nodes" => match arguments.get("ids") {
                Some(Json::Array(ids)) => {
                    Resolved::List(ids.iter().map(|id| by_id(id, None)).collect())
                }
                one => Resolved::List(one.map(|id| by_id(id, None)).into_iter().collect()),
            },
            _ => {
                let nouns = Noun::all();
                if let Some(noun) = nouns.iter().find(|noun| noun.single == field) {
                    return by_id(id, Some(noun.name));
                }
                let noun = nouns.iter().find(|noun| noun.plural == field);
                let noun = noun.expect("a root field of one noun or of many");
                self.page(noun, arguments, |_row| true)
            }
        }
    }

    fn viewer(&self, field: &str) -> Resolved<'a> {
        let caller = &self.oracle.caller;
        match field {
            "name" => Resolved::Leaf(json!(caller.name)),
            "roles" => Resolved::Leaf(json!(caller.roles)),
            "territories" => {
                let noun = Noun::of("Territory").expect("there are territories");
                let sight = Sight::of(&self.oracle.rows, caller.user);
                let all = Map::from_iter([("first".to_owned(), json!(500))]);
                self.page(noun, &all, |row| sight.covers(id_of(row)))
            }
            _ => caller.user.map_or(NULL, |id| {
                self.row_of(Noun::of("User").expect("there are users"), id)
            }),
        }
    }

    /// A field of a row. What it is follows from its type and, by convention, its name.
    fn row(
        &self,
        noun: &'static Noun,
        row: &'a Row,
        field: &str,
        arguments: &Map<String, Json>,
    ) -> Resolved<'a> {
        let oracle = self.oracle;
        let type_name = named(&oracle.model.field(noun.name, field).ty.node);
        if field == "maskedFields" {
            return Resolved::Leaf(oracle.masked_fields(noun, row));
        }
        if let Some(target) = type_name.strip_suffix("Connection") {
            let target = Noun::of(target).expect("a list is of a noun");
            return self.list(noun, row, field, target, arguments);
        }
        let mask = |field: &str| oracle.lens.mask(noun, id_of(row), field);
        match type_name {
            "Money" => {
                let money = money(row, &snake(field)).filter(|_| mask(field).is_none());
                leaf::object(money.map(|(minor, currency)| Object::Money(minor, currency)))
            }
            "MoneyBand" => {
                let field = field.strip_suffix("Band").expect("it is beside an amount");
                let money = money(row, &snake(field)).filter(|_| mask(field) != Some(Kind::Hide));
                leaf::object(money.map(|(minor, currency)| Object::Band(minor, currency)))
            }
            "Reference" => {
                let relation = field.strip_suffix("Ref").expect("it is beside a relation");
                leaf::object(self.reference(noun, row, relation))
            }
            _ => match Noun::of(type_name) {
                Some(_) if mask(field).is_some() => NULL,
                Some(target) => match cell(row, &format!("{}_id", snake(field))) {
                    Cell::Id(id) => self.row_of(target, *id),
                    _ => NULL,
                },
                None => Resolved::Leaf(oracle.scalar(noun, row, field)),
            },
        }
    }

    /// Name and status of the row that a relation leads to, where that is told.
    fn reference(&self, noun: &Noun, row: &Row, relation: &str) -> Option<Object<'a>> {
        let Cell::Id(id) = cell(row, &format!("{}_id", snake(relation))) else {
            return None;
        };
        let lens = &self.oracle.lens;
        let target = self.oracle.target(noun, &format!("{relation}Id"));
        let told = lens.refers_to(target.name) || lens.sees(target, *id);
        let there = self.oracle.rows.find(target.table, *id);
        let there = there.filter(|row| told && is_there(row));
        there.map(|row| Object::Reference(target, row))
    }

    /// The row of that id, where it is there to see.
    fn row_of(&self, noun: &'static Noun, id: Uuid) -> Resolved<'a> {
        let row = self.oracle.rows.find(noun.table, id);
        let row = row.filter(|row| self.oracle.sees(noun, row));
        leaf::object(row.map(|row| Object::Row(noun, row)))
    }

    /// A list of `target` that belongs to a row.
    fn list(
        &self,
        noun: &Noun,
        row: &Row,
        field: &str,
        target: &'static Noun,
        arguments: &Map<String, Json>,
    ) -> Resolved<'a> {
        let id = cell(row, "id");
        let (near, far) = match (noun.name, field) {
            ("User", "territories") => ("user_id", "territory_id"),
            ("Territory", "users") => ("territory_id", "user_id"),
            _ => {
                let column = Noun::column_of_list(noun.name, field);
                return self.page(target, arguments, |other| cell(other, &column) == id);
            }
        };
        let pairs = self.oracle.rows.of("user_territory");
        self.page(target, arguments, |other| {
            let mut pairs = pairs.iter();
            pairs.any(|pair| cell(pair, near) == id && cell(pair, far) == cell(other, "id"))
        })
    }

    fn page(
        &self,
        noun: &'static Noun,
        arguments: &Map<String, Json>,
        belongs: impl Fn(&Row) -> bool,
    ) -> Resolved<'a> {
        let rows = &self.oracle.rows;
        let filter = arguments.get("filter");
        let list = rows.of(noun.table).iter();
        let list = list.filter(|row| self.oracle.sees(noun, row) && belongs(row));
        let list = list.filter(|row| self.oracle.passes(noun, row, filter));
        let page = Page::of(noun, list.collect(), arguments, rows, self.cursors);
        Resolved::Object(Object::Connection(Rc::new(page)))
    }
}

fn connection<'a>(page: &Rc<Page<'a>>, field: &str) -> Resolved<'a> {
    let rows = page.rows.iter();
    match field {
        "totalCount" => Resolved::Leaf(json!(page.total)),
        "pageInfo" => Resolved::Object(Object::PageInfo(Rc::clone(page))),
        "edges" => Resolved::List(
            rows.map(|row| Resolved::Object(Object::Edge(Rc::clone(page), row)))
                .collect(),
        ),
        _ => Resolved::List(
            rows.map(|row| Resolved::Object(Object::Row(page.noun, row)))
                .collect(),
        ),
    }
}

fn page_info(page: &Page<'_>, field: &str) -> Json {
    match field {
        "hasNextPage" => json!(page.has_next),
        "hasPreviousPage" => json!(page.has_previous),
        "startCursor" => page.cursor(page.rows.first()),
        _ => page.cursor(page.rows.last()),
    }
}
