//! Bytes to numbered lines of text.

use std::{
    collections::VecDeque,
    io::{self, BufRead, BufReader, Read},
};

use encoding_rs::{CoderResult, Decoder, Encoding, UTF_8, WINDOWS_1252};

/// A line may be this long, in bytes.
const MAX_LINE: usize = 1 << 20;
const BUFFER: usize = 1 << 16;

/// One line, without its ending.
#[derive(Clone, Debug)]
pub(super) struct Line {
    pub(super) number: u64,
    pub(super) text: String,
    pub(super) problem: Option<String>,
}

/// The lines of an input.
pub(super) struct Lines {
    input: BufReader<Box<dyn Read + Send>>,
    ending: u8,
    number: u64,
    bytes: u64,
    again: VecDeque<Line>,
}

impl Lines {
    pub(super) fn new(
        input: Box<dyn Read + Send>,
        encoding: Option<&'static Encoding>,
    ) -> io::Result<Self> {
        let mut input = BufReader::with_capacity(BUFFER, input);
        let start = input.fill_buf()?;
        let marked = Encoding::for_bom(start);
        if let Some((_, length)) = marked {
            input.consume(length);
        }
        let encoding = marked
            .map(|(encoding, _)| encoding)
            .filter(|encoding| *encoding != UTF_8)
            .or(encoding.filter(|encoding| *encoding != UTF_8));
        let mut input = match encoding {
            None => input,
            Some(encoding) => {
                let decoded: Box<dyn Read + Send> = Box::new(Decoded::new(input, encoding));
                BufReader::with_capacity(BUFFER, decoded)
            }
        };
        let start = input.fill_buf()?;
        let ending = if !start.contains(&b'\n') && start.contains(&b'\r') {
            b'\r'
        } else {
            b'\n'
        };
        Ok(Self {
            input,
            ending,
            number: 0,
            bytes: 0,
            again: VecDeque::new(),
        })
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives lines back, to be read again.
    pub(super) fn push_back(&mut self, lines: Vec<Line>) {
        for line in lines.into_iter().rev() {
            self.again.push_front(line);
        }
    }

    pub(super) fn next_line(&mut self) -> io::Result<Option<Line>> {
        if let Some(line) = self.again.pop_front() {
            return Ok(Some(line));
        }
        let mut bytes = Vec::new();
        let (read, too_long) = self.read_line(&mut bytes)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        self.bytes = self
            .bytes
            .saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
        while matches!(bytes.last(), Some(b'\r' | b'\n')) {
            bytes.pop();
        }
        let mut text = text(bytes);
        let mut problem = too_long.then(|| format!("it is longer than {MAX_LINE} bytes"));
        if text.contains('\0') {
            // PostgreSQL cannot keep it, not even to say what was wrong.
            text = text.replace('\0', "\u{fffd}");
            problem = Some("it contains a NUL character, shown as \u{fffd}".to_owned());
        }
        Ok(Some(Line {
            number: self.number,
            text,
            problem,
        }))
    }

    /// Reads up to the end of the line; keeps at most [`MAX_LINE`] bytes of it.
    fn read_line(&mut self, bytes: &mut Vec<u8>) -> io::Result<(usize, bool)> {
        let mut read = 0;
        let mut too_long = false;
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok((read, too_long));
            }
            let end = buffer.iter().position(|byte| *byte == self.ending);
            let used = end.map_or(buffer.len(), |at| at + 1);
            if bytes.len() + used <= MAX_LINE {
                bytes.extend(buffer.iter().take(used));
            } else {
                too_long = true;
            }
            self.input.consume(used);
            read += used;
            if end.is_some() {
                return Ok((read, too_long));
            }
        }
    }
}

/// UTF-8, or what Western European programs wrote before it.
fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| {
        WINDOWS_1252
            .decode_without_bom_handling(error.as_bytes())
            .0
            .into_owned()
    })
}

/// An input in another encoding, as UTF-8.
struct Decoded<R> {
    input: R,
    decoder: Decoder,
    ready: VecDeque<u8>,
    ended: bool,
}

impl<R: BufRead> Decoded<R> {
    fn new(input: R, encoding: &'static Encoding) -> Self {
        Self {
            input,
            decoder: encoding.new_decoder_without_bom_handling(),
            ready: VecDeque::new(),
            ended: false,
        }
    }

    fn decode_more(&mut self) -> io::Result<()> {
        let bytes = self.input.fill_buf()?;
        let last = bytes.is_empty();
        let mut text = String::with_capacity(
            self.decoder
                .max_utf8_buffer_length(bytes.len())
                .unwrap_or(BUFFER),
        );
        let (result, used, _) = self.decoder.decode_to_string(bytes, &mut text, last);
        self.input.consume(used);
        self.ready.extend(text.as_bytes());
        self.ended = last && result == CoderResult::InputEmpty;
        Ok(())
    }
}

impl<R: BufRead> Read for Decoded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.ready.is_empty() && !self.ended {
            self.decode_more()?;
        }
        self.ready.read(buffer)
    }
}
