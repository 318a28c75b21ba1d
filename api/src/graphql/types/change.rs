//! The change feed and histories as GraphQL types.

use async_graphql::registry::{MetaField, MetaInputValue, MetaType, Registry};

use crate::{dataset::Enumeration, reader::MOST_CHANGES};

use super::{
    super::argument::{ACTIVITY, CHANGE_KINDS, DEFAULT_CHANGES, DEFAULT_PAGE},
    add,
    meta::{argument, enumeration, field, input_object, object, with_arguments},
};

const CHANGE: &str = "Something that was done to a row, as far as you see the row.";
const ENTRY: &str = "Something that was done to this row.";

/// The object type with the root fields of the change feed.
pub(in crate::graphql) fn change_root() -> MetaType {
    object("ChangeQuery", "What there is to follow.", change_fields())
}

/// The root fields of the change feed.
fn change_fields() -> Vec<MetaField> {
    let first = format!(
        "How many changes: {DEFAULT_CHANGES} unless you say, {MOST_CHANGES} at most. There may be fewer while there are more to come: go on until `pageInfo.hasNextPage` is false."
    );
    let changes = with_arguments(
        field(
            "changes",
            "What was done to the rows that you see, in the order in which to apply it: each change once, also of those who commit late. Kept for 30 days, unless your operator says otherwise.",
            "ChangeConnection!",
        ),
        vec![
            argument(
                "after",
                "Where to go on from: the `endCursor` of the last page, the `cursor` of a change, or `changeCursor`. Without it, from the first change that is kept.",
                "String",
            ),
            argument(
                "entities",
                "Of which kinds of row; all of them without.",
                "[EntityKind!]",
            ),
            argument(
                "filter",
                "Which changes; all of them without.",
                "ChangeFilter",
            ),
            argument("first", &first, "Int"),
        ],
    );
    let cursor = field(
        "changeCursor",
        "Where the change feed ends now. Take it, then read everything, then follow `changes` from there: nothing is missed.",
        "String!",
    );
    vec![changes, cursor]
}

/// The arguments of a history.
pub(super) fn history_arguments() -> Vec<MetaInputValue> {
    let first = format!("How many changes: {DEFAULT_PAGE} unless you say, {MOST_CHANGES} at most.");
    vec![
        argument("first", &first, "Int"),
        argument(
            "after",
            "Only changes that were made before the one with this cursor.",
            "String",
        ),
    ]
}

/// Registers the types of the change feed and of histories.
pub(super) fn register_changes(registry: &mut Registry) {
    for choice in [
        values("ChangeKind", "What was done to a row.", &CHANGE_KINDS),
        values(
            "ActivityScope",
            "Whose rows one hears of. Where it says nothing for a kind of row, there is none.",
            &ACTIVITY,
        ),
        values("ChangeActorKind", "Who or what did something.", &ACTORS),
    ] {
        add(registry, enumeration(&choice));
    }
    add(
        registry,
        input_object(
            "ChangeFilter",
            "Which changes. What is left out is no demand.",
            filter_fields(),
        ),
    );
    add(
        registry,
        object("FieldChange", "A field that was changed.", field_change()),
    );
    add(
        registry,
        object("ChangeActor", "Who did something.", actor()),
    );
    add(registry, object("HistoryEntry", ENTRY, entry()));
    add(registry, object("Change", CHANGE, change()));
    for (name, of, description) in [
        ("Change", "Change", "changes"),
        ("History", "HistoryEntry", "the changes of a row"),
    ] {
        register_list(registry, name, of, description);
    }
}

const ACTORS: [(&str, &str); 4] = [
    ("USER", "A user."),
    ("TOKEN", "A system, with its token."),
    ("IMPORT", "An import."),
    (
        "SYSTEM",
        "The hub itself, or its operator on the command line.",
    ),
];

fn values(
    name: &'static str,
    description: &'static str,
    values: &[(&str, &'static str)],
) -> Enumeration {
    let values = values.iter();
    Enumeration {
        name,
        description,
        values: values
            .map(|(value, description)| ((*value).to_owned(), *description))
            .collect(),
    }
}

fn register_list(registry: &mut Registry, name: &str, of: &str, of_what: &str) {
    let edge = vec![
        field(
            "cursor",
            "The place of the change, to go on from with `after`.",
            "String!",
        ),
        field("node", "The change.", &format!("{of}!")),
    ];
    let (edge_name, list_name) = (format!("{name}Edge"), format!("{name}Connection"));
    let described = format!("One of {of_what}, with its place.");
    add(registry, object(&edge_name, &described, edge));
    let fields = vec![
        field(
            "edges",
            "The changes of this page, each with its cursor.",
            &format!("[{edge_name}!]!"),
        ),
        field("nodes", "The changes of this page.", &format!("[{of}!]!")),
        field(
            "pageInfo",
            "Where this page lies. In the feed its `endCursor` is where to go on from, also behind an empty page.",
            "PageInfo!",
        ),
    ];
    let described = format!("A page of {of_what}.");
    add(registry, object(&list_name, &described, fields));
}

fn filter_fields() -> Vec<MetaInputValue> {
    vec![
        argument(
            "ids",
            "Of the rows with these global ids, 500 at most.",
            "[ID!]",
        ),
        argument("kinds", "Of these kinds.", "[ChangeKind!]"),
        argument(
            "actorIds",
            "Done by the users and tokens with these global ids, as far as you may know who did it.",
            "[ID!]",
        ),
        argument(
            "fields",
            "Updates of one of these fields, as far as you see what was changed. Whatever is no `UPDATED` is told all the same.",
            "[String!]",
        ),
        argument(
            "scope",
            "Of whose rows; all that you see without.",
            "ActivityScope",
        ),
    ]
}

fn field_change() -> Vec<MetaField> {
    vec![
        field("field", "Its name, such as `ownerId`.", "String!"),
        field(
            "before",
            "What it was, as the field shows such values; null for nothing, and for the id of a row that you may not know of.",
            "JSON",
        ),
        field("after", "What it became, in the same way.", "JSON"),
    ]
}

fn actor() -> Vec<MetaField> {
    vec![
        field("kind", "What they are.", "ChangeActorKind!"),
        field(
            "id",
            "The global id of the user or the token; null for others, and where you may not know it.",
            "ID",
        ),
        field(
            "name",
            "What the user or the token is called; null for others, and where you may not know it.",
            "String",
        ),
    ]
}

/// What is said of a change in a history, and in the feed as well.
fn entry() -> Vec<MetaField> {
    vec![
        field("at", "When it was recorded, in UTC.", "DateTime!"),
        field("kind", "What was done.", "ChangeKind!"),
        field(
            "fields",
            "The fields that were changed, in the order of the schema, but for those that are masked for you in this row. Empty where a row was made: it says itself what it is.",
            "[FieldChange!]!",
        ),
        field(
            "actor",
            "Who did it; null for a row that you do not see any more.",
            "ChangeActor",
        ),
        field(
            "reason",
            "Why, where a reason is asked for; null as well where something of the row is masked for you, because a reason may tell it.",
            "String",
        ),
    ]
}

fn change() -> Vec<MetaField> {
    let mut fields = vec![
        field(
            "cursor",
            "Its place in the feed, to go on from with `after`.",
            "String!",
        ),
        field("entity", "The kind of row.", "EntityKind!"),
        field("id", "The global id of the row.", "ID!"),
        field(
            "node",
            "The row as it is now; null once you do not see it any more.",
            "Node",
        ),
        field(
            "alsoAffects",
            "Kinds of row that are seen by way of this one: some of those that belong to it may have come into your view with this change, or left it, without a change of their own. Read those anew.",
            "[EntityKind!]!",
        ),
    ];
    fields.extend(entry());
    fields
}
