//! How much a document asks of the schema itself, which the reader's budget knows nothing of.

use std::collections::HashMap;

use async_graphql::parser::types::{ExecutableDocument, Selection, SelectionSet};

/// How much introspection may weigh: some three times what the common tools ask for.
pub(super) const MOST: usize = 1_000_000;

/// How many values a selection asks of the schema itself, about.
#[derive(Clone, Copy, Default)]
pub(super) struct Weight {
    /// Where it stands in introspection.
    inside: usize,
    /// Where it does not, and what is introspection in it counts.
    pub(super) outside: usize,
}

impl Weight {
    /// What `set` weighs, with the weights of what it spreads.
    pub(super) fn of(set: &SelectionSet, fragments: &HashMap<&str, Self>) -> Self {
        set.items.iter().fold(Self::default(), |sum, selection| {
            let weight = match &selection.node {
                Selection::Field(field) => {
                    let name = field.node.name.node.as_str();
                    Self::of(&field.node.selection_set.node, fragments).under(name)
                }
                Selection::InlineFragment(fragment) => {
                    Self::of(&fragment.node.selection_set.node, fragments)
                }
                Selection::FragmentSpread(spread) => {
                    let known = fragments.get(spread.node.fragment_name.node.as_str());
                    known.copied().unwrap_or_default()
                }
            };
            Self {
                inside: sum.inside.saturating_add(weight.inside),
                outside: sum.outside.saturating_add(weight.outside),
            }
        })
    }

    /// What a field of that name weighs with this in it.
    fn under(self, name: &str) -> Self {
        let inside = self.inside.saturating_add(1);
        Self {
            inside: inside.saturating_mul(usual_length(name)),
            outside: match name {
                "__schema" | "__type" => inside,
                _ => self.outside,
            },
        }
    }
}

/// How long the lists of introspection are on average, about.
fn usual_length(field: &str) -> usize {
    match field {
        "types" => 300,
        "fields" | "inputFields" => 8,
        "enumValues" | "directives" => 5,
        "args" | "possibleTypes" => 2,
        _ => 1,
    }
}

/// What each fragment weighs.
pub(super) fn weights<'d>(
    document: &'d ExecutableDocument,
    ordered: &[&'d str],
) -> HashMap<&'d str, Weight> {
    let mut weights = HashMap::new();
    for name in ordered {
        if let Some(fragment) = document.fragments.get(*name) {
            let weight = Weight::of(&fragment.node.selection_set.node, &weights);
            weights.insert(*name, weight);
        }
    }
    weights
}
