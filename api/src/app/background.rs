//! What a hub does by itself, beside answering.

use tokio::task::JoinHandle;

use crate::{
    auth::{Known, Tokens},
    calendar::Calendar,
    clock::Clock,
    config::Config,
    database::Database,
    services::{
        follower::Follower, idempotency, lead, matching, merge, news::News, scoring, sla, task,
    },
};

/// What works in the background needs.
pub(super) struct Needs {
    pub(super) database: Database,
    pub(super) clock: Clock,
    pub(super) news: News,
    pub(super) calendar: Calendar,
    pub(super) known: Known,
    pub(super) tokens: Tokens,
}

/// What works in the background, until it is dropped.
pub(super) struct Background(Vec<JoinHandle<()>>);

impl Background {
    /// Starts what the settings do not leave to other hubs, and what every hub does.
    pub(super) fn start(config: &Config, needs: Needs) -> Self {
        let Needs {
            database,
            clock,
            news,
            calendar,
            known,
            tokens,
        } = needs;
        let parts = || (database.clone(), clock.clone(), news.clone());
        let mut started = Self(Vec::new());
        if config.matching.background {
            let (database, clock, news) = parts();
            started.run(matching::follow(database, clock, news));
        }
        if config.scoring.background {
            let (database, clock, news) = parts();
            started.run(scoring::worker::follow(database, clock, news));
        }
        if config.leads.background {
            let (database, clock, news) = parts();
            started.run(lead::resume::follow(database, clock, news));
        }
        if config.sla.background {
            let (database, clock, news) = parts();
            let watch = sla::watch::Watch {
                database,
                clock,
                news,
            };
            started.run(watch.run());
        }
        if config.tasks.background {
            let (database, clock, news) = parts();
            let days = config.tasks.nudge_after_days;
            let watch = task::watch::Watch {
                database,
                clock,
                news,
                calendar,
                nudge_after_days: Some(days).filter(|days| *days > 0),
            };
            started.run(watch.run());
        }
        started.run(idempotency::sweep(database.clone(), clock.clone()));
        started.run(merge::sweep(database.clone(), clock.clone()));
        let follower = Follower {
            database,
            known,
            tokens,
            clock,
            news,
        };
        started.run(follower.run());
        started
    }

    fn run(&mut self, work: impl Future<Output = ()> + Send + 'static) {
        self.0.push(tokio::spawn(work));
    }

    /// Ends all of it.
    pub(super) fn end(&self) {
        self.0.iter().for_each(JoinHandle::abort);
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.end();
    }
}
