//! Lists are Relay's connections, everywhere in the same way.

use std::collections::BTreeMap;

use super::lint::{TYPES, fields, named};

/// The types of a type's fields, by name, as they are written.
fn shape(name: &str) -> BTreeMap<&'static str, String> {
    let fields = fields(&TYPES[name]).iter();
    fields
        .map(|field| {
            (
                field.node.name.node.as_str(),
                field.node.ty.node.to_string(),
            )
        })
        .collect()
}

/// Pages of the change log, which has no end, and one order: it is not counted, ordered or read backwards.
const OF_THE_LOG: [(&str, &str); 2] = [("Change", "Change"), ("History", "HistoryEntry")];

#[test]
fn pages_of_the_change_log_are_relays_too() {
    for (name, of) in OF_THE_LOG {
        let connection = shape(&format!("{name}Connection")).into_iter();
        let expected = [
            ("edges", format!("[{name}Edge!]!")),
            ("nodes", format!("[{of}!]!")),
            ("pageInfo", "PageInfo!".to_owned()),
        ];
        assert!(connection.eq(expected), "{name}Connection");
        let edge = shape(&format!("{name}Edge")).into_iter();
        let expected = [("cursor", "String!".to_owned()), ("node", format!("{of}!"))];
        assert!(edge.eq(expected), "{name}Edge");
    }
}

fn is_of_the_log(name: &str) -> bool {
    OF_THE_LOG.iter().any(|(known, _)| *known == name)
}

#[test]
fn connections_are_relays() {
    assert_eq!(
        shape("PageInfo"),
        BTreeMap::from([
            ("endCursor", "String".to_owned()),
            ("hasNextPage", "Boolean!".to_owned()),
            ("hasPreviousPage", "Boolean!".to_owned()),
            ("startCursor", "String".to_owned()),
        ])
    );
    assert_eq!(shape("Node"), BTreeMap::from([("id", "ID!".to_owned())]));
    assert_eq!(shape("Query")["node"], "Node");
    assert_eq!(shape("Query")["nodes"], "[Node]!");
    let connections = TYPES
        .keys()
        .filter_map(|name| name.strip_suffix("Connection"))
        .filter(|name| !is_of_the_log(name));
    assert!(connections.clone().count() > 10);
    for row in connections {
        let connection = shape(&format!("{row}Connection")).into_iter();
        let expected = [
            ("edges", format!("[{row}Edge!]!")),
            ("nodes", format!("[{row}!]!")),
            ("pageInfo", "PageInfo!".to_owned()),
            ("totalCount", "Int!".to_owned()),
        ];
        assert!(connection.eq(expected), "{row}Connection");
        let edge = shape(&format!("{row}Edge")).into_iter();
        assert!(
            edge.eq([
                ("cursor", "String!".to_owned()),
                ("node", format!("{row}!"))
            ]),
            "{row}Edge"
        );
    }
}

/// A list that ends by itself: there is nothing to page through.
const WHOLE: &str = "Viewer.territories";
/// The clocks that were breached.
const BREACHES: &str = "Query.slaBreaches";
/// What the caller is to do.
const TASKS: &str = "Query.myTasks";

#[test]
fn connections_are_paged_in_the_same_way_everywhere() {
    for (name, definition) in TYPES.iter() {
        for field in fields(definition) {
            let of = named(&field.node.ty.node);
            let place = format!("{name}.{}", field.node.name.node);
            let row = of.strip_suffix("Connection");
            let row = row.filter(|row| place != WHOLE && !is_of_the_log(row));
            let Some(row) = row else {
                continue;
            };
            // Whose breaches, and of when, and by when tasks are due, is said beside what every list takes.
            let own = |name: &str| match place.as_str() {
                BREACHES => ["period", "scope"].contains(&name),
                TASKS => name == "due",
                _ => false,
            };
            let arguments = field.node.arguments.iter();
            let arguments = arguments.filter(|argument| !own(argument.node.name.node.as_str()));
            let arguments = arguments.map(|argument| {
                (
                    argument.node.name.node.as_str(),
                    argument.node.ty.node.to_string(),
                )
            });
            let expected = [
                ("after", "String".to_owned()),
                ("before", "String".to_owned()),
                ("filter", format!("{row}Filter")),
                ("first", "Int".to_owned()),
                ("last", "Int".to_owned()),
                ("orderBy", format!("[{row}Order!]")),
            ];
            assert!(arguments.eq(expected), "{place}");
        }
    }
}
