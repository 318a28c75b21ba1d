//! The words in which a noun is declared.

use sea_orm::{ActiveEnum, ColumnTrait, EntityName, Iterable};

use crate::views::{Action, MaskKind, Word};

use super::{
    model::{Direction, Entity, Enumeration, Field, Guard, Kind, Label, OrderKey},
    ties::{Path, RowTest, Ties},
    workflow,
    writes::Writes,
};

pub(super) use super::ties::{about, absent, at, both, is, is_not, lists, mine, seen, some_mine};

/// It can be hidden.
pub(super) const HIDE: [MaskKind; 1] = [MaskKind::Hide];
/// It can be hidden, or shown in part.
pub(super) const PARTIAL: [MaskKind; 2] = [MaskKind::Hide, MaskKind::Partial];
/// It can be hidden, or shown as a band.
pub(super) const BAND: [MaskKind; 2] = [MaskKind::Hide, MaskKind::Band];

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
            guard: None,
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
            guards: Vec::new(),
            ties: Ties::default(),
            label: None,
            token_scope: "",
            actions: Vec::new(),
            writes: Writes::default(),
            workflow: workflow::of(name),
        }
    }

    /// Adds a field that everybody sees who sees the row.
    pub(super) fn open(self, field: Field) -> Self {
        self.add(field)
    }

    fn add(mut self, field: Field) -> Self {
        let band = band_of(&field);
        self.fields.push(field);
        self.fields.extend(band);
        self
    }

    /// Adds a field that can be masked, in one of `kinds`.
    pub(super) fn guarded(self, field: Field, kinds: &'static [MaskKind]) -> Self {
        self.behind(Guard {
            name: field.name,
            kinds,
            tells: None,
        })
        .add(guard(field))
    }

    /// Adds a field that can be hidden, and that tells what a guarded field of another noun says.
    pub(super) fn telling(self, field: Field, tells: (&'static str, &'static str)) -> Self {
        self.behind(Guard {
            name: field.name,
            kinds: &HIDE,
            tells: Some(tells),
        })
        .add(guard(field))
    }

    /// Adds `customFields`, which can be hidden.
    pub(super) fn custom_fields<C: ColumnTrait>(self, column: C) -> Self {
        let described = "Fields that the operator declared, by name. Who writes them writes all of them: what is not said goes.";
        self.guarded(json("customFields", column, described), &HIDE)
    }

    fn behind(mut self, guard: Guard) -> Self {
        self.guards.push(guard);
        self
    }

    /// Adds a relation to at most one row, as `name`, and its id beside it, as `id_name`.
    pub(super) fn one<C: ColumnTrait>(
        self,
        names: (&'static str, &'static str),
        column: C,
        target: &'static str,
        description: &'static str,
    ) -> Self {
        let [id, row] = relation(names, column, target, description);
        self.open(id).open(row)
    }

    /// Adds a relation to at most one row, as [`Entity::one`], that can be hidden.
    pub(super) fn guarded_one<C: ColumnTrait>(
        self,
        names: (&'static str, &'static str),
        column: C,
        target: &'static str,
        description: &'static str,
    ) -> Self {
        let guard = Guard {
            name: names.0,
            kinds: &HIDE,
            tells: None,
        };
        let [id, row] = relation(names, column, target, description).map(|field| Field {
            guard: Some(names.0),
            nullable: true,
            ..field
        });
        self.behind(guard).add(id).add(row)
    }

    /// Adds a relation to the rows of `target` whose `column` refers to this row.
    pub(super) fn many<C: ColumnTrait>(
        self,
        name: &'static str,
        target: &'static str,
        column: C,
        description: &'static str,
    ) -> Self {
        self.open(Field {
            name,
            description,
            kind: Kind::ToMany {
                column: column.as_str(),
                own: None,
                target,
                only: Vec::new(),
                order: None,
            },
            nullable: false,
            filterable: false,
            guard: None,
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
        self.open(Field {
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
            guard: None,
        })
    }

    /// What token scopes call it, such as `lead` of `lead:read`.
    pub(super) fn read_by(mut self, token_scope: &'static str) -> Self {
        self.token_scope = token_scope;
        self
    }

    /// A column with a user whose row it is.
    pub(super) fn person(mut self, path: Path) -> Self {
        self.ties.people.push(path);
        self
    }

    /// A column with a territory that it lies in.
    pub(super) fn place(mut self, path: Path) -> Self {
        self.ties.places.push(path);
        self
    }

    /// What a word of its own means for it.
    pub(super) fn test(mut self, word: Word, test: RowTest) -> Self {
        self.ties.tests.push((word, test));
        self
    }

    /// It is a part of the row of `target` that `column` refers to, and is seen with it.
    pub(super) fn part_of<C: ColumnTrait>(mut self, column: C, target: &'static str) -> Self {
        self.ties.part_of = Some((column.as_str(), target));
        self
    }

    /// What a row is called where it can only be referred to.
    pub(super) fn named<C: ColumnTrait>(mut self, name: &[C], status: Option<C>) -> Self {
        self.label = Some(Label {
            name: name.iter().map(C::as_str).collect(),
            status: status.as_ref().map(C::as_str),
        });
        self
    }

    /// What can be done with it: what makes a row, and what is done with one that is there.
    pub(super) fn can(mut self, make: &[&'static str], change: &[&'static str]) -> Self {
        let make = make.iter().map(|name| Action { name, makes: true });
        let change = change.iter().map(|name| Action { name, makes: false });
        self.actions = make.chain(change).collect();
        self
    }

    /// Adds `createdAt` where rows are only ever added.
    pub(super) fn recorded<C: ColumnTrait>(self, created_at: C) -> Self {
        self.open(instant(
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
        self.open(int(
            "version",
            version,
            "How often it was changed, plus one; a change names the version it was made on.",
        ))
        .open(instant(
            "createdAt",
            created_at,
            "When it came into being in the business, in UTC; an import takes it from its source.",
        ))
        .open(instant(
            "updatedAt",
            updated_at,
            "When it was last changed, in UTC.",
        ))
    }
}

/// A field that is behind the guard of its own name.
fn guard(field: Field) -> Field {
    Field {
        guard: Some(field.name),
        nullable: true,
        ..field
    }
}

/// The band beside an amount.
fn band_of(amount: &Field) -> Option<Field> {
    let Kind::Money { minor, currency } = amount.kind else {
        return None;
    };
    Some(Field {
        name: joined(amount.name, "Band"),
        description: "The band that this amount lies in; shown where the amount itself may not be.",
        kind: Kind::Band { minor, currency },
        nullable: true,
        filterable: false,
        guard: amount.guard,
    })
}

/// A name made of two, for as long as the program runs: the dataset is declared once.
pub(super) fn joined(name: &str, ending: &str) -> &'static str {
    Box::leak(format!("{name}{ending}").into_boxed_str())
}

/// The id of a related row, and the row.
pub(super) fn relation<C: ColumnTrait>(
    (name, id_name): (&'static str, &'static str),
    column: C,
    target: &'static str,
    description: &'static str,
) -> [Field; 2] {
    let nullable = column.def().is_null();
    let column = column.as_str();
    let id = Field {
        name: id_name,
        description,
        kind: Kind::ForeignId { column, target },
        nullable,
        filterable: true,
        guard: None,
    };
    let row = Field {
        name,
        description,
        kind: Kind::ToOne { column, target },
        // What it refers to may be hidden from the caller, or deleted.
        nullable: true,
        filterable: false,
        guard: None,
    };
    [id, row]
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
        guard: None,
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
    column(name, minor, description, true, |minor| Kind::Money {
        minor,
        currency: currency.as_str(),
    })
}

/// Ids of rows of `target` that can be said with a row, and are written elsewhere.
pub(super) fn ids(name: &'static str, target: &'static str, description: &'static str) -> Field {
    Field {
        name,
        description,
        kind: Kind::ToMany {
            column: "id",
            target,
            own: None,
            only: Vec::new(),
            order: None,
        },
        nullable: true,
        filterable: false,
        guard: None,
    }
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
