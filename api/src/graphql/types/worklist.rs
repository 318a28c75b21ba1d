//! The root fields `slaBreaches` and `myTasks`, and what they take.

use async_graphql::registry::{MetaField, MetaType, Registry};

use crate::dataset::dataset;

use super::{
    super::argument::CLOCKS,
    add,
    filter::named_values,
    list_arguments,
    meta::{argument, field, object, with_arguments},
};

/// The object type with the root fields that list what waits.
pub(in crate::graphql) fn worklist_root(registry: &mut Registry) -> MetaType {
    let fields = vec![breaches(registry), tasks()];
    object("WorklistQuery", "What waits.", fields)
}

fn breaches(registry: &mut Registry) -> MetaField {
    let scopes = CLOCKS.map(|(name, _, description)| (name.to_owned(), description));
    let described = "Whose clocks: by who is waited for.";
    add(
        registry,
        named_values("SlaScope", described, scopes.to_vec()),
    );
    let mut arguments = vec![
        argument("scope", "Whose; MINE unless you say.", "SlaScope"),
        argument(
            "period",
            "When they were due: tests of `breachedAt`, such as `{last: {days: 7}}`; at any time without.",
            "DateTimeFilter",
        ),
    ];
    let clock = dataset().entity("SlaClock");
    arguments.extend(clock.map(list_arguments).unwrap_or_default());
    let breaches = field(
        "slaBreaches",
        "The clocks that you may see and that were breached, latest first unless you say otherwise: `slaClocks` with the filter `state: {eq: BREACHED}`, and whose they are.",
        "SlaClockConnection!",
    );
    with_arguments(breaches, arguments)
}

fn tasks() -> MetaField {
    let mut arguments = vec![argument(
        "due",
        "By when they are due: tests of `dueAt`, such as `{this: DAY}`, or `{lt: \"2027-03-01T00:00:00Z\"}`; at any time without.",
        "DateTimeFilter",
    )];
    let task = dataset().entity("Task");
    arguments.extend(task.map(list_arguments).unwrap_or_default());
    let tasks = field(
        "myTasks",
        "What you are to do now: `tasks` that are yours, with the filter `state: {eq: OPEN}`, the most urgent first unless you say otherwise. What is snoozed comes back by itself.",
        "TaskConnection!",
    );
    with_arguments(tasks, arguments)
}
