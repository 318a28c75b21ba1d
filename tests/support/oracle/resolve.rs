//! One plain function for each thing to resolve.

use std::rc::Rc;

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::rows::{Cell, Row, cell};

use super::{
    Execution,
    aggregate::{Function, Heap},
    leaf::{self, band_field, money, money_field, reference_field},
    lens::{Kind, Sight},
    model::named,
    noun::{Noun, id_of, is_there, snake},
    page::Page,
    value::Value,
};

/// An object of the answer.
pub(super) enum Object<'a> {
    Query,
    Viewer,
    Row(&'static Noun, &'a Row),
    Connection(Rc<Page<'a>>),
    Edge(Rc<Page<'a>>, &'a Row),
    PageInfo(Rc<Page<'a>>),
    /// All rows together.
    Aggregate(Rc<Heap<'a>>),
    Group(Rc<Heap<'a>>),
    /// What a function makes of each field.
    Results(Rc<Heap<'a>>, Function),
    /// What the rows of a group have in common, at the end of these relations: a row of this noun.
    GroupKey(Rc<Heap<'a>>, &'static Noun, Vec<String>),
    Money(i128, String),
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
            Self::Aggregate(heap) => format!("{}Aggregate", heap.noun.name),
            Self::Group(heap) => format!("{}Group", heap.noun.name),
            Self::Results(heap, function) => format!("{}{}", heap.noun.name, function.results()),
            Self::GroupKey(_, noun, _) => format!("{}GroupKey", noun.name),
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
            Object::Aggregate(heap) | Object::Group(heap) => self.heap(heap, field, arguments),
            Object::Results(heap, function) => {
                let result = heap.result(self.oracle, *function, field);
                result.map_or(NULL, |value| shown(value, heap.noun))
            }
            Object::GroupKey(heap, noun, relations) => self.group_key(heap, noun, relations, field),
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
                if let Some(noun) = nouns.iter().find(|noun| noun.plural == field) {
                    return self.page(noun, self.all(noun), arguments);
                }
                self.together(field, arguments)
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
                let mut rows = self.all(noun);
                rows.retain(|row| sight.covers(id_of(row)));
                self.page(noun, rows, &all)
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
            let rows = oracle.listed(noun, row, field, target);
            return self.page(target, rows, arguments);
        }
        let mask = |field: &str| oracle.lens.mask(noun, id_of(row), field);
        match type_name {
            "Money" => {
                let money = money(row, &snake(field)).filter(|_| mask(field).is_none());
                leaf::object(
                    money.map(|(minor, currency)| Object::Money(minor.into(), currency.to_owned())),
                )
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

    /// Every row that is there to see.
    fn all(&self, noun: &Noun) -> Vec<&'a Row> {
        let rows = self.oracle.rows.of(noun.table).iter();
        rows.filter(|row| self.oracle.sees(noun, row)).collect()
    }

    /// Those of `rows` that the filter among `arguments` asks for.
    fn filtered(
        &self,
        noun: &Noun,
        mut rows: Vec<&'a Row>,
        arguments: &Map<String, Json>,
    ) -> Vec<&'a Row> {
        let filter = arguments.get("filter");
        rows.retain(|row| self.oracle.passes(noun, row, filter));
        rows
    }

    fn page(
        &self,
        noun: &'static Noun,
        rows: Vec<&'a Row>,
        arguments: &Map<String, Json>,
    ) -> Resolved<'a> {
        let rows = self.filtered(noun, rows, arguments);
        let page = Page::of(noun, rows, arguments, self.oracle, self.cursors);
        Resolved::Object(Object::Connection(Rc::new(page)))
    }

    /// A field of the root about all rows of a noun together, or in groups.
    fn together(&self, field: &str, arguments: &Map<String, Json>) -> Resolved<'a> {
        let noun_of = |suffix: &str| {
            let single = field.strip_suffix(suffix)?;
            Noun::all().iter().find(|noun| noun.single == single)
        };
        if let Some(noun) = noun_of("Aggregate") {
            let rows = self.filtered(noun, self.all(noun), arguments);
            let heap = Heap {
                noun,
                rows,
                key: Vec::new(),
            };
            return Resolved::Object(Object::Aggregate(Rc::new(heap)));
        }
        let noun = noun_of("Groups").expect("a field of the root is about a noun");
        let rows = self.filtered(noun, self.all(noun), arguments);
        let groups = self.oracle.groups(noun, rows, arguments).into_iter();
        let groups = groups.map(|heap| Resolved::Object(Object::Group(Rc::new(heap))));
        Resolved::List(groups.collect())
    }

    fn heap(
        &self,
        heap: &Rc<Heap<'a>>,
        field: &str,
        arguments: &Map<String, Json>,
    ) -> Resolved<'a> {
        if let Some(function) = Function::of(field) {
            return Resolved::Object(Object::Results(Rc::clone(heap), function));
        }
        match field {
            "count" => shown(heap.count(), heap.noun),
            "key" => Resolved::Object(Object::GroupKey(Rc::clone(heap), heap.noun, Vec::new())),
            _ => self.page(heap.noun, heap.rows.clone(), arguments),
        }
    }

    /// A field of a group's key: null where it is no dimension.
    fn group_key(
        &self,
        heap: &Rc<Heap<'a>>,
        noun: &'static Noun,
        relations: &[String],
        field: &str,
    ) -> Resolved<'a> {
        let dimension = |path: &[String]| {
            let mut key = heap.key.iter();
            key.find(|(dimension, _)| dimension.path == path)
        };
        if field == "row" {
            let Some((relation, before)) = relations.split_last() else {
                return NULL;
            };
            let path = [before, &[format!("{relation}Id")]].concat();
            return match dimension(&path) {
                Some((_, Some(Value::Id(id)))) => self.row_of(noun, *id),
                _ => NULL,
            };
        }
        let path = [relations, &[field.to_owned()]].concat();
        let definition = self.oracle.model.find(noun.name, field);
        let type_name = definition.map(|definition| named(&definition.ty.node));
        if let Some(target) = type_name.and_then(Noun::of) {
            let id = [relations, &[format!("{field}Id")]].concat();
            let is_there = heap.key.iter().any(|(dimension, _)| {
                let through = dimension.path.len() > path.len();
                dimension.path == id || through && dimension.path.starts_with(&path)
            });
            return leaf::object(is_there.then(|| Object::GroupKey(Rc::clone(heap), target, path)));
        }
        match dimension(&path) {
            Some((_, Some(value))) if type_name == Some("ID") => {
                shown(value.clone(), self.oracle.target(noun, field))
            }
            Some((_, Some(value))) => shown(value.clone(), noun),
            _ => NULL,
        }
    }
}

/// A value that may be an amount.
fn shown<'a>(value: Value, noun: &Noun) -> Resolved<'a> {
    match value {
        Value::Money(currency, minor) => Resolved::Object(Object::Money(minor, currency)),
        value => Resolved::Leaf(value.shown(noun)),
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
