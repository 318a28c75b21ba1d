//! What the reading contract says the schema has for each noun: everything by which rows are asked
//! for, and what comes of rows together. It follows from the fields of the noun's own type.

use std::collections::BTreeMap;

use super::{
    model::{Model, named},
    noun::Noun,
};

/// The fields of a type, or the arguments of a field, each with its type.
pub type Shape = BTreeMap<String, String>;

/// What a field of a noun is to whoever asks by it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The row's own id.
    Id,
    /// The id of another row.
    ForeignId,
    /// A scalar of this type, or an enumeration.
    Scalar(String),
    /// A day or an instant, of this type.
    Time(String),
    /// An amount.
    Money,
    /// A relation to at most one row.
    One(&'static Noun),
    /// A relation to many rows.
    Many(&'static Noun),
    /// What nobody asks by.
    Other,
}

/// Input types that are the same for every noun.
const INPUTS: [(&str, &str); 8] = [
    (
        "Duration",
        "minutes: Int, hours: Int, days: Int, weeks: Int, months: Int, years: Int",
    ),
    ("MoneyInput", "amount: Decimal!, currency: CurrencyCode!"),
    ("MoneyRange", "from: MoneyInput!, to: MoneyInput!"),
    ("IntRange", "from: Int!, to: Int!"),
    ("FloatRange", "from: Float!, to: Float!"),
    ("StringRange", "from: String!, to: String!"),
    ("DateRange", "from: Date!, to: Date!"),
    ("DateTimeRange", "from: DateTime!, to: DateTime!"),
];

/// Enumerations that mean something to the oracle.
pub(super) const ENUMS: [(&str, &[&str]); 3] = [
    (
        "SortOrder",
        &["ASC", "ASC_NULLS_FIRST", "DESC", "DESC_NULLS_FIRST"],
    ),
    ("Grouping", &["VALUE"]),
    (
        "CalendarPeriod",
        &[
            "DAY",
            "WEEK",
            "MONTH",
            "QUARTER",
            "YEAR",
            "FISCAL_QUARTER",
            "FISCAL_YEAR",
        ],
    ),
];

/// The functions of aggregates, each with the last part of the name of the type of its results.
const FUNCTIONS: [(&str, &str); 5] = [
    ("countDistinct", "CountDistinct"),
    ("sum", "Numbers"),
    ("avg", "Numbers"),
    ("min", "Bounds"),
    ("max", "Bounds"),
];

/// What each field of `noun` is, without those that nobody asks by.
#[must_use]
pub fn kinds(model: &Model, noun: &Noun) -> Vec<(String, Kind)> {
    let fields = model.fields(noun.name).iter().map(|field| &field.node);
    let kinds = fields.map(|field| {
        let name = field.name.node.as_str();
        let kind = kind(
            model,
            name,
            &field.ty.node.to_string(),
            named(&field.ty.node),
        );
        (name.to_owned(), kind)
    });
    kinds.filter(|(_, kind)| *kind != Kind::Other).collect()
}

fn kind(model: &Model, field: &str, ty: &str, type_name: &str) -> Kind {
    if let Some(noun) = Noun::of(type_name) {
        return Kind::One(noun);
    }
    if let Some(noun) = type_name.strip_suffix("Connection").and_then(Noun::of) {
        return Kind::Many(noun);
    }
    match type_name {
        _ if ty.starts_with('[') => Kind::Other,
        "ID" if field == "id" => Kind::Id,
        "ID" => Kind::ForeignId,
        "Money" => Kind::Money,
        "Date" | "DateTime" => Kind::Time(type_name.to_owned()),
        "String" | "Int" | "Boolean" => Kind::Scalar(type_name.to_owned()),
        _ if model.is_enum(type_name) => Kind::Scalar(type_name.to_owned()),
        _ => Kind::Other,
    }
}

/// Every input type, and every type of what comes of rows together.
#[must_use]
pub fn shapes(model: &Model) -> BTreeMap<String, Shape> {
    let mut shapes = BTreeMap::new();
    for (name, fields) in INPUTS {
        shapes.insert(name.to_owned(), shape(fields));
    }
    for scalar in [
        "ID", "Boolean", "Int", "Float", "String", "Date", "DateTime", "Money",
    ] {
        shapes.insert(format!("{scalar}Filter"), tests(scalar));
    }
    for noun in Noun::all() {
        for (_, kind) in kinds(model, noun) {
            if let Kind::Scalar(name) = kind
                && model.is_enum(&name)
            {
                shapes.insert(format!("{name}Filter"), tests(&name));
            }
        }
        of_noun(model, noun, &mut shapes);
    }
    shapes
}

/// The arguments of a list of `noun`.
#[must_use]
pub fn of_list(noun: &Noun) -> Shape {
    shape(&format!(
        "after: String, before: String, filter: {0}Filter, first: Int, last: Int, \
         orderBy: [{0}Order!]",
        noun.name
    ))
}

/// What the root has of `noun`, each with its arguments and its type.
#[must_use]
pub fn of_root(noun: &Noun) -> [(String, Shape, String); 2] {
    let (name, single) = (noun.name, noun.single);
    let groups = format!(
        "filter: {name}Filter, by: [{name}Dimension!]!, having: {name}Having, \
         orderBy: [{name}GroupOrder!], first: Int"
    );
    [
        (
            format!("{single}Aggregate"),
            shape(&format!("filter: {name}Filter")),
            format!("{name}Aggregate!"),
        ),
        (
            format!("{single}Groups"),
            shape(&groups),
            format!("[{name}Group!]!"),
        ),
    ]
}

/// `a: Int, b: String!` as a shape.
fn shape(fields: &str) -> Shape {
    let fields = fields.split(", ").map(|field| {
        let (name, ty) = field.split_once(": ").expect("a field has a type");
        (name.to_owned(), ty.to_owned())
    });
    fields.collect()
}

/// The operators of a type.
fn tests(ty: &str) -> Shape {
    let value = if ty == "Money" { "MoneyInput" } else { ty };
    let mut fields =
        format!("eq: {value}, ne: {value}, in: [{value}!], nin: [{value}!], isNull: Boolean");
    if matches!(
        ty,
        "Int" | "Float" | "String" | "Date" | "DateTime" | "Money"
    ) {
        for operator in ["lt", "lte", "gt", "gte"] {
            fields = format!("{fields}, {operator}: {value}");
        }
        fields = format!("{fields}, between: {ty}Range");
    }
    if ty == "String" {
        for operator in ["contains", "startsWith", "endsWith"] {
            fields = format!("{fields}, {operator}: String, {operator}IgnoreCase: String");
        }
        fields.push_str(", eqIgnoreCase: String");
    }
    if matches!(ty, "Date" | "DateTime") {
        fields.push_str(
            ", last: Duration, next: Duration, this: CalendarPeriod, previous: CalendarPeriod, \
             following: CalendarPeriod",
        );
    }
    shape(&fields)
}

/// A field of a type that follows from a field of a noun, with its type.
type Derived = Option<(String, String)>;

/// The fields that `derived` makes of those of a noun.
fn each(kinds: &[(String, Kind)], derived: impl Fn(&str, &Kind) -> Derived) -> Shape {
    let fields = kinds.iter();
    fields
        .filter_map(|(field, kind)| derived(field, kind))
        .collect()
}

/// The types of rows of `noun`: by what they are asked for, ordered and put into groups.
fn of_noun(model: &Model, noun: &'static Noun, shapes: &mut BTreeMap<String, Shape>) {
    let name = noun.name;
    let kinds = kinds(model, noun);
    let mut put = |suffix: &str, shape: Shape| shapes.insert(format!("{name}{suffix}"), shape);
    let mut filter = each(&kinds, asked);
    filter.extend(shape(&format!(
        "and: [{name}Filter!], or: [{name}Filter!], not: {name}Filter"
    )));
    put("Filter", filter);
    if has_lists(model, noun) {
        let list = format!("some: {name}Filter, none: {name}Filter, every: {name}Filter");
        put("ListFilter", shape(&list));
    }
    put("Order", each(&kinds, ordered));
    put("Dimension", each(&kinds, grouped));
    let mut key = each(&kinds, common);
    key.insert("row".to_owned(), name.to_owned());
    put("GroupKey", key);
    of_heaps(model, noun, &kinds, shapes);
}

/// The types of what comes of rows of `noun` together.
fn of_heaps(
    model: &Model,
    noun: &Noun,
    kinds: &[(String, Kind)],
    shapes: &mut BTreeMap<String, Shape>,
) {
    let name = noun.name;
    let mut heap = shape("count: Int!");
    let mut having = shape(&format!(
        "and: [{name}Having!], or: [{name}Having!], not: {name}Having, count: IntFilter"
    ));
    let mut order = shape(&format!("count: SortOrder, key: {name}Order"));
    // The contract does not name the inputs that are about one function.
    let inner = |suffix: &str, function: &str| {
        let input = model.input(&format!("{name}{suffix}"), function);
        input.map_or("an input".to_owned(), |input| {
            named(&input.ty.node).to_owned()
        })
    };
    for (function, results) in FUNCTIONS {
        let of = |ty: fn([&'static str; 2]) -> &'static str| {
            each(kinds, |field, kind| {
                let ty = ty(resulting(function, kind)?);
                Some((field.to_owned(), ty.to_owned()))
            })
        };
        let fields = of(|[result, _]| result);
        if fields.is_empty() {
            continue;
        }
        heap.insert(function.to_owned(), format!("{name}{results}!"));
        shapes.insert(format!("{name}{results}"), fields);
        having.insert(function.to_owned(), inner("Having", function));
        shapes.insert(inner("Having", function), of(|[_, test]| test));
        order.insert(function.to_owned(), inner("GroupOrder", function));
        shapes.insert(inner("GroupOrder", function), of(|_| "SortOrder"));
    }
    let mut put = |suffix: &str, shape: Shape| shapes.insert(format!("{name}{suffix}"), shape);
    put("Having", having);
    put("GroupOrder", order);
    put("Aggregate", heap.clone());
    heap.insert("key".to_owned(), format!("{name}GroupKey!"));
    heap.insert(noun.plural.to_owned(), format!("{name}Connection!"));
    put("Group", heap);
}

/// Whether some noun has a list of `noun`.
fn has_lists(model: &Model, noun: &'static Noun) -> bool {
    let of = |parent| {
        kinds(model, parent)
            .into_iter()
            .any(|(_, kind)| kind == Kind::Many(noun))
    };
    Noun::all().iter().any(of)
}

fn asked(field: &str, kind: &Kind) -> Derived {
    let ty = match kind {
        Kind::Id | Kind::ForeignId => "ID".to_owned(),
        Kind::Scalar(name) | Kind::Time(name) => name.clone(),
        Kind::Money => "Money".to_owned(),
        Kind::One(noun) => noun.name.to_owned(),
        Kind::Many(noun) => format!("{}List", noun.name),
        Kind::Other => return None,
    };
    Some((field.to_owned(), format!("{ty}Filter")))
}

fn ordered(field: &str, kind: &Kind) -> Derived {
    let ty = match kind {
        Kind::Scalar(_) | Kind::Time(_) | Kind::Money => "SortOrder".to_owned(),
        Kind::One(noun) => format!("{}Order", noun.name),
        Kind::Id | Kind::ForeignId | Kind::Many(_) | Kind::Other => return None,
    };
    Some((field.to_owned(), ty))
}

fn grouped(field: &str, kind: &Kind) -> Derived {
    Some(match kind {
        Kind::Scalar(_) | Kind::ForeignId => (field.to_owned(), "Grouping".to_owned()),
        Kind::Time(_) => (field.to_owned(), "CalendarPeriod".to_owned()),
        Kind::Money => (format!("{field}Currency"), "Grouping".to_owned()),
        Kind::One(noun) => (field.to_owned(), format!("{}Dimension", noun.name)),
        Kind::Id | Kind::Many(_) | Kind::Other => return None,
    })
}

/// What a dimension is in the key of a group.
fn common(field: &str, kind: &Kind) -> Derived {
    Some(match kind {
        Kind::Scalar(name) => (field.to_owned(), name.clone()),
        Kind::ForeignId => (field.to_owned(), "ID".to_owned()),
        Kind::Time(_) => (field.to_owned(), "Date".to_owned()),
        Kind::Money => (format!("{field}Currency"), "CurrencyCode".to_owned()),
        Kind::One(noun) => (field.to_owned(), format!("{}GroupKey", noun.name)),
        Kind::Id | Kind::Many(_) | Kind::Other => return None,
    })
}

/// The type of what a function makes of a field, and of the tests of it.
fn resulting(function: &str, kind: &Kind) -> Option<[&'static str; 2]> {
    Some(match (function, kind) {
        ("countDistinct", Kind::Scalar(_) | Kind::Time(_) | Kind::ForeignId) => {
            ["Int!", "IntFilter"]
        }
        ("countDistinct", _) => return None,
        (_, Kind::Money) => ["Money", "MoneyFilter"],
        ("sum" | "avg", Kind::Scalar(name)) if name == "Int" => ["Float", "FloatFilter"],
        ("min" | "max", Kind::Scalar(name)) if name == "Int" => ["Int", "IntFilter"],
        ("min" | "max", Kind::Time(name)) if name == "Date" => ["Date", "DateFilter"],
        ("min" | "max", Kind::Time(_)) => ["DateTime", "DateTimeFilter"],
        _ => return None,
    })
}
