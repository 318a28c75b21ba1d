//! How much a document makes of its variables: what is given for one is copied to each place where it
//! stands, and looked at there.

use std::collections::HashMap;

use async_graphql::{
    Name, Positioned, Value,
    parser::types::{Directive, OperationDefinition},
};
use async_graphql_value::Value as Input;

use crate::error::ApiError;

use super::{Limits, at_most};

/// How many bytes of text all arguments of a document may have, with each variable counted wherever it
/// is used: as much as a body has by default.
const MOST_BYTES: usize = 1_048_576;

/// How often each variable is used in some part of a document.
pub(super) type Counts<'d> = HashMap<&'d str, usize>;

/// How much one variable is used.
#[derive(Debug)]
pub(super) struct Use {
    /// The variable's name.
    name: Name,
    /// In how many places it stands, with each fragment counted wherever it is spread.
    times: usize,
    /// What stands there when none is given.
    default: Size,
}

/// How large a value is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Size {
    /// The values in it, itself among them.
    pub(super) values: usize,
    /// The bytes of the texts in it.
    bytes: usize,
}

impl Size {
    /// How large `value` is. JSON is read to a depth of 128, and a document to one of 100.
    pub(super) fn of(value: &Value) -> Self {
        let own = Self {
            values: 1,
            bytes: match value {
                Value::String(text) => text.len(),
                Value::Enum(name) => name.len(),
                _ => 0,
            },
        };
        match value {
            Value::List(items) => items.iter().map(Self::of).fold(own, Self::plus),
            Value::Object(fields) => fields.values().map(Self::of).fold(own, Self::plus),
            _ => own,
        }
    }

    fn plus(self, other: Self) -> Self {
        Self {
            values: self.values.saturating_add(other.values),
            bytes: self.bytes.saturating_add(other.bytes),
        }
    }

    fn times(self, count: usize) -> Self {
        Self {
            values: self.values.saturating_mul(count),
            bytes: self.bytes.saturating_mul(count),
        }
    }
}

/// What `operation` uses of its variables, so many times as `counts` say.
pub(super) fn of_operation(operation: &OperationDefinition, counts: &Counts<'_>) -> Vec<Use> {
    let defaults: HashMap<_, _> = operation
        .variable_definitions
        .iter()
        .filter_map(|variable| {
            let variable = &variable.node;
            let default = Size::of(&variable.default_value.as_ref()?.node);
            Some((variable.name.node.as_str(), default))
        })
        .collect();
    let mut used: Vec<_> = without_defaults(counts).collect();
    for one in &mut used {
        one.default = defaults.get(one.name.as_str()).copied().unwrap_or_default();
    }
    used
}

/// As [`of_operation`], outside of any: what is not given there is nothing.
pub(super) fn without_defaults(counts: &Counts<'_>) -> impl Iterator<Item = Use> {
    counts.iter().map(|(name, times)| Use {
        name: Name::new(name),
        times: *times,
        default: Size::default(),
    })
}

/// Checks that what is `given` for variables is not too much where it is used.
pub(super) fn check(
    uses: &[Use],
    given: &HashMap<&str, Size>,
    limits: &Limits,
) -> Result<(), ApiError> {
    let sizes = uses.iter().map(|one| {
        let given = given.get(one.name.as_str()).copied();
        given.unwrap_or(one.default).times(one.times)
    });
    let all = sizes.fold(Size::default(), Size::plus);
    at_most("argument_values", limits.variable_values, all.values)?;
    at_most("argument_bytes", MOST_BYTES, all.bytes)
}

/// Counts the variables in the arguments of a field or of a directive.
pub(super) fn count<'d>(
    arguments: &'d [(Positioned<Name>, Positioned<Input>)],
    counts: &mut Counts<'d>,
) {
    for (_, value) in arguments {
        count_in(&value.node, counts);
    }
}

/// As [`count`], in the arguments of `directives`.
pub(super) fn count_in_directives<'d>(
    directives: &'d [Positioned<Directive>],
    counts: &mut Counts<'d>,
) {
    for directive in directives {
        count(&directive.node.arguments, counts);
    }
}

/// A document's brackets are nested at most 100 deep.
fn count_in<'d>(value: &'d Input, counts: &mut Counts<'d>) {
    match value {
        Input::Variable(name) => {
            let times = counts.entry(name.as_str()).or_default();
            *times = times.saturating_add(1);
        }
        Input::List(items) => items.iter().for_each(|item| count_in(item, counts)),
        Input::Object(fields) => fields.values().for_each(|field| count_in(field, counts)),
        _ => {}
    }
}
