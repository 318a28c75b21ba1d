//! Pieces of the library's registry, filled with what this schema uses of them.

use std::sync::Arc;

use async_graphql::{
    Value,
    indexmap::IndexMap,
    registry::{
        CacheControl, Deprecation, MetaEnumValue, MetaField, MetaInputValue, MetaType,
        ScalarValidatorFn,
    },
};

use crate::dataset::Enumeration;

pub(super) fn object(name: &str, description: &str, fields: Vec<MetaField>) -> MetaType {
    MetaType::Object {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        fields: fields
            .into_iter()
            .map(|field| (field.name.clone(), field))
            .collect(),
        cache_control: CacheControl::default(),
        extends: false,
        shareable: false,
        resolvable: true,
        keys: None,
        visible: None,
        inaccessible: false,
        interface_object: false,
        tags: Vec::new(),
        is_subscription: false,
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

pub(in crate::graphql) fn enumeration(choice: &Enumeration) -> MetaType {
    let value = |(name, description): &(String, &'static str)| {
        let value = MetaEnumValue {
            name: name.clone(),
            description: Some((*description).to_owned()),
            deprecation: Deprecation::NoDeprecated,
            visible: None,
            inaccessible: false,
            tags: Vec::new(),
            directive_invocations: Vec::new(),
        };
        (name.clone(), value)
    };
    MetaType::Enum {
        name: choice.name.to_owned(),
        description: Some(choice.description.to_owned()),
        enum_values: choice.values.iter().map(value).collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

pub(super) fn field(name: &str, description: &str, ty: &str) -> MetaField {
    MetaField {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        args: IndexMap::new(),
        ty: ty.to_owned(),
        deprecation: Deprecation::NoDeprecated,
        cache_control: CacheControl::default(),
        external: false,
        requires: None,
        provides: None,
        visible: None,
        shareable: false,
        inaccessible: false,
        tags: Vec::new(),
        override_from: None,
        compute_complexity: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

pub(super) fn with_arguments(mut field: MetaField, arguments: Vec<MetaInputValue>) -> MetaField {
    field.args = arguments
        .into_iter()
        .map(|arg| (arg.name.clone(), arg))
        .collect();
    field
}

/// An argument, or a field of an input object.
pub(super) fn argument(name: &str, description: &str, ty: &str) -> MetaInputValue {
    MetaInputValue {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        ty: ty.to_owned(),
        deprecation: Deprecation::NoDeprecated,
        default_value: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        is_secret: false,
        directive_invocations: Vec::new(),
    }
}

/// An interface with one field.
pub(super) fn interface<'n>(
    name: &str,
    description: &str,
    only: MetaField,
    possible_types: impl Iterator<Item = &'n str>,
) -> MetaType {
    MetaType::Interface {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        fields: [(only.name.clone(), only)].into_iter().collect(),
        possible_types: possible_types.map(str::to_owned).collect(),
        extends: false,
        keys: None,
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// A scalar whose input passes `is_valid`.
pub(super) fn scalar(name: &str, description: &str, is_valid: fn(&Value) -> bool) -> MetaType {
    let is_valid: ScalarValidatorFn = Arc::new(is_valid);
    MetaType::Scalar {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        is_valid: Some(is_valid),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        specified_by_url: None,
        directive_invocations: Vec::new(),
        requires_scopes: Vec::new(),
    }
}

/// An input object.
pub(super) fn input_object(name: &str, description: &str, fields: Vec<MetaInputValue>) -> MetaType {
    input(name, description, fields, false)
}

/// An input object with exactly one field.
pub(super) fn one_of(name: &str, description: &str, fields: Vec<MetaInputValue>) -> MetaType {
    input(name, description, fields, true)
}

fn input(name: &str, description: &str, fields: Vec<MetaInputValue>, oneof: bool) -> MetaType {
    MetaType::InputObject {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        input_fields: fields
            .into_iter()
            .map(|field| (field.name.clone(), field))
            .collect(),
        visible: None,
        inaccessible: false,
        tags: Vec::new(),
        rust_typename: None,
        oneof,
        directive_invocations: Vec::new(),
    }
}
