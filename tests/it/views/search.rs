//! The attack on a masked value by halves: who may not read an address may not find it out either,
//! by asking whether it comes before `m`.

use serde_json::{Value as Json, json};
use tests::{
    client::Response,
    oracle::{Noun, global_id},
    rows::{Cell, Row, Rows, cell},
};
use uuid::Uuid;

use super::{
    callers::{built_in_roles, user},
    hubs::{Hub, Hubs},
    sweep::SEED,
};

const ALPHABET: &str = "abcdefghijklmnopqrstuvwxyz";
/// What the attacker is after.
const ADDRESS: &str = "secret@victim.example";

/// The ways to ask whether the address of contact `$id`, of account `$account`, is below `$below`.
const WAYS: [&str; 12] = [
    "query($id: ID!, $below: String!) {
        contacts(filter: {id: {eq: $id}, email: {lt: $below}}) { totalCount }
    }",
    "query($id: ID!, $below: String!) {
        contacts(filter: {id: {eq: $id}, email: {gte: $below}}) { totalCount }
    }",
    "query($id: ID!, $below: String!) {
        contacts(filter: {email: {ne: $below, lte: $below}, id: {eq: $id}}) {
            pageInfo { hasNextPage }
        }
    }",
    "query($filter: ContactFilter) { contacts(first: 0, filter: $filter) { totalCount } }",
    "query($id: ID!, $below: String!, $account: ID!) {
        account(id: $account) {
            contacts(filter: {id: {eq: $id}, email: {lt: $below}}) { totalCount }
        }
    }",
    "query($id: ID!, $below: String!, $account: ID!) {
        node(id: $account) {
            ...F
        }
    }
    fragment F on Account {
        contacts(filter: {id: {eq: $id}, email: {lt: $below}}) @include(if: true) { totalCount }
    }",
    "query($id: ID!, $below: String!, $account: ID!) {
        nodes(ids: [$account]) {
            ... on Account {
                found: contacts(filter: {id: {eq: $id}, email: {lt: $below}}) { nodes { id } }
            }
        }
    }",
    "query($id: ID!, $below: String!, $account: ID!) {
        accounts(filter: {id: {eq: $account}}) {
            nodes {
                parent { name }
                contacts(filter: {id: {eq: $id}, email: {in: [$below]}}) { edges { cursor } }
            }
        }
    }",
    "query($id: ID!) {
        contacts(filter: {id: {eq: $id}, email: {isNull: true}}) { totalCount }
    }", // Where nothing is read, nothing could be told; it is refused all the same.
    "query($id: ID!, $below: String!) {
        contacts(filter: {id: {eq: $id}, email: {lt: $below}}) { __typename }
    }",
    "query($id: ID!, $below: String!) {
        contacts(filter: {id: {eq: $id}, email: {lt: $below}}) { pageInfo { hasPreviousPage } }
    }",
    "query($id: ID!, $below: String!, $account: ID!) {
        account(id: $account) {
            contacts(filter: {id: {eq: $id}, email: {lt: $below}}) { __typename }
        }
    }",
];

#[tokio::test]
async fn a_masked_address_is_not_found_by_halves() {
    let mut rows = Rows::random(SEED, 40);
    // A contact that the rep sees because of the territory, of an account that is not theirs.
    let (me, somebody, mine) = (
        id(&rows, "user", 1),
        id(&rows, "user", 2),
        id(&rows, "territory", 2),
    );
    let (victim, account) = (id(&rows, "contact", 0), id(&rows, "account", 0));
    rows.set("contact", victim, "account_id", Cell::Id(account));
    rows.set("contact", victim, "email", Cell::Text(ADDRESS.to_owned()));
    rows.set("account", account, "owner_id", Cell::Id(somebody));
    rows.set("account", account, "territory_id", Cell::Id(mine));
    let callers = [
        user(&rows, 1, &["SALES_REP"], &[]),
        user(&rows, 1, &["MARKETER"], &[]),
        user(&rows, 1, &["MARKETING_MANAGER"], &[]),
        user(&rows, 1, &["ANALYST"], &[]),
        user(&rows, 1, &["SALES_REP", "ANALYST"], &["*:read"]),
    ];
    let leader = user(&rows, 1, &["REVENUE_LEADER"], &[]);
    let mut hubs = Hubs::open(rows, built_in_roles(), &[]).await;
    assert_eq!(hubs.oracle.caller.user, None);
    assert_ne!(me, somebody);

    // The attack works where there is nothing to keep.
    hubs.turn_to(&leader).await;
    for hub in hubs.each() {
        assert_eq!(found(hub, victim, account).await.unwrap(), "secret");
    }
    for caller in &callers {
        hubs.turn_to(caller).await;
        let contact = Noun::of("Contact").unwrap();
        assert!(hubs.oracle.lens.sees(contact, victim), "{:?}", caller.roles);
        for hub in hubs.each() {
            let refused = found(hub, victim, account).await.unwrap_err();
            assert_eq!(refused.codes(), ["FORBIDDEN_FIELD"]);
            for way in WAYS {
                assert_refused(hub, way, victim, account).await;
            }
        }
    }
    hubs.close().await;
}

/// The first six letters of the address, each by five questions at most.
async fn found(hub: &Hub, victim: Uuid, account: Uuid) -> Result<String, Response> {
    let mut found = String::new();
    for _ in 0..6 {
        let (mut least, mut most) = (0, ALPHABET.len());
        while most - least > 1 {
            let middle = usize::midpoint(least, most);
            let below = format!("{found}{}", &ALPHABET[middle..=middle]);
            let response = ask(hub, WAYS[0], victim, account, &below).await;
            if response.body.get("errors").is_some() {
                return Err(response);
            }
            if response.data()["contacts"]["totalCount"] == json!(0) {
                least = middle;
            } else {
                most = middle;
            }
        }
        found.push_str(&ALPHABET[least..=least]);
    }
    Ok(found)
}

/// Nothing is told: neither in data, nor by another error, nor by what the database was asked.
async fn assert_refused(hub: &Hub, way: &str, victim: Uuid, account: Uuid) {
    let mut told = Vec::new();
    for below in ["a", "secret@victim.example", "zzz"] {
        drop(hub.app.take_statements());
        let response = ask(hub, way, victim, account, below).await;
        assert_eq!(response.codes(), ["FORBIDDEN_FIELD"], "{way}");
        let error = &response.body["errors"][0];
        assert_eq!(error["extensions"]["field"], "filter.email", "{way}");
        let data = response.body["data"].as_object();
        assert!(
            data.is_none_or(|data| data.values().all(Json::is_null)),
            "{way}"
        );
        let statements = hub.app.take_statements();
        let read = statements.iter().any(|it| it.contains("\"contact\""));
        assert!(!read, "{way}: {statements:?}");
        told.push(response.text);
    }
    assert!(told.windows(2).all(|pair| pair[0] == pair[1]), "{told:?}");
}

async fn ask(hub: &Hub, way: &str, victim: Uuid, account: Uuid, below: &str) -> Response {
    let id = global_id(Noun::of("Contact").unwrap(), victim);
    let account = global_id(Noun::of("Account").unwrap(), account);
    let mut given = json!({ "id": id, "below": below, "account": account });
    if way.contains("$filter") {
        given = json!({ "filter": { "id": { "eq": id }, "email": { "lt": below } } });
    }
    let variables = given.as_object_mut().unwrap();
    variables.retain(|name, _| way.contains(&format!("${name}:")));
    hub.ask(way, given).await
}

fn id(rows: &Rows, table: &str, number: usize) -> Uuid {
    let row: &Row = &rows.of(table)[number];
    match cell(row, "id") {
        Cell::Id(id) => *id,
        other => panic!("{other:?} is no id"),
    }
}
