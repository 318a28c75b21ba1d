//! What the demo says when it is ready: where it is, who may come in, and what to try.

use std::fmt::Write;

use chrono::{Days, NaiveDate};

use crate::{app::App, cli::Failure, services::token::Terms, store, views::Role};

/// Somebody of the made-up company, with a token to act as them.
pub(super) struct Bearer {
    role: Role,
    name: String,
    token: String,
}

/// Issues a token for one person of each role: one with that role alone, where there is one.
pub(super) async fn issue_tokens(app: &App, days: u32) -> Result<Vec<Bearer>, Failure> {
    let issuer = app.issuer();
    let people = store::demo::people(app.database.reads()).await?;
    let mut bearers = Vec::new();
    for role in Role::ALL {
        let has_role =
            |roles: &Vec<serde_json::Value>| roles.iter().any(|one| one == role.as_str());
        let person = people
            .iter()
            .filter_map(|person| {
                Some((
                    person
                        .roles
                        .as_array()
                        .filter(|roles| has_role(roles))?
                        .len(),
                    person,
                ))
            })
            .min_by_key(|(roles, _)| *roles);
        let Some((_, person)) = person else {
            continue;
        };
        let terms = Terms {
            days: Some(days),
            scopes: Vec::new(),
        };
        let made = issuer
            .as_operator(async |write| issuer.issue_to_user(write, &person.email, terms).await)
            .await?;
        bearers.push(Bearer {
            role,
            name: person.name.clone(),
            token: made.token,
        });
    }
    Ok(bearers)
}

/// All of it, ready to print.
pub(super) fn text(url: &str, ends_on: NaiveDate, bearers: &[Bearer]) -> String {
    let last_day = ends_on - Days::new(1);
    let mut text = format!(
        "Revenue Hub answers at {url}/graphql, with a year that ends on {last_day}.\n\
         \n\
         A token for one person of each role:\n"
    );
    for Bearer { role, name, token } in bearers {
        let written = write!(text, "\n{role}: {name}\n{token}\n");
        debug_assert!(written.is_ok(), "writing to a string does not fail");
    }
    text.push_str("\nThree commands to paste into a shell:\n");
    let token = |role| {
        let bearer = bearers.iter().find(|bearer| bearer.role == role);
        bearer.map_or("", |bearer| bearer.token.as_str())
    };
    for command in [
        front_end(url, token(Role::SalesRep)),
        bi_extract(url, token(Role::Analyst)),
        script(url, token(Role::MarketingManager)),
    ] {
        text.push('\n');
        text.push_str(&command);
    }
    text.push_str("\nCtrl-C stops it.");
    text
}

fn front_end(url: &str, token: &str) -> String {
    // One line: a JSON string has no line breaks.
    let query = "{ leads(first: 5, filter: {status: {eq: MQL}}) { totalCount edges { cursor node { \
                 id status score createdAt account { id name } \
                 campaign: sourceCampaign { id name } owner { id name } } } \
                 pageInfo { hasNextPage endCursor } } }";
    format!(
        r#"# A front end: five leads that wait for sales, with account, campaign and owner.
curl -sS {url}/graphql -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \
  -d '{{"query": "{query}"}}'
"#
    )
}

fn bi_extract(url: &str, token: &str) -> String {
    format!(
        r#"# A BI tool: every touch as a line of JSON, page by page, into touches.ndjson.
python3 - > touches.ndjson <<'END'
import json, urllib.request
query = """query($after: String) {{ touches(first: 500, after: $after) {{
  nodes {{ id occurredAt kind channel account {{ name }} }} pageInfo {{ hasNextPage endCursor }} }} }}"""
headers = {{"Authorization": "Bearer {token}", "Content-Type": "application/json"}}
page = {{"hasNextPage": True, "endCursor": None}}
while page["hasNextPage"]:
    body = json.dumps({{"query": query, "variables": {{"after": page["endCursor"]}}}}).encode()
    request = urllib.request.Request("{url}/graphql", body, headers)
    touches = json.load(urllib.request.urlopen(request))["data"]["touches"]
    for touch in touches["nodes"]:
        print(json.dumps(touch))
    page = touches["pageInfo"]
END
"#
    )
}

fn script(url: &str, token: &str) -> String {
    format!(
        r#"# A script: who it acts for, and how many leads wait for sales.
curl -sS {url}/graphql -H 'Authorization: Bearer {token}' -H 'Content-Type: application/json' \
  -d '{{"query": "{{ viewer {{ name roles }} leads(first: 1, filter: {{status: {{eq: MQL}}}}) {{ totalCount }} }}"}}' |
  python3 -c 'import json, sys; data = json.load(sys.stdin)["data"]; print(data["viewer"]["name"], *data["viewer"]["roles"], data["leads"]["totalCount"])'
"#
    )
}
