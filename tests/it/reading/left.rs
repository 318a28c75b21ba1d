//! A caller who goes away in the middle of an answer leaves nothing behind for the next one.

use std::{future::Future, task::Poll, time::Duration};

use futures::future::poll_fn;
use sea_orm::{ConnectionTrait, Statement};
use tokio::time::timeout;

use super::hub::{Hub, each_hub, oracle};

/// Two fields of one snapshot.
const QUESTION: &str = "{ leads(first: 5) { totalCount nodes { id } } leadAggregate { count } }";
/// How long a transaction that nobody waits for may stay open.
const PATIENCE: Duration = Duration::from_secs(20);
/// One field, which is a statement by itself.
const SINGLE: &str = "{ leadAggregate { count } }";

#[tokio::test]
async fn an_answer_that_nobody_waits_for_leaves_no_transaction_behind() {
    let oracle = oracle(3, 20);
    each_hub(&oracle, async |hub| {
        for patience in [1, 2, 3, 4, 5].repeat(8) {
            let mut asking = Box::pin(hub.ask(QUESTION));
            let mut polls = 0;
            // It is polled so many times at most, and then dropped wherever it is.
            let answered = poll_fn(|context| {
                if polls == patience {
                    return Poll::Ready(None);
                }
                polls += 1;
                asking.as_mut().poll(context).map(Some)
            });
            let _answered = answered.await;
            drop(asking);
            hub.ask(SINGLE).await.data();
            hub.ask(QUESTION).await.data();
            // It is ended behind the caller's back.
            let ended = async { while open_transactions(hub).await > 0 {} };
            let ended = timeout(PATIENCE, ended).await;
            assert!(ended.is_ok(), "still open after {patience} steps");
        }
    })
    .await;
}

/// How many connections wait in the middle of a transaction; SQLite does not say.
async fn open_transactions(hub: &Hub) -> usize {
    if !hub.is_postgres() {
        return 0;
    }
    let sql = "SELECT pid FROM pg_stat_activity \
               WHERE datname = current_database() AND state LIKE 'idle in transaction%'";
    let statement = Statement::from_string(hub.database.backend(), sql);
    let open = hub.database.writes().query_all_raw(statement).await;
    open.unwrap().len()
}
