//! What each of the library's validation rules says, as of 7.0.19, and what we say.
//!
//! It tells by its texts alone what is wrong, which is why its version is pinned; the suite has a case of each
//! rule (`tests/it/limits/words.rs`), so that a change of them is seen.

use async_graphql::registry::{MetaType, Registry};

/// What is wrong with an argument, or a field of one, that has two values.
pub(super) const TWICE: &str = "it is given twice";

/// What is wrong with a request, for the caller.
pub(super) struct Complaint {
    /// The sentence.
    pub(super) message: String,
    /// The argument, variable or field at fault.
    pub(super) field: Option<String>,
    /// The values that would be right, where they can be counted.
    pub(super) allowed: Vec<String>,
}

impl Complaint {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            field: None,
            allowed: Vec::new(),
        }
    }

    /// A complaint about `field`, which the sentence begins with.
    pub(super) fn about(field: String, problem: &str) -> Self {
        Self {
            message: format!("{field}: {problem}"),
            field: Some(field),
            allowed: Vec::new(),
        }
    }

    /// A complaint about one name in the answer for two fields.
    pub(super) fn of_different_fields(key: &str, one: &str, other: &str) -> Self {
        let problem =
            format!("`{key}` is to be `{one}` and `{other}`: give one of them another alias");
        Self::of(key, problem)
    }

    /// A complaint about one name in the answer for values that look different.
    pub(super) fn of_different_types(key: &str, one: &str, other: &str) -> Self {
        let problem =
            format!("`{key}` is to be a {one} and a {other}: give one of them another alias");
        Self::of(key, problem)
    }

    /// A complaint about one name in the answer for a field with this and with that.
    pub(super) fn of_differing_arguments() -> Self {
        Self::new(
            "this is asked for twice with different arguments: give one of them another alias",
        )
    }

    /// A complaint with `field` at fault.
    fn of(field: &str, message: String) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..Self::new(message)
        }
    }
}

/// Makes a complaint of the names in a text, in their order; empty where it has less.
type Say = fn([&str; 3], &Registry) -> Complaint;

/// What the library's texts begin with, with `{}` for each name in it, and what we say. The first that fits
/// counts.
const WORDS: [(&str, Say); 32] = [
    // directives_unique, known_directives
    (r#"Duplicate directive "{}""#, |[name, ..], _| {
        Complaint::new(format!("`@{name}` may stand here only once"))
    }),
    (
        r#"Directive "{}" may not be used on "{}""#,
        |[name, place, _], _| {
            let place = place.to_lowercase().replace('_', " ");
            Complaint::new(format!("`@{name}` may not stand at a {place}"))
        },
    ),
    (r#"Unknown directive "{}""#, |[name, ..], _| {
        Complaint::new(format!("there is no directive `@{name}`"))
    }),
    // fields_on_correct_type, scalar_leafs
    (r#"Unknown field "{}" on type "{}"."#, |[name, on, _], _| {
        Complaint::of(name, format!("there is no field `{name}` on type `{on}`"))
    }),
    (
        r#"Field "{}" must not have a selection since type "{}""#,
        |[name, of, _], _| {
            let problem = format!("`{name}` is a {of}, which has no fields: leave the braces out");
            Complaint::of(name, problem)
        },
    ),
    (
        r#"Field "{}" of type "{}" must have a selection"#,
        |[name, of, _], _| {
            let problem = format!("say which fields of `{name}`, a {of}, in braces behind it");
            Complaint::of(name, problem)
        },
    ),
    // known_argument_names, unique_argument_names, provided_non_null_arguments
    (
        r#"Unknown argument "{}" on field "{}" of type "{}""#,
        |[name, field, on], _| {
            let problem = format!("there is no argument `{name}` of `{on}.{field}`");
            Complaint::of(name, problem)
        },
    ),
    (
        r#"Unknown argument "{}" on directive "{}""#,
        |[name, directive, _], _| {
            let problem = format!("there is no argument `{name}` of `@{directive}`");
            Complaint::of(name, problem)
        },
    ),
    (
        r#"There can only be one argument named "{}""#,
        |[name, ..], _| Complaint::about(name.to_owned(), TWICE),
    ),
    (
        r#"Directive "@{}" argument "{}" of type "{}" is required"#,
        |[directive, name, of], _| required(name, of, &format!("@{directive}")),
    ),
    // The type that it names is the one that the field stands on.
    (
        r#"Field "{}" argument "{}" of type "{}" is required"#,
        |[field, name, on], registry| {
            let meta = registry.types.get(on);
            let meta = meta.and_then(|meta| meta.field_by_name(field)?.args.get(name));
            let of = meta.map_or("", |argument| argument.ty.as_str());
            required(name, of, field)
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
                "fragment `{name}` is on {on}, and what is here is a {here}"
            ))
        },
    ),
    (
        r#"Fragment cannot be spread here as objects of type "{}" can never be of type "{}""#,
        |[here, on, _], _| Complaint::new(format!("this is on {on}, and what is here is a {here}")),
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
    // no_undefined_variables, no_unused_variables, unique_variable_names, upload_file,
    // variables_are_input_types and variables_in_allowed_position are ours (`check_types`, `position.rs`)
    (
        r#"Variable "${}" is not defined by operation "{}""#,
        |[name, operation, _], _| {
            let problem = format!("operation `{operation}` has no such variable");
            Complaint::about(format!("${name}"), &problem)
        },
    ),
    (r#"Variable "${}" is not defined"#, |[name, ..], _| {
        let problem = "the operation has no such variable";
        Complaint::about(format!("${name}"), problem)
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
    ("Schema is not configured for mutations", |_, _| {
        Complaint::new("there are no mutations here")
    }),
    ("Schema is not configured for subscriptions", |_, _| {
        Complaint::new("there are no subscriptions here")
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
        Complaint::new(format!("a {wanted} is required"))
    }),
    (
        r#"enumeration type "{}" does not contain the value "#,
        |[wanted, ..], registry| Complaint {
            allowed: values(wanted, registry),
            ..Complaint::new(format!("a {wanted} is required"))
        },
    ),
    (
        r#"field "{}" of type "{}" is required but not provided"#,
        |[name, of, _], _| Complaint::of(name, format!("a {of} is required")),
    ),
    (r#"unknown field "{}" of type "{}""#, |[name, of, _], _| {
        Complaint::of(name, format!("there is no such field of {of}"))
    }),
    ("Oneof ", |_, _| {
        Complaint::new("exactly one of its fields must be given, and not null")
    }),
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

fn required(name: &str, of: &str, place: &str) -> Complaint {
    Complaint::of(name, format!("{name}: a {of} is required by `{place}`"))
}

/// The values of an enumeration.
fn values(of: &str, registry: &Registry) -> Vec<String> {
    match registry.types.get(of) {
        Some(MetaType::Enum { enum_values, .. }) => enum_values.keys().cloned().collect(),
        _ => Vec::new(),
    }
}
