//! What each of the library's validation rules says, as of 7.0.19, and what we say.
//!
//! It tells by its texts alone what is wrong, which is why its version is pinned; the suite has a case of each
//! rule (`tests/it/limits/words.rs`), so that a change of them is seen.

use async_graphql::registry::Registry;

use super::{
    super::error::with_article,
    sentence::{Complaint, NOT_ONE, TWICE, no_such_field, required, values},
};

/// Makes a complaint of the names in a text, in their order; empty where it has less.
type Say = fn([&str; 3], &Registry) -> Complaint;

/// What the library's texts begin with, with `{}` for each name in it, and what we say. The first that fits
/// counts.
const WORDS: [(&str, Say); 30] = [
    // directives_unique, known_directives
    (r#"Duplicate directive "{}""#, |[name, ..], _| {
        Complaint::of_repeated_directive(name)
    }),
    (
        r#"Directive "{}" may not be used on "{}""#,
        |[name, place, _], _| Complaint::of_misplaced_directive(name, place),
    ),
    (r#"Unknown directive "{}""#, |[name, ..], _| {
        Complaint::of_no_directive(name)
    }),
    // fields_on_correct_type, scalar_leafs
    (r#"Unknown field "{}" on type "{}"."#, |[name, on, _], _| {
        Complaint::of(name, format!("there is no field `{name}` on type `{on}`"))
    }),
    (
        r#"Field "{}" must not have a selection since type "{}""#,
        |[name, of, _], _| Complaint::of_a_leaf(name, of),
    ),
    (
        r#"Field "{}" of type "{}" must have a selection"#,
        |[name, of, _], _| {
            let of = with_article(of);
            let problem = format!("say which fields of `{name}`, {of}, in braces behind it");
            Complaint::of(name, problem)
        },
    ),
    // known_argument_names, unique_argument_names, provided_non_null_arguments
    (
        r#"Unknown argument "{}" on field "{}" of type "{}""#,
        |[name, field, on], _| Complaint::of_no_argument(name, &format!("{on}.{field}")),
    ),
    (
        r#"Unknown argument "{}" on directive "{}""#,
        |[name, directive, _], _| Complaint::of_no_argument(name, &format!("@{directive}")),
    ),
    (
        r#"There can only be one argument named "{}""#,
        |[name, ..], _| Complaint::about(name.to_owned(), TWICE),
    ),
    (
        r#"Directive "@{}" argument "{}" of type "{}" is required"#,
        |[directive, name, of], _| {
            Complaint::of_missing_argument(name, of, &format!("@{directive}"))
        },
    ),
    // The type that it names is the one that the field stands on.
    (
        r#"Field "{}" argument "{}" of type "{}" is required"#,
        |[field, name, on], registry| {
            let meta = registry.types.get(on);
            let meta = meta.and_then(|meta| meta.field_by_name(field)?.args.get(name));
            let of = meta.map_or("", |argument| argument.ty.as_str());
            Complaint::of_missing_argument(name, of, field)
        },
    ),
    // fragments_on_composite_types, possible_fragment_spreads
    (
        r#"Fragment "{}" cannot condition non composite type "{}""#,
        |[name, on, _], _| {
            Complaint::new(format!("fragment `{name}`: {on} is no type with fields"))
        },
    ),
    (
        r#"Fragment cannot condition non composite type "{}""#,
        |[on, ..], _| Complaint::new(format!("{on} is no type with fields")),
    ),
    (
        r#"Fragment "{}" cannot be spread here as objects of type "{}" can never be of type "{}""#,
        |[name, here, on], _| {
            Complaint::new(format!(
                "fragment `{name}` is on {on}, and what is here is {}",
                with_article(here)
            ))
        },
    ),
    (
        r#"Fragment cannot be spread here as objects of type "{}" can never be of type "{}""#,
        |[here, on, _], _| {
            let here = with_article(here);
            Complaint::new(format!("this is on {on}, and what is here is {here}"))
        },
    ),
    // known_fragment_names, known_type_names, no_fragment_cycles, no_unused_fragments
    (r#"Unknown fragment: "{}""#, |[name, ..], _| {
        Complaint::new(format!("there is no fragment `{name}` in this document"))
    }),
    (r#"Unknown type "{}""#, |[name, ..], _| {
        Complaint::new(format!("there is no type `{name}`"))
    }),
    (r#"Cannot spread fragment "{}""#, |[name, ..], _| {
        Complaint::new(format!("fragment `{name}` contains itself"))
    }),
    (r#"Fragment "{}" is never used"#, |[name, ..], _| {
        Complaint::new(format!("fragment `{name}` is used nowhere: leave it out"))
    }),
    // no_undefined_variables, no_unused_variables, unique_variable_names, upload_file;
    // variables_are_input_types and variables_in_allowed_position are ours (`variable.rs`, `position.rs`)
    (
        r#"Variable "${}" is not defined by operation "{}""#,
        |[name, operation, _], _| {
            let problem = format!("operation `{operation}` has no such variable");
            Complaint::about(format!("${name}"), &problem)
        },
    ),
    (r#"Variable "${}" is not defined"#, |[name, ..], _| {
        Complaint::of_no_variable(name)
    }),
    (r#"Variable "${}" is not used"#, |[name, ..], _| {
        let problem = "this variable is used nowhere: leave it out";
        Complaint::about(format!("${name}"), problem)
    }),
    (
        r#"There can only be one variable named "${}""#,
        |[name, ..], _| Complaint::about(format!("${name}"), "it is defined twice"),
    ),
    ("The Upload type is only allowed", |_, _| {
        Complaint::new("files cannot be sent here")
    }),
    // overlapping_fields_can_be_merged, in fragments that are spread nowhere; elsewhere it is ours
    // (`merge.rs`)
    (
        r#"Fields "{}" conflict because "{}" and "{}" are different fields"#,
        |[key, one, other], _| Complaint::of_different_fields(key, one, other),
    ),
    // The name is now the field's, now the argument's.
    (
        r#"Fields "{}" conflict because they have differing arguments"#,
        |_, _| Complaint::of_differing_arguments(),
    ),
    // Which operation, once the document is right.
    ("Unknown operation named ", |_, _| {
        let problem = "there is no operation of that name in the document";
        Complaint::about("operationName".to_owned(), problem)
    }),
    ("Operation name required in request", |_, _| {
        let problem = "the document has several operations: say which one";
        Complaint::about("operationName".to_owned(), problem)
    }),
    ("Query is nested too deep", |_, _| {
        Complaint::new("the fields of this document are nested too deep")
    }),
    ("The recursion depth of the query", |_, _| {
        Complaint::new("the selections of this document are nested too deep")
    }),
];

/// What a value of the wrong type is complained about with, behind the path to it.
const VALUES: [(&str, Say); 5] = [
    (r#"expected type "{}""#, |[wanted, ..], _| {
        Complaint::new(required(wanted))
    }),
    (
        r#"enumeration type "{}" does not contain the value "#,
        |[wanted, ..], registry| Complaint {
            allowed: values(wanted, registry),
            ..Complaint::new(required(wanted))
        },
    ),
    (
        r#"field "{}" of type "{}" is required but not provided"#,
        |[name, of, _], _| Complaint::of(name, required(of)),
    ),
    (r#"unknown field "{}" of type "{}""#, |[name, of, _], _| {
        Complaint::of(name, no_such_field(of))
    }),
    ("Oneof ", |_, _| Complaint::new(NOT_ONE)),
];

/// What we say for `text` of the library; `None` where nobody has thought of it.
pub(super) fn of(text: &str, registry: &Registry) -> Option<Complaint> {
    for (begin, mark) in [
        ("Invalid value for argument \"", ""),
        ("Invalid default value for argument: \"", "$"),
    ] {
        if let Some(rest) = text.strip_prefix(begin) {
            let (path, reason) = rest.split_once("\", ")?;
            return value(&format!("{mark}{path}"), reason, registry);
        }
    }
    said(&WORDS, text, registry)
}

/// The complaint about the value at `path`.
fn value(path: &str, reason: &str, registry: &Registry) -> Option<Complaint> {
    let said = said(&VALUES, reason, registry)?;
    let path = match said.field {
        Some(below) => format!("{path}.{below}"),
        None => path.to_owned(),
    };
    Some(Complaint {
        allowed: said.allowed,
        ..Complaint::about(path, &said.message)
    })
}

fn said(words: &[(&str, Say)], text: &str, registry: &Registry) -> Option<Complaint> {
    let mut fitting = words.iter();
    fitting.find_map(|(pattern, say)| Some(say(names(pattern, text)?, registry)))
}

/// The names in `text` where `pattern` has `{}`, if it begins as the pattern does.
fn names<'t>(pattern: &str, text: &'t str) -> Option<[&'t str; 3]> {
    let mut pieces = pattern.split("{}");
    let mut rest = text.strip_prefix(pieces.next()?)?;
    let mut found = [""; 3];
    for (name, piece) in found.iter_mut().zip(pieces) {
        let end = rest.find(|c| !is_of_type(c)).unwrap_or(rest.len());
        (*name, rest) = rest.split_at_checked(end)?;
        rest = rest.strip_prefix(piece)?;
    }
    Some(found)
}

/// Whether a name, or a type as it is written, may have this character.
fn is_of_type(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_[]!".contains(c)
}
