//! The shape of a declaration: a noun, its fields and relations.

use crate::views::{Action, MaskKind};

use super::{ties::Ties, workflow::Workflow, writes::Writes};

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
    /// The fields that can be masked, in the order of the schema.
    pub guards: Vec<Guard>,
    /// How a row is tied to people and territories: what the words of row scopes mean for it.
    pub ties: Ties,
    /// What a row is called where it can only be referred to; `None` where it cannot.
    pub label: Option<Label>,
    /// What token scopes call it, such as `lead` of `lead:read`.
    pub token_scope: &'static str,
    /// What can be done with it.
    pub actions: Vec<Action>,
    /// How callers write its rows.
    pub writes: Writes,
    /// Its states and the steps between them; `None` where it has none.
    pub workflow: Option<Workflow>,
}

/// A field, or a relation with its id, that can be masked.
#[derive(Debug)]
pub struct Guard {
    /// The name of the field or relation.
    pub name: &'static str,
    /// How it can be masked.
    pub kinds: &'static [MaskKind],
    /// The guarded field of another noun whose values it tells as well.
    pub tells: Option<(&'static str, &'static str)>,
}

/// What a row is called where it can only be referred to.
#[derive(Debug)]
pub struct Label {
    /// The columns with its name, joined by a blank.
    pub name: Vec<&'static str>,
    /// The column with its status.
    pub status: Option<&'static str>,
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
    /// The guard that it is behind; everybody who sees the row sees a field without one.
    pub guard: Option<&'static str>,
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
    /// The band that an amount lies in.
    Band {
        /// The column with the minor units.
        minor: &'static str,
        /// The column with the ISO 4217 code.
        currency: &'static str,
    },
    /// The names of the fields that are masked in the row.
    MaskedFields,
    /// What other systems call the row.
    ExternalIds,
    /// What was done to the row, page by page.
    History,
    /// The steps that the viewer can take with the row as it is.
    AllowedTransitions,
    /// The global id of a row of `target` that `column` refers to.
    ForeignId {
        /// The foreign key.
        column: &'static str,
        /// The entity that it refers to.
        target: &'static str,
    },
    /// Id, name and status of the row of `target` that `column` refers to.
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
    /// The rows of `target` whose `column` refers to this row, or to what this row refers to.
    ToMany {
        /// The foreign key, in the target's table.
        column: &'static str,
        /// The foreign key of this row that it has the value of, and the entity that both refer to; none where it refers
        /// to this row.
        own: Option<(&'static str, &'static str)>,
        /// The entity that refers here.
        target: &'static str,
        /// Which of them, whatever is asked.
        only: Vec<Only>,
        /// How they are ordered when nobody says; where there is none, as every list of them.
        order: Option<OrderKey>,
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
    /// The row itself, seen from another side: the facet of that name.
    Facet(&'static str),
}

/// What holds of all rows of a relation.
#[derive(Debug)]
pub enum Only {
    /// The column has one of these values.
    In(&'static str, Vec<String>),
    /// The column has none of these values.
    NotIn(&'static str, Vec<String>),
    /// The instant in the column is not after the one in `own` of the row that they are listed under, if that has one.
    UpTo {
        /// The column.
        column: &'static str,
        /// The column of the row that they are listed under.
        own: &'static str,
    },
}

impl Kind {
    /// The entity that a relation leads to.
    #[must_use]
    pub fn target(&self) -> Option<&'static str> {
        match self {
            Self::ForeignId { target, .. }
            | Self::Reference { target, .. }
            | Self::ToOne { target, .. }
            | Self::ToMany { target, .. }
            | Self::ToManyThrough { target, .. } => Some(target),
            _ => None,
        }
    }

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
            | Self::ForeignId { column, .. }
            | Self::Reference { column, .. }
            | Self::ToOne { column, .. } => (Some(column), None),
            Self::Money { minor, currency } | Self::Band { minor, currency } => {
                (Some(minor), Some(currency))
            }
            Self::ToMany { own, ref only, .. } => (
                own.map(|(column, _)| column),
                only.iter().find_map(Only::own),
            ),
            Self::MaskedFields
            | Self::ExternalIds
            | Self::History
            | Self::AllowedTransitions
            | Self::ToManyThrough { .. }
            | Self::Facet(_) => (None, None),
        };
        first.into_iter().chain(second)
    }
}

impl Only {
    /// The column of the row that they are listed under which it looks at.
    fn own(&self) -> Option<&'static str> {
        match self {
            Self::UpTo { own, .. } => Some(own),
            Self::In(..) | Self::NotIn(..) => None,
        }
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

impl Entity {
    /// Its name as a value of `EntityKind`: `CAMPAIGN_COST` for `CampaignCost`.
    #[must_use]
    pub fn kind(&self) -> String {
        let mut kind = String::new();
        for letter in self.name.chars() {
            if letter.is_ascii_uppercase() && !kind.is_empty() {
                kind.push('_');
            }
            kind.push(letter.to_ascii_uppercase());
        }
        kind
    }

    /// The field of that GraphQL name.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<&Field> {
        self.fields.iter().find(|field| field.name == name)
    }
}
