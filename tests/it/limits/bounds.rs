//! Each limit on a document is reached by one document, and not by another.

use api::views::Role;
use serde_json::{Value, json};
use tests::{app::TestApp, client::Response};

use super::{ask_with, extensions, hub, many};

/// The names of the limits, what one request may have, and documents by how much they have of it.
type Case = (&'static str, usize, Box<dyn Fn(usize) -> (String, Value)>);

fn case(which: &'static str, limit: usize, document: impl Fn(usize) -> String + 'static) -> Case {
    let document = move |count| (document(count), json!({}));
    (which, limit, Box::new(document))
}

fn cases() -> Vec<Case> {
    let ids = |count: usize| {
        let query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }".to_owned();
        (query, json!({ "ids": vec!["lead_0"; count - 1] }))
    };
    // Each is one value, however it is set apart from the others.
    let objects = |count: usize| {
        let query =
            "query($v: [LeadFilter!]) { leads(filter: {or: $v}) { totalCount } }".to_owned();
        (query, json!({ "v": vec![json!({}); count - 1] }))
    };
    // A list of 499 values in 20 conditions, and single values.
    let used = |count: usize| {
        let lists = "{score: {in: $v}} ".repeat(50);
        let ones = "{score: {eq: $n}} ".repeat(count - 50 * 500);
        let list = format!("leads(filter: {{or: [{lists} {ones}]}})");
        let ones = if ones.is_empty() { "" } else { "$n: Int" };
        let query = format!("query($v: [Int!] {ones}) {{ {list} {{ totalCount }} }}");
        (query, json!({ "v": vec![1; 499], "n": 1 }))
    };
    let long = |bytes: usize| {
        let conditions = "{companyName: {eq: $v}} ".repeat(16);
        let list = format!("leads(filter: {{or: [{conditions} {{companyName: {{eq: $w}}}}]}})");
        let query = format!("query($v: String, $w: String) {{ {list} {{ totalCount }} }}");
        let text = "x".repeat(bytes / 16 - 1);
        let rest = "x".repeat(bytes - 16 * text.len());
        (query, json!({ "v": text, "w": rest }))
    };
    vec![
        case("document_bytes", 65_536, |bytes| {
            format!("{{__typename}}#{}", "x".repeat(bytes - 13))
        }),
        // `{ nodes ( ids : [ … ] ) { id } }`
        case("document_tokens", 5_000, |tokens| {
            let ids = many(tokens - 12, |_| "\"\"".to_owned());
            format!("{{ nodes(ids: [{ids}]) {{ id }} }}")
        }),
        case("nesting", 100, |brackets| {
            let (open, close) = ("[".repeat(brackets - 2), "]".repeat(brackets - 2));
            format!("{{ nodes(ids: {open}{close}) {{ id }} }}")
        }),
        case("operations", 10, |count| {
            many(count, |number| format!("query Q{number} {{ __typename }}"))
        }),
        case("fragments", 100, |count| {
            let spread = many(count, |number| format!("...F{number}"));
            let fragment = |number| format!("fragment F{number} on Query {{ __typename }}");
            format!("{{ {spread} }} {}", many(count, fragment))
        }),
        case("variables", 100, |count| {
            let defined = many(count, |number| format!("$v{number}: Int"));
            let used = many(count, |number| format!("$v{number}"));
            let list = format!("leads(filter: {{ score: {{ in: [{used}] }} }})");
            format!("query({defined}) {{ {list} {{ totalCount }} }}")
        }),
        ("variable_values", 25_000, Box::new(ids)),
        ("variable_values", 25_000, Box::new(objects)),
        ("argument_values", 25_000, Box::new(used)),
        ("argument_bytes", 1_048_576, Box::new(long)),
        case("depth", 20, |depth| {
            let mut selection = "id".to_owned();
            for _ in 0..depth - 3 {
                selection = format!("duplicateOf {{ {selection} }}");
            }
            format!("{{ leads {{ nodes {{ {selection} }} }} }}")
        }),
        case("nesting", 60, |levels| {
            let (open, close) = ("... {".repeat(levels - 1), "}".repeat(levels - 1));
            format!("{{ {open} __typename {close} }}")
        }),
        case("fields", 1_000, |count| {
            format!("{{ {} }}", many(count, |_| "__typename".to_owned()))
        }),
        // 40 fragments with 25 fields each.
        case("fields", 1_000, |count| {
            let spread = "...F ".repeat(count / 25);
            let fields = "__typename ".repeat(25);
            let more = "__typename ".repeat(count % 25);
            format!("{{ {spread} {more} }} fragment F on Query {{ {fields} }}")
        }),
        case("spreads", 1_000, |count| {
            let inline = "... { x }".repeat(count % 50);
            let spread = "...F ".repeat(count / 50);
            let nothing = "...None ".repeat(49);
            format!("{{ {spread} {inline} }} fragment F on Query {{ {nothing} }}")
        }),
        case("aliases", 250, |count| {
            let names = [
                "name",
                "viewedAs",
                "__typename",
                "roles",
                "user { id }",
                "views { rows }",
            ];
            let field = |number: usize| format!("a{number}: {}", names[number % 6]);
            format!("{{ viewer {{ {} }} }}", many(count, field))
        }),
        case("aliases_of_a_field", 50, |count| {
            format!(
                "{{ {} }}",
                many(count, |number| format!("a{number}: __typename"))
            )
        }),
        case("directives", 100, |count| {
            let directive = |_| "name @include(if: true)".to_owned();
            format!("{{ viewer {{ {} }} }}", many(count, directive))
        }),
        case("directives_of_a_place", 5, |count| {
            format!("{{ __typename {} }}", "@include(if: true) ".repeat(count))
        }),
    ]
}

async fn refusal(app: &TestApp, (document, variables): (String, Value)) -> Option<(String, Value)> {
    let answer = ask_with(app, &document, variables).await;
    let codes = answer.codes();
    let refused = ["LIMIT_EXCEEDED", "DEPTH_TOO_HIGH"];
    codes
        .iter()
        .any(|code| refused.contains(code))
        .then(|| (answer.text.clone(), extensions(&answer).clone()))
}

#[tokio::test]
async fn what_is_at_a_limit_runs_and_what_is_beyond_it_does_not() {
    let app = hub(&[]).await;
    for (which, limit, document) in cases() {
        let code = if which == "depth" {
            "DEPTH_TOO_HIGH"
        } else {
            "LIMIT_EXCEEDED"
        };
        let at_limit = refusal(&app, document(limit)).await;
        assert_eq!(at_limit, None, "{which}");
        let (text, extensions) = refusal(&app, document(limit + 1)).await.expect(which);
        assert_eq!(
            extensions,
            json!({ "code": code, "which": which, "limit": limit, "actual": limit + 1 }),
            "{text}"
        );
    }
}

#[tokio::test]
async fn every_limit_is_a_setting() {
    let settings = [
        ("LIMITS__DOCUMENT_BYTES", "200"),
        ("LIMITS__DOCUMENT_TOKENS", "30"),
        ("LIMITS__OPERATIONS", "2"),
        ("LIMITS__FRAGMENTS", "1"),
        ("LIMITS__VARIABLES", "1"),
        ("LIMITS__VARIABLE_VALUES", "5"),
        ("LIMITS__DEPTH", "4"),
        ("LIMITS__FIELDS", "6"),
        ("LIMITS__ALIASES", "3"),
        ("LIMITS__ALIASES_OF_A_FIELD", "2"),
        ("LIMITS__DIRECTIVES", "2"),
        ("LIMITS__DIRECTIVES_OF_A_PLACE", "1"),
    ];
    let app = hub(&settings).await;
    let long = format!("{{ __typename }} #{}", "x".repeat(200));
    for (query, which) in [
        (long.as_str(), "document_bytes"),
        (&"{ a } ".repeat(11), "document_tokens"),
        ("query A {x} query B {x} query C {x}", "operations"),
        ("{x} fragment A on Q {x} fragment B on Q {x}", "fragments"),
        ("query($a: Int, $b: Int) { x }", "variables"),
        ("{ a { b { c { d { e } } } } }", "depth"),
        ("{ a b c d e f g }", "fields"),
        ("{ a: x b: y c: z d: u }", "aliases"),
        ("{ a: x b: x c: x }", "aliases_of_a_field"),
        ("{ a @b c @b d @b }", "directives"),
        ("{ a @b @b }", "directives_of_a_place"),
    ] {
        let answer = ask_with(&app, query, json!({})).await;
        assert_eq!(
            extensions(&answer)["which"],
            which,
            "{query}: {}",
            answer.text
        );
    }
    let query = "query($v: [ID!]!) { nodes(ids: $v) { id } }";
    let answer = ask_with(&app, query, json!({ "v": ["a", "b", "c", "d", "e"] })).await;
    assert_eq!(extensions(&answer)["which"], "variable_values");
}

#[tokio::test]
async fn what_comes_besides_variables_has_a_limit_of_its_own() {
    let app = hub(&[]).await;
    let token = app.token_for(Role::Admin).await;
    // The query, the extensions and the list are three.
    for (values, refused) in [(1_000, false), (1_001, true)] {
        let listed = json!({ "a": vec![1; values - 3] });
        let body = json!({ "query": "{ __typename }", "extensions": listed });
        let request = app.http.post(format!("{}/graphql", app.url));
        let request = request
            .bearer_auth(&token)
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json");
        let answer = request.body(body.to_string()).send().await.unwrap();
        let answer = Response::read(answer).await;
        if refused {
            assert_eq!(answer.status, 400);
            assert_eq!(
                extensions(&answer),
                &json!({ "code": "LIMIT_EXCEEDED", "which": "request_values", "limit": 1000, "actual": 1001 })
            );
        } else {
            assert_eq!(answer.data(), &json!({ "__typename": "Query" }));
        }
    }
}
