//! The lengths of frames, before anybody waits for the rest of one: the library collects a frame whole, and only then
//! looks whether it is longer than one may be.

use std::pin::Pin;

use actix_web::{
    FromRequest, HttpRequest, dev,
    error::PayloadError,
    web::{Bytes, Payload},
};
use futures::{Stream, StreamExt, future::ready};

/// The bytes of `payload`, up to the first frame that is longer than `longest`.
pub(super) async fn no_longer_than(
    longest: u64,
    http: &HttpRequest,
    payload: Payload,
) -> Result<Payload, actix_web::Error> {
    let mut lengths = Some(Lengths::new(longest));
    let checked: BoxedPayloadStream = Box::pin(payload.scan((), move |(), bytes| {
        // Once a frame is too long there are no more.
        let checked = lengths.as_mut().map(|lengths| match bytes {
            Ok(bytes) if lengths.fit(&bytes) => Ok(bytes),
            Ok(_) => Err(PayloadError::Overflow),
            Err(error) => Err(error),
        });
        if matches!(checked, Some(Err(_))) {
            lengths = None;
        }
        ready(checked)
    }));
    let mut checked = dev::Payload::Stream { payload: checked };
    Payload::from_request(http, &mut checked).await
}

/// As the library has it.
type BoxedPayloadStream = Pin<Box<dyn Stream<Item = Result<Bytes, PayloadError>>>>;

/// Follows the frames that a client sends.
#[derive(Debug)]
struct Lengths {
    longest: u64,
    /// What came so far of the head of a frame.
    head: Vec<u8>,
    /// How many bytes are still to come of the frame.
    left: u64,
}

impl Lengths {
    fn new(longest: u64) -> Self {
        Self {
            longest,
            head: Vec::new(),
            left: 0,
        }
    }

    /// Whether no frame that begins in the next `bytes` is too long.
    fn fit(&mut self, mut bytes: &[u8]) -> bool {
        loop {
            let here = usize::try_from(self.left).unwrap_or(usize::MAX);
            let (of_frame, rest) = bytes.split_at(here.min(bytes.len()));
            self.left -= u64::try_from(of_frame.len()).unwrap_or_default();
            let Some((next, rest)) = rest.split_first() else {
                return true;
            };
            bytes = rest;
            self.head.push(*next);
            if let Some(length) = length(&self.head) {
                if length > self.longest {
                    return false;
                }
                self.head.clear();
                self.left = length;
            }
        }
    }
}

/// The length of a frame with that head; `None` while some of the head is missing.
fn length(head: &[u8]) -> Option<u64> {
    let [_kind, second, rest @ ..] = head else {
        return None;
    };
    let mask = if second & 0x80 == 0 { 0 } else { 4 };
    let (length, rest) = match second & 0x7F {
        126 => {
            let (length, rest) = rest.split_first_chunk()?;
            (u64::from(u16::from_be_bytes(*length)), rest)
        }
        127 => {
            let (length, rest) = rest.split_first_chunk()?;
            (u64::from_be_bytes(*length), rest)
        }
        length => (u64::from(length), rest),
    };
    (rest.len() >= mask).then_some(length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn frame(length: usize, masked: bool) -> Vec<u8> {
        let mask = if masked { 0x80 } else { 0 };
        let mut frame = vec![0x81];
        match length {
            0..126 => frame.push(mask | u8::try_from(length).unwrap()),
            126..65_536 => {
                frame.push(mask | 0x7E);
                frame.extend(u16::try_from(length).unwrap().to_be_bytes());
            }
            _ => {
                frame.push(mask | 0x7F);
                frame.extend(u64::try_from(length).unwrap().to_be_bytes());
            }
        }
        // What looks like the head of a long one.
        frame.extend(vec![0xFF; length + if masked { 4 } else { 0 }]);
        frame
    }

    proptest! {
        #[test]
        fn frames_are_followed_however_they_are_cut(
            lengths in proptest::collection::vec((0_usize..70_000, any::<bool>()), 1..6),
            cut in 1_usize..5_000,
        ) {
            let all: Vec<u8> = lengths.iter().flat_map(|(length, masked)| frame(*length, *masked)).collect();
            let longest = lengths.iter().map(|(length, _)| *length).max().unwrap();
            let longest = u64::try_from(longest).unwrap();
            let fit = |longest| {
                let mut lengths = Lengths::new(longest);
                all.chunks(cut).all(|chunk| lengths.fit(chunk))
            };
            prop_assert!(fit(longest));
            prop_assert!(longest == 0 || !fit(longest - 1));
        }
    }

    #[test]
    fn a_frame_is_refused_before_it_has_come() {
        let mut lengths = Lengths::new(100);
        let head = [&[0x81, 0xFF][..], &u64::MAX.to_be_bytes()].concat();
        assert!(lengths.fit(&head));
        assert!(!lengths.fit(&[0; 4]));
    }
}
