//! What is sent over a socket: in order, no faster than the client reads, and not for ever.

use std::{cell::RefCell, collections::HashSet, rc::Rc, time::Duration};

use actix_web::rt;
use actix_ws::{Closed, Message, Session};
use futures::SinkExt;
use tokio::{
    sync::mpsc::{Receiver, Sender, channel},
    task::JoinHandle,
    time::timeout,
};

use super::close::Close;

/// How many answers to the protocol's own messages wait to be sent. A client that has so many coming and reads
/// none of them is not served.
const WORDS: usize = 64;
/// How many results wait to be sent. Whoever has more to tell waits.
const RESULTS: usize = 4;

/// A message of an operation.
struct Outcome {
    operation: u64,
    message: Message,
}

/// What the socket itself says.
enum Word {
    Say(Message),
    Close(Close),
}

/// Operations whose client wants no more of them, while something of theirs may still wait.
type Silenced = Rc<RefCell<HashSet<u64>>>;

/// The sending end of a socket.
pub(super) struct Pen {
    words: Sender<Word>,
    results: Sender<Outcome>,
    silenced: Silenced,
}

/// The sending end for one operation.
pub(super) struct Quill {
    operation: u64,
    results: Sender<Outcome>,
}

/// Why nothing is sent any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// It was said.
    Said,
    /// The other side is gone.
    Gone,
    /// The other side does not read.
    TooSlow,
}

impl Pen {
    /// Sends to `session`, each message within `patience`.
    pub(super) fn new(session: Session, patience: Duration) -> (Self, JoinHandle<Ended>) {
        let (words, words_to_send) = channel(WORDS);
        let (results, results_to_send) = channel(RESULTS);
        let silenced = Silenced::default();
        let writer = Writer {
            session,
            patience,
            silenced: Rc::clone(&silenced),
        };
        let writing = rt::spawn(writer.run(words_to_send, results_to_send));
        let pen = Self {
            words,
            results,
            silenced,
        };
        (pen, writing)
    }

    /// Says `message`, before all results that wait.
    ///
    /// # Errors
    ///
    /// [`Close::TOO_SLOW`] when there is no room.
    pub(super) fn say(&self, message: Message) -> Result<(), Close> {
        let said = self.words.try_send(Word::Say(message));
        said.map_err(|_full| Close::TOO_SLOW)
    }

    /// Closes the socket, without what waits to be sent.
    pub(super) fn close(self, close: Close) {
        // Where there is no room, the client does not read that either.
        let _unread = self.words.try_send(Word::Close(close));
    }

    /// The sending end for that operation.
    pub(super) fn quill(&self, operation: u64) -> Quill {
        Quill {
            operation,
            results: self.results.clone(),
        }
    }

    /// Sends nothing more of that operation.
    pub(super) fn silence(&self, operation: u64) {
        let nothing_waits = self.results.capacity() == self.results.max_capacity();
        if !nothing_waits {
            self.silenced.borrow_mut().insert(operation);
        }
    }
}

impl Quill {
    /// Sends `message` when there is room, which may take as long as the client takes to read.
    pub(super) async fn write(&self, message: Message) {
        let operation = self.operation;
        // When nobody sends any more the operation is about to end.
        let _gone = self.results.send(Outcome { operation, message }).await;
    }
}

struct Writer {
    session: Session,
    patience: Duration,
    silenced: Silenced,
}

impl Writer {
    async fn run(mut self, mut words: Receiver<Word>, mut results: Receiver<Outcome>) -> Ended {
        loop {
            let message = tokio::select! {
                biased;
                word = words.recv() => match word {
                    Some(Word::Say(message)) => message,
                    Some(Word::Close(close)) => return self.close(&close).await,
                    None => return Ended::Said,
                },
                Some(result) = results.recv() => {
                    if self.is_silenced(result.operation, results.is_empty()) {
                        continue;
                    }
                    result.message
                }
            };
            match timeout(self.patience, self.session.send(message)).await {
                Ok(Ok(())) => {}
                Ok(Err(Closed)) => return Ended::Gone,
                Err(_elapsed) => {
                    // It is told when it reads what is on its way, if it ever does.
                    rt::spawn(self.close(&Close::TOO_SLOW));
                    return Ended::TooSlow;
                }
            }
        }
    }

    /// Whether nothing is to be sent of `operation`; if that was the `last` that waits, all is forgotten.
    fn is_silenced(&self, operation: u64, last: bool) -> bool {
        let mut silenced = self.silenced.borrow_mut();
        let silent = silenced.contains(&operation);
        if last {
            silenced.clear();
        }
        silent
    }

    fn close(self, close: &Close) -> impl Future<Output = Ended> + use<> {
        let reason = close.reason();
        async move {
            match timeout(self.patience, self.session.close(reason)).await {
                Ok(_closed) => Ended::Said,
                Err(_elapsed) => Ended::TooSlow,
            }
        }
    }
}
