//! Whether a value is one of a type. The library's own look at it takes everything for an input object, and
//! looks past whatever stands beside a variable that was not given.

use std::fmt;

use async_graphql::{
    Name,
    indexmap::IndexMap,
    registry::{MetaInputValue, MetaType, Registry},
};
use async_graphql_value::{ConstValue, Number, Value};

use super::sentence::{Complaint, NOT_ONE, no_such_field, required, values};

/// Where a value stands: `filter.score.in.1`.
#[derive(Clone, Copy, Debug)]
pub(super) enum Path<'p> {
    /// An argument or a variable.
    Root(&'p str),
    /// A field of an object.
    Field(&'p Path<'p>, &'p str),
    /// An item of a list, from 0.
    Item(&'p Path<'p>, usize),
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root(name) => f.write_str(name),
            Self::Field(parent, name) => write!(f, "{parent}.{name}"),
            Self::Item(parent, at) => write!(f, "{parent}.{at}"),
        }
    }
}

/// The first thing that is wrong with `value`, which stands at `path`, where one of the type `wanted` must. What
/// a variable stands for is not looked at.
pub(super) fn wrong(
    value: &Value,
    wanted: &str,
    path: Path<'_>,
    registry: &Registry,
) -> Option<Complaint> {
    let about = |problem: &str| Some(Complaint::about(path.to_string(), problem));
    if let Value::Variable(_) = value {
        return None;
    }
    let (nullable, must) = match wanted.strip_suffix('!') {
        Some(nullable) => (nullable, true),
        None => (wanted, false),
    };
    if *value == Value::Null {
        return if must { about(&required(wanted)) } else { None };
    }
    if let Some(item) = item(nullable) {
        return match value {
            Value::List(items) => items
                .iter()
                .enumerate()
                .find_map(|(at, value)| wrong(value, item, Path::Item(&path, at), registry)),
            // One is a list of one.
            one => wrong(one, item, path, registry),
        };
    }
    match registry.types.get(nullable)? {
        MetaType::InputObject {
            input_fields,
            oneof,
            ..
        } => match value {
            Value::Object(fields) => {
                if *oneof && !is_one(fields) {
                    return about(NOT_ONE);
                }
                wrong_field(fields, input_fields, nullable, path, registry)
            }
            _ => about(&required(nullable)),
        },
        MetaType::Enum { enum_values, .. } => {
            let known = name(value).is_some_and(|name| enum_values.contains_key(name));
            let complaint = || Complaint {
                allowed: values(nullable, registry),
                ..Complaint::about(path.to_string(), &required(nullable))
            };
            (!known).then(complaint)
        }
        MetaType::Scalar { is_valid, .. } => {
            let constant = value.clone().into_const();
            let valid = constant.is_none_or(|constant| {
                let valid = is_valid.as_ref().is_none_or(|is_valid| is_valid(&constant));
                valid && (nullable != "Int" || has_32_bits(&constant))
            });
            if valid {
                None
            } else {
                about(&required(nullable))
            }
        }
        _ => None,
    }
}

/// The type of the items of lists of the type `of`, which may be null; `None` where it is no list.
pub(super) fn item(of: &str) -> Option<&str> {
    of.strip_prefix('[')?.strip_suffix(']')
}

/// Whether exactly one field is there, and has a value.
fn is_one(fields: &IndexMap<Name, Value>) -> bool {
    let mut fields = fields.values();
    matches!((fields.next(), fields.next()), (Some(only), None) if *only != Value::Null)
}

fn wrong_field(
    fields: &IndexMap<Name, Value>,
    known: &IndexMap<String, MetaInputValue>,
    of: &str,
    path: Path<'_>,
    registry: &Registry,
) -> Option<Complaint> {
    let wrong = fields.iter().find_map(|(name, value)| {
        let path = Path::Field(&path, name);
        match known.get(name.as_str()) {
            Some(field) => wrong(value, &field.ty, path, registry),
            None => Some(Complaint::about(path.to_string(), &no_such_field(of))),
        }
    });
    wrong.or_else(|| {
        let missing = known.values().find(|field| {
            let must = field.ty.ends_with('!') && field.default_value.is_none();
            must && !fields.contains_key(field.name.as_str())
        });
        missing.map(|field| {
            let path = Path::Field(&path, &field.name);
            Complaint::about(path.to_string(), &required(&field.ty))
        })
    })
}

/// The name of an enumeration's value; in variables it is a text.
fn name(value: &Value) -> Option<&str> {
    match value {
        Value::Enum(name) => Some(name.as_str()),
        Value::String(name) => Some(name),
        _ => None,
    }
}

/// Whether a number is one of `Int`.
fn has_32_bits(value: &ConstValue) -> bool {
    let number = match value {
        ConstValue::Number(number) => Number::as_i64(number),
        _ => None,
    };
    number.is_some_and(|number| i32::try_from(number).is_ok())
}
