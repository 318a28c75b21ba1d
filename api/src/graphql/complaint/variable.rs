//! Whether variables have types that values can be of, and what is given for them is of these: the
//! specification's `CoerceVariableValues`, before anything is executed.

use async_graphql::{
    Positioned, ServerError, Variables,
    parser::types::{ExecutableDocument, VariableDefinition},
    registry::{MetaType, MetaTypeName, Registry},
};
use async_graphql_value::Value;

use super::{
    VALIDATION_FAILED, complain,
    input::{self, Path},
    sentence::{Complaint, required},
};

/// The request is well-formed, and something in it makes no sense.
const VALIDATION: &str = "VALIDATION";

/// Checks that variables have types that can be given, and defaults of these types: the library ends in a panic
/// where a list of what there is not has a default.
pub(super) fn check_definitions(
    document: &ExecutableDocument,
    registry: &Registry,
) -> Result<(), ServerError> {
    for (_, operation) in document.operations.iter() {
        for definition in &operation.node.variable_definitions {
            let written = definition.node.var_type.node.to_string();
            let of = MetaTypeName::concrete_typename(&written);
            let variable = format!("${}", definition.node.name.node);
            let problem = match registry.types.get(of) {
                None => Some(Complaint::new(format!("there is no type `{of}`"))),
                Some(
                    MetaType::Scalar { .. } | MetaType::Enum { .. } | MetaType::InputObject { .. },
                ) => definition.node.default_value.as_ref().and_then(|default| {
                    let default = default.node.clone().into_value();
                    input::wrong(&default, &written, Path::Root(&variable), registry)
                }),
                Some(_) => {
                    let problem = format!("{of} is no type of values that can be given");
                    Some(Complaint::about(variable, &problem))
                }
            };
            if let Some(problem) = problem {
                return Err(complain(vec![definition.pos], VALIDATION_FAILED, &problem));
            }
        }
    }
    Ok(())
}

/// What is wrong with each variable for which something else is `given` than one of its type, or nothing where
/// there must be something. What is given and not defined is left alone.
pub(super) fn wrong(
    definitions: &[Positioned<VariableDefinition>],
    given: &Variables,
    registry: &Registry,
) -> Vec<ServerError> {
    let wrong = definitions.iter().filter_map(|definition| {
        let variable = &definition.node;
        let name = format!("variables.{}", variable.name.node);
        let wanted = variable.var_type.node.to_string();
        let complaint = match given.get(&variable.name.node) {
            Some(value) => {
                let value: Value = value.clone().into_value();
                input::wrong(&value, &wanted, Path::Root(&name), registry)
            }
            None if wanted.ends_with('!') && variable.default_value.is_none() => {
                Some(Complaint::about(name, &required(&wanted)))
            }
            None => None,
        };
        Some(complain(vec![definition.pos], VALIDATION, &complaint?))
    });
    wrong.collect()
}
