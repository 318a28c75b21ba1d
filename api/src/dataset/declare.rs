//! The words in which a noun is declared.

use sea_orm::{ActiveEnum, ColumnTrait, EntityName, Iterable};

use super::model::{Direction, Entity, Enumeration, Field, Kind, OrderKey};

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
