//! A socket while it is open: what its client says, and the operations on it.

use std::{
    cell::RefCell,
    collections::HashMap,
    io::ErrorKind,
    net::IpAddr,
    rc::Rc,
    time::{Duration, Instant},
};

use actix_web::{error::PayloadError, rt::time::timeout, web::Data};
use actix_ws::{AggregatedMessage, AggregatedMessageStream, Message, ProtocolError};
use async_graphql::Request;
use tokio::{
    task::{AbortHandle, JoinHandle, JoinSet},
    time::{Instant as Moment, Interval, MissedTickBehavior, interval_at, sleep_until},
};
use tracing::Instrument;
use uuid::Uuid;

use super::{
    super::{State, caller, outcome, slots::Slot},
    close::Close,
    guard::{Bearer, Guard},
    line,
    message::{self, Said},
    run::Operation,
    writer::{Ended, Pen},
};
use crate::{error::ApiError, graphql::refused};

/// How long a client has to say who it is.
const INIT: Duration = Duration::from_secs(10);
/// How often in a row a client may not answer.
const SILENCES: u32 = 2;
/// How long the last word of a socket may take when the hub stops.
const LAST_WORD: Duration = Duration::from_secs(1);

/// Whose a socket is, and that it is counted.
pub(super) enum Place {
    /// They are yet to say it.
    Unknown {
        bearer: Bearer,
        _slot: Slot<Option<IpAddr>>,
    },
    /// They said it.
    Known { guard: Guard, _slot: Slot<Uuid> },
}

/// The operations that go on, by the names that the client gave them.
pub(super) type Names = Rc<RefCell<HashMap<String, (u64, AbortHandle)>>>;

/// A socket.
pub(super) struct Connection {
    state: Data<State>,
    /// What the log calls the handshake.
    id: String,
    place: Place,
    /// Whether the client has said who it is, as the protocol wants it.
    initialised: bool,
    pen: Pen,
    operations: JoinSet<()>,
    names: Names,
    begun: u64,
}

impl Connection {
    pub(super) fn new(state: &Data<State>, id: String, place: Place, pen: Pen) -> Self {
        Self {
            state: Data::clone(state),
            id,
            place,
            initialised: false,
            pen,
            operations: JoinSet::new(),
            names: Names::default(),
            begun: 0,
        }
    }

    /// Serves the socket to its end.
    pub(super) async fn run(
        mut self,
        messages: AggregatedMessageStream,
        mut writing: JoinHandle<Ended>,
    ) {
        let opened = Instant::now();
        let close = self.serve(messages, &mut writing).await;
        // What goes on ends here, and what is not sent by now is not sent.
        self.operations.abort_all();
        let code = close.as_ref().map(|close| close.code);
        if let Some(close) = close {
            self.pen.close(close);
            if !writing.is_finished() && timeout(LAST_WORD, &mut writing).await.is_err() {
                writing.abort();
            }
        } else {
            writing.abort();
        }
        line::closed(opened, code);
    }

    /// Until it is to be closed; `None` when the other side is gone.
    async fn serve(
        &mut self,
        mut messages: AggregatedMessageStream,
        writing: &mut JoinHandle<Ended>,
    ) -> Option<Close> {
        let mut closing = self.state.streams.closing.subscribe();
        let mut heartbeat = heartbeat(self.state.streams.heartbeat);
        let init = sleep_until(Moment::now() + INIT);
        tokio::pin!(init);
        let mut silent = 0;
        loop {
            let said = tokio::select! {
                biased;
                _ = closing.wait_for(|closing| *closing) => return Some(Close::STOPPING),
                ended = &mut *writing => return of_writer(ended.ok()),
                () = turned_away(&mut self.place) => return Some(Close::UNAUTHORIZED),
                () = &mut init, if !self.initialised => return Some(Close::NO_INIT),
                _ = heartbeat.tick() => {
                    silent += 1;
                    if silent > SILENCES {
                        return Some(Close::TOO_SLOW);
                    }
                    self.beat()
                }
                Some(_ended) = self.operations.join_next() => Ok(()),
                message = messages.recv() => {
                    silent = 0;
                    match message {
                        None => return None,
                        Some(Ok(AggregatedMessage::Close(said))) => return Some(Close::echo(said)),
                        Some(Ok(message)) => self.hear(message).await,
                        Some(Err(error)) => return of_protocol(&error),
                    }
                }
            };
            if let Err(close) = said {
                return Some(close);
            }
        }
    }

    /// Asks the client whether it is there: its library, and its program.
    fn beat(&self) -> Result<(), Close> {
        self.pen.say(Message::Ping(b"".as_slice().into()))?;
        if self.initialised {
            self.pen.say(message::ping())?;
        }
        Ok(())
    }

    async fn hear(&mut self, message: AggregatedMessage) -> Result<(), Close> {
        let text = match message {
            AggregatedMessage::Text(text) => text,
            AggregatedMessage::Ping(said) => return self.pen.say(Message::Pong(said)),
            AggregatedMessage::Pong(_) | AggregatedMessage::Close(_) => return Ok(()),
            AggregatedMessage::Binary(_) => return Err(Close::invalid("a message is text")),
        };
        match Said::read(&text, self.state.documents.most_values())? {
            Said::Init(authorization) => self.initialise(authorization).await,
            Said::Ping => self.pen.say(message::pong()),
            Said::Pong => Ok(()),
            Said::Subscribe(id, request) => self.begin(id, request),
            Said::Complete(id) => {
                let ended = self.names.borrow_mut().remove(&id);
                if let Some((operation, task)) = ended {
                    task.abort();
                    self.pen.silence(operation);
                }
                Ok(())
            }
        }
    }

    /// Finds out who it is who says `authorization`, unless the handshake has said it.
    async fn initialise(&mut self, authorization: Option<String>) -> Result<(), Close> {
        if self.initialised {
            return Err(Close::INIT_TWICE);
        }
        if let Place::Unknown { bearer, .. } = &mut self.place {
            let bearer = Bearer {
                authorization,
                ..bearer.clone()
            };
            let forgotten = self.state.authenticator.forgotten();
            let credentials = bearer.credentials();
            let viewer = caller::let_in(&self.state, &credentials, &self.id).await;
            let viewer = viewer.map_err(|error| of_caller(&error))?;
            let slot = self.state.streams.enter(viewer.owner());
            let slot = slot.map_err(|error| of_caller(&error))?;
            let guard = Guard::over(&self.state, bearer, viewer, forgotten);
            self.place = Place::Known { guard, _slot: slot };
        } else if authorization.is_some() {
            // Two tokens are none, as in a request.
            return Err(Close::FORBIDDEN);
        }
        self.initialised = true;
        self.pen.say(message::ack())
    }

    /// Begins what is asked under the name `id`.
    fn begin(&mut self, id: String, request: Result<Box<Request>, ApiError>) -> Result<(), Close> {
        let guard = match &self.place {
            Place::Known { guard, .. } if self.initialised => guard,
            _ => return Err(Close::UNAUTHORIZED),
        };
        if self.names.borrow().contains_key(&id) {
            return Err(Close::duplicate(&id));
        }
        let viewer = guard.viewer();
        // It is counted, whatever becomes of it.
        let counted = self.state.budgets.enter(&viewer.borrow());
        let request = match counted
            .and(request)
            .and_then(|it| self.has_room().map(|()| it))
        {
            Ok(request) => request,
            Err(error) => {
                let errors = outcome::errors(&refused(&error));
                return self.pen.say(message::error(&id, &errors));
            }
        };
        self.begun += 1;
        let operation = Operation {
            state: Data::clone(&self.state),
            viewer,
            id: id.clone(),
            names: Rc::clone(&self.names),
            quill: self.pen.quill(self.begun),
        };
        let running = operation.run(*request).in_current_span();
        let task = self.operations.spawn_local(running);
        self.names.borrow_mut().insert(id, (self.begun, task));
        Ok(())
    }

    /// Whether there is room for one more operation.
    fn has_room(&self) -> Result<(), ApiError> {
        let limit = self.state.streams.operations;
        let going_on = u32::try_from(self.names.borrow().len()).unwrap_or(u32::MAX);
        if going_on < limit {
            return Ok(());
        }
        Err(ApiError::TooManyStreams {
            which: "subscriptions_of_a_socket",
            limit,
        })
    }
}

fn heartbeat(every: Duration) -> Interval {
    let mut heartbeat = interval_at(Moment::now() + every, every);
    heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    heartbeat
}

/// Waits until who the socket belongs to may not call any more.
async fn turned_away(place: &mut Place) {
    match place {
        Place::Unknown { .. } => std::future::pending().await,
        Place::Known { guard, .. } => guard.refused().await,
    }
}

/// What a client is told that sent no messages; nothing, where it is gone.
fn of_protocol(error: &ProtocolError) -> Option<Close> {
    let ProtocolError::Io(error) = error else {
        return Some(match error {
            ProtocolError::Overflow => Close::TOO_LARGE,
            _ => Close::BROKEN,
        });
    };
    let of_payload = error.get_ref().and_then(|cause| cause.downcast_ref());
    match of_payload {
        Some(PayloadError::Overflow) => Some(Close::TOO_LARGE),
        Some(_) => None,
        None if error.kind() == ErrorKind::InvalidData => Some(Close::BROKEN),
        // All pieces of a message together.
        None => Some(Close::TOO_LARGE),
    }
}

fn of_writer(ended: Option<Ended>) -> Option<Close> {
    match ended {
        Some(Ended::TooSlow) => Some(Close::TOO_SLOW),
        _ => None,
    }
}

/// Why somebody is not let in.
fn of_caller(error: &ApiError) -> Close {
    match error {
        ApiError::Unauthenticated | ApiError::Forbidden { .. } | ApiError::Validation { .. } => {
            Close::FORBIDDEN
        }
        ApiError::TooManyAttempts { .. }
        | ApiError::BudgetExceeded { .. }
        | ApiError::TooManyStreams { .. } => Close::too_many(error.message()),
        _ => Close::INTERNAL,
    }
}
