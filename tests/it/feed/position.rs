//! Whoever follows the log by a position hears of every committed change, and of each once, however the
//! transactions of others lie in each other.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicUsize, Ordering},
};

use api::change::{self, Author, Change, Position, ReadError};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use entity::change::ChangeKind;
use futures::future::join_all;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, TransactionTrait};
use serde_json::json;
use tests::app::{TestApp, each_app};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::followers::{ByNumber, ByPosition, Follower, TABLE, page, rows};

/// Transactions that are open at once. SQLite has one writer at a time.
fn most_open(app: &TestApp) -> usize {
    match app.database.backend() {
        DbBackend::Postgres => 8,
        _ => 1,
    }
}

/// Writes that a row was changed, and says which.
async fn write(tx: &DatabaseTransaction) -> Uuid {
    let row = Uuid::now_v7();
    let change = Change::by(
        &Author::SYSTEM,
        TestApp::now(),
        (TABLE, row),
        ChangeKind::Updated,
    );
    change::record(tx, vec![change]).await.unwrap();
    row
}

async fn committed(app: &TestApp) -> Uuid {
    let tx = app.database.begin().await.unwrap();
    let row = write(&tx).await;
    tx.commit().await.unwrap();
    row
}

/// A source of numbers that is the same each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }
}

/// What a follower was told, and what was committed.
#[derive(Debug, Default)]
struct Heard {
    told: Vec<Uuid>,
    committed: BTreeSet<Uuid>,
}

impl Heard {
    fn missed(&self) -> usize {
        let told: BTreeSet<_> = self.told.iter().copied().collect();
        self.committed.difference(&told).count()
    }

    /// Every change that was committed, each once, and no other.
    fn assert_exact(&self) {
        assert_eq!(self.missed(), 0);
        assert_eq!(self.told.len(), self.committed.len());
    }
}

/// Transactions begin, write and end in an order that chance makes, some of them by being taken back; the
/// follower looks after each step.
async fn among_slow_transactions(
    app: &TestApp,
    follower: &mut impl Follower,
    chance: u64,
) -> Heard {
    let mut chance = Chance(chance);
    let mut heard = Heard::default();
    let mut open: Vec<(DatabaseTransaction, Vec<Uuid>)> = Vec::new();
    for _ in 0..300 {
        match chance.below(3) {
            0 if open.len() < most_open(app) => {
                let tx = app.database.begin().await.unwrap();
                let row = write(&tx).await;
                open.push((tx, vec![row]));
            }
            1 if !open.is_empty() => {
                let which = chance.below(open.len());
                let (tx, written) = &mut open[which];
                written.push(write(tx).await);
            }
            _ if !open.is_empty() => {
                let (tx, written) = open.swap_remove(chance.below(open.len()));
                if chance.below(6) == 0 {
                    tx.rollback().await.unwrap();
                } else {
                    tx.commit().await.unwrap();
                    heard.committed.extend(written);
                }
            }
            _ => {}
        }
        heard.told.extend(follower.next(app).await);
    }
    for (tx, written) in open {
        tx.commit().await.unwrap();
        heard.committed.extend(written);
    }
    to_the_end(app, follower, &mut heard).await;
    heard
}

/// Looks until there is nothing new, twice: the end of a window is none of the log.
async fn to_the_end(app: &TestApp, follower: &mut impl Follower, heard: &mut Heard) {
    let mut nothing = 0;
    while nothing < 2 {
        let told = follower.next(app).await;
        nothing = if told.is_empty() { nothing + 1 } else { 0 };
        heard.told.extend(told);
    }
}

/// Writers that run at the same time, each with transactions that stay open until others have come and gone;
/// the follower looks all the while.
async fn among_concurrent_writers(app: &TestApp, follower: &mut impl Follower) -> Heard {
    let writers = most_open(app).max(4);
    let at_work = AtomicUsize::new(writers);
    // In each round all of them have written before one commits; on SQLite they would wait for each other.
    let meeting = Barrier::new(writers);
    let meets = most_open(app) > 1;
    let writing = (0..writers).map(async |writer| {
        let mut committed = Vec::new();
        for round in 0..30 {
            let tx = app.database.begin().await.unwrap();
            let row = write(&tx).await;
            if meets {
                meeting.wait().await;
            }
            if (round + writer) % 7 == 0 {
                tx.rollback().await.unwrap();
            } else {
                tx.commit().await.unwrap();
                committed.push(row);
            }
        }
        at_work.fetch_sub(1, Ordering::SeqCst);
        committed
    });
    let following = async {
        let mut heard = Heard::default();
        while at_work.load(Ordering::SeqCst) > 0 {
            heard.told.extend(follower.next(app).await);
        }
        heard
    };
    let (written, mut heard) = tokio::join!(join_all(writing), following);
    heard.committed.extend(written.into_iter().flatten());
    to_the_end(app, follower, &mut heard).await;
    heard
}

#[tokio::test]
async fn who_follows_by_a_position_hears_of_each_change_once() {
    each_app(async |app| {
        for chance in 1..=4 {
            let mut follower = ByPosition::from_now_on(app).await;
            let heard = among_slow_transactions(app, &mut follower, chance).await;
            assert!(heard.committed.len() > 50);
            heard.assert_exact();
        }
        let mut follower = ByPosition::from_now_on(app).await;
        let heard = among_concurrent_writers(app, &mut follower).await;
        heard.assert_exact();
    })
    .await;
}

/// The trap that positions are made for: were this not seen to miss changes, the test above would prove nothing.
#[tokio::test]
async fn who_follows_by_numbers_misses_what_is_committed_late() {
    each_app(async |app| {
        let mut missed = 0;
        for chance in 1..=4 {
            let last = "SELECT coalesce(max(seq), 0) FROM change";
            let last = Statement::from_string(app.database.backend(), last);
            let last = app.database.reads().query_one_raw(last).await.unwrap();
            let mut follower = ByNumber(last.unwrap().try_get_by_index(0).unwrap());
            missed += among_slow_transactions(app, &mut follower, chance)
                .await
                .missed();
        }
        match app.database.backend() {
            DbBackend::Postgres => assert!(missed > 0),
            // One writer at a time: the numbers are in the order of the commits.
            _ => assert_eq!(missed, 0),
        }
    })
    .await;
}

/// Several write to one row at the same time, one after the other, as its lock lets them.
#[tokio::test]
async fn the_changes_of_a_row_are_told_in_their_order() {
    each_app(async |app| {
        let tx = app.database.begin().await.unwrap();
        let sql = "UPDATE reason_code SET version = 1 WHERE key = 'UNKNOWN'";
        tx.execute_unprepared(sql).await.unwrap();
        tx.commit().await.unwrap();
        let mut position = Position::end(app.database.reads()).await.unwrap();
        let writing = (0..8).map(async |_| {
            for _ in 0..10 {
                let tx = app.database.begin().await.unwrap();
                // It has a number for its transaction before it gets the lock.
                write(&tx).await;
                let sql = "UPDATE reason_code SET version = version + 1 \
                           WHERE key = 'UNKNOWN' AND kind = 'LOST' RETURNING id, version";
                let sql = Statement::from_string(app.database.backend(), sql);
                let row = tx.query_one_raw(sql).await.unwrap().unwrap();
                let (id, version): (Uuid, i32) = (
                    row.try_get_by_index(0).unwrap(),
                    row.try_get_by_index(1).unwrap(),
                );
                let row = ("reason_code", id);
                let now = TestApp::now();
                let change = Change::by(&Author::SYSTEM, now, row, ChangeKind::Updated)
                    .of(json!({"version": [version - 1, version]}));
                change::record(&tx, vec![change]).await.unwrap();
                tx.commit().await.unwrap();
            }
        });
        let at_work = AtomicUsize::new(1);
        let writing = async {
            join_all(writing).await;
            at_work.store(0, Ordering::SeqCst);
        };
        let following = async {
            let mut versions = Vec::new();
            loop {
                let last = at_work.load(Ordering::SeqCst) == 0;
                let db = app.database.reads();
                let page = change::read(db, &position, &["reason_code"], 3)
                    .await
                    .unwrap();
                for (entry, _) in &page.rows {
                    versions.push(
                        entry.fields.as_ref().unwrap()["version"][1]
                            .as_i64()
                            .unwrap(),
                    );
                }
                position = page.end;
                if last && !page.more {
                    return versions;
                }
            }
        };
        let ((), versions) = tokio::join!(writing, following);
        assert_eq!(versions, (2..=81).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn a_transaction_that_reads_the_log_and_writes_to_it_is_heard_of() {
    each_app(async |app| {
        let position = Position::end(app.database.reads()).await.unwrap();
        let tx = app.database.begin().await.unwrap();
        let first = write(&tx).await;
        let read = change::read(&tx, &position, &[TABLE], 10).await.unwrap();
        let inside = tx.begin().await.unwrap();
        let second = write(&inside).await;
        inside.commit().await.unwrap();
        let read_again = change::read(&tx, &read.end, &[TABLE], 10).await.unwrap();
        let third = write(&tx).await;
        tx.commit().await.unwrap();
        let after = page(app, &read_again.end, 10).await.unwrap();

        let told = [rows(&read), rows(&read_again), rows(&after)].concat();
        assert_eq!(told, [first, second, third]);
        assert!(!after.more);
    })
    .await;
}

#[tokio::test]
async fn a_page_that_is_read_again_is_the_same() {
    each_app(async |app| {
        let start = Position::end(app.database.reads()).await.unwrap();
        let mut written = Vec::new();
        for _ in 0..7 {
            written.push(committed(app).await);
        }
        let first = page(app, &start, 3).await.unwrap();
        assert!(first.more);
        assert_eq!(rows(&first), written[..3]);
        let later = committed(app).await;
        for _ in 0..2 {
            let second = page(app, &first.end, 3).await.unwrap();
            assert_eq!(rows(&second), written[3..6]);
            // From any change on, and not from pages alone.
            let from_one = page(app, &first.rows[1].1, 2).await.unwrap();
            assert_eq!(rows(&from_one), written[2..4]);
        }
        let (mut position, mut told) = (first.end, Vec::new());
        loop {
            let page = page(app, &position, 3).await.unwrap();
            told.extend(rows(&page));
            position = page.end;
            if !page.more {
                break;
            }
        }
        written.push(later);
        assert_eq!(told, written[3..]);
        let skipped = page(app, &start, 1).await.unwrap().log_end;
        assert_eq!(
            rows(&page(app, &skipped, 3).await.unwrap()),
            Vec::<Uuid>::new()
        );
    })
    .await;
}

#[tokio::test]
async fn the_log_is_read_from_its_start_and_from_an_instant_on() {
    each_app(async |app| {
        let mut written = Vec::new();
        for hour in 0..4 {
            let tx = app.database.begin().await.unwrap();
            let (row, at) = (
                Uuid::now_v7(),
                TestApp::now() + chrono::Duration::hours(hour),
            );
            let change = Change::by(&Author::SYSTEM, at, (TABLE, row), ChangeKind::Updated);
            change::record(&tx, vec![change]).await.unwrap();
            tx.commit().await.unwrap();
            written.push(row);
        }
        let all = page(app, &Position::start(), 100).await.unwrap();
        assert_eq!(rows(&all), written);
        for (hours, from) in [(0, 0), (2, 2), (3, 3), (9, 4)] {
            let instant = TestApp::now() + chrono::Duration::hours(hours);
            let since = Position::since(app.database.reads(), instant)
                .await
                .unwrap();
            let told = page(app, &since, 100).await.unwrap();
            assert_eq!(rows(&told), written[from..], "{hours}");
            assert!(rows(&page(app, &told.end, 100).await.unwrap()).is_empty());
        }
        // What is committed after it is told too, whatever its number.
        let slow = app.database.begin().await.unwrap();
        if most_open(app) > 1 {
            write(&slow).await;
        }
        let since = Position::since(app.database.reads(), TestApp::now())
            .await
            .unwrap();
        written.push(write(&slow).await);
        slow.commit().await.unwrap();
        let mut follower = ByPosition(since.to_string());
        let mut heard = Heard::default();
        to_the_end(app, &mut follower, &mut heard).await;
        assert!(written.iter().all(|row| heard.told.contains(row)));
    })
    .await;
}

/// A log that was restored from a dump names transactions of another cluster; where it was restored to an earlier
/// time, a position may lie ahead of it.
#[tokio::test]
async fn a_position_of_another_log_or_of_the_future_has_expired() {
    each_app(async |app| {
        let before = Position::end(app.database.reads()).await.unwrap();
        committed(app).await;
        let end = Position::end(app.database.reads()).await.unwrap();
        page(app, &end, 1).await.unwrap();
        if most_open(app) == 1 {
            let tx = app.database.begin().await.unwrap();
            tx.execute_unprepared("DELETE FROM change").await.unwrap();
            tx.commit().await.unwrap();
            let ahead = page(app, &end, 1).await;
            assert!(matches!(ahead, Err(ReadError::Expired)));
            return;
        }
        let tx = app.database.begin().await.unwrap();
        let far = "UPDATE change SET transaction_id = transaction_id + 4000000000000";
        tx.execute_unprepared(far).await.unwrap();
        let elsewhere = "UPDATE hub SET database_identity = 'another cluster'";
        tx.execute_unprepared(elsewhere).await.unwrap();
        tx.commit().await.unwrap();

        // Whoever starts there sees that the log was moved, once.
        let all = all(app).await;
        for begins_anew in [true, false] {
            let known = Position::end(app.database.reads()).await.unwrap();
            drop(app.replica().await);
            let read = page(app, &known, 1).await;
            assert_eq!(matches!(read, Err(ReadError::Expired)), begins_anew);
        }
        let refused = page(app, &before, 1).await;
        assert!(matches!(refused, Err(ReadError::Expired)));
        // The past is told to those who begin, and what comes is to all.
        assert_eq!(all.len() + 1, self::all(app).await.len());
        let end = Position::end(app.database.reads()).await.unwrap();
        let new = committed(app).await;
        assert_eq!(rows(&page(app, &end, 9).await.unwrap()), [new]);
    })
    .await;
}

/// All that is told from the start on.
async fn all(app: &TestApp) -> Vec<Uuid> {
    rows(&page(app, &Position::start(), 1000).await.unwrap())
}

/// A position of the same log that is ahead of it, as after a restore to an earlier time.
#[tokio::test]
async fn a_snapshot_of_the_future_has_expired() {
    each_app(async |app| {
        if most_open(app) == 1 {
            return;
        }
        let end = Position::end(app.database.reads())
            .await
            .unwrap()
            .to_string();
        let mut bytes = BASE64_URL_SAFE_NO_PAD.decode(end).unwrap();
        // A version, the log, and the form: a snapshot that begins and ends far ahead, with nothing running.
        bytes.truncate(18);
        bytes.extend([0xff, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0]);
        let sum = bytes.iter().fold(0x811c_9dc5_u32, |sum, byte| {
            (sum ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
        });
        bytes.extend(sum.to_be_bytes());
        let ahead = Position::parse(&BASE64_URL_SAFE_NO_PAD.encode(bytes)).unwrap();
        let refused = page(app, &ahead, 1).await;
        assert!(matches!(refused, Err(ReadError::Expired)));
    })
    .await;
}
