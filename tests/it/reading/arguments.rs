//! Random arguments of lists, aggregates and groups.

use serde_json::{Value as Json, json};
use tests::oracle::Noun;

use super::{
    literal::Literal,
    question::{Place, Writer},
};

/// The arguments of a list of `noun`, and how many rows it gives at most: not many more than
/// `rows`.
pub(super) fn of_list(
    writer: &mut Writer<'_>,
    noun: &'static Noun,
    rows: usize,
) -> (String, usize) {
    let mut arguments = Vec::new();
    let filter = filter(writer, noun, &mut arguments);
    let order = if writer.choices.one_in(3) {
        let order = writer.order(noun);
        arguments.push(format!("orderBy: {}", order.text));
        order.json
    } else {
        json!([])
    };
    let way = writer.choices.below(8);
    let mut limit = 1 + writer.choices.below(rows.min(7));
    if writer.choices.one_in(12) {
        limit = 0;
    }
    let side = match way {
        0 | 1 if rows >= 20 => {
            limit = 20;
            None
        }
        0..=4 => Some(("first", "last")),
        _ => Some(("last", "first")),
    };
    if let Some((side, other)) = side {
        let limit = Literal::number(limit);
        arguments.push(format!("{side}: {}", writer.pass("Int", &limit)));
        if writer.choices.one_in(6) {
            arguments.push(format!("{other}: {}", writer.pass_nothing("Int", true)));
        }
    }
    for name in ["after", "before"] {
        match writer.choices.below(8) {
            5 | 6 => {
                if let Some(cursor) = cursor(writer, noun, &filter, &order) {
                    arguments.push(format!("{name}: {}", writer.pass("String", &cursor)));
                }
            }
            7 => arguments.push(format!("{name}: {}", writer.pass_nothing("String", true))),
            _ => {}
        }
    }
    (written(&arguments), limit)
}

fn written(arguments: &[String]) -> String {
    match arguments {
        [] => String::new(),
        arguments => format!("({})", arguments.join(", ")),
    }
}

/// Now and then a filter among the arguments; what it comes to.
fn filter(writer: &mut Writer<'_>, noun: &'static Noun, arguments: &mut Vec<String>) -> Json {
    if !writer.choices.one_in(3) {
        return json!({});
    }
    let filter = writer.filter(noun);
    arguments.push(format!("filter: {}", filter.text));
    filter.json
}

/// The arguments of what comes of all rows of `noun` together.
pub(super) fn of_aggregate(writer: &mut Writer<'_>, noun: &'static Noun) -> String {
    let mut arguments = Vec::new();
    filter(writer, noun, &mut arguments);
    written(&arguments)
}

/// The arguments of groups of rows of `noun`, how many there are at most, about, and the ways to
/// their dimensions.
pub(super) fn of_groups(
    writer: &mut Writer<'_>,
    noun: &'static Noun,
) -> (String, usize, Vec<Vec<String>>) {
    let mut arguments = Vec::new();
    filter(writer, noun, &mut arguments);
    let (by, paths) = writer.dimensions(noun);
    arguments.push(format!("by: {}", by.text));
    if writer.choices.one_in(3) {
        let having = writer.having(noun);
        arguments.push(format!("having: {}", having.text));
    }
    if writer.choices.one_in(2) {
        let order = writer.order_of_groups(noun, &paths);
        arguments.push(format!("orderBy: {}", order.text));
    }
    let mut limit = 1000;
    if !writer.choices.one_in(3) {
        limit = [60, 9, 1, 0, 2][writer.choices.below(5)];
        let first = writer.pass("Int", &Literal::number(limit));
        arguments.push(format!("first: {first}"));
    }
    (written(&arguments), limit, paths)
}

/// The cursor of some row of the list; a nested list need not contain it. Where it is the list of
/// all in its own order it may be one that somebody else got, who sees more.
fn cursor(
    writer: &mut Writer<'_>,
    noun: &'static Noun,
    filter: &Json,
    order: &Json,
) -> Option<Literal> {
    let mut place = Place::of(noun);
    place.filter = filter.clone();
    place.order = order.clone();
    let oracle = writer.oracle;
    let rows = if place.is_common() {
        oracle.in_order(noun)
    } else if oracle
        .refusals(&place.list(), &place.variables())
        .is_empty()
    {
        oracle.passing(noun, filter)
    } else {
        // Nobody has given out a cursor of it.
        return None;
    };
    place.row = *writer.choices.pick(&rows)?;
    let number = writer.question.cursors.len();
    writer.question.cursors.push(place);
    Some(Literal::text(&format!("{{{{cursor {number}}}}}")))
}
