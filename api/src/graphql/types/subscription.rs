//! The root fields that tell what happens, as GraphQL types.

use async_graphql::registry::{MetaInputValue, MetaType};

use super::meta::{argument, field, object, with_arguments};

/// The object type with the root fields that tell what happens.
pub(in crate::graphql) fn subscription() -> MetaType {
    let changed = with_arguments(
        field(
            "changed",
            "What is done to the rows that you see, as `changes` has it, when it is done.",
            "Change!",
        ),
        vec![
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
            after(),
        ],
    );
    let activity = with_arguments(
        field(
            "activity",
            "What is done to rows that are yours, or near you, as `changes` has it, when it is done.",
            "Change!",
        ),
        vec![
            MetaInputValue {
                default_value: Some("MINE".to_owned()),
                ..argument("scope", "Whose rows.", "ActivityScope!")
            },
            after(),
        ],
    );
    let description = "What there is to hear, over a WebSocket or as server-sent events. One of these fields in an \
                       operation.";
    object("Subscription", description, vec![changed, activity])
}

fn after() -> MetaInputValue {
    argument(
        "after",
        "Where to go on from: the `cursor` of the last change that you were told, or `changeCursor`. Without it, from now on.",
        "String",
    )
}
