//! A receiver of messages on this machine, which does what a test says: it answers, fails, holds its tongue or hangs
//! up.

use std::{
    collections::HashMap,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use serde_json::Value;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};

/// How long a test waits for what has to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// A message as it came.
#[derive(Clone, Debug)]
pub(super) struct Message {
    /// The headers, by name in small letters.
    pub(super) headers: HashMap<String, String>,
    /// The body as it came.
    pub(super) text: String,
    /// The body, read as JSON.
    pub(super) body: Value,
}

impl Message {
    /// Its `webhook-id`.
    pub(super) fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    /// Its `type`.
    pub(super) fn event(&self) -> &str {
        self.body["type"].as_str().unwrap()
    }

    /// The global id of the row that it tells of.
    pub(super) fn subject(&self) -> &str {
        self.body["id"].as_str().unwrap()
    }
}

/// What a receiver does with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reaction {
    /// It answers with this status, and perhaps headers in lines of their own.
    Answer(&'static str),
    /// It answers once the test says so.
    Hold,
    /// It hangs up.
    HangUp,
    /// It answers with a body of so many bytes, as fast as they are taken.
    Chatter(usize),
}

type React = Box<dyn FnMut(&Message) -> Reaction + Send>;

/// A receiver that listens as long as the test runs.
pub(super) struct Receiver {
    /// Where: `http://127.0.0.1:…/hook`.
    pub(super) url: String,
    shared: Arc<Shared>,
    came: UnboundedReceiver<Message>,
}

struct Shared {
    react: Mutex<React>,
    held: Mutex<Vec<(Message, TcpStream)>>,
    came: UnboundedSender<Message>,
    /// Which rows messages are being answered about, and which were twice at once.
    open: Mutex<(Vec<String>, Vec<String>)>,
}

impl Receiver {
    /// One that answers `200 OK` to everything.
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/hook", listener.local_addr().unwrap());
        let (sender, came) = unbounded_channel();
        let shared = Arc::new(Shared {
            react: Mutex::new(Box::new(|_message| Reaction::Answer("200 OK"))),
            held: Mutex::default(),
            came: sender,
            open: Mutex::default(),
        });
        let answering = Arc::clone(&shared);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&answering);
                thread::spawn(move || shared.serve(stream.unwrap()));
            }
        });
        Self { url, shared, came }
    }

    /// Does this with every message from now on.
    pub(super) fn reacts(&self, reaction: Reaction) {
        self.reacts_with(move |_message| reaction);
    }

    /// Does what this says with every message from now on.
    pub(super) fn reacts_with(&self, react: impl FnMut(&Message) -> Reaction + Send + 'static) {
        *self.shared.react.lock().unwrap() = Box::new(react);
    }

    /// The next message, when it comes.
    pub(super) async fn next(&mut self) -> Message {
        let next = timeout(PATIENCE, self.came.recv()).await;
        next.expect("a message comes").unwrap()
    }

    /// The next messages, so many.
    pub(super) async fn take(&mut self, count: usize) -> Vec<Message> {
        let mut messages = Vec::new();
        for _ in 0..count {
            messages.push(self.next().await);
        }
        messages
    }

    /// A message that is there already.
    pub(super) fn pending(&mut self) -> Option<Message> {
        self.came.try_recv().ok()
    }

    /// Answers what was held.
    pub(super) fn release(&self, status: &str) {
        for (message, stream) in self.shared.held.lock().unwrap().drain(..) {
            self.shared.answer(&message, stream, status, 0);
        }
    }

    /// Of which rows two messages were being answered at the same time.
    pub(super) fn collisions(&self) -> Vec<String> {
        self.shared.open.lock().unwrap().1.clone()
    }
}

impl Shared {
    fn serve(&self, mut stream: TcpStream) {
        let Some(message) = read(&mut stream) else {
            return;
        };
        {
            let mut open = self.open.lock().unwrap();
            let subject = message.subject().to_owned();
            if open.0.contains(&subject) {
                open.1.push(subject.clone());
            }
            open.0.push(subject);
        }
        let reaction = (self.react.lock().unwrap())(&message);
        // The test may be over.
        let came = message.clone();
        match reaction {
            Reaction::Hold => self.held.lock().unwrap().push((message, stream)),
            Reaction::HangUp => self.done(&message),
            Reaction::Answer(status) => self.answer(&message, stream, status, 0),
            Reaction::Chatter(bytes) => {
                let _gone = self.came.send(came);
                self.answer(&message, stream, "200 OK", bytes);
                return;
            }
        }
        let _gone = self.came.send(came);
    }

    fn answer(&self, message: &Message, mut stream: TcpStream, status: &str, bytes: usize) {
        self.done(message);
        let head =
            format!("HTTP/1.1 {status}\r\nContent-Length: {bytes}\r\nConnection: close\r\n\r\n");
        // Who sent it may have hung up.
        let mut sent = stream.write_all(head.as_bytes());
        for _ in 0..bytes / 1024 {
            sent = sent.and_then(|()| stream.write_all(&[b'x'; 1024]));
        }
        drop(sent);
    }

    fn done(&self, message: &Message) {
        let mut open = self.open.lock().unwrap();
        let at = open.0.iter().position(|open| open == message.subject());
        open.0.remove(at.unwrap());
    }
}

/// Reads one request, if that is what comes.
fn read(stream: &mut TcpStream) -> Option<Message> {
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    let head = loop {
        let end = bytes.windows(4).position(|end| end == b"\r\n\r\n");
        if let Some(end) = end {
            break end + 4;
        }
        match stream.read(&mut part) {
            Ok(length) if length > 0 => bytes.extend(&part[..length]),
            _ => return None,
        }
    };
    let text = String::from_utf8(bytes[..head].to_vec()).unwrap();
    assert!(text.starts_with("POST /hook HTTP/1.1\r\n"), "{text}");
    let headers: HashMap<_, _> = text
        .lines()
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers["content-length"].parse().unwrap();
    while bytes.len() < head + length {
        match stream.read(&mut part) {
            Ok(length) if length > 0 => bytes.extend(&part[..length]),
            _ => return None,
        }
    }
    let text = String::from_utf8(bytes[head..].to_vec()).unwrap();
    Some(Message {
        body: serde_json::from_str(&text).unwrap(),
        headers,
        text,
    })
}
