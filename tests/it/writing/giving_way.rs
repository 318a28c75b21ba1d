//! Where two wait for each other, one gives way, and is run again from its beginning.

use std::time::Duration;

use api::views::Role;
use entity::{account, change, contact};
use futures::future::{join, join_all};
use reqwest::StatusCode;
use sea_orm::{ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, Statement};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    client::Response,
    database::each_database,
    fixtures,
};
use tokio::time::sleep;
use uuid::Uuid;

use super::{id, log, somebody};

/// The industry that an account gets which the database has somebody give way for.
const CONTENDED: &str = "Contended";

/// A mutation that sets the industry of these accounts, one after the other.
fn one_after_the_other(accounts: impl Iterator<Item = Uuid>, industry: &str) -> String {
    let field = |(at, row)| {
        let row = id("Account", row);
        format!(
            "f{at}: updateAccount(input: {{ id: \"{row}\", industry: \"{industry}\" }}) {{ account {{ industry }} }} "
        )
    };
    let fields: Vec<String> = accounts.enumerate().map(field).collect();
    format!("mutation {{ {} }}", fields.concat())
}

async fn run(app: &TestApp, sql: &str) {
    let done = app.database.writes().execute_unprepared(sql).await;
    done.unwrap();
}

/// Has the database refuse to set [`CONTENDED`], with each of these codes in turn, as `trigger` says when. What has
/// run counts, also where it is taken back.
async fn contend(app: &TestApp, codes: &[&str], trigger: &str) {
    let codes: Vec<String> = codes.iter().map(|code| format!("'{code}'")).collect();
    run(app, "CREATE SEQUENCE attempts").await;
    run(
        app,
        &format!(
            "CREATE FUNCTION give_way() RETURNS trigger AS $$ DECLARE code text := (ARRAY[{}])[nextval('attempts')]; \
             BEGIN IF code IS NOT NULL THEN RAISE EXCEPTION 'secret' USING ERRCODE = code; END IF; RETURN NEW; END $$ \
             LANGUAGE plpgsql",
            codes.join(", ")
        ),
    )
    .await;
    run(
        app,
        &format!(
            "{trigger} FOR EACH ROW WHEN (NEW.industry = '{CONTENDED}') EXECUTE FUNCTION give_way()"
        ),
    )
    .await;
}

const AT_ONCE: &str = "CREATE TRIGGER give_way BEFORE UPDATE ON account";
const AT_THE_END: &str =
    "CREATE CONSTRAINT TRIGGER give_way AFTER UPDATE ON account DEFERRABLE INITIALLY DEFERRED";

/// How often it was tried.
async fn attempts(app: &TestApp) -> i64 {
    let statement = Statement::from_string(DbBackend::Postgres, "SELECT last_value FROM attempts");
    let row = app.database.reads().query_one_raw(statement).await;
    row.unwrap().unwrap().try_get_by_index(0).unwrap()
}

/// Sends `query` with `key`.
async fn send(app: &TestApp, token: &str, key: &str, query: &str) -> Response {
    let request = app.http.post(format!("{}/graphql", app.url));
    let request = request
        .bearer_auth(token)
        .header("content-type", "application/json")
        .header("accept", "application/graphql-response+json")
        .header("graphql-cost", "report")
        .header("idempotency-key", key)
        .body(json!({ "query": query }).to_string());
    Response::read(request.send().await.unwrap()).await
}

/// Hubs on PostgreSQL, where there is more than one writer.
async fn each_with_writers(settings: &[(&str, &str)], test: impl AsyncFn(&TestApp)) {
    for database in each_database() {
        let app = TestApp::start_with(database, settings).await;
        if app.database.backend() == DbBackend::Postgres {
            test(&app).await;
        }
        app.stop().await;
    }
}

async fn contacts(app: &TestApp) -> u64 {
    let count = contact::Entity::find().count(app.database.reads());
    count.await.unwrap()
}

#[tokio::test]
async fn documents_that_write_the_same_rows_in_opposite_orders_all_succeed() {
    const ROWS: usize = 20;
    const DOCUMENTS: usize = 8;
    each_app(async |app| {
        let (_, ada) = somebody(app, "Ada Byron", Role::Admin).await;
        let (_, grace) = somebody(app, "Grace Hopper", Role::Admin).await;
        let mut rows = Vec::new();
        for row in 0..ROWS {
            let row = fixtures::account(&app.database, &format!("Acme {row}"), None, None).await;
            rows.push(row.id);
        }
        let before = log(app).await.len();
        let write = async |document: usize| {
            let industry = format!("of {document}");
            let accounts = rows.iter().copied();
            // Every other one goes the other way.
            let (token, query) = if document.is_multiple_of(2) {
                (&ada, one_after_the_other(accounts, &industry))
            } else {
                (&grace, one_after_the_other(accounts.rev(), &industry))
            };
            let answer = app.graphql(token, &query, json!({})).await;
            for field in 0..ROWS {
                let told = &answer.data()[format!("f{field}")]["account"];
                assert_eq!(told, &json!({ "industry": industry }));
            }
        };
        join_all((0..DOCUMENTS).map(write)).await;
        let stored = account::Entity::find().all(app.database.reads()).await;
        let stored = stored.unwrap();
        let last = stored[0].industry.clone();
        for row in stored {
            // Each document was done once, and as a whole.
            assert_eq!(row.version, 1 + i32::try_from(DOCUMENTS).unwrap());
            assert_eq!(row.industry, last);
        }
        let log = log(app).await.split_off(before);
        assert_eq!(log.len(), ROWS * DOCUMENTS);
        for of_one in log.chunks(ROWS) {
            let request = |entry: &change::Model| entry.request_id.clone();
            assert!(of_one.iter().all(|it| request(it) == request(&of_one[0])));
        }
    })
    .await;
}

#[tokio::test]
async fn what_gave_way_is_done_and_paid_once() {
    let settings = [
        ("LIMITS__POINTS_PER_MINUTE", "100000"),
        ("LIMITS__REQUESTS_PER_MINUTE", "1000"),
    ];
    for (trigger, codes) in [
        (AT_ONCE, ["40P01", "40001", "40P01"]),
        (AT_THE_END, ["40001", "40001", "40P01"]),
    ] {
        each_with_writers(&settings, async |app| {
            let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
            let row = fixtures::account(&app.database, "Acme", None, None).await;
            contend(app, &codes, trigger).await;
            let before = log(app).await.len();
            let document = |name: &str, industry: &str| {
                let row = id("Account", row.id);
                format!(
                    "mutation {{ made: createContact(input: {{ lastName: \"{name}\" }}) {{ contact {{ lastName }} }} \
                     changed: updateAccount(input: {{ id: \"{row}\", industry: \"{industry}\" }}) {{ outcome }} \
                     wrong: createContact(input: {{}}) {{ id }} }}"
                )
            };
            let contended = send(app, &admin, "key", &document("Doe", CONTENDED)).await;
            let data = &contended.body["data"];
            assert_eq!(data["made"]["contact"]["lastName"], "Doe", "{}", contended.text);
            assert_eq!(data["changed"]["outcome"], "UPDATED");
            // Nothing of what was run before is in the answer.
            assert_eq!(contended.codes(), ["VALIDATION"]);
            assert_eq!((attempts(app).await, contacts(app).await), (4, 1));
            assert_eq!(log(app).await.len(), before + 2);
            let again = send(app, &admin, "key", &document("Doe", CONTENDED)).await;
            assert_eq!(again.header("idempotency-replayed"), "true");
            assert_eq!((attempts(app).await, contacts(app).await), (4, 1));

            // It costs what it costs when nobody is in the way.
            let alone = send(app, &admin, "another", &document("Roe", "Steel")).await;
            let cost = |answer: &Response| answer.body["extensions"]["cost"]["requested"].as_u64();
            assert_eq!((cost(&contended), cost(&alone).is_some()), (cost(&alone), true));
            let left = |answer: &Response, what: &str| {
                let left = &answer.body["extensions"]["budget"][what]["remaining"];
                left.as_u64().unwrap()
            };
            let spent = left(&contended, "points") - left(&alone, "points");
            assert_eq!(left(&contended, "points"), 100_000 - spent);
            assert_eq!(left(&contended, "requests"), 999);
        })
        .await;
    }
}

#[tokio::test]
async fn who_gives_way_again_and_again_is_told_to_come_later() {
    each_with_writers(&[], async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let row = fixtures::account(&app.database, "Acme", None, None).await;
        contend(app, &["40P01"; 12], AT_ONCE).await;
        let before = log(app).await.len();
        let change = one_after_the_other([row.id].into_iter(), CONTENDED);
        let make = change.replacen(
            "mutation {",
            "mutation { made: createContact(input: { lastName: \"Doe\" }) { id }",
            1,
        );
        let with_key = send(app, &admin, "key", &make).await;
        assert_eq!(attempts(app).await, 6);
        let without = app.graphql(&admin, &make, json!({})).await;
        assert_eq!(attempts(app).await, 12);
        for answer in [with_key, without] {
            assert_eq!(
                answer.status,
                StatusCode::SERVICE_UNAVAILABLE,
                "{}",
                answer.text
            );
            assert_eq!(answer.codes(), ["SERVICE_UNAVAILABLE"]);
            assert_eq!(answer.header("retry-after"), "1");
            assert_eq!(answer.body.get("data"), None);
            assert!(!answer.text.contains("secret"));
        }
        assert_eq!((contacts(app).await, log(app).await.len()), (0, before));
        // The key is free: the same can be sent again.
        let answer = send(app, &admin, "key", &make).await;
        assert_eq!(answer.header("idempotency-replayed"), "");
        assert_eq!(answer.data()["f0"]["account"]["industry"], CONTENDED);
        assert_eq!(contacts(app).await, 1);
    })
    .await;
}

/// Waits until somebody waits for a lock.
async fn somebody_waits(app: &TestApp) {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
    loop {
        let statement = Statement::from_string(DbBackend::Postgres, sql);
        let row = app.database.reads().query_one_raw(statement).await;
        let waiting: i64 = row.unwrap().unwrap().try_get_by_index(0).unwrap();
        if waiting > 0 {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn who_refers_to_a_row_does_not_wait_for_who_changes_it() {
    each_with_writers(&[], async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let free = fixtures::account(&app.database, "Acme", None, None).await;
        let held = fixtures::account(&app.database, "Globex", None, None).await;
        let busy = app.database.begin().await.unwrap();
        let lock = format!("SELECT 1 FROM account WHERE id = '{}' FOR UPDATE", held.id);
        busy.execute_unprepared(&lock).await.unwrap();
        let both = one_after_the_other([free.id, held.id].into_iter(), "Steel");
        let changing = app.graphql(&admin, &both, json!({}));
        let referring = async {
            somebody_waits(app).await;
            let said = json!({ "input": { "lastName": "Doe", "accountId": id("Account", free.id) } });
            let create = "mutation ($input: CreateContactInput!) { createContact(input: $input) { outcome } }";
            let answer = app.graphql(&admin, create, said).await;
            busy.rollback().await.unwrap();
            answer
        };
        let (changed, referred) = join(changing, referring).await;
        assert_eq!(referred.data()["createContact"]["outcome"], "CREATED");
        assert_eq!(changed.data()["f1"]["account"]["industry"], "Steel");
    })
    .await;
}
