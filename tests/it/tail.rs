//! Whoever follows the change log hears of everything that was committed, and of each row once.

#![cfg(test)]

use std::collections::BTreeSet;

use api::{
    change::{self, Author, Change, News, Tail},
    database::Database,
};
use entity::change::ChangeKind;
use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend};
use tests::app::{TestApp, each_app};
use uuid::Uuid;

/// Writes that a user was changed.
async fn write(tx: &DatabaseTransaction, user: Uuid) {
    let user = ("user", user);
    let change = Change::by(&Author::SYSTEM, TestApp::now(), user, ChangeKind::Updated);
    change::record(tx, vec![change]).await.unwrap();
}

async fn heard(tail: &mut Tail, database: &Database) -> BTreeSet<Uuid> {
    match tail.news(database.reserve(), &["user"]).await.unwrap() {
        News::Of(rows) => rows.into_iter().map(|(_, id)| id).collect(),
        News::Much => panic!("there is little news"),
    }
}

fn some() -> Uuid {
    Uuid::now_v7()
}

#[tokio::test]
async fn what_is_committed_is_heard_once() {
    each_app(async |app| {
        let mut tail = Tail::default();
        let before = app.database.begin().await.unwrap();
        write(&before, some()).await;
        before.commit().await.unwrap();
        assert!(heard(&mut tail, &app.database).await.is_empty());

        let (one, other) = (some(), some());
        let tx = app.database.begin().await.unwrap();
        write(&tx, one).await;
        write(&tx, other).await;
        write(&tx, one).await;
        assert!(heard(&mut tail, &app.database).await.is_empty());
        tx.commit().await.unwrap();
        assert_eq!(heard(&mut tail, &app.database).await, [one, other].into());
        assert!(heard(&mut tail, &app.database).await.is_empty());

        let taken_back = app.database.begin().await.unwrap();
        write(&taken_back, some()).await;
        taken_back.rollback().await.unwrap();
        assert!(heard(&mut tail, &app.database).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_is_committed_late_is_heard_too() {
    each_app(async |app| {
        // SQLite has one writer, so that nothing is.
        if app.database.backend() != DbBackend::Postgres {
            return;
        }
        let mut tail = Tail::default();
        heard(&mut tail, &app.database).await;
        let (early, late) = (some(), some());
        let slow = app.database.begin().await.unwrap();
        write(&slow, late).await;
        let quick = app.database.begin().await.unwrap();
        write(&quick, early).await;
        quick.commit().await.unwrap();
        // Its number is the greater one: who remembers that alone does not hear of the other.
        assert_eq!(heard(&mut tail, &app.database).await, [early].into());
        assert!(heard(&mut tail, &app.database).await.is_empty());
        slow.commit().await.unwrap();
        assert_eq!(heard(&mut tail, &app.database).await, [late].into());
        assert!(heard(&mut tail, &app.database).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn very_much_is_not_told_one_by_one() {
    each_app(async |app| {
        let mut tail = Tail::default();
        heard(&mut tail, &app.database).await;
        let tx = app.database.begin().await.unwrap();
        for _ in 0..300 {
            write(&tx, some()).await;
        }
        tx.commit().await.unwrap();
        let news = tail.news(app.database.reserve(), &["user"]).await.unwrap();
        assert_eq!(news, News::Much);
        assert!(heard(&mut tail, &app.database).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn what_was_restored_from_another_database_is_no_news() {
    each_app(async |app| {
        if app.database.backend() != DbBackend::Postgres {
            return;
        }
        let mut tail = Tail::default();
        heard(&mut tail, &app.database).await;
        let tx = app.database.begin().await.unwrap();
        write(&tx, some()).await;
        let far = "UPDATE change SET transaction_id = 4000000000000";
        tx.execute_unprepared(far).await.unwrap();
        tx.commit().await.unwrap();
        for _ in 0..3 {
            assert!(heard(&mut tail, &app.database).await.is_empty());
        }
        let (tx, new) = (app.database.begin().await.unwrap(), some());
        write(&tx, new).await;
        tx.commit().await.unwrap();
        assert_eq!(heard(&mut tail, &app.database).await, [new].into());
    })
    .await;
}
