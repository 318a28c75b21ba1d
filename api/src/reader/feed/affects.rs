//! Which other rows may have come into view with a change, or gone: those that are seen by way of the row.
//!
//! A contact lies in the territory of its account. When the account moves, the contact comes into the view of some and
//! leaves that of others, and nothing was done to the contact that the log could tell.

use entity::change::ChangeKind;

use crate::{
    change::Entry,
    dataset::{Entity, Path, RowTest, dataset},
    views::{Scope, View, Word},
};

/// What was done to a row, as far as others depend on it.
#[derive(Clone, Copy)]
enum Deed<'a> {
    /// It was made: nothing leads to it yet, and it may lead to others.
    Made,
    /// It is there no more, or again, or all of it may have changed.
    Whole,
    /// These columns were changed.
    Columns(&'a Entry),
}

impl Deed<'_> {
    fn touches(self, column: &str) -> bool {
        match self {
            Self::Made => false,
            Self::Whole => true,
            Self::Columns(entry) => {
                let fields = entry.fields.as_ref();
                fields.is_some_and(|fields| fields.get(column).is_some())
            }
        }
    }
}

/// The nouns of which rows may have come into the view of `view`, or gone, by what `entry` says.
pub(super) fn by(entry: &Entry, view: &View) -> Vec<String> {
    let deed = match entry.kind {
        ChangeKind::Created => Deed::Made,
        ChangeKind::Updated => Deed::Columns(entry),
        _ => Deed::Whole,
    };
    affected(&entry.entity, deed, view)
}

/// The nouns of which rows may have gone with a row that is not seen any more, whatever was done to it.
pub(super) fn whatever(entry: &Entry, view: &View) -> Vec<String> {
    affected(&entry.entity, Deed::Whole, view)
}

fn affected(table: &str, deed: Deed<'_>, view: &View) -> Vec<String> {
    let mut entities = dataset().entities().iter();
    let Some(changed) = entities.find(|entity| entity.table == table) else {
        return Vec::new();
    };
    let others = dataset().entities().iter();
    let others = others.filter(|other| depends(other, &view.noun(other.name).rows, changed, deed));
    others.map(Entity::kind).collect()
}

/// Whether it says something of which rows of `of` are in `scope` that this was done to a row of `changed`.
fn depends(of: &Entity, scope: &Scope, changed: &Entity, deed: Deed<'_>) -> bool {
    let mut terms = scope.terms().iter();
    terms.any(|term| {
        let mut words = term.words.iter();
        words.any(|word| match word {
            Word::Own | Word::Team => through(&of.ties.people, changed, deed),
            Word::Territory | Word::TeamTerritory => through(&of.ties.places, changed, deed),
            Word::Parent => {
                let whole = of.ties.part_of.and_then(|(_, name)| dataset().entity(name));
                let rows = term.parent.as_ref();
                whole.zip(rows).is_some_and(|(whole, rows)| {
                    let itself = whole.name == changed.name && leaves(whole, rows, deed);
                    itself || depends(whole, rows, changed, deed)
                })
            }
            word => match of.ties.test(*word) {
                Some(RowTest::Mine(path)) => through([path], changed, deed),
                Some(RowTest::SomeMine {
                    target,
                    column,
                    path,
                }) => {
                    let itself = *target == changed.name
                        && (!matches!(deed, Deed::Columns(_))
                            || deed.touches(column)
                            || deed.touches(path.first()));
                    itself || through([path], changed, deed)
                }
                _ => false,
            },
        })
    })
}

/// Whether a row of `whole` may leave `scope` by it, or come back.
fn leaves(whole: &Entity, scope: &Scope, deed: Deed<'_>) -> bool {
    let columns = scope.terms().iter().flat_map(|term| &term.words);
    let mut columns = columns.flat_map(|word| whole.ties.columns(*word));
    matches!(deed, Deed::Whole) || columns.any(|column| deed.touches(column))
}

/// Whether one of the ways leads over the row, and on by what was changed.
fn through<'p>(
    paths: impl IntoIterator<Item = &'p Path>,
    changed: &Entity,
    deed: Deed<'_>,
) -> bool {
    paths.into_iter().any(|path| {
        let next = path.hops.iter().skip(1).map(|(column, _)| *column);
        let next = next.chain([path.column]);
        let mut steps = path.hops.iter().zip(next);
        steps.any(|((_, target), column)| *target == changed.name && deed.touches(column))
    })
}
