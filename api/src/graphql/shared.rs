//! Reading once for all streams that want the same: when a change wakes a thousand of them, the database is not asked
//! a thousand times where one answer does, and never by many at once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_graphql::Response;
use sha2::{Digest, Sha256};
use tokio::sync::{OnceCell, Semaphore};

use crate::{auth::Viewer, change::Position};

use super::subscribe::Question;

/// How many reads of streams may go on at the same time: a third of the connections that read by default, so that
/// requests find one.
const AT_ONCE: usize = 4;
/// How many answers are kept for those who come a little later.
const KEPT: usize = 1_024;

/// What a piece of the log is to a viewer.
#[derive(Debug)]
pub(super) struct Told {
    /// The events, each as a whole response in JSON, and the place behind it.
    pub(super) events: Vec<(Arc<str>, Position)>,
    /// The place behind all of them.
    pub(super) end: Position,
    /// What it cost, in points.
    pub(super) points: u64,
}

/// Who asks what, from where and up to where: whoever has the same gets the same.
pub(super) type Key = [u8; 32];

/// What is told to one is told to all with the same key.
type Answer = Arc<OnceCell<Result<Arc<Told>, Arc<Response>>>>;

/// What is read for streams.
#[derive(Debug)]
pub(super) struct Shared {
    permits: Semaphore,
    answers: Mutex<Answers>,
}

/// What was told lately.
#[derive(Debug, Default)]
struct Answers {
    /// The last bulletin that somebody has read up to.
    bulletin: u64,
    by_key: HashMap<Key, Answer>,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            permits: Semaphore::new(AT_ONCE),
            answers: Mutex::default(),
        }
    }
}

impl Shared {
    /// What `read` finds, or has found for somebody with the same `key`, up to that `bulletin`.
    pub(super) async fn get(
        &self,
        bulletin: u64,
        key: Key,
        read: impl AsyncFnOnce() -> Result<Told, Response>,
    ) -> Result<Arc<Told>, Arc<Response>> {
        let answer = self.answer(bulletin, key);
        let found = answer.get_or_init(|| async {
            // It is never closed.
            let _permit = self.permits.acquire().await;
            read().await.map(Arc::new).map_err(Arc::new)
        });
        let found = found.await.clone();
        if found.is_err() {
            // Who tries again is not to get the same.
            self.lock().by_key.remove(&key);
        }
        found
    }

    fn answer(&self, bulletin: u64, key: Key) -> Answer {
        let mut answers = self.lock();
        // What somebody waits for is theirs still, and who comes late reads it again.
        if bulletin > answers.bulletin || answers.by_key.len() >= KEPT {
            answers.bulletin = answers.bulletin.max(bulletin);
            answers.by_key.clear();
        }
        Arc::clone(answers.by_key.entry(key).or_default())
    }

    fn lock(&self) -> MutexGuard<'_, Answers> {
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The key of that question of `viewer`, between these places. Of a viewer counts what their view follows from, and
/// not which of their tokens they have come with.
pub(super) fn key(question: &Question, viewer: &Viewer, from: &Position, until: &Position) -> Key {
    let Viewer {
        user_id,
        token_id: _,
        name: _,
        roles,
        scopes,
        viewed_as,
        address: _,
        allowance: _,
        makes_tokens: _,
        view: _,
        reach,
    } = viewer;
    let seen_by = format!("{user_id:?}{roles:?}{scopes:?}{viewed_as:?}{reach:?}");
    let mut hash = Sha256::new();
    for part in [
        &question.key,
        seen_by.as_bytes(),
        from.to_string().as_bytes(),
        until.to_string().as_bytes(),
    ] {
        hash.update(part.len().to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use futures::{FutureExt, future::join_all};

    use super::*;

    fn told() -> Told {
        Told {
            events: Vec::new(),
            end: Position::start(),
            points: 7,
        }
    }

    #[tokio::test]
    async fn a_thousand_who_want_the_same_are_one_read() {
        let (shared, reads) = (Shared::default(), AtomicUsize::new(0));
        let get = async |key: u8| {
            let read = async || {
                reads.fetch_add(1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                Ok(told())
            };
            shared.get(1, [key; 32], read).await.unwrap().points
        };
        let all = join_all((0..1_000).map(|_| get(1))).await;
        assert!(all.iter().all(|points| *points == 7));
        assert_eq!(reads.load(Ordering::SeqCst), 1);
        get(2).await;
        assert_eq!(reads.load(Ordering::SeqCst), 2);
    }

    #[tokio::test]
    async fn a_few_read_at_the_same_time_and_no_more() {
        let (shared, now, most) = (Shared::default(), AtomicUsize::new(0), AtomicUsize::new(0));
        let get = async |key: u8| {
            let read = async || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                now.fetch_sub(1, Ordering::SeqCst);
                Ok(told())
            };
            shared.get(1, [key; 32], read).await.unwrap();
        };
        join_all((0..100).map(get)).await;
        assert_eq!(most.load(Ordering::SeqCst), AT_ONCE);
    }

    #[tokio::test]
    async fn who_hangs_up_while_reading_leaves_it_to_the_next() {
        let shared = Shared::default();
        let never = shared.get(1, [1; 32], async || std::future::pending().await);
        assert!(never.now_or_never().is_none());
        let read = shared.get(1, [1; 32], async || Ok(told())).await;
        assert_eq!(read.unwrap().points, 7);
    }

    #[tokio::test]
    async fn what_failed_is_tried_again() {
        let shared = Shared::default();
        let failed = shared.get(1, [1; 32], async || Err(Response::default()));
        assert!(failed.await.is_err());
        assert!(shared.get(1, [1; 32], async || Ok(told())).await.is_ok());
    }
}
