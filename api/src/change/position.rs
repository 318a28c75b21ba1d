//! Where somebody is who reads the change log, so that they hear of every committed change, and of each once.
//!
//! Numbers do not say it: of two transactions that write at the same time the one with the lower number
//! may commit last, when a reader has gone past it. On SQLite, which has one writer at a time, they do. On
//! PostgreSQL a reader goes through the log in windows. What is in a window is what was committed by its end and
//! not by its beginning, both of them snapshots of the database's own, so that it is the same however often one looks;
//! in it the reader goes by the numbers. A row is locked when it is changed and until the commit, so
//! that the changes of one row are told in their order, in a window and from one to the next.
//!
//! A position belongs to one log ([`entity::hub`]). Where a log was restored from a dump, or to an earlier time, it may
//! say of a transaction what is not so: such a position is refused.

use std::fmt;

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use uuid::Uuid;

use super::snapshot::{Snapshot, read_number, write_number};

/// What the bytes of a position begin with. Another form of them begins with another number.
const VERSION: u8 = 1;
/// How many bytes at the end hold the sum of the others.
const SUM: usize = 4;

/// Where somebody is who reads the change log.
///
/// As text it is opaque, fit for a URL, and some tens of characters long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Position {
    /// Of which log; none: of whichever is read.
    pub(super) log: Option<Uuid>,
    pub(super) place: Place,
}

/// A place in a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// Before everything.
    Start,
    /// SQLite: behind the change with that number.
    Number(i64),
    /// PostgreSQL: in a window, or where the next one begins.
    Window(Window),
}

/// A window of the log, as far as it has been told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Window {
    /// What was committed by then was told before; none: nothing was.
    pub(super) from: Option<Snapshot>,
    /// Where it ends, and the last number that was told of it; none: it begins now.
    pub(super) told: Option<(Snapshot, i64)>,
}

impl Position {
    /// Before the first change that there is.
    #[must_use]
    pub fn start() -> Self {
        Self {
            log: None,
            place: Place::Start,
        }
    }

    /// Reads what [`Position`] is written as; `None` for any other text.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok()?;
        let (bytes, sum) = bytes.split_at_checked(bytes.len().checked_sub(SUM)?)?;
        if sum != sum_of(bytes) {
            return None;
        }
        let (version, bytes) = bytes.split_first()?;
        let (log, mut bytes) = bytes.split_at_checked(size_of::<Uuid>())?;
        let log = Uuid::from_slice(log).ok()?;
        let place = Place::read(&mut bytes)?;
        (*version == VERSION && bytes.is_empty()).then_some(Self {
            log: (!log.is_nil()).then_some(log),
            place,
        })
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![VERSION];
        bytes.extend_from_slice(self.log.unwrap_or_default().as_bytes());
        self.place.write(&mut bytes);
        let sum = sum_of(&bytes);
        bytes.extend_from_slice(&sum);
        f.write_str(&BASE64_URL_SAFE_NO_PAD.encode(bytes))
    }
}

impl Place {
    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Start => bytes.push(0),
            Self::Number(number) => {
                bytes.push(1);
                write_number(bytes, number.cast_unsigned());
            }
            Self::Window(window) => {
                let parts = u8::from(window.from.is_some()) * 2 + u8::from(window.told.is_some());
                bytes.push(2 + parts);
                if let Some(from) = &window.from {
                    from.write(bytes);
                }
                if let Some((until, number)) = &window.told {
                    until.write(bytes);
                    write_number(bytes, number.cast_unsigned());
                }
            }
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let (form, rest) = bytes.split_first()?;
        *bytes = rest;
        Some(match form {
            0 => Self::Start,
            1 => Self::Number(read_number(bytes)?.cast_signed()),
            2..=5 => {
                let parts = form - 2;
                let from = (parts & 2 != 0).then(|| Snapshot::read(bytes));
                let from = transposed(from)?;
                let told = (parts & 1 != 0).then(|| {
                    let until = Snapshot::read(bytes)?;
                    Some((until, read_number(bytes)?.cast_signed()))
                });
                let told = transposed(told)?;
                Self::Window(Window { from, told })
            }
            _ => return None,
        })
    }
}

/// None where there should be something and is not.
#[expect(
    clippy::option_option,
    reason = "the outer one is whether it is meant to be there"
)]
fn transposed<T>(part: Option<Option<T>>) -> Option<Option<T>> {
    match part {
        None => Some(None),
        Some(None) => None,
        Some(found) => Some(found),
    }
}

/// FNV-1a, 32 bits: whoever mistypes a position, or cuts it off, is told.
fn sum_of(bytes: &[u8]) -> [u8; SUM] {
    let sum = bytes.iter().fold(0x811c_9dc5_u32, |sum, byte| {
        (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    });
    sum.to_be_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn snapshot(text: &str) -> Snapshot {
        Snapshot::parse(text).unwrap()
    }

    fn places() -> Vec<Place> {
        let window = |from: Option<&str>, told: Option<(&str, i64)>| {
            Place::Window(Window {
                from: from.map(snapshot),
                told: told.map(|(until, number)| (snapshot(until), number)),
            })
        };
        vec![
            Place::Start,
            Place::Number(0),
            Place::Number(i64::MAX),
            window(None, None),
            window(Some("10:20:10,14"), None),
            window(None, Some(("10:20:", -1))),
            window(Some("10:20:10,14"), Some(("15:400:15,16,17", 1_000_000))),
        ]
    }

    #[test]
    fn a_position_comes_back_as_it_was() {
        for place in places() {
            for log in [None, Some(Uuid::from_u128(7))] {
                let place = place.clone();
                let position = Position { log, place };
                let text = position.to_string();
                assert_eq!(Position::parse(&text).as_ref(), Some(&position), "{text}");
                assert!(
                    text.chars()
                        .all(|c| c.is_ascii_alphanumeric() || "-_".contains(c))
                );
            }
        }
    }

    #[test]
    fn a_position_of_an_earlier_version_is_known() {
        // A text that callers may have kept: it is not to be changed here.
        let text = "AQAAAAAAAAAAAAAAAAAAAAcFCgoCAAQPgQMDAAEBwIQ96kP5XQ";
        let position = Position {
            log: Some(Uuid::from_u128(7)),
            place: places().pop().unwrap(),
        };
        assert_eq!(position.to_string(), text);
        assert_eq!(Position::parse(text), Some(position));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            prop_assert_eq!(Position::parse(&text), None);
        }

        #[test]
        fn a_changed_position_is_refused(at in 0_usize..40, other in "[A-Za-z0-9_-]") {
            let log = Some(Uuid::from_u128(7));
            let text = Position { log, place: places().pop().unwrap() }.to_string();
            let mut changed = text.clone();
            changed.replace_range(at..=at, &other);
            prop_assert!(changed == text || Position::parse(&changed).is_none());
            prop_assert_eq!(Position::parse(&text[..at]), None);
        }

        #[test]
        fn garbage_with_the_right_sum_is_refused_or_a_position(
            garbage in proptest::collection::vec(any::<u8>(), 0..60)
        ) {
            let mut bytes = garbage;
            let sum = sum_of(&bytes);
            bytes.extend_from_slice(&sum);
            let text = BASE64_URL_SAFE_NO_PAD.encode(bytes);
            // Whatever it is read as is written as itself.
            if let Some(position) = Position::parse(&text) {
                prop_assert_eq!(Position::parse(&position.to_string()), Some(position));
            }
        }
    }
}
