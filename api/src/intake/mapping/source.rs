//! Where a value comes from: columns, a constant, or text with columns in it.

use std::borrow::Cow;

use crate::intake::csv::Cells;

/// The columns of a file.
pub struct Header<'a> {
    /// Their names.
    pub names: &'a [String],
    /// Whether columns that the mapping names may be missing.
    pub lenient: bool,
    /// The name of the file, for errors.
    pub file: &'a str,
}

/// Where a value comes from, as a mapping says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// The first of these columns that has something in it.
    Columns(Vec<String>),
    /// Always this.
    Constant(String),
    /// Text with columns in it: `{first} {last}`.
    Template(Vec<Part>),
}

/// A piece of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Text as it is.
    Text(String),
    /// What stands in a column.
    Column(String),
}

/// A source whose columns have been found in a file.
#[derive(Clone, Debug)]
pub enum Bound {
    /// The first of the columns at these places that has something in it.
    Columns(Vec<usize>),
    /// Always this.
    Constant(String),
    /// Texts and columns, one after the other; whether every column must have something in it.
    Template(Vec<Result<usize, String>>, bool),
}

impl Source {
    /// The name of a column, or text with columns in braces.
    pub(super) fn of(text: &str) -> Result<Self, String> {
        if !text.contains(['{', '}']) {
            return Ok(Self::Columns(vec![text.to_owned()]));
        }
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let (column, behind) = after
                .split_once('}')
                .filter(|(column, _)| !column.contains('{') && !before.contains('}'))
                .ok_or_else(|| format!("the braces in `{text}` do not match"))?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Column(column.trim().to_owned()));
            rest = behind;
        }
        if rest.contains('}') {
            return Err(format!("the braces in `{text}` do not match"));
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self::Template(parts))
    }

    /// What people call it: the columns, or the constant.
    #[must_use]
    pub fn label(&self) -> String {
        match self {
            Self::Columns(columns) => columns.join("` or `"),
            Self::Constant(text) => text.clone(),
            Self::Template(parts) => parts
                .iter()
                .map(|part| match part {
                    Part::Text(text) => text.clone(),
                    Part::Column(column) => format!("{{{column}}}"),
                })
                .collect(),
        }
    }

    /// Finds the columns in a file. `whole`: a template is nothing as soon as one column is empty, as
    /// a key must be; otherwise only when all are.
    ///
    /// # Errors
    ///
    /// Returns the name of the column that is not there, or there more than once.
    pub fn bind(&self, header: &Header<'_>, whole: bool) -> Result<Bound, String> {
        Ok(match self {
            Self::Constant(text) => Bound::Constant(text.clone()),
            Self::Columns(names) => {
                let mut found = Vec::new();
                for name in names {
                    found.extend(header.find(name)?);
                }
                if found.is_empty() && !header.lenient {
                    return Err(header.missing(&self.label()));
                }
                Bound::Columns(found)
            }
            Self::Template(parts) => {
                let mut bound = Vec::new();
                for part in parts {
                    match part {
                        Part::Text(text) => bound.push(Err(text.clone())),
                        Part::Column(name) => match header.find(name)? {
                            Some(column) => bound.push(Ok(column)),
                            None if header.lenient && !whole => {}
                            None if header.lenient => return Ok(Bound::Columns(Vec::new())),
                            None => return Err(header.missing(name)),
                        },
                    }
                }
                Bound::Template(bound, whole)
            }
        })
    }
}

/// What a column is called whatever its spelling: `OwnerId`, `owner_id` and `Owner ID` are one.
#[must_use]
pub fn plain(column: &str) -> String {
    let letters = column
        .chars()
        .filter(|character| character.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

impl Header<'_> {
    /// The column of this name, or else the one that is called so in another spelling.
    fn find(&self, name: &str) -> Result<Option<usize>, String> {
        let exact = self.only(name, |column| column == name)?;
        if exact.is_some() {
            return Ok(exact);
        }
        let sought = plain(name);
        self.only(name, |column| plain(column) == sought)
    }

    /// The one column that fits. Of two, nobody can say which is meant.
    fn only(&self, name: &str, fits: impl Fn(&str) -> bool) -> Result<Option<usize>, String> {
        let mut fitting = self
            .names
            .iter()
            .enumerate()
            .filter(|(_, column)| fits(column));
        let first = fitting.next();
        let second = fitting.next();
        let (Some((at, one)), Some((other_at, other))) = (first, second) else {
            return Ok(first.map(|(at, _)| at));
        };
        Err(format!(
            "{}: the mapping names the column `{name}`, and the file has more than one: `{one}` \
             (column {}) and `{other}` (column {}). Rename those that are not meant",
            self.file,
            at + 1,
            other_at + 1
        ))
    }

    fn missing(&self, name: &str) -> String {
        let known = self.names.iter().map(String::as_str);
        let problem = crate::document::unknown("column", name, known);
        format!("{}: {problem}", self.file)
    }
}

impl Bound {
    /// What the row has; nothing is `None`.
    #[must_use]
    pub fn text<'a>(&'a self, cells: &'a Cells) -> Option<Cow<'a, str>> {
        match self {
            Self::Constant(text) => Some(Cow::Borrowed(text.as_str())).filter(|_| !text.is_empty()),
            Self::Columns(columns) => columns
                .iter()
                .filter_map(|column| cells.get(*column))
                .find(|cell| !cell.is_empty())
                .map(Cow::Borrowed),
            Self::Template(parts, whole) => template(parts, *whole, cells),
        }
    }
}

fn template<'a>(
    parts: &'a [Result<usize, String>],
    whole: bool,
    cells: &'a Cells,
) -> Option<Cow<'a, str>> {
    let mut text = String::new();
    let mut filled = false;
    for part in parts {
        match part {
            Err(fixed) => text.push_str(fixed),
            Ok(column) => {
                let cell = cells.get(*column).unwrap_or_default();
                if whole && cell.is_empty() {
                    return None;
                }
                filled |= !cell.is_empty();
                text.push_str(cell);
            }
        }
    }
    let text = text.trim();
    (filled && !text.is_empty()).then(|| Cow::Owned(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::{Bound, Header, Source};

    fn bind(columns: &[&str], name: &str) -> Result<Bound, String> {
        let names: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
        let header = Header {
            names: &names,
            lenient: true,
            file: "a.csv",
        };
        Source::of(name)?.bind(&header, false)
    }

    #[test]
    fn a_column_that_is_there_twice_cannot_be_named() {
        for columns in [["name", "x", "name"], ["Owner ID", "x", "owner_id"]] {
            let name = columns[2].replace("owner_id", "OwnerId");
            for text in [name.clone(), format!("{{{name}}}!")] {
                let problem = bind(&columns, &text).unwrap_err();
                assert!(problem.starts_with("a.csv: "), "{problem}");
                assert!(problem.contains("column 1") && problem.contains("column 3"));
            }
            assert!(bind(&columns, "x").is_ok());
        }
        // The exact name tells spellings apart.
        assert!(
            matches!(bind(&["Name", "name"], "name"), Ok(Bound::Columns(found)) if found == [1])
        );
    }
}
