//! Lists of rows, and several mutations in one document.

use api::views::Role;
use entity::contact;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::{Value, json};
use tests::app::{TestApp, each_app};

use super::{log, pairs, problems, somebody};

const CREATE: &str =
    "mutation ($input: [CreateContactInput!]!, $atomic: Boolean! = true, $try: Boolean! = false) {
  createContacts(input: $input, atomic: $atomic, validateOnly: $try) {
    results { index id outcome contact { lastName } problems { code field } }
  }
}";

async fn contacts(app: &TestApp) -> u64 {
    contact::Entity::find()
        .count(app.database.reads())
        .await
        .unwrap()
}

#[tokio::test]
async fn a_list_is_written_as_a_whole_or_not_at_all() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let list = json!([
            { "lastName": "One" },
            { "lastName": "Two", "email": "no address" },
            { "lastName": "Three" },
            { "jobTitle": "nobody" },
        ]);
        let before = log(app).await.len();
        let answer = app.graphql(&admin, CREATE, json!({ "input": list })).await;
        let expected = [("VALIDATION", "input.1.email"), ("VALIDATION", "input.3")];
        assert_eq!(problems(&answer), pairs(&expected), "{}", answer.text);
        assert_eq!((contacts(app).await, log(app).await.len()), (0, before));

        let answer = app
            .graphql(&admin, CREATE, json!({ "input": list, "atomic": false }))
            .await;
        let results = answer.data()["createContacts"]["results"]
            .as_array()
            .unwrap();
        let told: Vec<(Value, Value, Value)> = results
            .iter()
            .map(|it| {
                (
                    it["index"].clone(),
                    it["outcome"].clone(),
                    it["contact"].clone(),
                )
            })
            .collect();
        let made =
            |index: u32, name: &str| (json!(index), json!("CREATED"), json!({ "lastName": name }));
        let refused = |index: u32| (json!(index), Value::Null, Value::Null);
        assert_eq!(
            told,
            [made(0, "One"), refused(1), made(2, "Three"), refused(3)]
        );
        assert_eq!(
            results[1]["problems"],
            json!([{ "code": "VALIDATION", "field": "input.1.email" }])
        );
        assert_eq!((contacts(app).await, log(app).await.len()), (2, before + 2));
    })
    .await;
}

#[tokio::test]
async fn a_thousand_rows_cost_as_many_statements_as_ten() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let write = async |count: usize| {
            let list: Vec<Value> = (0..count)
                .map(|index| json!({ "lastName": "Doe", "email": format!("p{count}.{index}@example.com") }))
                .collect();
            let _before = app.take_statements();
            let query = "mutation ($input: [CreateContactInput!]!) { createContacts(input: $input) { results { outcome } } }";
            let answer = app.graphql(&admin, query, json!({ "input": list })).await;
            let results = answer.data()["createContacts"]["results"].as_array().unwrap();
            assert!(results.iter().all(|it| it["outcome"] == "CREATED"));
            app.take_statements().len()
        };
        let (few, many) = (write(16).await, write(1_000).await);
        // SQLite inserts up to 256 rows with a statement, and what is left over in powers of two.
        assert!(many <= few + 20, "{few} and {many}");
        assert_eq!(contacts(app).await, 1_016);
    })
    .await;
}

#[tokio::test]
async fn more_than_a_thousand_rows_are_refused() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let list = vec![json!({ "lastName": "Doe" }); 1_001];
        let answer = app.graphql(&admin, CREATE, json!({ "input": list })).await;
        assert_eq!(answer.codes(), ["LIMIT_EXCEEDED"]);
        assert_eq!(contacts(app).await, 0);
    })
    .await;
}

#[tokio::test]
async fn several_mutations_run_in_order_and_see_one_another() {
    each_app(async |app| {
        let (_, admin) = somebody(app, "Ada Byron", Role::Admin).await;
        let document = r#"mutation {
          a: upsertContact(input: { lastName: "Doe", email: "d@example.com" }) { outcome }
          b: upsertContact(input: { email: "D@Example.com", jobTitle: "Buyer" }) { outcome contact { lastName jobTitle } }
          c: createContact(input: { jobTitle: "nobody" }) { outcome }
          d: createContact(input: { lastName: "Roe" }) { outcome }
        }"#;
        let answer = app.graphql(&admin, document, json!({})).await;
        let data = &answer.body["data"];
        assert_eq!(data["a"]["outcome"], "CREATED", "{}", answer.text);
        let second = json!({ "outcome": "UPDATED", "contact": { "lastName": "Doe", "jobTitle": "Buyer" } });
        assert_eq!(data["b"], second);
        assert_eq!((&data["c"], &data["d"]["outcome"]), (&Value::Null, &json!("CREATED")));
        assert_eq!(problems(&answer), pairs(&[("VALIDATION", "input")]));
        assert_eq!(answer.body["errors"][0]["path"], json!(["c"]));
        assert_eq!(contacts(app).await, 2);
    })
    .await;
}
