//! What commands print: results on standard output, everything else on standard error.
//!
//! A reader that has gone away, such as `head`, is no failure.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// Prints one line of the result.
pub(super) fn line(line: impl Display) {
    let _reader_gone = writeln!(io::stdout().lock(), "{line}");
}

/// Tells the person at the terminal something that is not the result.
pub(super) fn note(line: impl Display) {
    let _reader_gone = writeln!(io::stderr().lock(), "{line}");
}

/// Prints why a command failed, one line a reason.
pub(super) fn error(error: impl Display) {
    for line in error.to_string().lines() {
        note(format_args!("error: {line}"));
    }
}
