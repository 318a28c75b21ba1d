//! The public schema, read from its definition.

use std::collections::BTreeMap;

use async_graphql::{
    Positioned,
    parser::{
        parse_schema,
        types::{
            BaseType, FieldDefinition, InputValueDefinition, Type, TypeDefinition, TypeKind,
            TypeSystemDefinition,
        },
    },
};

/// The types of the public schema.
#[derive(Debug)]
pub struct Model {
    types: BTreeMap<String, TypeDefinition>,
}

impl Model {
    /// Reads a schema definition.
    ///
    /// # Panics
    ///
    /// When it is none.
    #[must_use]
    pub fn of(sdl: &str) -> Self {
        let schema = parse_schema(sdl).expect("the schema can be parsed");
        let types = schema.definitions.into_iter().filter_map(|definition| {
            if let TypeSystemDefinition::Type(definition) = definition {
                Some((definition.node.name.node.to_string(), definition.node))
            } else {
                None
            }
        });
        Self {
            types: types.collect(),
        }
    }

    /// Every type.
    pub fn types(&self) -> impl Iterator<Item = &TypeDefinition> {
        self.types.values()
    }

    /// The fields of an object or interface; none of anything else.
    #[must_use]
    pub fn fields(&self, type_name: &str) -> &[Positioned<FieldDefinition>] {
        match self.kind(type_name) {
            Some(TypeKind::Object(object)) => &object.fields,
            Some(TypeKind::Interface(interface)) => &interface.fields,
            _ => &[],
        }
    }

    /// A field of an object or interface, if there is one.
    #[must_use]
    pub fn find(&self, type_name: &str, name: &str) -> Option<&FieldDefinition> {
        let mut fields = self.fields(type_name).iter().map(|field| &field.node);
        fields.find(|field| field.name.node == name)
    }

    /// A field of an object or interface.
    ///
    /// # Panics
    ///
    /// When there is no such field.
    #[must_use]
    pub fn field(&self, type_name: &str, name: &str) -> &FieldDefinition {
        self.find(type_name, name)
            .unwrap_or_else(|| panic!("no field {type_name}.{name}"))
    }

    /// A field of an input object, if there is one.
    #[must_use]
    pub fn input(&self, type_name: &str, name: &str) -> Option<&InputValueDefinition> {
        let mut inputs = self.inputs(type_name).iter().map(|input| &input.node);
        inputs.find(|input| input.name.node == name)
    }

    /// The fields of an input object; none of anything else.
    #[must_use]
    pub fn inputs(&self, type_name: &str) -> &[Positioned<InputValueDefinition>] {
        match self.kind(type_name) {
            Some(TypeKind::InputObject(input)) => &input.fields,
            _ => &[],
        }
    }

    /// The values of an enumeration, as declared; none of anything else.
    #[must_use]
    pub fn values(&self, type_name: &str) -> Vec<&str> {
        match self.kind(type_name) {
            Some(TypeKind::Enum(choice)) => {
                let values = choice.values.iter();
                values.map(|value| value.node.value.node.as_str()).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Whether it is an enumeration.
    #[must_use]
    pub fn is_enum(&self, type_name: &str) -> bool {
        matches!(self.kind(type_name), Some(TypeKind::Enum(_)))
    }

    /// Whether the object type implements the interface.
    #[must_use]
    pub fn implements(&self, object: &str, interface: &str) -> bool {
        match self.kind(object) {
            Some(TypeKind::Object(object)) => {
                let mut interfaces = object.implements.iter();
                interfaces.any(|name| name.node == interface)
            }
            _ => false,
        }
    }

    pub(super) fn kind(&self, type_name: &str) -> Option<&TypeKind> {
        self.types.get(type_name).map(|definition| &definition.kind)
    }
}

/// The named type at the bottom of `ty`: `Lead` of `[Lead!]!`.
#[must_use]
pub fn named(ty: &Type) -> &str {
    match &ty.base {
        BaseType::Named(name) => name.as_str(),
        BaseType::List(item) => named(item),
    }
}
