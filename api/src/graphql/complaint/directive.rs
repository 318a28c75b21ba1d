//! Whether directives may stand where they do, for the places that the library looks past.

use std::collections::HashSet;

use async_graphql::{
    Positioned,
    parser::types::Directive,
    registry::{__DirectiveLocation as Place, MetaDirective, Registry},
};

use super::{
    position::Wrong,
    sentence::{Complaint, TWICE},
};

/// What is wrong with each of the `directives` at one `place`, but for the values of their arguments.
pub(super) fn wrong(
    directives: &[Positioned<Directive>],
    place: Place,
    registry: &Registry,
) -> Vec<Wrong> {
    let mut before = HashSet::new();
    let directives = directives.iter().filter_map(|directive| {
        let name = directive.node.name.node.as_str();
        let complaint = match registry.directives.get(name) {
            None => Complaint::of_no_directive(name),
            Some(meta) if !meta.locations.contains(&place) => {
                Complaint::of_misplaced_directive(name, &format!("{place:?}"))
            }
            Some(meta) if !before.insert(name) && !meta.is_repeatable => {
                Complaint::of_repeated_directive(name)
            }
            Some(meta) => arguments(&directive.node, meta)?,
        };
        Some((directive.pos, complaint))
    });
    directives.collect()
}

/// The first thing that is wrong with the arguments of `directive`.
fn arguments(directive: &Directive, meta: &MetaDirective) -> Option<Complaint> {
    let place = format!("@{}", directive.name.node);
    let mut before = HashSet::new();
    let wrong = directive.arguments.iter().find_map(|(name, _)| {
        let name = name.node.as_str();
        if !before.insert(name) {
            return Some(Complaint::about(name.to_owned(), TWICE));
        }
        let known = meta.args.contains_key(name);
        (!known).then(|| Complaint::of_no_argument(name, &place))
    });
    wrong.or_else(|| {
        let missing = meta.args.values().find(|known| {
            let must = known.ty.ends_with('!') && known.default_value.is_none();
            must && directive.get_argument(&known.name).is_none()
        });
        missing.map(|known| Complaint::of_missing_argument(&known.name, &known.ty, &place))
    })
}
