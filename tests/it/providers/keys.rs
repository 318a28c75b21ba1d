//! When a provider is asked for its keys, and what holds until it has answered.

use std::time::Duration;

use api::{
    auth::{Providers, Refusal},
    clock::Clock,
};
use chrono::TimeDelta;
use futures::future::join_all;
use serde_json::json;
use tests::app::TestApp;
use tokio::time::sleep;

use super::{
    claims,
    issuer::{Issuer, KEYS, Key, METADATA},
    taking, verify, with,
};

const NO_SUCH_KEY: Refusal = Refusal::Identity("its provider has no such key");
const NO_KEYS: Refusal = Refusal::KeysUnavailable;

fn seconds_later(clock: &Clock, seconds: i64) {
    clock.set(clock.now() + TimeDelta::seconds(seconds));
}

/// A provider, who takes its tokens, and a clock.
fn start() -> (Issuer, Providers, Clock) {
    let issuer = Issuer::start();
    let clock = Clock::fixed(TestApp::now());
    let providers = taking(&issuer, &[], &clock);
    (issuer, providers, clock)
}

/// Waits until something that goes on in the background has come about.
async fn until(mut come_about: impl AsyncFnMut() -> bool) {
    let waiting = async {
        while !come_about().await {
            sleep(Duration::from_millis(2)).await;
        }
    };
    let waited = tokio::time::timeout(Duration::from_secs(30), waiting).await;
    waited.expect("it comes about");
}

#[tokio::test]
async fn keys_are_fetched_for_the_first_token_and_not_again() {
    let (issuer, providers, _clock) = start();
    assert!(issuer.asked().is_empty());
    let token = issuer.sign(&claims(&issuer));
    for _ in 0..3 {
        verify(&providers, &issuer, &token).await.unwrap();
    }
    assert_eq!(issuer.asked(), [METADATA, KEYS]);
}

#[tokio::test]
async fn many_who_wait_ask_once() {
    let (issuer, providers, _clock) = start();
    let token = issuer.sign(&claims(&issuer));
    issuer.hold(true);
    let all = join_all((0..50).map(|_| verify(&providers, &issuer, &token)));
    let release = async {
        sleep(Duration::from_millis(50)).await;
        issuer.hold(false);
    };
    let (verified, ()) = tokio::join!(all, release);
    assert!(verified.iter().all(Result::is_ok));
    assert_eq!(issuer.asked(), [METADATA, KEYS]);
}

#[tokio::test]
async fn a_key_that_nobody_knows_is_asked_for_twice_a_minute_at_the_most() {
    let (issuer, providers, clock) = start();
    let token = issuer.sign(&claims(&issuer));
    verify(&providers, &issuer, &token).await.unwrap();
    let unknown = Key::new("../../etc/passwd' OR 1=1").sign(&claims(&issuer));
    for (seconds, fetches) in [(0, 1), (29, 1), (1, 2), (0, 2), (29, 2), (1, 3)] {
        seconds_later(&clock, seconds);
        for _ in 0..3 {
            let refused = verify(&providers, &issuer, &unknown).await;
            assert_eq!(refused, Err(NO_SUCH_KEY));
        }
        assert_eq!(issuer.fetches(), fetches);
    }
    // A clock that is set back does not keep anybody waiting until it has caught up.
    seconds_later(&clock, -3600);
    assert!(verify(&providers, &issuer, &unknown).await.is_err());
    assert_eq!(issuer.fetches(), 4);
}

#[tokio::test]
async fn a_new_key_is_found_when_the_first_token_names_it_and_the_old_one_is_no_good_any_more() {
    let (issuer, providers, clock) = start();
    let old = issuer.sign(&claims(&issuer));
    verify(&providers, &issuer, &old).await.unwrap();
    issuer.publish(Key::new("second"));
    seconds_later(&clock, 30);
    verify(&providers, &issuer, &old).await.unwrap();
    let new = issuer.sign(&claims(&issuer));
    verify(&providers, &issuer, &new).await.unwrap();
    assert_eq!(verify(&providers, &issuer, &old).await, Err(NO_SUCH_KEY));
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test]
async fn after_an_hour_keys_are_fetched_while_the_old_ones_go_on() {
    let (issuer, providers, clock) = start();
    let now = TestApp::now().timestamp();
    let token = issuer.sign(&with(&claims(&issuer), json!({ "exp": now + 86_400 })));
    verify(&providers, &issuer, &token).await.unwrap();
    seconds_later(&clock, 3599);
    verify(&providers, &issuer, &token).await.unwrap();
    issuer.hold(true);
    issuer.publish(Key::new("second"));
    seconds_later(&clock, 1);
    // Nobody waits.
    for _ in 0..3 {
        verify(&providers, &issuer, &token).await.unwrap();
    }
    issuer.hold(false);
    until(async || verify(&providers, &issuer, &token).await.is_err()).await;
    assert_eq!(issuer.fetches(), 2);
}

#[tokio::test]
async fn a_provider_that_is_down_keeps_its_keys_and_is_asked_again() {
    let (issuer, providers, clock) = start();
    let token = issuer.sign(&claims(&issuer));
    verify(&providers, &issuer, &token).await.unwrap();
    issuer.answers(METADATA, "503 Service Unavailable", "");
    let now = TestApp::now().timestamp();
    let later = issuer.sign(&with(&claims(&issuer), json!({ "exp": now + 86_400 })));
    for asked in 3..6 {
        seconds_later(&clock, 3600);
        until(async || {
            verify(&providers, &issuer, &later).await.unwrap();
            issuer.asked().len() == asked
        })
        .await;
    }
    assert_eq!(issuer.fetches(), 1);
}

#[tokio::test]
async fn a_hub_that_starts_while_its_provider_is_down_lets_in_once_it_is_up() {
    let (issuer, providers, clock) = start();
    let metadata = json!({ "issuer": issuer.url, "jwks_uri": format!("{}{KEYS}", issuer.url) });
    issuer.answers(METADATA, "502 Bad Gateway", "<html>");
    let token = issuer.sign(&claims(&issuer));
    let refused = verify(&providers, &issuer, &token).await;
    assert_eq!(refused, Err(NO_KEYS));
    issuer.says(METADATA, &metadata);
    let refused = verify(&providers, &issuer, &token).await;
    assert_eq!(refused, Err(NO_KEYS));
    seconds_later(&clock, 30);
    verify(&providers, &issuer, &token).await.unwrap();
}

#[tokio::test]
async fn who_hangs_up_does_not_stop_the_fetch_that_others_wait_for() {
    let (issuer, providers, _clock) = start();
    let token = issuer.sign(&claims(&issuer));
    issuer.hold(true);
    let impatient = tokio::time::timeout(
        Duration::from_millis(50),
        verify(&providers, &issuer, &token),
    );
    assert!(impatient.await.is_err());
    issuer.hold(false);
    verify(&providers, &issuer, &token).await.unwrap();
    assert_eq!(issuer.asked(), [METADATA, KEYS]);
}
