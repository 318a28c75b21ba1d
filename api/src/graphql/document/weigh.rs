//! How much a parsed document asks for, with each fragment counted wherever it is spread.
//!
//! Every definition is walked once; what fragments come to is calculated, so that 24 fragments that each
//! spread the next one twice cost 24 steps and not 16 million.

use std::collections::{HashMap, HashSet};

use async_graphql::{
    Name, Positioned,
    parser::types::{Directive, ExecutableDocument, Selection, SelectionSet},
};

use crate::error::ApiError;

use super::{
    Limits, NESTING, at_most,
    introspection::{self, Weight},
    uses::{self, Counts, Use},
};

/// Checks every operation of `document`, and says what all of them use of variables. The library
/// validates all, and runs one.
pub(super) fn check(document: &ExecutableDocument, limits: &Limits) -> Result<Vec<Use>, Heavy> {
    let operations = document.operations.iter().count();
    at_most("operations", limits.operations, operations)?;
    at_most("fragments", limits.fragments, document.fragments.len())?;
    let fragments: HashMap<_, _> = document
        .fragments
        .iter()
        .map(|(name, fragment)| {
            let mut tally = Tally::of(&fragment.node.selection_set.node);
            tally.count_directives(&fragment.node.directives);
            (name.as_str(), tally)
        })
        .collect();
    let ordered = ordered(&fragments)?;
    let depths = depths(&fragments, &ordered);
    let weights = introspection::weights(document, &ordered);
    let (mut used, mut spread) = (Vec::new(), HashSet::new());
    for (_, operation) in document.operations.iter() {
        let operation = &operation.node;
        at_most(
            "variables",
            limits.variables,
            operation.variable_definitions.len(),
        )?;
        let mut tally = Tally::of(&operation.selection_set.node);
        tally.count_directives(&operation.directives);
        for variable in &operation.variable_definitions {
            tally.count_directives(&variable.node.directives);
        }
        let (depth, nesting) = tally.depth_with(&depths);
        at_most("depth", limits.depth, depth)?;
        at_most("nesting", NESTING, nesting)?;
        let expanded = expanded(&tally, &fragments, &ordered);
        expanded.check(limits)?;
        used.extend(uses::of_operation(operation, &expanded.uses));
        spread.extend(expanded.spread);
        let weight = Weight::of(&operation.selection_set.node, &weights);
        at_most("introspection", introspection::MOST, weight.outside)?;
    }
    // What nothing spreads is still validated, once.
    let idle = fragments.iter().filter(|(name, _)| !spread.contains(*name));
    used.extend(idle.flat_map(|(_, tally)| uses::without_defaults(&tally.uses)));
    Ok(used)
}

/// Why a document is not run.
#[derive(Debug)]
pub(super) enum Heavy {
    /// It asks for too much.
    TooLarge(ApiError),
    /// It has a fragment that contains itself.
    Endless(Positioned<Name>),
}

impl From<ApiError> for Heavy {
    fn from(error: ApiError) -> Self {
        Self::TooLarge(error)
    }
}

/// What stands in one definition, without what it spreads.
#[derive(Default)]
struct Tally<'d> {
    fields: usize,
    /// Fragments that are spread, inline ones too.
    inlined: usize,
    /// Fields with an alias, by the field's name.
    aliases: HashMap<&'d str, usize>,
    directives: usize,
    /// The most directives in one place.
    directives_of_a_place: usize,
    /// Places where variables stand.
    uses: Counts<'d>,
    /// How deep fields are nested.
    depth: usize,
    /// How deep selections are nested, fragments among them.
    nesting: usize,
    spreads: Vec<Spread<'d>>,
}

/// A place where a fragment is spread.
struct Spread<'d> {
    name: &'d Positioned<Name>,
    /// In how many fields it stands.
    depth: usize,
    /// In how many selections it stands.
    nesting: usize,
}

impl<'d> Tally<'d> {
    fn of(set: &'d SelectionSet) -> Self {
        let mut tally = Self::default();
        tally.walk(set, 0, 1);
        tally
    }

    /// The parser has seen to it that this does not go deeper than 64 levels.
    fn walk(&mut self, set: &'d SelectionSet, depth: usize, nesting: usize) {
        if !set.items.is_empty() {
            self.nesting = self.nesting.max(nesting);
        }
        for selection in &set.items {
            self.count_directives(selection.node.directives());
            match &selection.node {
                Selection::Field(field) => {
                    let field = &field.node;
                    self.fields += 1;
                    self.depth = self.depth.max(depth + 1);
                    uses::count(&field.arguments, &mut self.uses);
                    if field.alias.is_some() {
                        *self.aliases.entry(field.name.node.as_str()).or_default() += 1;
                    }
                    self.walk(&field.selection_set.node, depth + 1, nesting + 1);
                }
                Selection::InlineFragment(fragment) => {
                    self.inlined += 1;
                    self.walk(&fragment.node.selection_set.node, depth, nesting + 1);
                }
                Selection::FragmentSpread(spread) => {
                    self.inlined += 1;
                    self.spreads.push(Spread {
                        name: &spread.node.fragment_name,
                        depth,
                        nesting,
                    });
                }
            }
        }
    }

    fn count_directives(&mut self, directives: &'d [Positioned<Directive>]) {
        uses::count_in_directives(directives, &mut self.uses);
        self.directives += directives.len();
        self.directives_of_a_place = self.directives_of_a_place.max(directives.len());
    }

    /// How deep fields, and selections, are nested with what is spread.
    fn depth_with(&self, fragments: &HashMap<&str, (usize, usize)>) -> (usize, usize) {
        let own = (self.depth, self.nesting);
        self.spreads.iter().fold(own, |(depth, nesting), spread| {
            let of_fragment = fragments.get(spread.name.node.as_str());
            let (deeper, more) = of_fragment.copied().unwrap_or_default();
            (
                depth.max(spread.depth.saturating_add(deeper)),
                nesting.max(spread.nesting.saturating_add(more)),
            )
        })
    }
}

/// The fragments, each behind those that it spreads.
fn ordered<'d>(fragments: &HashMap<&'d str, Tally<'d>>) -> Result<Vec<&'d str>, Heavy> {
    let mut ordered = Vec::with_capacity(fragments.len());
    let mut done = HashSet::new();
    let mut names: Vec<_> = fragments.keys().copied().collect();
    names.sort_unstable();
    for name in names {
        let mut open = HashSet::new();
        visit(name, fragments, &mut open, &mut done, &mut ordered)?;
    }
    Ok(ordered)
}

/// Puts `name` behind what it spreads. As deep as there are fragments, of which there are few.
fn visit<'d>(
    name: &'d str,
    fragments: &HashMap<&'d str, Tally<'d>>,
    open: &mut HashSet<&'d str>,
    done: &mut HashSet<&'d str>,
    ordered: &mut Vec<&'d str>,
) -> Result<(), Heavy> {
    let Some(tally) = fragments.get(name).filter(|_| !done.contains(name)) else {
        return Ok(());
    };
    open.insert(name);
    for spread in &tally.spreads {
        let next = spread.name.node.as_str();
        if open.contains(next) {
            return Err(Heavy::Endless(spread.name.clone()));
        }
        visit(next, fragments, open, done, ordered)?;
    }
    open.remove(name);
    done.insert(name);
    ordered.push(name);
    Ok(())
}

/// How deep each fragment is.
fn depths<'d>(
    fragments: &HashMap<&'d str, Tally<'d>>,
    ordered: &[&'d str],
) -> HashMap<&'d str, (usize, usize)> {
    let mut depths = HashMap::new();
    for name in ordered {
        if let Some(tally) = fragments.get(name) {
            let depth = tally.depth_with(&depths);
            depths.insert(*name, depth);
        }
    }
    depths
}

/// What an operation comes to with everything that it spreads.
#[derive(Default)]
struct Expanded<'d> {
    fields: usize,
    inlined: usize,
    aliases: HashMap<&'d str, usize>,
    directives: usize,
    directives_of_a_place: usize,
    uses: Counts<'d>,
    /// The fragments among it.
    spread: HashSet<&'d str>,
}

impl<'d> Expanded<'d> {
    /// Adds `tally` so many `times`.
    fn add(&mut self, tally: &Tally<'d>, times: usize) {
        let more = |sum: usize, count: usize| sum.saturating_add(count.saturating_mul(times));
        self.fields = more(self.fields, tally.fields);
        self.inlined = more(self.inlined, tally.inlined);
        self.directives = more(self.directives, tally.directives);
        self.directives_of_a_place = self.directives_of_a_place.max(tally.directives_of_a_place);
        for (counts, sums) in [
            (&tally.aliases, &mut self.aliases),
            (&tally.uses, &mut self.uses),
        ] {
            for (name, count) in counts {
                let sum = sums.entry(name).or_default();
                *sum = more(*sum, *count);
            }
        }
    }

    fn check(&self, limits: &Limits) -> Result<(), ApiError> {
        at_most("fields", limits.fields, self.fields)?;
        // Fragments without a field in them take as long to walk as others.
        at_most("spreads", limits.fields, self.inlined)?;
        let aliases = self.aliases.values().copied();
        let most = aliases.clone().max().unwrap_or(0);
        at_most("aliases_of_a_field", limits.aliases_of_a_field, most)?;
        let all = aliases.fold(0, usize::saturating_add);
        at_most("aliases", limits.aliases, all)?;
        at_most(
            "directives_of_a_place",
            limits.directives_of_a_place,
            self.directives_of_a_place,
        )?;
        at_most("directives", limits.directives, self.directives)
    }
}

/// Counts each fragment as often as `operation` comes to spread it, the spreading ones first.
fn expanded<'d>(
    operation: &Tally<'d>,
    fragments: &HashMap<&'d str, Tally<'d>>,
    ordered: &[&'d str],
) -> Expanded<'d> {
    let mut sum = Expanded::default();
    let mut times: HashMap<&str, usize> = HashMap::new();
    let mut spread = |tally: &Tally<'d>, by: usize, times: &mut HashMap<&'d str, usize>| {
        sum.add(tally, by);
        for spread in &tally.spreads {
            let known = times.entry(spread.name.node.as_str()).or_default();
            *known = known.saturating_add(by);
        }
    };
    spread(operation, 1, &mut times);
    for name in ordered.iter().rev() {
        let by = times.get(name).copied().unwrap_or(0);
        if let Some(tally) = fragments.get(name).filter(|_| by > 0) {
            spread(tally, by, &mut times);
        }
    }
    sum.spread = times.into_keys().collect();
    sum
}
