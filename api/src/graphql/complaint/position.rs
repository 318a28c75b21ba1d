//! Whether each variable has the type of the places where it stands. The library has a rule for it and, in
//! 7.0.19, never calls it: `VisitorCons` does not pass `enter_input_value` on.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::types::{
        Directive, ExecutableDocument, OperationType, Selection, SelectionSet, VariableDefinition,
    },
    registry::{MetaInputValue, MetaType, MetaTypeName, Registry},
};
use async_graphql_value::{ConstValue, Value};

use super::wording::Complaint;

/// The first variable of `document` that stands in a wrong place, with what is wrong.
pub(super) fn wrong<'d>(
    document: &'d ExecutableDocument,
    registry: &Registry,
) -> Option<(&'d Positioned<VariableDefinition>, Complaint)> {
    document.operations.iter().find_map(|(_, operation)| {
        let definitions = operation.node.variable_definitions.iter();
        let mut walk = Walk {
            document,
            registry,
            variables: definitions.map(|it| (&it.node.name.node, it)).collect(),
            visited: HashSet::new(),
        };
        walk.set(
            &operation.node.selection_set.node,
            root_type(operation.node.ty, registry)?,
        )
    })
}

/// The type of the root of such an operation, where there is one.
pub(super) fn root_type(operation: OperationType, registry: &Registry) -> Option<&str> {
    match operation {
        OperationType::Query => Some(&registry.query_type),
        OperationType::Mutation => registry.mutation_type.as_deref(),
        OperationType::Subscription => registry.subscription_type.as_deref(),
    }
}

/// A variable in a wrong place.
type Found<'d> = Option<(&'d Positioned<VariableDefinition>, Complaint)>;

struct Walk<'d, 'r> {
    document: &'d ExecutableDocument,
    registry: &'r Registry,
    variables: HashMap<&'d Name, &'d Positioned<VariableDefinition>>,
    visited: HashSet<&'d Name>,
}

impl<'d> Walk<'d, '_> {
    fn set(&mut self, set: &'d SelectionSet, on: &str) -> Found<'d> {
        set.items
            .iter()
            .find_map(|selection| self.selection(&selection.node, on))
    }

    fn selection(&mut self, selection: &'d Selection, on: &str) -> Found<'d> {
        let directives = self.directives(selection.directives());
        if directives.is_some() {
            return directives;
        }
        match selection {
            Selection::Field(field) => {
                let field = &field.node;
                // What there is not, others complain about.
                let meta = self.registry.types.get(on)?;
                let meta = meta.field_by_name(&field.name.node)?;
                let mut arguments = field.arguments.iter();
                let wrong = arguments.find_map(|(name, value)| {
                    self.value(&value.node, meta.args.get(name.node.as_str())?)
                });
                let of = MetaTypeName::concrete_typename(&meta.ty);
                wrong.or_else(|| self.set(&field.selection_set.node, of))
            }
            Selection::InlineFragment(fragment) => {
                let condition = fragment.node.type_condition.as_ref();
                let on = condition.map_or(on, |it| it.node.on.node.as_str());
                self.set(&fragment.node.selection_set.node, on)
            }
            Selection::FragmentSpread(spread) => {
                let (name, fragment) = self
                    .document
                    .fragments
                    .get_key_value(&spread.node.fragment_name.node)?;
                if !self.visited.insert(name) {
                    return None;
                }
                let on = fragment.node.type_condition.node.on.node.as_str();
                self.set(&fragment.node.selection_set.node, on)
            }
        }
    }

    fn directives(&self, directives: &'d [Positioned<Directive>]) -> Found<'d> {
        directives.iter().find_map(|directive| {
            let name = directive.node.name.node.as_str();
            let meta = self.registry.directives.get(name)?;
            directive.node.arguments.iter().find_map(|(name, value)| {
                self.value(&value.node, meta.args.get(name.node.as_str())?)
            })
        })
    }

    fn value(&self, value: &Value, place: &MetaInputValue) -> Found<'d> {
        self.value_of(value, &place.ty, place.default_value.is_some())
    }

    fn value_of(&self, value: &Value, wanted: &str, has_default: bool) -> Found<'d> {
        match value {
            Value::Variable(name) => {
                let definition = *self.variables.get(name)?;
                variable(definition, wanted, has_default)
            }
            Value::List(items) => {
                let item = wanted.trim_end_matches('!');
                let item = item.strip_prefix('[')?.strip_suffix(']')?;
                items
                    .iter()
                    .find_map(|value| self.value_of(value, item, false))
            }
            Value::Object(fields) => {
                // One object in the place of a list is a list of one.
                let name = MetaTypeName::concrete_typename(wanted);
                let Some(MetaType::InputObject { input_fields, .. }) =
                    self.registry.types.get(name)
                else {
                    return None;
                };
                fields
                    .iter()
                    .find_map(|(name, value)| self.value(value, input_fields.get(name.as_str())?))
            }
            _ => None,
        }
    }
}

/// Whether a variable has the type that is `wanted` where it stands.
fn variable<'d>(
    definition: &'d Positioned<VariableDefinition>,
    wanted: &str,
    has_default: bool,
) -> Found<'d> {
    let variable = &definition.node;
    let given = variable.var_type.node.to_string();
    let default = variable.default_value.as_ref();
    // A default takes the place of what is not given.
    let never_null = has_default || default.is_some_and(|it| it.node != ConstValue::Null);
    let required = wanted.strip_suffix('!').filter(|_| never_null);
    if fits(&given, required.unwrap_or(wanted)) {
        return None;
    }
    let problem = format!("it is a {given}, and stands where a {wanted} is required");
    let field = format!("${}", variable.name.node);
    Some((definition, Complaint::about(field, &problem)))
}

/// Whether every value of the type `given` is one of the type `wanted`.
fn fits(given: &str, wanted: &str) -> bool {
    let (given, given_required) = required(given);
    let (wanted, wanted_required) = required(wanted);
    if wanted_required && !given_required {
        return false;
    }
    match (item(given), item(wanted)) {
        (Some(given), Some(wanted)) => fits(given, wanted),
        (None, None) => given == wanted,
        _ => false,
    }
}

fn required(written: &str) -> (&str, bool) {
    match written.strip_suffix('!') {
        Some(nullable) => (nullable, true),
        None => (written, false),
    }
}

fn item(written: &str) -> Option<&str> {
    written.strip_prefix('[')?.strip_suffix(']')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_fit_as_the_specification_says() {
        for (given, wanted, expected) in [
            ("Int", "Int", true),
            ("Int!", "Int", true),
            ("Int", "Int!", false),
            ("Int", "String", false),
            ("[Int!]", "[Int]", true),
            ("[Int]", "[Int!]", false),
            ("[Int!]!", "[Int!]", true),
            ("Int", "[Int]", false),
            ("[Int]", "Int", false),
            ("[[Int!]]", "[[Int]]", true),
        ] {
            assert_eq!(fits(given, wanted), expected, "{given} {wanted}");
        }
    }
}
