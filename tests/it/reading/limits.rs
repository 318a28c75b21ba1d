//! How much one request may ask for, and what databases have no room for.

use super::{
    hub::{each_hub, oracle},
    refusals::{assert_never_read, assert_refused},
};

const ID: &str = "lead_0190163d8694739baea5966c26f8ad91";

/// `field` under `count` keys.
fn many(count: usize, field: &str) -> String {
    let fields: Vec<_> = (0..count)
        .map(|number| format!("k{number}: {field} "))
        .collect();
    fields.concat()
}

#[tokio::test]
async fn more_than_one_request_may_cost() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        let touches = |first: u32| {
            let touches = format!("touches(first: {first}) {{ nodes {{ id }} }}");
            format!("{{ leads(first: 500) {{ nodes {{ {touches} }} }} }}")
        };
        assert_refused(hub, &touches(59), "COST_TOO_HIGH", "").await;
        hub.ask(&touches(58)).await.data();

        // Many small ones are as much as a large one.
        let counts = |count| {
            let count = many(count, "touches(first: 0) { totalCount }");
            format!("{{ {count} }}")
        };
        let refused = hub.ask(&counts(86)).await;
        let codes: Vec<_> = refused
            .errors()
            .into_iter()
            .map(|(code, ..)| code)
            .collect();
        assert_eq!(codes, ["COST_TOO_HIGH"]);
        hub.ask(&counts(85)).await.data();
        let counts = many(300, "touches(first: 0) { totalCount }");
        let nested = format!("{{ campaigns(first: 500) {{ nodes {{ {counts} }} }} }}");
        assert_refused(hub, &nested, "COST_TOO_HIGH", "").await;

        // So deep that the rows do not fit into 64 bits, and more than once.
        let mut deep = "id".to_owned();
        for _ in 0..8 {
            deep = format!("duplicates(first: 500) {{ nodes {{ {deep} }} }}");
        }
        let row = format!("... on Lead {{ {deep} other: {deep} }}");
        let node = format!("node {{ {deep} }}");
        for query in [
            format!("{{ nodes(ids: [\"{ID}\", \"{ID}\"]) {{ {row} }} }}"),
            format!("{{ nodes(ids: [\"{ID}\"]) {{ {row} }} }}"),
            format!("{{ lead(id: \"{ID}\") {{ {deep} }} }}"),
            format!("{{ leads(first: 500) {{ nodes {{ {deep} }} edges {{ {node} }} }} }}"),
        ] {
            assert_refused(hub, &query, "COST_TOO_HIGH", "").await;
        }
    })
    .await;
}

#[tokio::test]
async fn keys_that_are_too_long_for_a_column() {
    let oracle = oracle(3, 6);
    let (fits, too_long) = ("k".repeat(63), "k".repeat(64));
    each_hub(&oracle, async |hub| {
        let query = |key: &str| format!("{{ leads {{ nodes {{ {key}: id }} }} }}");
        hub.ask(&query(&fits)).await.data();
        assert_refused(hub, &query(&too_long), "VALIDATION", &too_long).await;

        // At the root, and in lists, edges and amounts, they have room.
        let edges = format!("{too_long}: leads {{ {too_long}: edges {{ {too_long}: cursor }} }}");
        let amounts = format!("opportunities {{ nodes {{ amount {{ {too_long}: amount }} }} }}");
        hub.ask(&format!("{{ {edges} {amounts} }}")).await.data();
    })
    .await;
}

#[tokio::test]
async fn more_keys_than_an_object_has_room_for() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        let row = |count| {
            format!(
                "{{ leads(first: 1) {{ nodes {{ {} }} }} }}",
                many(count, "email")
            )
        };
        hub.ask(&row(400)).await.data();
        for count in [401, 3000] {
            assert_refused(hub, &row(count), "VALIDATION", "query").await;
        }
        let list = |count| format!("{{ leads {{ {} }} }}", many(count, "totalCount"));
        hub.ask(&list(50)).await.data();
        assert_refused(hub, &list(51), "VALIDATION", "query").await;

        let lists = many(60, "leads(first: 2) { totalCount nodes { id } }");
        let nested = format!("{{ accounts(first: 2) {{ nodes {{ {lists} }} }} }}");
        assert_eq!(hub.ask(&nested).await.statements.len(), 1);
        let roots = format!("{{ {lists} }}");
        assert_eq!(hub.ask(&roots).await.statements.len(), 60);

        let nodes = |count| format!("{{ nodes(ids: {:?}) {{ id }} }}", vec![ID; count]);
        hub.ask(&nodes(100)).await.data();
        assert_refused(hub, &nodes(101), "VALIDATION", "ids").await;
    })
    .await;
}

#[tokio::test]
async fn what_is_nested_deeper_than_anybody_reads() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        let nested = |levels: usize| {
            let mut selection = "id".to_owned();
            for _ in 0..levels {
                selection = format!("duplicateOf {{ {selection} }}");
            }
            format!("{{ leads {{ nodes {{ {selection} }} }} }}")
        };
        hub.ask(&nested(17)).await.data();
        for levels in [18, 100, 1000] {
            assert_never_read(hub, &nested(levels), serde_json::json!({})).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_filter_of_any_size_is_read_or_refused() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        let several = |count: usize, one: &str| vec![one; count].join(", ");
        let amounts = several(500, "{amount: \"1.00\", currency: \"EUR\"}");
        for operator in ["in", "nin"] {
            let filter = format!("{{not: {{amount: {{{operator}: [{amounts}]}}}}}}");
            let query = format!("{{ opportunities(filter: {filter}) {{ totalCount }} }}");
            hub.ask(&query).await.data();
        }
        let ids = format!("{{id: {{in: {:?}}}}}", vec![ID; 500]);
        let of = |count| format!("{{ leads(filter: {{or: [{}]}}) {{ totalCount }} }}", several(count, &ids));
        hub.ask(&of(2)).await.data();
        assert_refused(hub, &of(3), "VALIDATION", "filter").await;
        let empty = |count| format!("{{ leads(filter: {{or: [{}]}}) {{ totalCount }} }}", several(count, "{}"));
        hub.ask(&empty(99)).await.data();
        assert_refused(hub, &empty(100), "VALIDATION", "filter").await;
        // Each list compares with a thousand values, three times.
        let list = format!("leads(filter: {{or: [{ids}, {ids}]}}) {{ totalCount nodes {{ id }} pageInfo {{ hasNextPage }} }}");
        let lists = |count: usize| {
            let lists = (0..count).map(|place| format!("l{place}: {list} "));
            format!("{{ accounts(first: 1) {{ nodes {{ {} }} }} }}", lists.collect::<String>())
        };
        hub.ask(&lists(10)).await.data();
        let answer = hub.ask(&lists(20)).await;
        let errors = answer.errors();
        assert_eq!(errors.first().map(|(code, ..)| *code), Some("LIMIT_EXCEEDED"), "{errors:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_asked_behind_many_rows_costs_more() {
    let oracle = oracle(3, 6);
    each_hub(&oracle, async |hub| {
        let nested = |levels: usize| {
            let filter = (0..levels).fold("{}".to_owned(), |inner, _| {
                format!("{{owner: {{leads: {{every: {inner}}}}}}}")
            });
            format!("{{ leads(first: 1, filter: {filter}) {{ nodes {{ id }} }} }}")
        };
        hub.ask(&nested(3)).await.data();
        assert_refused(hub, &nested(4), "COST_TOO_HIGH", "").await;
    })
    .await;
}
