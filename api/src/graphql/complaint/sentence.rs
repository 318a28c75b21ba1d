//! What is wrong with a request, in sentences for the caller: the same ones whoever finds it, the library or
//! we.

use async_graphql::registry::{MetaType, Registry};

use super::super::error::with_article;

/// What is wrong with an argument, or a field of one, that has two values.
pub(super) const TWICE: &str = "it is given twice";

/// What is wrong with a request, for the caller.
#[derive(Debug)]
pub(super) struct Complaint {
    /// The sentence.
    pub(super) message: String,
    /// The argument, variable or field at fault.
    pub(super) field: Option<String>,
    /// The values that would be right, where they can be counted.
    pub(super) allowed: Vec<String>,
}

impl Complaint {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            field: None,
            allowed: Vec::new(),
        }
    }

    /// A complaint about `field`, which the sentence begins with.
    pub(super) fn about(field: String, problem: &str) -> Self {
        Self {
            message: format!("{field}: {problem}"),
            field: Some(field),
            allowed: Vec::new(),
        }
    }

    /// A complaint with `field` at fault.
    pub(super) fn of(field: &str, message: String) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(message)
        }
    }

    /// A complaint about one name in the answer for two fields.
    pub(super) fn of_different_fields(key: &str, one: &str, other: &str) -> Self {
        let problem =
            format!("`{key}` is to be `{one}` and `{other}`: give one of them another alias");
        Self::of(key, problem)
    }

    /// A complaint about one name in the answer for values that look different.
    pub(super) fn of_different_types(key: &str, one: &str, other: &str) -> Self {
        let [one, other] = [one, other].map(with_article);
        let problem = format!("`{key}` is to be {one} and {other}: give one of them another alias");
        Self::of(key, problem)
    }

    /// A complaint about one name in the answer for a field with this and with that.
    pub(super) fn of_differing_arguments() -> Self {
        Self::new(
            "this is asked for twice with different arguments: give one of them another alias",
        )
    }

    /// A complaint about braces behind a field without fields; `of` is its type.
    pub(super) fn of_a_leaf(name: &str, of: &str) -> Self {
        let of = with_article(of);
        let problem = format!("`{name}` is {of}, which has no fields: leave the braces out");
        Self::of(name, problem)
    }

    /// A complaint about a variable that the operation does not define.
    pub(super) fn of_no_variable(name: &str) -> Self {
        Self::about(format!("${name}"), "the operation has no such variable")
    }

    /// A complaint about a directive that there is not.
    pub(super) fn of_no_directive(name: &str) -> Self {
        Self::new(format!("there is no directive `@{name}`"))
    }

    /// A complaint about a directive in a wrong place, such as `VARIABLE_DEFINITION`.
    pub(super) fn of_misplaced_directive(name: &str, place: &str) -> Self {
        let place = place.to_lowercase().replace('_', " ");
        Self::new(format!("`@{name}` may not stand at a {place}"))
    }

    /// A complaint about a directive that stands twice in one place.
    pub(super) fn of_repeated_directive(name: &str) -> Self {
        Self::new(format!("`@{name}` may stand here only once"))
    }

    /// A complaint about an argument that `place`, a field or a directive, does not have.
    pub(super) fn of_no_argument(name: &str, place: &str) -> Self {
        Self::of(name, format!("there is no argument `{name}` of `{place}`"))
    }

    /// A complaint about an argument of the type `of` that `place` must have, and has not.
    pub(super) fn of_missing_argument(name: &str, of: &str, place: &str) -> Self {
        let of = with_article(of);
        Self::of(name, format!("{name}: {of} is required by `{place}`"))
    }
}

/// What is wrong with a value that is none of the type `wanted`.
pub(super) fn required(wanted: &str) -> String {
    format!("{} is required", with_article(wanted))
}

/// What is wrong with a field that the input type `of` does not have.
pub(super) fn no_such_field(of: &str) -> String {
    format!("there is no such field of {of}")
}

/// What is wrong with an object of a `@oneOf` type that has less than one field, or more.
pub(super) const NOT_ONE: &str = "exactly one of its fields must be given, and not null";

/// The values of an enumeration.
pub(super) fn values(of: &str, registry: &Registry) -> Vec<String> {
    match registry.types.get(of) {
        Some(MetaType::Enum { enum_values, .. }) => enum_values.keys().cloned().collect(),
        _ => Vec::new(),
    }
}
