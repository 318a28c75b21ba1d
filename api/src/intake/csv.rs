//! Reads delimited files as people and programs really write them, row by row, in bounded memory.
//!
//! Any line ending, a byte order mark, UTF-8 with single lines of Windows-1252, UTF-16, quotes in
//! quotes, blank lines. A quote that is opened and never closed costs its own line and not the rest
//! of the file, and every row knows the line that an editor shows for it.

mod lines;
mod parse;

use std::{
    fs::File,
    io::{self, Read},
    path::Path,
};

use encoding_rs::Encoding;

use lines::{Line, Lines};
use parse::Parser;

/// A quoted cell may span this many lines; more is a quote that was never closed.
const MAX_LINES: usize = 500;

/// How a file is written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Format {
    /// What separates cells; found out from the header when not given.
    pub delimiter: Option<u8>,
    /// The encoding; UTF-8 with lines of Windows-1252 when not given.
    pub encoding: Option<&'static Encoding>,
}

/// The cells of one row.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cells {
    text: String,
    ends: Vec<usize>,
}

impl Cells {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Keeps the first `len` only.
    pub fn truncate(&mut self, len: usize) {
        self.ends.truncate(len);
        self.text.truncate(self.ends.last().copied().unwrap_or(0));
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The cell at `index` without blanks around it; `None` beyond the last.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = match index.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        self.text.get(start..end).map(str::trim)
    }

    /// The cells in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).filter_map(|index| self.get(index))
    }

    /// The cells as a line with commas, without its end.
    #[must_use]
    pub fn to_csv(&self) -> String {
        let quoted: Vec<String> = self
            .iter()
            .map(|cell| {
                if cell.contains([',', '"', '\n', '\r', ';']) {
                    format!("\"{}\"", cell.replace('"', "\"\""))
                } else {
                    cell.to_owned()
                }
            })
            .collect();
        quoted.join(",")
    }

    /// The cells of a line with commas, which [`Self::to_csv`] wrote.
    #[must_use]
    pub fn from_csv(line: &str) -> Self {
        let mut parser = Parser::new(b',');
        parser.feed(line);
        parser.take()
    }

    /// Whether no cell has anything in it.
    #[must_use]
    pub fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// One row of a file.
#[derive(Clone, Debug)]
pub struct Row {
    /// Where it begins; the first line of the file is 1.
    pub line: u64,
    /// What is in it.
    pub cells: Cells,
    /// Why it cannot be read as a row, where it cannot.
    pub problem: Option<String>,
}

/// A file, read from its header on.
pub struct Reader {
    lines: Lines,
    parser: Parser,
    header: Vec<String>,
}

impl Reader {
    /// Opens a file and reads its header.
    ///
    /// # Errors
    ///
    /// Returns the error of the operating system, or `InvalidData` for a file without a header.
    pub fn open(path: &Path, format: Format) -> io::Result<Self> {
        Self::new(Box::new(File::open(path)?), format)
    }

    /// Reads the header of `input`.
    ///
    /// # Errors
    ///
    /// Returns the error of `input`, or `InvalidData` when there is no header.
    pub fn new(input: Box<dyn Read + Send>, format: Format) -> io::Result<Self> {
        let mut lines = Lines::new(input, format.encoding)?;
        let mut first = next_filled(&mut lines)?;
        let mut delimiter = format.delimiter;
        if let Some(stated) = first.text.strip_prefix("sep=")
            && let [separator] = stated.trim_end().as_bytes()
        {
            delimiter = delimiter.or(Some(*separator));
            first = next_filled(&mut lines)?;
        }
        let delimiter = delimiter.unwrap_or_else(|| parse::likely_delimiter(&first.text));
        lines.push_back(vec![first]);
        let mut reader = Self {
            lines,
            parser: Parser::new(delimiter),
            header: Vec::new(),
        };
        let header = reader.next_row()?.ok_or_else(no_header)?;
        if let Some(problem) = header.problem {
            return Err(io::Error::new(io::ErrorKind::InvalidData, problem));
        }
        reader.header = header.cells.iter().map(str::to_owned).collect();
        Ok(reader)
    }

    /// The names of the columns.
    #[must_use]
    pub fn header(&self) -> &[String] {
        &self.header
    }

    /// How many bytes of the file have been read, more or less: buffers read ahead.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.lines.bytes()
    }

    /// The next row that is not blank.
    ///
    /// # Errors
    ///
    /// Returns the error of the input.
    pub fn next_row(&mut self) -> io::Result<Option<Row>> {
        let first = loop {
            match self.lines.next_line()? {
                None => return Ok(None),
                Some(line) if line.problem.is_none() && line.text.trim().is_empty() => {}
                Some(line) => break line,
            }
        };
        if first.problem.is_some() {
            return Ok(Some(broken(first)));
        }
        self.parser.begin();
        let mut complete = self.parser.feed(&first.text);
        let mut more = Vec::new();
        while !complete && !self.parser.is_malformed() && more.len() < MAX_LINES {
            let Some(line) = self.lines.next_line()? else {
                break;
            };
            complete = line.problem.is_none() && self.parser.feed(&line.text);
            let unreadable = line.problem.is_some();
            more.push(line);
            if unreadable {
                break;
            }
        }
        let cells = self.parser.take();
        let fits = more.is_empty() || self.header.is_empty() || cells.len() == self.header.len();
        if complete && fits && !self.parser.is_malformed() {
            return Ok(Some(Row {
                line: first.number,
                cells,
                problem: None,
            }));
        }
        self.lines.push_back(more);
        let problem = "a quote is opened and not closed".to_owned();
        Ok(Some(broken(Line {
            problem: Some(problem),
            ..first
        })))
    }
}

fn next_filled(lines: &mut Lines) -> io::Result<Line> {
    loop {
        let line = lines.next_line()?.ok_or_else(no_header)?;
        if !line.text.trim().is_empty() {
            return Ok(line);
        }
    }
}

fn no_header() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the file is empty: its first line should name the columns",
    )
}

/// A row whose only cell is the line as it stands.
fn broken(line: Line) -> Row {
    Row {
        line: line.number,
        cells: Cells {
            ends: vec![line.text.len()],
            text: line.text,
        },
        problem: line.problem,
    }
}

#[cfg(test)]
mod tests;
