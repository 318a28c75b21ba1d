//! Facets: a row seen from one side. A facet has no rows, no id and no view of its own: it is there for who sees the
//! row, and what it leads to for who sees that.

use sea_orm::{ActiveEnum, ColumnTrait, EntityName};

use super::{
    declare::{ascending, relation},
    model::{Entity, Field, Kind, Only, OrderKey},
};

impl Entity {
    /// A facet of the rows of the table of `E`.
    pub(super) fn facet_of<E: EntityName + Default>(
        name: &'static str,
        description: &'static str,
    ) -> Self {
        let facet = Self::of::<E>((name, "", "", ""), description, ascending("id"));
        Self {
            fields: Vec::new(),
            ..facet
        }
    }

    /// Adds the facet `target`, as `name`.
    pub(super) fn facet(
        self,
        name: &'static str,
        target: &'static str,
        description: &'static str,
    ) -> Self {
        self.open(Field {
            name,
            description,
            kind: Kind::Facet(target),
            nullable: false,
            filterable: false,
            guard: None,
        })
    }

    /// Adds a relation to at most one row, without its id.
    pub(super) fn row<C: ColumnTrait>(
        self,
        name: &'static str,
        column: C,
        target: &'static str,
        description: &'static str,
    ) -> Self {
        let [_, row] = relation((name, name), column, target, description);
        self.open(row)
    }

    /// Makes the relation that was added last one to those rows only of which `holds` holds.
    pub(super) fn only(mut self, holds: Only) -> Self {
        if let Some(Kind::ToMany { only, .. }) = self.fields.last_mut().map(|it| &mut it.kind) {
            only.push(holds);
        }
        self
    }

    /// Orders the relation that was added last, where nobody says how.
    pub(super) fn ordered(mut self, key: OrderKey) -> Self {
        if let Some(Kind::ToMany { order, .. }) = self.fields.last_mut().map(|it| &mut it.kind) {
            *order = Some(key);
        }
        self
    }

    /// Has the relation that was added last be to rows that refer to the same row of `target` as this row's column.
    pub(super) fn beside<C: ColumnTrait>(mut self, column: C, target: &'static str) -> Self {
        if let Some(Kind::ToMany { own, .. }) = self.fields.last_mut().map(|it| &mut it.kind) {
            *own = Some((column.as_str(), target));
        }
        self
    }
}

/// The column has one of these values.
pub(super) fn one_of<C: ColumnTrait, E: ActiveEnum<Value = String>>(
    column: C,
    values: &[E],
) -> Only {
    Only::In(column.as_str(), names(values))
}

/// The column has none of these values.
pub(super) fn none_of<C: ColumnTrait, E: ActiveEnum<Value = String>>(
    column: C,
    values: &[E],
) -> Only {
    Only::NotIn(column.as_str(), names(values))
}

/// The instant in the column is not after that in `own` of the row that they are listed under, if that has one.
pub(super) fn up_to<C: ColumnTrait, O: ColumnTrait>(column: C, own: O) -> Only {
    Only::UpTo {
        column: column.as_str(),
        own: own.as_str(),
    }
}

fn names<E: ActiveEnum<Value = String>>(values: &[E]) -> Vec<String> {
    values.iter().map(ActiveEnum::to_value).collect()
}
