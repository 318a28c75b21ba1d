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
    let depends = Depends {
        view,
        changed,
        deed,
    };
    let others = others.filter(|other| depends.holds(other, &view.noun(other.name).rows));
    others.map(Entity::kind).collect()
}

/// What was done to a row of a noun, for who looks what depends on it.
struct Depends<'a> {
    view: &'a View,
    changed: &'a Entity,
    deed: Deed<'a>,
}

impl Depends<'_> {
    /// Whether it says something of which rows of `of` are in `scope`.
    fn holds(&self, of: &Entity, scope: &Scope) -> bool {
        let mut terms = scope.terms().iter();
        terms.any(|term| {
            let mut words = term.words.iter();
            words.any(|word| match word {
                Word::Own | Word::Team => self.through(&of.ties.people),
                Word::Territory | Word::TeamTerritory => self.through(&of.ties.places),
                Word::Parent => {
                    let whole = of.ties.part_of.and_then(|(_, name)| dataset().entity(name));
                    let rows = term.parent.as_ref();
                    whole
                        .zip(rows)
                        .is_some_and(|(whole, rows)| self.of_row(whole, rows))
                }
                word => of.ties.test(*word).is_some_and(|test| self.test(test)),
            })
        })
    }

    fn test(&self, test: &RowTest) -> bool {
        match test {
            RowTest::Mine(path) => self.through([path]),
            RowTest::SomeMine {
                target,
                column,
                path,
            } => {
                let itself = *target == self.changed.name
                    && (!matches!(self.deed, Deed::Columns(_))
                        || self.deed.touches(column)
                        || self.deed.touches(path.first()));
                itself || self.through([path])
            }
            RowTest::Seen(rows) => rows.iter().any(|about| {
                let Some(target) = dataset().entity(about.target) else {
                    return false;
                };
                let view = self.view.noun(target.name);
                let masked = about
                    .tells
                    .iter()
                    .filter_map(|field| view.masked.get(field));
                let clear = masked.map(|masked| &masked.clear);
                let mut scopes = [&view.rows].into_iter().chain(clear);
                scopes.any(|scope| self.of_row(target, scope))
            }),
            RowTest::All(tests) => tests.iter().any(|test| self.test(test)),
            RowTest::Absent(_) | RowTest::Is(..) | RowTest::IsNot(..) | RowTest::Lists { .. } => {
                false
            }
        }
    }

    /// Whether rows of `whole`, which others are seen with, may have come into `scope` by it, or gone.
    fn of_row(&self, whole: &Entity, scope: &Scope) -> bool {
        let itself = whole.name == self.changed.name && leaves(whole, scope, self.deed);
        itself || self.holds(whole, scope)
    }

    /// Whether one of the ways leads over the row, and on by what was changed.
    fn through<'p>(&self, paths: impl IntoIterator<Item = &'p Path>) -> bool {
        paths.into_iter().any(|path| {
            let next = path.hops.iter().skip(1).map(|(column, _)| *column);
            let next = next.chain([path.column]);
            let mut steps = path.hops.iter().zip(next);
            steps.any(|((_, target), column)| {
                *target == self.changed.name && self.deed.touches(column)
            })
        })
    }
}

/// Whether a row of `whole` may leave `scope` by it, or come back.
fn leaves(whole: &Entity, scope: &Scope, deed: Deed<'_>) -> bool {
    let columns = scope.terms().iter().flat_map(|term| &term.words);
    let mut columns = columns.flat_map(|word| whole.ties.columns(*word));
    matches!(deed, Deed::Whole) || columns.any(|column| deed.touches(column))
}
