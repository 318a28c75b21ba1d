//! Documents that are made to do harm are refused in bounded time and memory.
//!
//! Memory is that of the program, a process of its own: the most that it ever had, against what it had
//! before. On other systems than Linux only the time is looked at.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Child,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use tests::{
    client::{self, Response},
    database::each_database,
};

use super::{assert_answered, many};
use crate::program::{revhub, run};

/// How long a refusal may take: twenty times what one is to take, because a debug build is slow, and
/// slower while other tests run.
const TIME: Duration = Duration::from_secs(1);
/// How much more memory than before it may take, in KiB.
const MEMORY: usize = 20 * 1024;

/// Doubling: each of 30 fragments spreads the next one twice.
fn doubling(field: &str) -> String {
    let fragment = |number: usize| {
        let next = format!("...F{} ...F{}", number + 1, number + 1);
        format!("fragment F{number} on Query {{ {next} }} ")
    };
    let fragments = many(30, fragment);
    format!("{{ ...F0 }} {fragments} fragment F30 on Query {{ {field} }}")
}

fn nested(levels: usize, open: &str, inside: &str, close: &str) -> String {
    format!("{}{inside}{}", open.repeat(levels), close.repeat(levels))
}

/// What is sent, by what it is.
fn documents() -> Vec<(&'static str, String)> {
    let mut all = fragments();
    all.extend(nestings());
    all.extend(masses());
    all.extend(oddities());
    all
}

fn fragments() -> Vec<(&'static str, String)> {
    let of_each_other = "fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }";
    vec![
        (
            "a fragment that contains itself",
            "{ ...A } fragment A on Query { ...A ...A }".to_owned(),
        ),
        (
            "fragments that contain each other",
            format!("{{ ...A }} {of_each_other}"),
        ),
        (
            "a cycle that nothing spreads",
            "{ x } fragment A on Query { ...A ...A }".to_owned(),
        ),
        ("doubling fragments", doubling("__typename")),
        ("doubling fragments of nothing", doubling("...None")),
    ]
}

fn nestings() -> Vec<(&'static str, String)> {
    let list = nested(30_000, "[", "", "]");
    let object = nested(10_000, "{a:", "1", "}");
    let inline = nested(10_000, "...{", "a", "}");
    let schema = nested(4, "fields { type {", "name", "} }");
    let open = "[".repeat(60_000);
    vec![
        ("deep selections", nested(15_000, "{a", "", "}")),
        ("deep inline fragments", format!("{{{inline}")),
        ("deep lists", format!("{{ nodes(ids: {list}) {{ id }} }}")),
        ("deep lists without an end", format!("{{ nodes(ids: {open}")),
        (
            "deep objects",
            format!("{{ leads(filter: {object}) {{ totalCount }} }}"),
        ),
        (
            "a deep type",
            format!("query($v: {}) {{ x }}", nested(30_000, "[", "Int", "]")),
        ),
        (
            "introspection of introspection",
            format!("{{ __schema {{ types {{ {schema} }} }} }}"),
        ),
        (
            "a string without an end",
            format!("{{ leads(after: \"{open}"),
        ),
        (
            "a block string without an end",
            format!("{{ leads(after: \"\"\" \" {open}"),
        ),
    ]
}

fn masses() -> Vec<(&'static str, String)> {
    let aliases = many(4000, |number| format!("a{number}: __typename"));
    let variables = many(1000, |number| format!("$v{number}: Int"));
    let types = "__schema { types { fields { type { fields { name } } } } }";
    let schemas = many(40, |number| format!("a{number}: {types}"));
    vec![
        ("aliases", format!("{{ {aliases} }}")),
        (
            "directives",
            format!("{{ __typename {} }}", "@a".repeat(2000)),
        ),
        ("unknown fields", format!("{{ {} }}", "x ".repeat(900))),
        ("ten megabytes", "{ a }".repeat(2_000_000)),
        ("nine hundred kilobytes", "{ a }".repeat(180_000)),
        (
            "many operations",
            many(4000, |number| format!("query Q{number} {{ a }}")),
        ),
        ("many variables", format!("query({variables}) {{ a }}")),
        ("much introspection", format!("{{ {schemas} }}")),
    ]
}

fn oddities() -> Vec<(&'static str, String)> {
    let quotes = "\\\"\"\"".repeat(10_000);
    let digits = "9".repeat(60_000);
    let escapes = "\\uD834\\uDD1E".repeat(5000);
    let characters = "\u{202e}\u{0}👩‍👩‍👧\u{feff}".repeat(3000);
    vec![
        (
            "a type that there is not",
            "query($v: [None] = [1]) { __typename }".to_owned(),
        ),
        (
            "quotes in a block string",
            format!("{{ leads(after: \"\"\"{quotes}\"\"\") }}"),
        ),
        (
            "escapes",
            format!("{{ leads(after: \"{escapes}\") {{ totalCount }} }}"),
        ),
        ("odd characters", format!("{{ {characters} }}")),
        (
            "byte order marks",
            format!("{{ {} a }}", "\u{feff}".repeat(20_000)),
        ),
        ("a long name", format!("{{ {} }}", "a".repeat(60_000))),
        (
            "a long number",
            format!("{{ leads(first: {digits}) {{ totalCount }} }}"),
        ),
        ("nothing", String::new()),
        ("commas", ",".repeat(65_536)),
    ]
}

/// Variables that are made to do harm.
fn variables() -> Vec<(&'static str, Value)> {
    let numbers = (0..60_000).map(|number| (format!("v{number}"), json!(number)));
    let mut deep = json!(1);
    for _ in 0..120 {
        deep = json!([deep]);
    }
    vec![
        ("half a million numbers", json!({ "v": vec![1; 500_000] })),
        (
            "many empty objects",
            json!({ "v": vec![json!({}); 300_000] }),
        ),
        ("a deep list", json!({ "v": deep })),
        ("many variables", Value::Object(numbers.collect())),
    ]
}

/// A little text that makes much of what is given for its variables, or of a default.
fn multiplied() -> Vec<(&'static str, String, Value)> {
    let (long, ids) = ("x".repeat(900_000), vec!["lead_0"; 9990]);
    let text = |list: &str| {
        format!(
            "query($v: String!) {{ leads(filter: {{companyName: {{in: [{list}]}}}}) {{ totalCount }} }}"
        )
    };
    let asked = "leads(filter: {companyName: {eq: $v}}) { totalCount }";
    let spread = many(200, |number| format!("v{number}: viewer {{ ...F }}"));
    let default = many(2000, |_| "1".to_owned());
    vec![
        (
            "a long text in many places",
            text(&"$v ".repeat(400)),
            json!({ "v": long }),
        ),
        (
            "a long text as many ids",
            format!(
                "query($v: ID!) {{ nodes(ids: [{}]) {{ id }} }}",
                "$v ".repeat(400)
            ),
            json!({ "v": long }),
        ),
        (
            "a long text in a fragment that nothing spreads",
            format!("query($v: String!) {{ {asked} }} fragment F on Query {{ {asked} }}"),
            json!({ "v": long }),
        ),
        (
            "a long text in a fragment that much spreads",
            format!(
                "query($v: Boolean!) {{ {spread} }} fragment F on Viewer {{ name @skip(if: $v) }}"
            ),
            json!({ "v": long }),
        ),
        (
            "many ids in many places",
            format!(
                "query($v: [ID!]!) {{ {} }}",
                many(49, |number| format!("a{number}: nodes(ids: $v) {{ id }}"))
            ),
            json!({ "v": ids }),
        ),
        (
            "many ids in many conditions",
            format!(
                "query($v: [ID!]!) {{ leads(filter: {{or: [{}]}}) {{ totalCount }} }}",
                "{id: {in: $v}} ".repeat(200)
            ),
            json!({ "v": ids }),
        ),
        (
            "a long default in many places",
            format!(
                "query($v: [Int!] = [{default}]) {{ leads(filter: {{or: [{}]}}) {{ totalCount }} }}",
                "{score: {in: $v}} ".repeat(200)
            ),
            json!({}),
        ),
    ]
}

fn body(query: &str, variables: &Value) -> String {
    json!({ "query": query, "variables": variables }).to_string()
}

struct Program {
    child: Child,
    url: String,
    token: String,
    http: reqwest::Client,
}

impl Program {
    async fn ask(&self, body: String) -> Response {
        let request = self
            .http
            .post(format!("{}/graphql", self.url))
            .bearer_auth(&self.token)
            .header("content-type", "application/json")
            .header("accept", "application/graphql-response+json")
            .body(body);
        Response::read(request.send().await.unwrap()).await
    }

    /// Forgets the most memory that it ever had, and says how much it has, in KiB.
    fn begin(&self) -> Option<usize> {
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").ok()?;
        self.memory("VmRSS:")
    }

    fn memory(&self, which: &str) -> Option<usize> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let line = status.lines().find(|line| line.starts_with(which))?;
        line.split_whitespace().nth(1)?.parse().ok()
    }

    async fn assert_refused(&self, what: &str, query: &str, variables: Value) {
        let body = body(query, &variables);
        let before = self.begin();
        let started = Instant::now();
        let answer = self.ask(body).await;
        let took = started.elapsed();
        let errors = answer.body["errors"].as_array();
        let errors = errors.unwrap_or_else(|| panic!("{what}: {}", answer.text));
        assert!(errors.len() <= 20, "{what}");
        assert!(answer.status.is_client_error(), "{what}: {}", answer.text);
        assert!(answer.text.len() < 10_000, "{what}");
        for code in answer.codes() {
            assert!(
                !["(none)", "INTERNAL"].contains(&code),
                "{what}: {}",
                answer.text
            );
        }
        assert!(took < TIME, "{what}: {took:?}");
        if let (Some(before), Some(most)) = (before, self.memory("VmHWM:")) {
            let more = most.saturating_sub(before);
            report(what, took, more);
            assert!(more < MEMORY, "{what}: {more} KiB");
        }
    }
}

/// The test harness shows it when it is asked to: figures for docs/limits.md.
#[expect(clippy::print_stdout, reason = "figures for a person")]
fn report(what: &str, took: Duration, more: usize) {
    println!("{what}: {took:?}, {more} KiB");
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ended = self.child.kill().and_then(|()| self.child.wait());
    }
}

#[tokio::test]
async fn it_is_refused_at_once_and_at_no_cost() {
    let database = each_database().next().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let issue = ["token", "issue", "--role", "ADMIN", "--name", "test"];
    let issued = run(revhub(&database, &folder, &issue));
    let token = String::from_utf8(issued.stdout).unwrap().trim().to_owned();
    let mut child = revhub(&database, &folder, &["serve"]).spawn().unwrap();
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    out.read_line(&mut line).unwrap();
    let url = line
        .split_whitespace()
        .find(|word| word.starts_with("http://"));
    let url = url.unwrap().strip_suffix("/graphql").unwrap().to_owned();
    let http = client::http();
    let program = Program {
        child,
        url,
        token,
        http,
    };
    // What is made once is made.
    let good = body("{ leads { totalCount } }", &json!({}));
    assert_answered(&program.ask(good.clone()).await);
    program.ask(body("{ nothing }", &json!({}))).await;
    for (what, document) in documents() {
        program.assert_refused(what, &document, json!({})).await;
    }
    let query = "query($v: [ID!]!) { nodes(ids: $v) { id } }";
    for (what, variables) in variables() {
        program.assert_refused(what, query, variables).await;
    }
    for (what, query, variables) in multiplied() {
        program.assert_refused(what, &query, variables).await;
    }
    assert_answered(&program.ask(good.clone()).await);
}
