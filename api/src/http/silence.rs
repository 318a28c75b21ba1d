//! Connections whose other side takes nothing any more: it is gone without a word, or does not read.
//!
//! What waits to be sent is with the system by then, where no task of ours can take it back. The system drops the
//! connection instead.

use std::{any::Any, time::Duration};

#[cfg(target_os = "linux")]
use actix_web::rt::net::TcpStream;

/// Has the system drop `connection` when nothing of what is sent is taken for twice as long as `patience`.
///
/// Where the system has no such option, it does so in its own time.
#[cfg(target_os = "linux")]
pub(super) fn mind(connection: &dyn Any, patience: Duration) {
    if let Some(connection) = connection.downcast_ref::<TcpStream>() {
        let socket = socket2::SockRef::from(connection);
        if let Err(error) = socket.set_tcp_user_timeout(Some(patience * 2)) {
            tracing::debug!(%error, "a connection keeps the time-out of the system");
        }
    }
}

/// See above.
#[cfg(not(target_os = "linux"))]
pub(super) fn mind(_connection: &dyn Any, _patience: Duration) {}
