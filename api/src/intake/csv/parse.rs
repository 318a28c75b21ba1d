//! Lines to cells.

use super::Cells;

/// Where the parser stands within a row.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the first character of a cell.
    Start,
    /// In a cell that no quote opened.
    Plain,
    /// In a cell that a quote opened.
    Quoted,
    /// After a quote in such a cell, and blanks perhaps: the first of a pair, or the last character.
    Quote,
}

/// Splits a row, which quotes may spread over several lines.
pub(super) struct Parser {
    delimiter: char,
    state: State,
    cells: Cells,
    /// Blanks after a quote, which belong to the text only if the quote does.
    held: String,
    lines: usize,
    malformed: bool,
}

impl Parser {
    pub(super) fn new(delimiter: u8) -> Self {
        Self {
            delimiter: char::from(delimiter),
            state: State::Start,
            cells: Cells::default(),
            held: String::new(),
            lines: 0,
            malformed: false,
        }
    }

    /// Begins a row.
    pub(super) fn begin(&mut self) {
        self.state = State::Start;
        self.cells = Cells::default();
        self.held.clear();
        self.lines = 0;
        self.malformed = false;
    }

    /// Whether a cell of several lines has a quote where none can be: most likely it was opened by
    /// mistake.
    pub(super) fn is_malformed(&self) -> bool {
        self.malformed
    }

    /// The cells so far.
    pub(super) fn take(&mut self) -> Cells {
        std::mem::take(&mut self.cells)
    }

    /// Takes the next line; says whether the row ends with it.
    pub(super) fn feed(&mut self, line: &str) -> bool {
        if self.lines > 0 {
            self.cells.text.push('\n');
        }
        self.lines += 1;
        for character in line.chars() {
            self.step(character);
        }
        if self.state == State::Quoted {
            return false;
        }
        self.end_cell();
        true
    }

    fn step(&mut self, character: char) {
        match self.state {
            State::Start if character == '"' => self.state = State::Quoted,
            State::Start | State::Plain | State::Quote if character == self.delimiter => {
                self.end_cell();
            }
            State::Start | State::Plain => {
                self.cells.text.push(character);
                // Blanks before a quote are common, and mean nothing.
                if self.state == State::Plain || !character.is_whitespace() {
                    self.state = State::Plain;
                }
            }
            State::Quoted if character == '"' => self.state = State::Quote,
            State::Quoted => self.cells.text.push(character),
            State::Quote if character == '"' && self.held.is_empty() => {
                self.cells.text.push('"');
                self.state = State::Quoted;
            }
            State::Quote if character == '"' => self.keep_quote(),
            // Blanks between a quote and a delimiter are common, and mean nothing.
            State::Quote if character.is_whitespace() => self.held.push(character),
            State::Quote => {
                self.keep_quote();
                self.cells.text.push(character);
                self.state = State::Quoted;
            }
        }
    }

    /// Takes a quote in the middle that nobody doubled, and the blanks after it, for text.
    fn keep_quote(&mut self) {
        self.malformed |= self.lines > 1;
        self.cells.text.push('"');
        self.cells.text.push_str(&self.held);
        self.held.clear();
    }

    fn end_cell(&mut self) {
        self.held.clear();
        self.cells.ends.push(self.cells.text.len());
        self.state = State::Start;
    }
}

/// The separator that a header most likely uses.
pub(super) fn likely_delimiter(header: &str) -> u8 {
    let mut best = (b',', 0);
    for candidate in [b',', b';', b'\t', b'|'] {
        let mut parser = Parser::new(candidate);
        parser.feed(header);
        let cells = parser.take().len();
        if cells > best.1 {
            best = (candidate, cells);
        }
    }
    best.0
}
