//! The names that a policy may use of the dataset.

use crate::views::{Guarded, NounWords, Vocabulary, Word};

use super::{
    dataset,
    model::{Entity, Label},
};

/// The names that a policy may use.
#[must_use]
pub fn vocabulary() -> Vocabulary {
    Vocabulary {
        nouns: dataset().entities().iter().map(words).collect(),
    }
}

fn words(entity: &Entity) -> NounWords {
    let guarded = entity.guards.iter().map(|guard| Guarded {
        name: guard.name,
        kinds: guard.kinds.to_vec(),
        tells: guard.tells,
    });
    NounWords {
        name: entity.name,
        token_scope: entity.token_scope,
        words: entity.ties.words(),
        part_of: entity.ties.part_of.map(|(_, target)| target),
        tells_of_others: entity.ties.test(Word::Seen).is_some(),
        guarded: guarded.collect(),
        reference: entity.label.as_ref().map(|label| naming(entity, label)),
        actions: entity.actions.clone(),
    }
}

/// The guards in front of the columns that a row is named by.
fn naming(entity: &Entity, label: &Label) -> Vec<&'static str> {
    let named_by = |column: &str| label.name.contains(&column) || label.status == Some(column);
    let fields = entity.fields.iter();
    fields
        .filter(|field| field.kind.columns().any(named_by))
        .filter_map(|field| field.guard)
        .collect()
}
