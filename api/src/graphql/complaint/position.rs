//! Whether each variable has the type of the places where it stands, and each value that is written there is
//! one of it.
//!
//! The library has a rule for variables and, in 7.0.19, never calls it: `VisitorCons` does not pass
//! `enter_input_value` on. It does not look at all at what is written at `__typename` and at the definitions of
//! variables.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Pos, Positioned,
    parser::types::{
        Directive, ExecutableDocument, Field, OperationDefinition, OperationType, Selection,
        SelectionSet, VariableDefinition,
    },
    registry::{__DirectiveLocation as Place, MetaInputValue, MetaType, MetaTypeName, Registry},
};
use async_graphql_value::{ConstValue, Value};

use super::{
    super::error::with_article,
    directive,
    input::{self, Path},
    sentence::Complaint,
};

/// What is wrong in a document, and where.
pub(super) type Wrong = (Pos, Complaint);

/// What is wrong with what is written in `document`.
///
/// # Errors
///
/// The first variable that stands in a wrong place: what is given for it need not be looked at.
pub(super) fn check(
    document: &ExecutableDocument,
    registry: &Registry,
) -> Result<Vec<Wrong>, Wrong> {
    let mut written = Vec::new();
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        let Some(root) = root_type(operation.ty, registry) else {
            continue;
        };
        let mut walk = Walk::of(document, registry, operation);
        for definition in &operation.variable_definitions {
            let directives = &definition.node.directives;
            let known = directive::wrong(directives, Place::VARIABLE_DEFINITION, registry);
            walk.written.extend(known);
            // Nothing that varies may stand there.
            let _found = walk.directives(directives);
        }
        if let Some((definition, complaint)) = walk.set(&operation.selection_set.node, root) {
            return Err((definition.pos, complaint));
        }
        written.append(&mut walk.written);
    }
    Ok(written)
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
    /// What is wrong with what is written.
    written: Vec<Wrong>,
}

impl<'d, 'r> Walk<'d, 'r> {
    fn of(
        document: &'d ExecutableDocument,
        registry: &'r Registry,
        operation: &'d OperationDefinition,
    ) -> Self {
        let definitions = operation.variable_definitions.iter();
        Self {
            document,
            registry,
            variables: definitions.map(|it| (&it.node.name.node, it)).collect(),
            visited: HashSet::new(),
            written: Vec::new(),
        }
    }

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
            Selection::Field(field) if field.node.name.node == "__typename" => {
                self.type_name(field, on);
                None
            }
            Selection::Field(field) => {
                let field = &field.node;
                // What there is not, others complain about.
                let meta = self.registry.types.get(on)?;
                let meta = meta.field_by_name(&field.name.node)?;
                let mut arguments = field.arguments.iter();
                let wrong = arguments.find_map(|(name, value)| {
                    self.argument(name, value, meta.args.get(name.node.as_str())?)
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

    /// A `__typename`, which has neither arguments nor fields.
    fn type_name(&mut self, field: &Positioned<Field>, on: &str) {
        let Field {
            name,
            arguments,
            directives,
            selection_set,
            ..
        } = &field.node;
        let place = format!("{on}.{}", name.node);
        let argument = arguments.first();
        let argument =
            argument.map(|(name, _)| (name.pos, Complaint::of_no_argument(&name.node, &place)));
        let values = directives.iter().flat_map(|it| &it.node.arguments);
        let unknown = values.filter_map(|(_, value)| match &value.node {
            Value::Variable(name) if !self.variables.contains_key(name) => {
                Some((value.pos, Complaint::of_no_variable(name)))
            }
            _ => None,
        });
        let braces = !selection_set.node.items.is_empty();
        let braces = braces.then(|| (field.pos, Complaint::of_a_leaf(&name.node, "String")));
        let directives = directive::wrong(directives, Place::FIELD, self.registry);
        let wrong = argument.into_iter().chain(braces).chain(unknown);
        let wrong: Vec<_> = wrong.chain(directives).collect();
        self.written.extend(wrong);
    }

    fn directives(&mut self, directives: &'d [Positioned<Directive>]) -> Found<'d> {
        directives.iter().find_map(|directive| {
            let name = directive.node.name.node.as_str();
            let meta = self.registry.directives.get(name)?;
            directive.node.arguments.iter().find_map(|(name, value)| {
                self.argument(name, value, meta.args.get(name.node.as_str())?)
            })
        })
    }

    fn argument(
        &mut self,
        name: &Positioned<Name>,
        value: &'d Positioned<Value>,
        place: &MetaInputValue,
    ) -> Found<'d> {
        let path = Path::Root(&name.node);
        let wrong = input::wrong(&value.node, &place.ty, path, self.registry);
        self.written
            .extend(wrong.map(|complaint| (name.pos, complaint)));
        self.value(&value.node, place)
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
                let item = input::item(wanted.trim_end_matches('!'))?;
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
    let [given, wanted] = [given.as_str(), wanted].map(with_article);
    let problem = format!("it is {given}, and stands where {wanted} is required");
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
    match (input::item(given), input::item(wanted)) {
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
