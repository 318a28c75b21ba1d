//! The words in which a noun is declared.

use sea_orm::{ActiveEnum, ColumnTrait, EntityName, Iterable};

/// A noun: a table, and what of it there is to read.
#[derive(Debug)]
pub struct Entity {
    /// The GraphQL type, such as `Lead`.
    pub name: &'static str,
    /// The root field for one, such as `lead`.
    pub single: &'static str,
    /// The root field for many, such as `leads`.
    pub plural: &'static str,
    /// What global ids begin with, such as `lead`.
    pub prefix: &'static str,
    /// The table.
    pub table: String,
    /// What one row is, for callers.
    pub description: &'static str,
    /// Whether deleted rows stay in the table, marked by `deleted_at`; they are not there to read.
    pub soft_delete: bool,
    /// Fields and relations, in the order of the schema.
    pub fields: Vec<Field>,
    /// How lists are ordered; the id follows as the tie-break.
    pub order: OrderKey,
}

/// A key that a list is ordered by.
#[derive(Clone, Debug)]
pub struct OrderKey {
    /// The GraphQL field.
    pub field: &'static str,
    /// Which end comes first.
    pub direction: Direction,
}

/// Which end of an ordering comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Smallest, earliest, `A` first.
    Ascending,
    /// Largest, latest, `Z` first.
    Descending,
}

/// A field of a noun, or a relation to another.
#[derive(Debug)]
pub struct Field {
    /// The GraphQL name.
    pub name: &'static str,
    /// What it is, for callers: with unit, time zone and what null means.
    pub description: &'static str,
    /// Where its value comes from, and of what type it is.
    pub kind: Kind,
    /// Whether the value may be absent.
    pub nullable: bool,
    /// Whether lists can be filtered by it.
    pub filterable: bool,
}

/// Where the value of a field comes from.
#[derive(Debug)]
pub enum Kind {
    /// The row's own id, as a global id.
    Id,
    /// A text column.
    Text(&'static str),
    /// An integer column of 16 or 32 bits.
    Int(&'static str),
    /// A boolean column.
    Boolean(&'static str),
    /// A column with an instant in UTC.
    Instant(&'static str),
    /// A column with a day.
    Day(&'static str),
    /// A column with one of the values of an enumeration.
    Choice(&'static str, Enumeration),
    /// A column with any JSON.
    Json(&'static str),
    /// A column with a JSON array of texts.
    Texts(&'static str),
    /// An amount in minor units, and the column of its currency.
    Money {
        /// The column with the minor units.
        minor: &'static str,
        /// The column with the ISO 4217 code.
        currency: &'static str,
    },
    /// The global id of a row of `target` that `column` refers to.
    Reference {
        /// The foreign key.
        column: &'static str,
        /// The entity that it refers to.
        target: &'static str,
    },
    /// The row of `target` that `column` refers to.
    ToOne {
        /// The foreign key.
        column: &'static str,
        /// The entity that it refers to.
        target: &'static str,
    },
    /// The rows of `target` whose `column` refers to this row.
    ToMany {
        /// The foreign key, in the target's table.
        column: &'static str,
        /// The entity that refers here.
        target: &'static str,
    },
    /// The rows of `target` that a table of pairs puts beside this row.
    ToManyThrough {
        /// The table of pairs.
        table: String,
        /// Its foreign key to this row.
        near: &'static str,
        /// Its foreign key to the target.
        far: &'static str,
        /// The entity on the other side.
        target: &'static str,
    },
}

impl Kind {
    /// The entity that a relation leads to.
    #[must_use]
    pub fn target(&self) -> Option<&'static str> {
        match self {
            Self::Reference { target, .. }
            | Self::ToOne { target, .. }
            | Self::ToMany { target, .. }
            | Self::ToManyThrough { target, .. } => Some(target),
            _ => None,
        }
    }
}

impl Kind {
    /// The columns of the row's own table that the value is made of.
    pub fn columns(&self) -> impl Iterator<Item = &'static str> {
        let (first, second) = match *self {
            Self::Id => (Some("id"), None),
            Self::Text(column)
            | Self::Int(column)
            | Self::Boolean(column)
            | Self::Instant(column)
            | Self::Day(column)
            | Self::Choice(column, _)
            | Self::Json(column)
            | Self::Texts(column)
            | Self::Reference { column, .. }
            | Self::ToOne { column, .. } => (Some(column), None),
            Self::Money { minor, currency } => (Some(minor), Some(currency)),
            Self::ToMany { .. } | Self::ToManyThrough { .. } => (None, None),
        };
        first.into_iter().chain(second)
    }
}

/// The values that a column may have.
#[derive(Clone, Debug)]
pub struct Enumeration {
    /// The GraphQL type, such as `LeadStatus`.
    pub name: &'static str,
    /// What it says, for callers.
    pub description: &'static str,
    /// Each value as it is stored and shown, with what it means.
    pub values: Vec<(String, &'static str)>,
}

impl Enumeration {
    /// The enumeration of the column type `E`; `describe` says what each value means.
    pub(super) fn of<E>(
        name: &'static str,
        description: &'static str,
        describe: fn(E) -> &'static str,
    ) -> Self
    where
        E: ActiveEnum<Value = String> + Iterable,
    {
        let values = E::iter()
            .map(|value| (value.to_value(), describe(value)))
            .collect();
        Self {
            name,
            description,
            values,
        }
    }
}

impl Entity {
    /// A noun over the table of `E`, with its id.
    pub(super) fn of<E: EntityName + Default>(
        (name, single, plural, prefix): (&'static str, &'static str, &'static str, &'static str),
        description: &'static str,
        order: OrderKey,
    ) -> Self {
        let id = Field {
            name: "id",
            description: "Its global id, the same in every answer, export and feed.",
            kind: Kind::Id,
            nullable: false,
            filterable: true,
        };
        Self {
            name,
            single,
            plural,
            prefix,
            table: E::default().table_name().to_owned(),
            description,
            soft_delete: false,
            fields: vec![id],
            order,
        }
    }

    /// Adds a field.
    pub(super) fn field(mut self, field: Field) -> Self {
        self.fields.push(field);
        self
    }

    /// Adds a relation to at most one row, as `name`, and its id beside it, as `id_name`.
    pub(super) fn one<C: ColumnTrait>(
        self,
        (name, id_name): (&'static str, &'static str),
        column: C,
        target: &'static str,
        description: &'static str,
    ) -> Self {
        let nullable = column.def().is_null();
        let column = column.as_str();
        self.field(Field {
            name: id_name,
            description,
            kind: Kind::Reference { column, target },
            nullable,
            filterable: true,
        })
        .field(Field {
            name,
            description,
            kind: Kind::ToOne { column, target },
            // What it refers to may be hidden from the caller, or deleted.
            nullable: true,
            filterable: false,
        })
    }

    /// Adds a relation to the rows of `target` whose `column` refers to this row.
    pub(super) fn many<C: ColumnTrait>(
        self,
        name: &'static str,
        target: &'static str,
        column: C,
        description: &'static str,
    ) -> Self {
        self.field(Field {
            name,
            description,
            kind: Kind::ToMany {
                column: column.as_str(),
                target,
            },
            nullable: false,
            filterable: false,
        })
    }

    /// Adds a relation to the rows of `target` that a table of pairs (`near`, `far`) names.
    pub(super) fn many_through<C: ColumnTrait>(
        self,
        name: &'static str,
        target: &'static str,
        (near, far): (C, C),
        description: &'static str,
    ) -> Self {
        self.field(Field {
            name,
            description,
            kind: Kind::ToManyThrough {
                table: near.entity_name().to_string(),
                near: near.as_str(),
                far: far.as_str(),
                target,
            },
            nullable: false,
            filterable: false,
        })
    }

    /// Adds `createdAt` where rows are only ever added.
    pub(super) fn recorded<C: ColumnTrait>(self, created_at: C) -> Self {
        self.field(instant(
            "createdAt",
            created_at,
            "When it was recorded, in UTC.",
        ))
    }

    /// Adds the version and the stamps of a table whose rows change and are deleted softly.
    pub(super) fn stamped<C: ColumnTrait>(
        mut self,
        [version, created_at, updated_at]: [C; 3],
    ) -> Self {
        self.soft_delete = true;
        self.field(int(
            "version",
            version,
            "How often it was changed, plus one; a change names the version it was made on.",
        ))
        .field(instant(
            "createdAt",
            created_at,
            "When it came into being in the business, in UTC; an import takes it from its source.",
        ))
        .field(instant(
            "updatedAt",
            updated_at,
            "When it was last changed, in UTC.",
        ))
    }

    /// The field of that GraphQL name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}

fn column<C: ColumnTrait>(
    name: &'static str,
    column: C,
    description: &'static str,
    filterable: bool,
    kind: impl FnOnce(&'static str) -> Kind,
) -> Field {
    Field {
        name,
        description,
        nullable: column.def().is_null(),
        filterable,
        kind: kind(column.as_str()),
    }
}

pub(super) fn text<C: ColumnTrait>(
    name: &'static str,
    from: C,
    description: &'static str,
) -> Field {
    column(name, from, description, true, Kind::Text)
}

pub(super) fn int<C: ColumnTrait>(name: &'static str, from: C, description: &'static str) -> Field {
    column(name, from, description, true, Kind::Int)
}

pub(super) fn boolean<C: ColumnTrait>(
    name: &'static str,
    from: C,
    description: &'static str,
) -> Field {
    column(name, from, description, true, Kind::Boolean)
}

pub(super) fn instant<C: ColumnTrait>(
    name: &'static str,
    from: C,
    description: &'static str,
) -> Field {
    column(name, from, description, true, Kind::Instant)
}

pub(super) fn day<C: ColumnTrait>(name: &'static str, from: C, description: &'static str) -> Field {
    column(name, from, description, true, Kind::Day)
}

pub(super) fn json<C: ColumnTrait>(
    name: &'static str,
    from: C,
    description: &'static str,
) -> Field {
    column(name, from, description, false, Kind::Json)
}

pub(super) fn texts<C: ColumnTrait>(
    name: &'static str,
    from: C,
    description: &'static str,
) -> Field {
    column(name, from, description, false, Kind::Texts)
}

pub(super) fn choice<C: ColumnTrait>(
    name: &'static str,
    from: C,
    values: Enumeration,
    description: &'static str,
) -> Field {
    column(name, from, description, true, |column| {
        Kind::Choice(column, values)
    })
}

pub(super) fn money<C: ColumnTrait>(
    name: &'static str,
    minor: C,
    currency: C,
    description: &'static str,
) -> Field {
    column(name, minor, description, false, |minor| Kind::Money {
        minor,
        currency: currency.as_str(),
    })
}

/// Ordered by `field`, smallest first.
pub(super) fn ascending(field: &'static str) -> OrderKey {
    OrderKey {
        field,
        direction: Direction::Ascending,
    }
}

/// Ordered by `field`, latest first.
pub(super) fn descending(field: &'static str) -> OrderKey {
    OrderKey {
        field,
        direction: Direction::Descending,
    }
}
