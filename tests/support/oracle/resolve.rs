//! One plain function for each thing to resolve.

use std::rc::Rc;

use serde_json::{Map, Value as Json, json};
use uuid::Uuid;

use crate::rows::{Cell, Row, cell};

use super::{
    Execution, Oracle, filter,
    model::named,
    noun::{Noun, global_id, id_of, is_there, snake},
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
    Money { minor: i64, currency: &'a str },
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
            Self::Money { .. } => "Money".to_owned(),
        }
    }
}

impl Oracle {
    /// The values of a scalar field that are shown of the rows of `noun`, without null.
    #[must_use]
    pub fn shown(&self, noun: &Noun, field: &str) -> Vec<Json> {
        let rows = self.rows.of(noun.table).iter().filter(|row| is_there(row));
        let values = rows.map(|row| self.scalar(noun, row, field));
        values.filter(|value| !value.is_null()).collect()
    }

    /// The rows of `noun` that are there to see and pass `filter`.
    #[must_use]
    pub fn passing(&self, noun: &Noun, filter: &Json) -> Vec<Uuid> {
        let rows = self.rows.of(noun.table).iter();
        let rows = rows.filter(|row| is_there(row) && filter::passes(row, Some(filter)));
        rows.map(id_of).collect()
    }

    fn scalar(&self, noun: &Noun, row: &Row, field: &str) -> Json {
        if field == "id" {
            return json!(global_id(noun, id_of(row)));
        }
        let value = cell(row, &snake(field));
        if let Cell::Id(id) = value {
            // Beside each relation stands the id that it leads to.
            let relation = field.strip_suffix("Id").expect("a reference ends in Id");
            let target = named(&self.model.field(noun.name, relation).ty.node);
            let target = Noun::of(target).expect("a reference leads to a noun");
            return json!(global_id(target, *id));
        }
        leaf(value)
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
            Object::Money { minor, currency } => Resolved::Leaf(match field {
                "amount" => json!(decimal(*minor, currency)),
                "currency" => json!(currency),
                _ => json!(minor.to_string()),
            }),
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
        let type_name = named(&self.oracle.model.field(noun.name, field).ty.node);
        let column = snake(field);
        if type_name == "Money" {
            return money(row, &column);
        }
        if let Some(target) = type_name.strip_suffix("Connection") {
            let target = Noun::of(target).expect("a list is of a noun");
            return self.list(noun, row, field, target, arguments);
        }
        match Noun::of(type_name) {
            Some(target) => match cell(row, &format!("{column}_id")) {
                Cell::Id(id) => self.row_of(target, *id),
                _ => NULL,
            },
            None => Resolved::Leaf(self.oracle.scalar(noun, row, field)),
        }
    }

    /// The row of that id, where it is there to see.
    fn row_of(&self, noun: &'static Noun, id: Uuid) -> Resolved<'a> {
        let row = self.oracle.rows.find(noun.table, id);
        row.filter(|row| is_there(row))
            .map_or(NULL, |row| Resolved::Object(Object::Row(noun, row)))
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
        let list = list.filter(|row| is_there(row) && belongs(row) && filter::passes(row, filter));
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

fn leaf(value: &Cell) -> Json {
    match value {
        Cell::Null => Json::Null,
        Cell::Text(text) => json!(text),
        Cell::Int(number) => json!(number),
        Cell::Bool(value) => json!(value),
        Cell::Instant(instant) => json!(instant.format("%Y-%m-%dT%H:%M:%S%.6fZ").to_string()),
        Cell::Day(day) => json!(day.format("%Y-%m-%d").to_string()),
        Cell::Id(id) => panic!("{id} is not shown as it is"),
        Cell::Json(json) => json.clone(),
    }
}

/// An amount, in the columns `<field>_minor` and `<field>_currency`, or just `currency`.
fn money<'a>(row: &'a Row, field: &str) -> Resolved<'a> {
    let currency = row
        .get(format!("{field}_currency").as_str())
        .unwrap_or_else(|| cell(row, "currency"));
    match (cell(row, &format!("{field}_minor")), currency) {
        (Cell::Int(minor), Cell::Text(currency)) => Resolved::Object(Object::Money {
            minor: *minor,
            currency,
        }),
        _ => NULL,
    }
}

/// Minor units as a decimal, with as many digits behind the point as the currency has.
fn decimal(minor: i64, currency: &str) -> String {
    let digits = match currency {
        "JPY" => return minor.to_string(),
        "KWD" => 3,
        "CLF" => 4,
        _ => 2,
    };
    let sign = if minor < 0 { "-" } else { "" };
    let minor = format!("{:0>width$}", minor.unsigned_abs(), width = digits + 1);
    let (whole, fraction) = minor.split_at(minor.len() - digits);
    format!("{sign}{whole}.{fraction}")
}
