//! What strangers write costs next to nothing, and what changes is learned.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures::future::join_all;

use super::*;
use crate::auth::{
    PublicKey,
    fixture::{Fixture, generated, noon, seconds},
};

/// Counts the looks at the table from now on.
fn looks(hub: &mut Fixture) -> Arc<AtomicUsize> {
    let looks = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&looks);
    hub.database.on_statement(move |info| {
        if info.statement.sql.contains("signing_key") {
            count.fetch_add(1, Ordering::Relaxed);
        }
    });
    looks
}

/// A name such as keys have, of a key that nobody has.
fn nobodys(number: usize) -> String {
    format!("{number:043}")
}

fn refused(found: Result<Arc<Key>, Refusal>) -> Refusal {
    found.err().unwrap()
}

#[tokio::test]
async fn names_that_nobody_has_cost_one_look_a_second() {
    let mut hub = Fixture::new().await;
    let looks = looks(&mut hub);
    let keyring = hub.keyring();
    for second in 0..3 {
        hub.clock.set(noon() + seconds(second));
        let asked = (0..50).map(|number| keyring.find_owned(nobodys(number)));
        for found in join_all(asked).await {
            assert_eq!(refused(found), Refusal::UnknownKey);
        }
    }
    assert_eq!(looks.load(Ordering::Relaxed), 3);
}

#[tokio::test]
async fn names_that_no_key_can_have_cost_nothing() {
    let mut hub = Fixture::new().await;
    let looks = looks(&mut hub);
    let keyring = hub.keyring();
    let endless = "a".repeat(1_000_000);
    for kid in ["", "../token-key.pem", "' OR 1 = 1 --", "\0", &endless] {
        assert_eq!(refused(keyring.find(kid).await), Refusal::UnknownKey);
    }
    assert_eq!(looks.load(Ordering::Relaxed), 0);
}

#[tokio::test]
async fn a_new_key_is_found_by_all_who_ask_at_once_for_one_look() {
    let mut hub = Fixture::new().await;
    let looks = looks(&mut hub);
    let keyring = hub.keyring();
    let old = hub.register(&generated(SigningAlgorithm::EdDsa)).await.kid;
    keyring.reload().await.unwrap();
    let new = hub.register(&generated(SigningAlgorithm::EdDsa)).await.kid;
    // A moment ago nobody had it.
    assert_eq!(refused(keyring.find(&new).await), Refusal::UnknownKey);
    hub.clock.set(noon() + seconds(1));
    let before = looks.load(Ordering::Relaxed);
    let asked = (0..50).map(|_| keyring.find_owned(new.clone()));
    assert!(join_all(asked).await.iter().all(Result::is_ok));
    assert!(keyring.find(&old).await.is_ok());
    assert_eq!(looks.load(Ordering::Relaxed), before + 1);
}

#[tokio::test]
async fn a_key_that_retires_is_learned_when_told_or_within_a_minute() {
    let mut hub = Fixture::new().await;
    let looks = looks(&mut hub);
    let (told, not_told) = (hub.keyring(), hub.keyring());
    let kid = hub.register(&generated(SigningAlgorithm::EdDsa)).await.kid;
    told.reload().await.unwrap();
    not_told.reload().await.unwrap();
    hub.retire(&kid, noon()).await;

    told.reload().await.unwrap();
    assert!(told.find(&kid).await.unwrap().is_retired(noon()));

    hub.clock.set(noon() + seconds(59));
    let before = looks.load(Ordering::Relaxed);
    assert!(!not_told.find(&kid).await.unwrap().is_retired(noon()));
    hub.clock.set(noon() + seconds(60));
    let asked = (0..50).map(|_| not_told.find_owned(kid.clone()));
    let _found = join_all(asked).await;
    assert!(not_told.find(&kid).await.unwrap().is_retired(noon()));
    assert_eq!(looks.load(Ordering::Relaxed), before + 1);
}

#[tokio::test]
async fn keys_stay_while_the_database_is_down() {
    let hub = Fixture::new().await;
    let keyring = hub.keyring();
    let kid = hub.register(&generated(SigningAlgorithm::EdDsa)).await.kid;
    keyring.reload().await.unwrap();
    hub.database.close().await;
    hub.clock.set(noon() + seconds(60));
    assert!(keyring.find(&kid).await.is_ok());
    hub.clock.set(noon() + seconds(61));
    let unknown = keyring.find(&nobodys(1)).await;
    assert_eq!(refused(unknown), Refusal::KeysUnavailable);
    assert_eq!(keyring.published().await.len(), 1);
}

#[tokio::test]
async fn a_clock_that_was_set_back_keeps_nothing_from_being_learned() {
    let hub = Fixture::new().await;
    let keyring = hub.keyring();
    keyring.reload().await.unwrap();
    let kid = hub.register(&generated(SigningAlgorithm::EdDsa)).await.kid;
    hub.clock.set(noon() - seconds(3600));
    assert!(keyring.find(&kid).await.is_ok());
}

#[tokio::test]
async fn what_is_published_has_not_retired_and_is_in_order() {
    let hub = Fixture::new().await;
    let keyring = hub.keyring();
    let mut jwks = Vec::new();
    for age in 0..3 {
        hub.clock.set(noon() + seconds(age));
        let PublicKey { jwk, .. } = hub.register(&generated(SigningAlgorithm::EdDsa)).await;
        jwks.push(jwk);
    }
    assert_eq!(keyring.published().await, jwks);
    let retired = jwks.remove(1)["kid"].as_str().unwrap().to_owned();
    hub.retire(&retired, noon() + seconds(4)).await;
    hub.clock.set(noon() + seconds(3));
    assert_eq!(keyring.published().await.len(), 3);
    hub.clock.set(noon() + seconds(4));
    assert_eq!(keyring.published().await, jwks);
}

impl Keyring {
    async fn find_owned(&self, kid: String) -> Result<Arc<Key>, Refusal> {
        self.find(&kid).await
    }
}
