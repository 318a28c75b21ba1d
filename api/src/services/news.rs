//! What is new in the change log, for everybody in this replica who waits for it: one look for all.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use tokio::sync::{Notify, watch};

use crate::{change::Position, error::ApiError};

/// What a look has found.
#[derive(Clone, Debug)]
pub struct Bulletin {
    /// Which one it is; each has one more than the last.
    pub number: u64,
    /// Where the log ended.
    pub end: Position,
    /// For each table in which something ever changed since the start, the number of the bulletin that told it.
    changed: Arc<HashMap<String, u64>>,
}

impl Bulletin {
    /// Whether something changed in one of `tables` since the bulletin with that number.
    pub fn concerns<'t>(&self, tables: impl IntoIterator<Item = &'t str>, since: u64) -> bool {
        let mut told = tables
            .into_iter()
            .filter_map(|table| self.changed.get(table));
        told.any(|number| *number > since)
    }
}

/// Where bulletins are published. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct News {
    /// The last bulletin that told a change; `None` before the first look.
    told: watch::Sender<Option<Bulletin>>,
    /// The last bulletin, and up to which question it is an answer.
    looked: watch::Sender<(u64, Option<Bulletin>)>,
    questions: Arc<AtomicU64>,
    /// There is a reason to look now.
    look: Arc<Notify>,
    /// Something was written here.
    written: Arc<Notify>,
}

impl Default for News {
    fn default() -> Self {
        Self {
            told: watch::Sender::new(None),
            looked: watch::Sender::new((0, None)),
            questions: Arc::default(),
            look: Arc::default(),
            written: Arc::default(),
        }
    }
}

impl News {
    /// Says that something was written here: it is looked at once, and other replicas are told.
    pub fn written(&self) {
        self.look.notify_one();
        self.written.notify_one();
    }

    /// Waits until something was written here.
    pub(super) async fn wait_for_writing(&self) {
        self.written.notified().await;
    }

    /// Where to ask for a look.
    pub(super) fn reason_to_look(&self) -> &Notify {
        &self.look
    }

    /// Up to which question the look that begins now is an answer.
    pub(super) fn question(&self) -> u64 {
        self.questions.load(Ordering::SeqCst)
    }

    /// Publishes where the log ends, and that something has changed in `tables` since the last time; the look was
    /// an answer up to `question`.
    pub(super) fn publish(&self, question: u64, end: Position, tables: &[String]) {
        let last = self.looked.borrow().1.clone();
        let number = last.as_ref().map_or(1, |last| last.number + 1);
        let mut changed = last.map(|last| last.changed).unwrap_or_default();
        if !tables.is_empty() {
            let now = tables.iter().map(|table| (table.clone(), number));
            Arc::make_mut(&mut changed).extend(now);
        }
        let bulletin = Bulletin {
            number,
            end,
            changed,
        };
        self.looked.send_replace((question, Some(bulletin.clone())));
        if !tables.is_empty() {
            self.told.send_replace(Some(bulletin));
        }
    }

    /// What there is to know now: all that was committed before this call is told by then.
    ///
    /// # Errors
    ///
    /// [`ApiError::Unavailable`] when nobody looks any more.
    pub async fn now(&self) -> Result<Bulletin, ApiError> {
        let mut looked = self.looked.subscribe();
        let question = self.questions.fetch_add(1, Ordering::SeqCst) + 1;
        self.look.notify_one();
        let answer = looked.wait_for(|(answered, _)| *answered >= question);
        let answer = answer.await.map_err(|_nobody| ApiError::Unavailable)?;
        answer.1.clone().ok_or(ApiError::Unavailable)
    }

    /// The number of the last bulletin that told a change; 0 before the first.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.told.borrow().as_ref().map_or(0, |last| last.number)
    }

    /// Waits until something has changed in one of `tables` since the bulletin with the number `since`, and returns the
    /// number of the last one by then.
    pub async fn of<'t, Tables>(&self, tables: impl Fn() -> Tables, since: u64) -> u64
    where
        Tables: IntoIterator<Item = &'t str>,
    {
        let mut told = self.told.subscribe();
        let concerns = |last: &Bulletin| last.concerns(tables(), since);
        // It cannot end while these news are there.
        let last = told.wait_for(|last| last.as_ref().is_some_and(concerns));
        let last = last.await;
        last.map_or(since, |last| {
            last.as_ref().map_or(since, |last| last.number)
        })
    }

    /// The bulletins from now on that tell of a change; who is slow gets the last one only.
    #[must_use]
    pub fn bulletins(&self) -> watch::Receiver<Option<Bulletin>> {
        self.told.subscribe()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(tables: &[&str]) -> Vec<String> {
        tables.iter().map(|table| (*table).to_owned()).collect()
    }

    #[tokio::test]
    async fn who_asks_gets_what_was_looked_at_afterwards() {
        let news = News::default();
        let asking = tokio::spawn({
            let news = news.clone();
            async move { news.now().await.unwrap().number }
        });
        news.reason_to_look().notified().await;
        // This look had begun before.
        news.publish(0, Position::start(), &[]);
        news.publish(news.question(), Position::start(), &[]);
        assert_eq!(asking.await.unwrap(), 2);
    }

    #[tokio::test]
    async fn who_was_away_learns_which_tables_changed_meanwhile() {
        let news = News::default();
        let mut bulletins = news.bulletins();
        news.publish(0, Position::start(), &changed(&["lead"]));
        news.publish(0, Position::start(), &[]);
        news.publish(0, Position::start(), &changed(&["account", "touch"]));
        let bulletin = bulletins.borrow_and_update().clone().unwrap();
        assert_eq!(bulletin.number, 3);
        assert!(bulletin.concerns(["lead"], 0));
        assert!(!bulletin.concerns(["lead"], 1));
        assert!(bulletin.concerns(["lead", "touch"], 2));
        assert!(!bulletin.concerns(["contact"], 0));
        news.publish(0, Position::start(), &[]);
        assert!(!bulletins.has_changed().unwrap());
    }

    #[tokio::test]
    async fn who_waits_for_some_tables_hears_of_these_alone() {
        let news = News::default();
        news.publish(0, Position::start(), &changed(&["lead"]));
        assert_eq!(news.of(|| ["lead", "touch"], 0).await, 1);
        let waiting = tokio::spawn({
            let news = news.clone();
            async move { news.of(|| ["lead", "touch"], 1).await }
        });
        news.publish(0, Position::start(), &changed(&["account"]));
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        news.publish(0, Position::start(), &changed(&["touch"]));
        assert_eq!(waiting.await.unwrap(), 3);
        assert_eq!(news.number(), 3);
    }
}
