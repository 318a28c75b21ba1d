//! The root field `myTasks`, and what it takes.

use async_graphql::registry::MetaType;

use crate::dataset::dataset;

use super::{
    list_arguments,
    meta::{argument, field, object, with_arguments},
};

/// The object type with the root field that lists what the caller is to do.
pub(in crate::graphql) fn task_root() -> MetaType {
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
    let fields = vec![with_arguments(tasks, arguments)];
    object("TaskQuery", "What is to be done.", fields)
}
