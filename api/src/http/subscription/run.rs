//! One operation on a socket, from its request to its last message.

use std::time::{Duration, Instant};

use actix_web::web::Data;
use async_graphql::{Request, Response};
use tokio::{sync::watch, time::sleep};
use uuid::Uuid;

use super::{
    super::{State, limit::Slot, outcome},
    connection::Names,
    line::Line,
    message,
    operation::{self, Begun},
    writer::Quill,
};
use crate::{
    auth::Viewer,
    error::ApiError,
    graphql::{Live, refused},
};

/// How long an operation waits for its turn.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// How often it looks whether it has come.
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

/// One operation on a socket.
pub(super) struct Operation {
    pub(super) state: Data<State>,
    /// Whose socket it is.
    pub(super) viewer: watch::Receiver<Viewer>,
    /// What the client calls it.
    pub(super) id: String,
    pub(super) names: Names,
    pub(super) quill: Quill,
}

impl Operation {
    /// Runs `request`, and sends what comes of it.
    pub(super) async fn run(mut self, request: Request) {
        let viewer = self.viewer.borrow_and_update().clone();
        let id = Uuid::now_v7().to_string();
        let mut record = Line::begin(id.clone(), "socket", viewer.clone());
        let last = match self.begin(viewer, request, id, &mut record).await {
            Ok(Begun::Answered(response)) => {
                let next = message::next(&self.id, &outcome::text(&response));
                self.quill.write(next).await;
                message::complete(&self.id)
            }
            Ok(Begun::Refused(response)) => self.failed(&response),
            Ok(Begun::Goes(live)) => {
                let response = self.tell(*live, &record).await;
                record.failed(&response);
                self.failed(&response)
            }
            Err(error) => {
                let response = refused(&error);
                record.failed(&response);
                self.failed(&response)
            }
        };
        // The name is free for another as soon as the client knows.
        self.names.borrow_mut().remove(&self.id);
        self.quill.write(last).await;
    }

    fn failed(&self, response: &Response) -> actix_ws::Message {
        message::error(&self.id, &outcome::errors(response))
    }

    /// Waits for its turn, admits its document, and begins it.
    async fn begin(
        &self,
        viewer: Viewer,
        mut request: Request,
        id: String,
        record: &mut Line,
    ) -> Result<Begun, ApiError> {
        let slot = self.turn(&viewer).await?;
        if let Err(error) = self.state.documents.admit(&mut request, &viewer) {
            let response = Response::from_errors(vec![error]);
            record.failed(&response);
            return Ok(Begun::Refused(response));
        }
        operation::begin(&self.state, slot, &viewer, request, id, record).await
    }

    /// Waits until the caller has no more running than they may. Who asks over HTTP is told to come again; here a page
    /// begins with all that it has on its screen, and one after the other gets its turn.
    async fn turn(&self, viewer: &Viewer) -> Result<Slot, ApiError> {
        let begun = Instant::now();
        loop {
            match self.state.limit.enter(viewer.owner()) {
                Err(ApiError::TooManyRequests { .. }) if begun.elapsed() < LONGEST_WAIT => {
                    sleep(BETWEEN_TRIES).await;
                }
                slot => return slot,
            }
        }
    }

    /// Sends what happens, as the viewer of the moment sees it, until that fails.
    async fn tell(&mut self, mut live: Live, record: &Line) -> Response {
        loop {
            let viewer = self.viewer.borrow_and_update().clone();
            let told = tokio::select! {
                // They are not as they were: what was being read is read again.
                Ok(()) = self.viewer.changed() => continue,
                told = live.next(&viewer) => told,
            };
            let event = match told {
                Ok(event) => event,
                Err(response) => return response,
            };
            self.quill.write(message::next(&self.id, &event)).await;
            record.told();
        }
    }
}
