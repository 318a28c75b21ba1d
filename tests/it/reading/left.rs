//! A caller who goes away in the middle of an answer leaves nothing behind for the next one.

use std::{future::Future, task::Poll};

use futures::future::poll_fn;

use super::hub::{each_hub, oracle};

/// Two fields of one snapshot.
const QUESTION: &str = "{ leads(first: 5) { totalCount nodes { id } } leadAggregate { count } }";
/// One field, which is a statement by itself.
const SINGLE: &str = "{ leadAggregate { count } }";

#[tokio::test]
async fn an_answer_that_nobody_waits_for_leaves_no_transaction_behind() {
    let oracle = oracle(3, 20);
    each_hub(&oracle, async |hub| {
        for patience in 0..60 {
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
        }
    })
    .await;
}
