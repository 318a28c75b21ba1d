//! The lines of the log about what stays open: one when an operation is over, one when its socket is.
//!
//! As the line of a request, they hold nothing that a caller would mind.

use std::{cell::Cell, time::Instant};

use async_graphql::Response;

use super::super::outcome;
use crate::auth::Viewer;

/// So many characters of an operation's name are logged.
const LONGEST_NAME: usize = 64;

/// What there is to say of one operation, when it is over.
pub(super) struct Line {
    began: Instant,
    /// The request, as in the change log.
    id: String,
    /// `socket` or `events`.
    transport: &'static str,
    viewer: Viewer,
    operation: Option<String>,
    told: Cell<u64>,
    errors: Cell<usize>,
    code: Cell<Option<String>>,
}

impl Line {
    /// An operation of `viewer` begins.
    pub(super) fn begin(id: String, transport: &'static str, viewer: Viewer) -> Self {
        Self {
            began: Instant::now(),
            id,
            transport,
            viewer,
            operation: None,
            told: Cell::default(),
            errors: Cell::default(),
            code: Cell::default(),
        }
    }

    /// The operation is called `name`.
    pub(super) fn named(&mut self, name: Option<&str>) {
        self.operation = name.map(|name| name.chars().take(LONGEST_NAME).collect());
    }

    /// An answer, or an event, was told.
    pub(super) fn told(&self) {
        self.told.set(self.told.get().saturating_add(1));
    }

    /// The errors in `response` were told.
    pub(super) fn failed(&self, response: &Response) {
        self.errors.set(self.errors.get() + response.errors.len());
        let first = response.errors.first();
        let code = first.map(|error| outcome::code(error).unwrap_or("INTERNAL").to_owned());
        if code.is_some() {
            self.code.set(code);
        }
    }
}

impl Drop for Line {
    /// Whatever ended it, it is over.
    fn drop(&mut self) {
        let viewer = &self.viewer;
        let code = self.code.take();
        tracing::info!(
            operation_id = self.id,
            transport = self.transport,
            duration_ms = milliseconds(self.began),
            operation = self.operation.as_deref(),
            events = self.told.get(),
            errors = self.errors.get(),
            code = code.as_deref(),
            user = viewer.user_id.map(tracing::field::display),
            token = tracing::field::display(viewer.token_id),
            roles = viewer.roles.join(","),
            viewed_as = viewer.viewed_as.as_deref(),
            "operation ended"
        );
    }
}

/// Says that a socket is closed, with that code, or that the other side is gone.
pub(super) fn closed(opened: Instant, code: Option<u16>) {
    let duration_ms = milliseconds(opened);
    tracing::info!(duration_ms, code, "socket closed");
}

fn milliseconds(since: Instant) -> f64 {
    (since.elapsed().as_secs_f64() * 1e6).round() / 1e3
}
