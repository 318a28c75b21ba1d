//! Given names that one person goes by.

/// Each line: names of one person, folded. A name may stand in several lines.
const GROUPS: [&[&str]; 44] = [
    &["alexander", "alex", "sascha", "sasha", "sandro"],
    &["alexandra", "alex", "sandra", "sasha"],
    &["andreas", "andi", "andy", "andrew", "andre"],
    &["anna", "anne", "anni", "ann", "annie", "hannah"],
    &["anthony", "tony", "antonio", "toni", "anton"],
    &["barbara", "babs", "barb", "babsi"],
    &["benjamin", "ben", "benny"],
    &[
        "catherine",
        "katherine",
        "kathryn",
        "kate",
        "cathy",
        "kathy",
        "katie",
        "katharina",
        "kathi",
    ],
    &["charles", "charlie", "chuck", "carl", "karl"],
    &["christian", "chris", "christoph", "christopher"],
    &["christine", "christina", "chris", "tina", "chrissy"],
    &["daniel", "dan", "danny", "dani"],
    &["david", "dave"],
    &["edward", "ed", "eddie", "ted", "eduard"],
    &[
        "elisabeth",
        "elizabeth",
        "liz",
        "beth",
        "lisa",
        "betty",
        "elise",
        "sissi",
        "lisi",
    ],
    &["florian", "flo"],
    &["franz", "francis", "frank", "francesco", "franzi"],
    &["franziska", "franzi", "frances", "francesca"],
    &["frederick", "fred", "friedrich", "fritz", "freddy"],
    &["gabriele", "gabi", "gabriela"],
    &["georg", "george", "jorge", "giorgio"],
    &["gregory", "greg", "gregor"],
    &["heinrich", "henry", "harry", "heinz", "enrico"],
    &["james", "jim", "jimmy", "jamie", "jakob", "jacob"],
    &["jennifer", "jen", "jenny"],
    &[
        "johann", "hans", "johannes", "john", "jack", "johnny", "jon", "ivan", "juan", "giovanni",
    ],
    &["jonathan", "jon", "john"],
    &["joseph", "josef", "joe", "sepp", "jose", "giuseppe", "pepe"],
    &["kenneth", "ken", "kenny"],
    &["lawrence", "larry", "lorenz", "lorenzo"],
    &["magdalena", "lena", "magda"],
    &[
        "margaret",
        "maggie",
        "peggy",
        "meg",
        "margarete",
        "grete",
        "gretel",
    ],
    &["matthew", "matt", "matthias", "mathias", "hias"],
    &["maximilian", "max"],
    &[
        "michael", "mike", "mick", "michi", "mikael", "michel", "miguel",
    ],
    &[
        "nicholas", "nick", "nikolaus", "klaus", "niko", "nico", "nicolas",
    ],
    &["patricia", "pat", "patty", "tricia"],
    &["peter", "pete", "pierre", "pedro", "piet"],
    &["richard", "dick", "rick", "rich", "riccardo"],
    &["robert", "bob", "rob", "bobby", "bert", "roberto"],
    &["stefan", "stephan", "steven", "steve", "stephen", "stefano"],
    &["susanne", "susan", "sue", "susi", "susanna"],
    &["thomas", "tom", "tommy", "tomas"],
    &[
        "wilhelm",
        "william",
        "will",
        "bill",
        "billy",
        "willi",
        "guillaume",
    ],
];

/// Whether two folded given names may be one person's.
#[must_use]
pub(super) fn may_be_one(one: &str, other: &str) -> bool {
    GROUPS
        .iter()
        .any(|names| names.contains(&one) && names.contains(&other))
}

/// The name that stands for all of a person's: the first of the line that it stands in, where it stands in
/// one only; itself where it stands in none or in several.
#[must_use]
pub(super) fn usual(name: &str) -> &str {
    let mut lines = GROUPS.iter().filter(|names| names.contains(&name));
    match (lines.next(), lines.next()) {
        (Some(names), None) => names.first().copied().unwrap_or(name),
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::{may_be_one, usual};

    #[test]
    fn short_names_stand_for_long_ones() {
        assert!(may_be_one("bob", "robert"));
        assert!(may_be_one("bill", "william"));
        assert!(!may_be_one("bob", "william"));
        assert_eq!(usual("bob"), "robert");
        // One of two, and nobody knows which.
        assert_eq!(usual("chris"), "chris");
        assert_eq!(usual("zora"), "zora");
    }
}
