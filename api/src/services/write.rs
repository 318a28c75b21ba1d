//! Writing in somebody's name: one after the other, in one transaction, each as a whole or not at all.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use sea_orm::DatabaseTransaction;
use uuid::Uuid;

use crate::{
    auth::{Known, Outdated, Viewer},
    change::{Actor, Author},
    database::{self, Database},
    error::ApiError,
    reader::Reading,
    store,
};

/// What somebody writes: in whose name, when, and in which transaction. Every service that writes takes one.
pub struct Write<'t> {
    /// The transaction. Who began it ends it.
    pub tx: &'t DatabaseTransaction,
    /// Who writes, for the change log.
    pub author: &'t Author,
    /// Who asks for it; `None` is the operator on the command line, who may do everything.
    pub viewer: Option<&'t Viewer>,
    /// UTC; when.
    pub now: DateTime<Utc>,
    outdated: Mutex<Vec<Outdated>>,
}

impl<'t> Write<'t> {
    /// A write in `tx` at `now`.
    #[must_use]
    pub fn new(
        tx: &'t DatabaseTransaction,
        author: &'t Author,
        viewer: Option<&'t Viewer>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            tx,
            author,
            viewer,
            now,
            outdated: Mutex::default(),
        }
    }

    /// The same in `savepoint`, a part of the transaction.
    #[must_use]
    pub fn within<'s>(&self, savepoint: &'s DatabaseTransaction) -> Write<'s>
    where
        't: 's,
    {
        Write::new(savepoint, self.author, self.viewer, self.now)
    }

    /// Who writes, where that is a person.
    #[must_use]
    pub fn user(&self) -> Option<Uuid> {
        match self.author.actor {
            Actor::User(user) => Some(user),
            _ => None,
        }
    }

    /// Notes who is not any more as they were, once this is committed.
    pub fn outdates(&self, callers: Outdated) {
        let mut outdated = self.outdated.lock();
        let outdated = outdated
            .as_mut()
            .unwrap_or_else(|poisoned| poisoned.get_mut());
        outdated.push(callers);
    }

    /// Who is not any more as they were, once this is committed.
    #[must_use]
    pub fn outdated(self) -> Vec<Outdated> {
        let outdated = self.outdated.into_inner();
        outdated.unwrap_or_else(PoisonError::into_inner)
    }
}

/// What one mutation writes. Nobody else sees any of it before all of its fields are done.
pub struct Writing {
    reading: Arc<Reading>,
    author: Author,
    /// Who is not any more as they were, once it is committed.
    outdated: Mutex<Vec<Outdated>>,
}

impl Writing {
    /// Nothing yet, in the transaction of `reading`, and in the name of `author`.
    #[must_use]
    pub fn new(reading: Arc<Reading>, author: Author) -> Self {
        Self {
            reading,
            author,
            outdated: Mutex::default(),
        }
    }

    /// What one field writes with `writing`, or nothing where that fails.
    ///
    /// # Errors
    ///
    /// Those of `writing`; [`ApiError::Timeout`] when the time of the mutation is over,
    /// [`ApiError::GaveWay`] when all of the mutation was taken back because of another one, and
    /// [`ApiError::Internal`] when the database fails.
    pub async fn run<T>(
        &self,
        writing: impl AsyncFnOnce(&Write<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.step(true, writing).await
    }

    /// What one field would write: as [`Self::run`], and then it is taken back.
    ///
    /// # Errors
    ///
    /// As [`Self::run`].
    pub async fn rehearse<T>(
        &self,
        writing: impl AsyncFnOnce(&Write<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        self.step(false, writing).await
    }

    async fn step<T>(
        &self,
        keeps: bool,
        writing: impl AsyncFnOnce(&Write<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let stepped = self.try_step(keeps, writing).await;
        if let Err(ApiError::GaveWay) = &stepped {
            // What the fields before have locked, others wait for.
            self.reading.give_way().await;
        }
        stepped
    }

    async fn try_step<T>(
        &self,
        keeps: bool,
        writing: impl AsyncFnOnce(&Write<'_>) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let savepoint = self.reading.savepoint().await?;
        let (viewer, now) = (self.reading.viewer(), self.reading.moment().now);
        let write = Write::new(&savepoint, &self.author, Some(viewer), now);
        let written = writing(&write).await;
        let outdated = write.outdated();
        if written.is_ok() && keeps {
            savepoint.commit().await?;
            self.outdated().extend(outdated);
        } else {
            savepoint.rollback().await?;
        }
        written
    }

    /// Commits what the fields have written, and has `known` forget who is not any more as they were.
    ///
    /// # Errors
    ///
    /// [`ApiError::Timeout`] when the time of the mutation is over, and [`ApiError::Internal`] when the database
    /// fails, now or before; nothing is written then.
    pub async fn commit(&self, known: &Known) -> Result<(), ApiError> {
        self.commit_with(known, async |_| Ok(())).await
    }

    /// Waits until it is the turn of this one, of all that had to give way to others and are run again. These do not
    /// get in each other's way any more, however many there are.
    ///
    /// # Errors
    ///
    /// As [`Reading::savepoint`].
    pub async fn take_turn(&self) -> Result<(), ApiError> {
        let part = self.reading.savepoint().await?;
        store::turn::take(&part).await?;
        part.commit().await?;
        Ok(())
    }

    /// Takes back what the fields have written.
    pub async fn take_back(&self) {
        self.reading.finish().await;
    }

    /// As [`Self::commit`], and with it what `last` writes.
    ///
    /// # Errors
    ///
    /// As [`Self::commit`], and those of `last`.
    pub async fn commit_with(
        &self,
        known: &Known,
        last: impl AsyncFnOnce(&DatabaseTransaction) -> Result<(), ApiError>,
    ) -> Result<(), ApiError> {
        let Some(transaction) = self.reading.end().await? else {
            return Ok(());
        };
        last(&transaction).await?;
        if !database::may_commit() {
            return Err(ApiError::Timeout);
        }
        transaction.commit().await?;
        for callers in self.outdated().drain(..) {
            known.forget(&callers);
        }
        Ok(())
    }

    fn outdated(&self) -> MutexGuard<'_, Vec<Outdated>> {
        self.outdated.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes in a transaction of its own, which is committed when `writing` succeeds: for who asks for one thing
/// and not in an operation of GraphQL.
///
/// # Errors
///
/// Those of `writing`, and [`ApiError::Internal`] when the database fails; nothing is written then.
pub async fn at_once<T>(
    (database, known): (&Database, &Known),
    author: &Author,
    now: DateTime<Utc>,
    writing: impl AsyncFnOnce(&Write<'_>) -> Result<T, ApiError>,
) -> Result<T, ApiError> {
    let tx = database.begin().await?;
    let write = Write::new(&tx, author, None, now);
    let written = writing(&write).await?;
    let outdated = write.outdated();
    tx.commit().await?;
    for callers in &outdated {
        known.forget(callers);
    }
    Ok(written)
}
