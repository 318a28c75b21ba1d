//! What a thousand sockets cost that have nothing to hear.

use std::{
    fs,
    process::Child,
    time::{Duration, Instant},
};

use futures::future::join_all;
use serde_json::json;
use tests::{app::TestApp, database::each_database, socket::Socket};

use super::USERS;
use crate::{
    program::{revhub, run},
    serve::{listening, terminate},
};

/// How many there are.
const SOCKETS: usize = 1_000;
/// How much more memory they may take, in KiB.
const MOST: usize = 100 * 1024;

/// The memory of a process that is in use, in KiB.
fn resident(process: &Child) -> Option<usize> {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse().ok()
}

/// How often the hub looks what is new while it is counted what else it does: two seconds.
const LOOKS: usize = 8;

#[tokio::test]
async fn a_hub_at_rest_looks_what_is_new_and_does_nothing_else() {
    for database in each_database() {
        let all = [
            ("WEBHOOKS__SEND", "true"),
            ("MATCHING__BACKGROUND", "true"),
            ("SCORING__BACKGROUND", "true"),
        ];
        let app = TestApp::start_with(database, &all).await;
        let looks = async |most: usize| {
            let mut looks = 0;
            while looks < most {
                looks += app.take_looks();
                tokio::task::yield_now().await;
            }
        };
        // What it does at its start, some of which are looks as well.
        looks(LOOKS).await;
        let _at_the_start = app.take_statements();
        looks(LOOKS).await;
        assert_eq!(app.take_statements(), [""; 0]);
        app.stop().await;
    }
}

#[expect(clippy::print_stdout, reason = "a figure for who looks at it")]
#[tokio::test]
async fn a_thousand_idle_subscribers_cost_less_than_a_hundred_megabytes() {
    for database in each_database() {
        let folder = tempfile::tempdir().unwrap();
        let issue = ["token", "issue", "--role", "ADMIN", "--name", "test"];
        let token = String::from_utf8(run(revhub(&database, &folder, &issue)).stdout).unwrap();
        let token = token.trim();
        let mut hub = revhub(&database, &folder, &["serve"]);
        // Nobody reads what it logs.
        hub.env("REVHUB__LOG__FILTER", "error")
            .env("REVHUB__LIMITS__OPEN_STREAMS", "2000")
            .env("REVHUB__LIMITS__CONCURRENT_OPERATIONS", "1000");
        let (child, address) = listening(hub);
        let url = format!("http://{address}");
        let subscribe = async || {
            let mut socket = Socket::of(&url, token).await;
            socket.subscribe("a", USERS, json!({})).await;
            socket
        };
        // What the first ones need, all share.
        let _first = join_all((0..20).map(|_| subscribe())).await;
        tokio::time::sleep(Duration::from_secs(1)).await;
        let Some(before) = resident(&child) else {
            return;
        };
        let mut sockets = Vec::with_capacity(SOCKETS);
        for _ in 0..SOCKETS / 50 {
            sockets.extend(join_all((0..50).map(|_| subscribe())).await);
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        let more = resident(&child).unwrap_or_default().saturating_sub(before);
        println!("{SOCKETS} idle subscribers: {more} KiB more");
        assert!(more < MOST, "{more} KiB");
        let since = Instant::now();
        terminate(&child);
        let closed = join_all(sockets.iter_mut().map(Socket::closed)).await;
        assert!(closed.iter().all(|code| *code == 1001));
        assert!(child.wait_with_output().unwrap().status.success());
        assert!(
            since.elapsed() < Duration::from_secs(10),
            "{:?}",
            since.elapsed()
        );
    }
}
