//! How far an import is: a bar on a terminal, a line now and then elsewhere.

use std::{
    io::{self, IsTerminal},
    time::{Duration, Instant},
};

use indicatif::{ProgressBar, ProgressStyle};

use crate::{cli::output, intake::engine::Progress};

/// How often a line is printed where there is no terminal.
const EVERY: Duration = Duration::from_secs(5);

/// Shows how far an import is on standard error.
pub(super) struct Shown {
    terminal: bool,
    bar: Option<ProgressBar>,
    name: String,
    rows: u64,
    begun: Instant,
    told: Instant,
}

impl Shown {
    pub(super) fn new() -> Self {
        let now = Instant::now();
        Self {
            terminal: io::stderr().is_terminal(),
            bar: None,
            name: String::new(),
            rows: 0,
            begun: now,
            told: now,
        }
    }

    fn tell(&self, what: &str) {
        let seconds = self.begun.elapsed().as_secs();
        output::note(format_args!(
            "{}: {} rows {what}, {seconds} s",
            self.name, self.rows
        ));
    }
}

impl Progress for Shown {
    fn file(&mut self, name: &str, bytes: u64) {
        name.clone_into(&mut self.name);
        self.rows = 0;
        self.begun = Instant::now();
        self.told = self.begun;
        if self.terminal {
            let style =
                ProgressStyle::with_template("{msg:30} {bar:30} {bytes}/{total_bytes} {eta}");
            let bar = ProgressBar::new(bytes).with_message(self.name.clone());
            self.bar = Some(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())));
        }
    }

    fn advance(&mut self, rows: u64, bytes: u64) {
        self.rows += rows;
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
        } else if self.told.elapsed() > EVERY {
            self.told = Instant::now();
            self.tell("so far");
        }
    }

    fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
        self.tell("read");
    }
}
