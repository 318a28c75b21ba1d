//! Whose a stream is, for as long as it is open: their token is checked again whenever something changes that a
//! token depends on, and every second, because time passes.

use std::{net::IpAddr, time::Duration};

use actix_web::{HttpRequest, rt, web::Data};
use ipnet::IpNet;
use tokio::{
    sync::{Semaphore, watch},
    task::AbortHandle,
    time::{MissedTickBehavior, interval},
};
use tracing::Instrument;

use super::super::{State, caller};
use crate::{
    auth::{Credentials, Viewer},
    error::ApiError,
};

/// How often it is looked whether a token has ended by itself.
const LOOK: Duration = Duration::from_secs(1);
/// How many are looked up at the same time, where all have to be: callers who come anew are not to wait for them.
static LOOKING: Semaphore = Semaphore::const_new(2);

/// What was said of who opened a stream. The token is kept here, and nowhere else.
#[derive(Clone)]
pub(in crate::http) struct Bearer {
    /// The value of `Authorization`.
    pub(super) authorization: Option<String>,
    /// The role with whose eyes they look.
    pub(super) view_as: Option<String>,
    /// Where they call from.
    pub(super) address: Option<IpAddr>,
}

impl Bearer {
    /// What the headers of `http` say.
    pub(in crate::http) fn of(http: &HttpRequest, proxies: &[IpNet]) -> Self {
        let credentials = caller::credentials(http, proxies);
        Self {
            authorization: credentials.authorization.map(str::to_owned),
            view_as: credentials.view_as.map(str::to_owned),
            address: credentials.address,
        }
    }

    pub(super) fn credentials(&self) -> Credentials<'_> {
        Credentials {
            authorization: self.authorization.as_deref(),
            view_as: self.view_as.as_deref(),
            address: self.address,
        }
    }

    /// Who it is now.
    async fn viewer(&self, state: &State) -> Result<Viewer, ApiError> {
        let authenticator = &state.authenticator;
        let mut viewer = authenticator.viewer(&self.credentials()).await?;
        if let Some(role) = &self.view_as {
            authenticator.view_as(&mut viewer, role)?;
        }
        Ok(viewer)
    }

    /// Whether the token is known to be good, which costs no statement.
    async fn is_good(&self, state: &State) -> Result<bool, ApiError> {
        let authenticator = &state.authenticator;
        if authenticator.knows(&self.credentials()) {
            return Ok(true);
        }
        if self.view_as.is_none() {
            return Ok(false);
        }
        // Who looks with other eyes is not remembered as that, but as themselves.
        let themselves = Credentials {
            view_as: None,
            ..self.credentials()
        };
        let _looking = LOOKING.acquire().await;
        authenticator.viewer(&themselves).await.map(|_viewer| true)
    }
}

/// The viewer of a stream, as they are now.
pub(super) struct Guard {
    viewer: watch::Receiver<Viewer>,
    task: AbortHandle,
}

impl Guard {
    /// Looks after the token of `bearer`, who was `viewer` when the keys of `forgotten` were as they are there.
    pub(super) fn over(
        state: &Data<State>,
        bearer: Bearer,
        viewer: Viewer,
        forgotten: watch::Receiver<u64>,
    ) -> Self {
        let (sender, receiver) = watch::channel(viewer);
        let task = look_after(Data::clone(state), bearer, sender, forgotten);
        Self {
            viewer: receiver,
            task: rt::spawn(task.in_current_span()).abort_handle(),
        }
    }

    /// Who it is now, and from now on: an error when they may not call any more.
    pub(super) fn viewer(&self) -> watch::Receiver<Viewer> {
        self.viewer.clone()
    }

    /// Waits until they may not call any more.
    pub(super) async fn refused(&mut self) {
        while self.viewer.changed().await.is_ok() {}
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Tells `viewer` who it is whenever that has changed, until they may not call any more.
async fn look_after(
    state: Data<State>,
    bearer: Bearer,
    viewer: watch::Sender<Viewer>,
    mut forgotten: watch::Receiver<u64>,
) {
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut sure = true;
    loop {
        tokio::select! {
            changed = forgotten.changed() => {
                if changed.is_err() {
                    return;
                }
                sure = false;
            }
            _ = looks.tick() => {}
        }
        if sure {
            match bearer.is_good(&state).await {
                Ok(false) => {}
                Err(ApiError::Unauthenticated) => return,
                // Also where the database does not answer: who knows.
                Ok(true) | Err(_) => continue,
            }
        }
        let found = {
            let _looking = LOOKING.acquire().await;
            bearer.viewer(&state).await
        };
        match found {
            Ok(now) => {
                sure = true;
                viewer.send_if_modified(|known| {
                    let different = *known != now;
                    *known = now;
                    different
                });
            }
            // The database does not answer, or not yet; who knows.
            Err(
                ApiError::Internal(_)
                | ApiError::Unavailable
                | ApiError::GaveWay
                | ApiError::Timeout,
            ) => sure = false,
            Err(_refused) => return,
        }
    }
}
