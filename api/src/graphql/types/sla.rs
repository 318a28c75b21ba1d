//! The root field `slaBreaches`, and what it takes.

use async_graphql::registry::{MetaType, Registry};

use crate::dataset::dataset;

use super::{
    super::argument::CLOCKS,
    add,
    filter::named_values,
    list_arguments,
    meta::{argument, field, object, with_arguments},
};

/// The object type with the root field that lists breaches.
pub(in crate::graphql) fn sla_root(registry: &mut Registry) -> MetaType {
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
    let fields = vec![with_arguments(breaches, arguments)];
    object("SlaQuery", "What came too late.", fields)
}
