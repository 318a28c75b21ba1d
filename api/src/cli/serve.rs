//! `revhub serve`.

use std::path::PathBuf;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::{Failure, output};
use crate::{
    app::{App, Running},
    clock::Clock,
    config::Config,
};

#[derive(clap::Args)]
pub(super) struct Args {
    /// Read the documents that callers may run whatever their role from this folder
    #[arg(long, value_name = "DIR")]
    documents: Option<PathBuf>,
}

pub(super) async fn run(args: Args, mut config: Config) -> Result<(), Failure> {
    let stop = StopSignal::listen()?;
    if args.documents.is_some() {
        config.server.documents_dir = args.documents;
    }
    let app = App::new(config, Clock::system()).await?;
    let running = app.listen()?;
    output::line(format_args!(
        "Revenue Hub answers at {}/graphql",
        running.url
    ));
    until_stopped(running, stop).await
}

/// The signals that ask the process to stop: SIGTERM from a service manager, SIGINT from a terminal.
pub(super) struct StopSignal {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignal {
    /// Listens from now on: a signal that comes while the hub starts is not lost.
    pub(super) fn listen() -> Result<Self, Failure> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    async fn wait(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Serves until the first signal, then lets requests finish. The second signal cuts them off.
pub(super) async fn until_stopped(running: Running, mut stop: StopSignal) -> Result<(), Failure> {
    stop.wait().await;
    tracing::info!("stopping: requests that are being answered may finish");
    let hurry = async {
        stop.wait().await;
        tracing::warn!("stopping at once");
    };
    running.stop(hurry).await?;
    tracing::info!("stopped");
    Ok(())
}
