//! Waiting for what makes those go on who work in the background: an instant, or a change of somebody else's.

use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::{sync::watch, time::sleep};

use super::news::Bulletin;
use crate::clock::Clock;

/// How often one looks at the time: the machine's clock may be put forward.
const GLANCE: Duration = Duration::from_millis(500);

/// Waits until that instant has come; for ever where there is none.
pub(super) async fn come(clock: &Clock, instant: Option<DateTime<Utc>>) {
    loop {
        let left = instant.map(|instant| instant - clock.now());
        let left = left.map(|left| left.to_std().unwrap_or_default());
        match left {
            Some(Duration::ZERO) => return,
            Some(left) => sleep(left.min(GLANCE)).await,
            None => return std::future::pending().await,
        }
    }
}

/// Waits until rows of `table` have changed since the bulletin `seen`.
pub(super) async fn changed(
    bulletins: &mut watch::Receiver<Option<Bulletin>>,
    seen: u64,
    table: &'static str,
) {
    let tells = |bulletin: &Option<Bulletin>| {
        let bulletin = bulletin.as_ref();
        bulletin.is_some_and(|bulletin| bulletin.concerns([table], seen))
    };
    if bulletins.wait_for(tells).await.is_err() {
        // Nobody tells anything any more.
        std::future::pending::<()>().await;
    }
}
