//! The sample is good enough: every word of every scope, every scope and every mask tells rows of
//! it apart. Otherwise the comparisons would prove nothing.

use std::collections::BTreeSet;

use tests::{
    oracle::{
        Caller, Noun, Oracle,
        lens::{Class, ROLES, Role, Sight, Word},
        model::Model,
    },
    rows::{Cell, Row, Rows, cell},
};

use super::{
    callers::{built_in_roles, in_operators_roles, one_role, operators_roles},
    sweep::{OPERATORS_SEED, SEED},
};

/// At least so many rows on either side.
const FEW: usize = 2;

#[test]
fn every_word_scope_and_mask_of_the_built_in_roles_tells_rows_apart() {
    assert_eq!(one_role(&Rows::random(SEED, 40)).len(), ROLES.len());
    assert_good_enough(SEED, |seed| {
        let rows = Rows::random(seed, 40);
        let callers = one_role(&rows);
        problems(rows, built_in_roles(), &callers)
    });
}

#[test]
fn every_word_scope_and_mask_of_an_operators_roles_tells_rows_apart() {
    assert_good_enough(OPERATORS_SEED, |seed| {
        let rows = Rows::random(seed, 40);
        let callers = in_operators_roles(&rows);
        let mut problems = problems(rows, operators_roles(), &callers[..3]);
        problems.extend(parts_without_their_wholes(seed));
        problems
    });
}

/// What is wrong where one role shows a thing without its parts and another shows the parts of some things: not
/// every part of what is seen is seen.
fn parts_without_their_wholes(seed: u64) -> Option<String> {
    let rows = Rows::random(seed, 40);
    let pair = in_operators_roles(&rows).swap_remove(3);
    assert_eq!(pair.roles, ["AUDITOR", "TRAINEE"]);
    let model = Model::of(&api::graphql::sdl());
    let oracle = Oracle::new(model, rows, operators_roles(), pair);
    let (whole, part) = (
        Noun::of("Feedback").unwrap(),
        Noun::of("FeedbackComment").unwrap(),
    );
    let apart = there(&oracle, part).filter(|comment| {
        let Cell::Id(feedback) = cell(comment, "feedback_id") else {
            panic!("a comment is a part of something");
        };
        oracle.lens.sees(whole, *feedback) && !sees(&oracle, part, comment)
    });
    let count = apart.count();
    (count < FEW).then(|| format!("{:?} FeedbackComment: {count}", ["AUDITOR", "TRAINEE"]))
}

/// Nothing is wrong with the rows of that seed; or else it is told which one would do.
fn assert_good_enough(seed: u64, problems: impl Fn(u64) -> Vec<String>) {
    let wrong = problems(seed);
    if !wrong.is_empty() {
        let better = (seed + 1..seed + 500).find(|seed| problems(*seed).is_empty());
        panic!(
            "{better:?} tells more apart than {seed}:\n{}",
            wrong.join("\n")
        );
    }
}

fn problems(rows: Rows, roles: Vec<Role>, callers: &[Caller]) -> Vec<String> {
    let model = Model::of(&api::graphql::sdl());
    let mut oracle = Oracle::new(model, rows, roles, callers[0].clone());
    let mut problems = Vec::new();
    for caller in callers {
        oracle.turn_to(caller.clone());
        let [name] = caller.roles.as_slice() else {
            panic!("{:?} is not one role", caller.roles);
        };
        let role = oracle.roles.iter().find(|role| role.name == *name);
        let role = role.unwrap().clone();
        for noun in Noun::all() {
            problems.extend(same_to_scopes(&oracle, &role, noun));
            problems.extend(same_to_masks(&oracle, &role, noun));
        }
    }
    problems
}

fn there<'r>(oracle: &'r Oracle, noun: &Noun) -> impl Iterator<Item = &'r Row> {
    let rows = oracle.rows.of(noun.table).iter();
    rows.filter(|row| row.get("deleted_at").is_none_or(|at| at == &Cell::Null))
}

fn sees(oracle: &Oracle, noun: &Noun, row: &Row) -> bool {
    match cell(row, "id") {
        Cell::Id(id) => oracle.lens.sees(noun, *id),
        other => panic!("{other:?} is no id"),
    }
}

/// Unless there are a few of `these` and a few of the others, what is wrong.
fn unless_few(what: &str, count: [usize; 2]) -> Option<String> {
    let few = count.iter().all(|count| *count >= FEW);
    (!few).then(|| format!("{what}: {count:?}"))
}

fn same_to_scopes(oracle: &Oracle, role: &Role, noun: &Noun) -> Vec<String> {
    let scope = role.scope(noun.name);
    let sight = Sight::of(&oracle.rows, oracle.caller.user);
    let mut words: Vec<Word> = scope.0.iter().flatten().copied().collect();
    for field in Class::of(noun.name).guarded() {
        let mask = role.mask_of(noun.name, field);
        words.extend(mask.iter().flat_map(|mask| mask.clear.0.iter().flatten()));
    }
    let mut problems = Vec::new();
    for word in words {
        if (noun.name, word) == ("User", Word::Own) {
            // There is one of them.
            continue;
        }
        let holds = |row: &&Row| sight.holds(word, role, noun, row);
        let (yes, no): (Vec<_>, Vec<_>) = there(oracle, noun).partition(holds);
        if word == Word::Parent && shows_all_or_none(role, noun) {
            continue;
        }
        let what = format!("{} {} {word:?}", role.name, noun.name);
        problems.extend(unless_few(&what, [yes.len(), no.len()]));
    }
    let narrow = !scope.0.is_empty() && !scope.0.iter().any(BTreeSet::is_empty);
    if narrow && !shows_all_or_none(role, noun) {
        let (seen, hidden): (Vec<_>, Vec<_>) =
            there(oracle, noun).partition(|row| sees(oracle, noun, row));
        let what = format!("{} {} rows", role.name, noun.name);
        problems.extend(unless_few(&what, [seen.len(), hidden.len()]));
    }
    problems
}

/// Whether `noun` is a part of something that the role sees all or nothing of.
fn shows_all_or_none(role: &Role, noun: &Noun) -> bool {
    let whole = match noun.name {
        "AccountDomain" => "Account",
        "LeadTransition" => "Lead",
        "CampaignCost" => "Campaign",
        "OpportunityContact" | "OpportunityChange" => "Opportunity",
        "FeedbackComment" => "Feedback",
        "Holiday" => "BusinessCalendar",
        "PlaybookStep" => "Playbook",
        "RoutingPoolMember" => "RoutingRule",
        _ => return false,
    };
    let terms = role.scope(whole).0;
    terms.iter().all(BTreeSet::is_empty)
}

fn same_to_masks(oracle: &Oracle, role: &Role, noun: &Noun) -> Vec<String> {
    let mut problems = Vec::new();
    for field in Class::of(noun.name).guarded() {
        let Some(mask) = role.mask_of(noun.name, field) else {
            continue;
        };
        let seen = there(oracle, noun).filter(|row| sees(oracle, noun, row));
        let given = seen.filter(|row| is_given(row, field));
        let masked = |row: &&Row| match cell(row, "id") {
            Cell::Id(id) => oracle.lens.mask(noun, *id, field).is_some(),
            other => panic!("{other:?} is no id"),
        };
        let (masked, clear): (Vec<_>, Vec<_>) = given.partition(masked);
        // Of themselves there is one.
        let always = mask.clear.0.is_empty() || noun.name == "User";
        let clear = if always { FEW } else { clear.len() };
        let what = format!("{} {}.{field}", role.name, noun.name);
        problems.extend(unless_few(&what, [masked.len(), clear]));
    }
    problems
}

/// Whether there is something to keep.
fn is_given(row: &Row, field: &str) -> bool {
    let snake: String = field
        .chars()
        .flat_map(|letter| match letter {
            'A'..='Z' => vec!['_', letter.to_ascii_lowercase()],
            letter => vec![letter],
        })
        .collect();
    let columns = [
        snake.clone(),
        format!("{snake}_id"),
        format!("{snake}_minor"),
    ];
    let mut values = columns.iter().filter_map(|column| row.get(column.as_str()));
    values.any(|value| value != &Cell::Null)
}
