//! A TOML document whose values know the line they stand in, so that a complaint can say it.

use std::ops::Range;

use toml::de::{DeTable, DeValue};

/// A value and where it stands.
#[derive(Clone, Copy)]
pub(crate) struct Node<'a> {
    pub(crate) document: Document<'a>,
    pub(crate) value: &'a DeValue<'a>,
    span: (usize, usize),
}

/// The file that is read.
#[derive(Clone, Copy)]
pub(crate) struct Document<'a> {
    pub(crate) origin: &'a str,
    pub(crate) text: &'a str,
}

/// A table, and which of its entries have been looked at.
pub(crate) struct Entries<'a> {
    document: Document<'a>,
    table: &'a DeTable<'a>,
    span: (usize, usize),
    known: Vec<&'static str>,
}

impl<'a> Document<'a> {
    /// A complaint about what stands at `at`.
    pub(crate) fn error(self, at: usize, problem: &str) -> String {
        let before = self.text.get(..at).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        format!("{}:{line}: {problem}", self.origin)
    }

    pub(crate) fn entries(self, table: &'a DeTable<'a>, span: Range<usize>) -> Entries<'a> {
        Entries {
            document: self,
            table,
            span: (span.start, span.end),
            known: Vec::new(),
        }
    }
}

impl<'a> Node<'a> {
    /// Where it stands in the text.
    pub(crate) fn at(&self) -> usize {
        self.span.0
    }

    pub(crate) fn error(&self, problem: &str) -> String {
        self.document.error(self.span.0, problem)
    }

    /// The text of a string.
    pub(crate) fn string(&self) -> Result<&'a str, String> {
        match self.value {
            DeValue::String(text) => Ok(text),
            _ => Err(self.error("a text in quotes is expected here")),
        }
    }

    /// One text or several.
    pub(crate) fn strings(&self) -> Result<Vec<&'a str>, String> {
        match self.items() {
            Some(items) => items.iter().map(Node::string).collect(),
            None => Ok(vec![self.string()?]),
        }
    }

    pub(crate) fn flag(&self) -> Result<bool, String> {
        match self.value {
            DeValue::Boolean(flag) => Ok(*flag),
            _ => Err(self.error("`true` or `false` is expected here")),
        }
    }

    /// A text, number, flag or list, as the text of a cell.
    pub(crate) fn constant(&self) -> Result<String, String> {
        match self.value {
            DeValue::String(text) => Ok(text.to_string()),
            DeValue::Integer(number) => Ok(number.to_string()),
            DeValue::Float(number) => Ok(number.to_string()),
            DeValue::Boolean(flag) => Ok(flag.to_string()),
            DeValue::Datetime(at) => Ok(at.to_string()),
            DeValue::Array(_) => {
                let items = self.strings()?;
                Ok(serde_json::json!(items).to_string())
            }
            DeValue::Table(_) => Err(self.error("a value is expected here, not a table")),
        }
    }

    pub(crate) fn items(&self) -> Option<Vec<Node<'a>>> {
        let DeValue::Array(items) = self.value else {
            return None;
        };
        let nodes = items.iter().map(|item| Node {
            document: self.document,
            value: item.get_ref(),
            span: (item.span().start, item.span().end),
        });
        Some(nodes.collect())
    }

    pub(crate) fn entries(&self) -> Option<Entries<'a>> {
        match self.value {
            DeValue::Table(table) => Some(self.document.entries(table, self.span.0..self.span.1)),
            _ => None,
        }
    }

    /// The table that must stand here.
    pub(crate) fn table(&self) -> Result<Entries<'a>, String> {
        self.entries()
            .ok_or_else(|| self.error("a table is expected here: `{ name = … }`"))
    }
}

impl<'a> Entries<'a> {
    pub(crate) fn error(&self, problem: &str) -> String {
        self.document.error(self.span.0, problem)
    }

    /// The entry called `name`.
    pub(crate) fn get(&mut self, name: &'static str) -> Option<Node<'a>> {
        self.known.push(name);
        let value = self.table.get(name)?;
        Some(Node {
            document: self.document,
            value: value.get_ref(),
            span: (value.span().start, value.span().end),
        })
    }

    pub(crate) fn string(&mut self, name: &'static str) -> Result<Option<&'a str>, String> {
        self.get(name).map(|node| node.string()).transpose()
    }

    /// All entries, in the order of the document, with the position of each name.
    pub(crate) fn all(&self) -> Vec<(&'a str, usize, Node<'a>)> {
        let mut all: Vec<_> = self
            .table
            .iter()
            .map(|(name, value)| {
                let node = Node {
                    document: self.document,
                    value: value.get_ref(),
                    span: (value.span().start, value.span().end),
                };
                let name_at = name.span().start;
                let name: &'a str = name.get_ref();
                (name, name_at, node)
            })
            .collect();
        all.sort_by_key(|(_, at, _)| *at);
        all
    }

    /// Complains about the first entry that nobody asked for.
    pub(crate) fn finish(self) -> Result<(), String> {
        for (name, at, _) in self.all() {
            if !self.known.contains(&name) {
                let problem = unknown("setting", name, self.known.iter().copied());
                return Err(self.document.error(at, &problem));
            }
        }
        Ok(())
    }
}

/// Says that `name` is not known, what is, and what was most likely meant.
pub(crate) fn unknown<'n>(
    what: &str,
    name: &str,
    known: impl Iterator<Item = &'n str> + Clone,
) -> String {
    let nearest = known
        .clone()
        .map(|candidate| (distance(name, candidate), candidate))
        .min()
        .filter(|(distance, _)| *distance <= 1 + name.len() / 3);
    let list: Vec<&str> = known.collect();
    let hint = match nearest {
        Some((_, nearest)) => format!(" Did you mean `{nearest}`?"),
        None => String::new(),
    };
    format!(
        "there is no {what} `{name}`.{hint} Known are: {}",
        list.join(", ")
    )
}

/// How many characters must be changed, added or left out to make `a` of `b`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.chars().enumerate() {
        let mut next = vec![i + 1];
        for (right, pair) in b.iter().zip(row.windows(2)) {
            let (diagonal, above) = match pair {
                [diagonal, above] => (*diagonal, *above),
                _ => (0, 0),
            };
            let beside = next.last().copied().unwrap_or(0);
            let replaced = diagonal + usize::from(left != *right);
            next.push(replaced.min(above + 1).min(beside + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or(0)
}
