//! The names of files with rejected rows: `accounts.rejected.csv`, `accounts.2.rejected.csv`.

/// What such a name has before its ending.
const REJECTED: &str = ".rejected";

/// The highest number that such a name has; higher ones belong to the name of the file itself.
pub const HIGHEST: u32 = 999;

/// Whether an import wrote a file of this name.
#[must_use]
pub fn is(file_name: &str) -> bool {
    split(file_name).0.ends_with(REJECTED)
}

/// What the file may be called whose rows are in a file of this name; its own name where no import
/// wrote it.
#[must_use]
pub fn origins(file_name: &str) -> Vec<String> {
    let (stem, ending) = split(file_name);
    let Some(stem) = stem.strip_suffix(REJECTED) else {
        return vec![file_name.to_owned()];
    };
    // `accounts.2` may be a file of that name, or the second one of the name `accounts`.
    [Some(stem), without_number(stem)]
        .into_iter()
        .flatten()
        .map(|stem| format!("{stem}{ending}"))
        .collect()
}

/// What the rejected rows of `file_name` may be written to, the best name first.
pub fn names(file_name: &str) -> impl Iterator<Item = String> {
    let (stem, ending) = split(file_name);
    let ending = if ending.is_empty() { ".csv" } else { ending };
    let stem = match stem.strip_suffix(REJECTED) {
        Some(stem) => without_number(stem).unwrap_or(stem),
        None => stem,
    };
    (1..=HIGHEST).map(move |number| match number {
        1 => format!("{stem}{REJECTED}{ending}"),
        number => format!("{stem}.{number}{REJECTED}{ending}"),
    })
}

/// The name before its last point, and the rest.
fn split(file_name: &str) -> (&str, &str) {
    let point = file_name.rfind('.').unwrap_or(file_name.len());
    file_name.split_at_checked(point).unwrap_or((file_name, ""))
}

fn without_number(stem: &str) -> Option<&str> {
    let (stem, number) = stem.rsplit_once('.')?;
    let number: u32 = number.parse().ok()?;
    (2..=HIGHEST).contains(&number).then_some(stem)
}

#[cfg(test)]
mod tests {
    use super::{is, names, origins};

    #[test]
    fn a_file_that_an_import_wrote_is_what_its_source_is() {
        assert_eq!(origins("a.csv"), ["a.csv"]);
        assert_eq!(origins("a.2.csv"), ["a.2.csv"]);
        assert_eq!(origins("a.rejected.csv"), ["a.csv"]);
        assert_eq!(origins("a.2.rejected.csv"), ["a.2.csv", "a.csv"]);
        assert_eq!(origins("a.2026.rejected.csv"), ["a.2026.csv"]);
        assert!(is("a.2.rejected.csv") && is("a.rejected.tsv"));
        assert!(!is("rejected.csv") && !is("a.rejected.old.csv"));
    }

    #[test]
    fn names_are_numbered_from_the_second_on() {
        let first = |name: &str| names(name).take(2).collect::<Vec<_>>();
        let expected = ["a.rejected.csv", "a.2.rejected.csv"];
        assert_eq!(first("a.csv"), expected);
        assert_eq!(first("a"), expected);
        assert_eq!(first("a.rejected.csv"), expected);
        assert_eq!(first("a.2.rejected.csv"), expected);
    }
}
