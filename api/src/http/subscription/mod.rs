//! Subscriptions: connections that stay open, and tell what happens.
//!
//! Two protocols lead to the same place: `graphql-transport-ws` over a WebSocket ([`socket`]), and
//! server-sent events as `graphql-sse` has them ([`events`]). Whoever comes by either goes the way of any request:
//! who they are is found out first, their requests are counted, and their documents admitted. What is open is
//! counted by caller, is looked after ([`guard`]), and ends when the hub does.

mod close;
mod connection;
mod events;
mod frames;
mod guard;
mod line;
mod message;
mod operation;
mod origin;
mod run;
mod socket;
mod writer;

use std::{net::IpAddr, time::Duration};

use tokio::sync::watch;
use uuid::Uuid;

use super::slots::{Slot, Slots};
use crate::{auth::Attempts, config::Limits, error::ApiError};

pub(super) use events::{answer, one};
pub(super) use operation::subscribes;
pub(super) use socket::{is_handshake, open};

/// How many sockets of one address may be open before anybody has said who they are.
const UNKNOWN: u32 = 100;

/// What is open, and how much of it there may be.
#[derive(Debug)]
pub(super) struct Streams {
    /// Sockets and event streams, by caller.
    open: Slots<Uuid>,
    /// Sockets of whoever has not said yet who they are, by address.
    unknown: Slots<Option<IpAddr>>,
    /// How many operations may go on at the same time on one socket.
    operations: u32,
    /// How often the hub shows that it is there.
    heartbeat: Duration,
    /// How long a caller may take to read what is sent.
    patience: Duration,
    /// Whether the hub stops.
    closing: watch::Sender<bool>,
}

impl Streams {
    pub(super) fn new(limits: &Limits) -> Self {
        Self {
            open: Slots::new(limits.open_streams),
            unknown: Slots::new(UNKNOWN),
            operations: limits.subscriptions_of_a_socket,
            heartbeat: Duration::from_secs(limits.stream_heartbeat_seconds),
            patience: Duration::from_secs(limits.stream_write_seconds),
            closing: watch::Sender::new(false),
        }
    }

    /// Ends all that is open, and whatever is opened from now on.
    pub(super) fn close(&self) {
        self.closing.send_replace(true);
    }

    /// A place for one more of `caller`.
    fn enter(&self, caller: Uuid) -> Result<Slot<Uuid>, ApiError> {
        let limit = self.open.most();
        let slot = self.open.take(caller);
        slot.ok_or(ApiError::TooManyStreams {
            which: "open_streams",
            limit,
        })
    }

    /// A place for one more socket of somebody at `address` who is yet to say who they are.
    fn enter_unknown(&self, address: Option<IpAddr>) -> Result<Slot<Option<IpAddr>>, ApiError> {
        let limit = self.unknown.most();
        let slot = self.unknown.take(address.map(Attempts::owner));
        slot.ok_or(ApiError::TooManyStreams {
            which: "unknown_sockets",
            limit,
        })
    }
}
