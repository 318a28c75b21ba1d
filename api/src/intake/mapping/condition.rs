//! What a row must be like for a rule to take it, or to leave it out.

use crate::{document::Node, intake::csv::Cells};

use super::source::{Bound, Header, Source};

/// A demand on one column.
#[derive(Clone, Debug)]
pub struct Condition {
    /// The column.
    pub column: Source,
    test: Test,
}

#[derive(Clone, Debug)]
enum Test {
    Is(Vec<String>),
    IsNot(Vec<String>),
    Starts(Vec<String>),
    Empty(bool),
}

/// A condition whose column has been found in a file.
#[derive(Clone, Debug)]
pub struct BoundCondition {
    column: Bound,
    name: String,
    test: Test,
}

/// Reads `{ column = "value", other = ["a", "b"], third = { not = "c" }, fourth = { empty = true },
/// fifth = { starts = "003" } }`.
pub(super) fn read(node: Option<Node<'_>>) -> Result<Vec<Condition>, String> {
    let Some(node) = node else {
        return Ok(Vec::new());
    };
    let mut conditions = Vec::new();
    for (column, _, demand) in node.table()?.all() {
        let test = match demand.entries() {
            None => Test::Is(words(&demand)?),
            Some(mut entries) => {
                let not = entries.get("not").map(|node| words(&node)).transpose()?;
                let starts = entries.get("starts").map(|node| words(&node)).transpose()?;
                let empty = entries.get("empty").map(|node| node.flag()).transpose()?;
                let test = match (not, starts, empty) {
                    (Some(not), None, None) => Test::IsNot(not),
                    (None, Some(starts), None) => Test::Starts(starts),
                    (None, None, Some(empty)) => Test::Empty(empty),
                    _ => {
                        return Err(demand.error(
                            "a condition is a value, a list of values, `{ not = … }`, \
                             `{ starts = … }` or `{ empty = true }`",
                        ));
                    }
                };
                entries.finish()?;
                test
            }
        };
        conditions.push(Condition {
            column: Source::Columns(vec![column.to_owned()]),
            test,
        });
    }
    Ok(conditions)
}

/// Reads one table of conditions, or several of which one must hold.
pub(super) fn any(node: Option<Node<'_>>) -> Result<Vec<Vec<Condition>>, String> {
    match node.and_then(|node| node.items()) {
        Some(items) => items.into_iter().map(|item| read(Some(item))).collect(),
        None => Ok(vec![read(node)?]
            .into_iter()
            .filter(|conditions| !conditions.is_empty())
            .collect()),
    }
}

fn words(node: &Node<'_>) -> Result<Vec<String>, String> {
    let words = match node.items() {
        Some(items) => items.iter().map(Node::constant).collect::<Result<_, _>>()?,
        None => vec![node.constant()?],
    };
    Ok(words
        .into_iter()
        .map(|word: String| word.to_lowercase())
        .collect())
}

impl Condition {
    /// Finds the column in a file.
    ///
    /// # Errors
    ///
    /// Returns the name of the column that is not there.
    pub fn bind(&self, header: &Header<'_>) -> Result<BoundCondition, String> {
        Ok(BoundCondition {
            column: self.column.bind(header, false)?,
            name: self.column.label(),
            test: self.test.clone(),
        })
    }
}

impl BoundCondition {
    /// Whether the row is like that.
    #[must_use]
    pub fn holds(&self, cells: &Cells) -> bool {
        let text = self.column.text(cells);
        let is_one_of = |words: &[String]| {
            let text = text.as_deref().unwrap_or_default().to_lowercase();
            words.contains(&text)
        };
        match &self.test {
            Test::Is(words) => is_one_of(words),
            Test::IsNot(words) => !is_one_of(words),
            Test::Starts(words) => {
                let text = text.as_deref().unwrap_or_default().to_lowercase();
                words.iter().any(|word| text.starts_with(word))
            }
            Test::Empty(empty) => text.is_none() == *empty,
        }
    }

    /// What the row is like, in words.
    #[must_use]
    pub fn describe(&self, cells: &Cells) -> String {
        match self.column.text(cells) {
            Some(text) => format!("`{}` is `{text}`", self.name),
            None => format!("`{}` is empty", self.name),
        }
    }
}
