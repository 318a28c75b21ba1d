//! Roles: what they are made of, and what callers and administrators can ask about them.

#![cfg(test)]

use std::{fs, path::Path, process::Command};

use api::{database::Database, views::Role};
use entity::{
    account,
    change::{self, ActorKind, ChangeKind},
    contact, lead, user,
};
use reqwest::StatusCode;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, QueryOrder,
};
use serde_json::{Value, json};
use tests::{
    app::{Bearer, TestApp, each_app},
    client::Response,
    database::each_database,
    fixtures,
};
use uuid::Uuid;

fn revhub(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_revhub-under-test"));
    command.current_dir(folder);
    command
}

#[test]
fn the_permission_matrix_is_the_one_that_is_kept() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let printed = revhub(&root).arg("roles").output().unwrap();
    let kept = fs::read_to_string(root.join("tests/snapshots/permission-matrix.txt")).unwrap();
    assert_eq!(
        kept,
        String::from_utf8(printed.stdout).unwrap(),
        "look at what changed, then `just roles`"
    );
}

#[test]
fn a_hub_does_not_start_with_roles_that_make_no_sense() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roles.toml");
    fs::write(&file, "[BOSS]\ndescription = \"All.\"\nLeads = 1\n").unwrap();
    for (command, status) in [("serve", 2), ("roles", 2), ("doctor", 1)] {
        let run = revhub(folder.path())
            .arg(command)
            .env("REVHUB__AUTH__ROLES_FILE", "roles.toml")
            .output()
            .unwrap();
        let said = [run.stdout, run.stderr].map(|said| String::from_utf8(said).unwrap());
        let said = said.concat();
        assert_eq!(run.status.code(), Some(status), "{said}");
        assert!(
            said.contains(
                "roles.toml:3: there is no entity or setting `Leads`. Did you mean `Lead`?"
            ),
            "{said}"
        );
        assert!(
            said.contains("roles.toml:1: `BOSS` says nothing about User"),
            "{said}"
        );
    }
    fs::write(&file, "# nobody").unwrap();
    let nobody = revhub(folder.path())
        .arg("roles")
        .env("REVHUB__AUTH__ROLES_FILE", "roles.toml")
        .output()
        .unwrap();
    let said = String::from_utf8(nobody.stderr).unwrap();
    assert!(said.contains("roles.toml:1: there is no role"), "{said}");
    let missing = revhub(folder.path())
        .arg("serve")
        .env("REVHUB__AUTH__ROLES_FILE", "nowhere.toml")
        .output()
        .unwrap();
    let said = String::from_utf8(missing.stderr).unwrap();
    assert!(said.contains("auth.roles_file"), "{said}");
}

/// A rep with a territory, a leader, an administrator, and two accounts with a contact each: one of
/// the rep's own, one in their territory.
struct World {
    rep: user::Model,
    leader: user::Model,
    admin: user::Model,
    own: account::Model,
    near: account::Model,
    far: account::Model,
    at_own: contact::Model,
    at_near: contact::Model,
}

impl World {
    async fn make(database: &Database) -> Self {
        let rep = fixtures::user(database, "Rita Rep", &[Role::SalesRep]).await;
        let leader = fixtures::user(database, "Lea Leader", &[Role::RevenueLeader]).await;
        let admin = fixtures::user(database, "Ada Admin", &[Role::Admin]).await;
        let world = fixtures::territory(database, "/W/", None, &[]).await;
        let here = fixtures::territory(database, "/W/A/", Some(&world), &[&rep]).await;
        let below = fixtures::territory(database, "/W/A/1/", Some(&here), &[]).await;
        let own = fixtures::account(database, "Own", None, Some(&rep)).await;
        let near = fixtures::account(database, "Near", Some(&below), None).await;
        let far = fixtures::account(database, "Far", Some(&world), Some(&leader)).await;
        let at_own = fixtures::contact(database, ("Olga", "Own"), &own).await;
        let at_near = fixtures::contact(database, ("Nora", "Near"), &near).await;
        Self {
            rep,
            leader,
            admin,
            own,
            near,
            far,
            at_own,
            at_near,
        }
    }
}

fn id(prefix: &str, id: Uuid) -> String {
    format!("{prefix}_{}", id.simple())
}

/// Asks as somebody in another role.
async fn ask_as(app: &TestApp, token: &str, role: &str, query: &str) -> Response {
    let request = app
        .http
        .post(format!("{}/graphql", app.url))
        .bearer_auth(token)
        .header("content-type", "application/json")
        .header("View-As", role)
        .body(json!({ "query": query }).to_string());
    Response::read(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_viewer_can_ask_what_they_may_see_and_do() {
    each_app(async |app| {
        let world = World::make(&app.database).await;
        let token = app.token_of(&world.rep.email).await;
        let query = "{ viewer { viewedAs territories { nodes { path } } \
             own: can(action: \"update\", entity: ACCOUNT) \
             reassign: can(action: \"reassign\", entity: ACCOUNT) \
             views { entity rows reference masked { field kind when } mutations { action rows } export } } }";
        let answer = app.graphql(&token, query, json!({})).await;
        let viewer = &answer.data()["viewer"];
        assert_eq!(viewer["territories"], json!({ "nodes": [{ "path": "/W/A/" }, { "path": "/W/A/1/" }] }));
        assert_eq!(
            (&viewer["own"], &viewer["reassign"], &viewer["viewedAs"]),
            (&json!(true), &json!(false), &Value::Null)
        );
        let views = viewer["views"].as_array().unwrap();
        let contact = views.iter().find(|view| view["entity"] == "CONTACT").unwrap();
        assert_eq!(
            contact,
            &json!({
                "entity": "CONTACT",
                "rows": "own + territory",
                "reference": true,
                "masked": [
                    { "field": "email", "kind": "PARTIAL", "when": "outside own" },
                    { "field": "phone", "kind": "PARTIAL", "when": "outside own" },
                ],
                "mutations": [
                    { "action": "create", "rows": "own" },
                    { "action": "update", "rows": "own" },
                ],
                "export": false,
            })
        );
        let query = "{ viewer { can(action: \"fly\", entity: ACCOUNT) } }";
        let answer = app.graphql(&token, query, json!({})).await;
        assert_eq!(answer.codes(), ["VALIDATION"]);
        let extensions = &answer.body["errors"][0]["extensions"];
        assert_eq!(extensions["field"], "action");
        let allowed = extensions["allowed"].as_array().unwrap();
        assert!(allowed.contains(&json!("update")), "{allowed:?}");
    })
    .await;
}

#[tokio::test]
async fn a_leader_looks_with_the_eyes_of_a_rep_and_that_is_on_record() {
    each_app(async |app| {
        let world = World::make(&app.database).await;
        let token = app.token_of(&world.leader.email).await;
        let query = "{ viewer { roles viewedAs can(action: \"update\", entity: ACCOUNT) } accounts { nodes { name } } }";
        let answer = ask_as(app, &token, "SALES_REP", query).await;
        assert_eq!(
            answer.data(),
            &json!({
                "viewer": { "roles": ["REVENUE_LEADER"], "viewedAs": "SALES_REP", "can": false },
                "accounts": { "nodes": [{ "name": "Far" }] },
            })
        );
        let log = change::Entity::find().order_by_desc(change::Column::Seq);
        let entry = log.one(app.database.reads()).await.unwrap().unwrap();
        assert_eq!(entry.kind, ChangeKind::ViewedAs);
        assert_eq!((entry.actor_kind, entry.actor_id), (ActorKind::User, Some(world.leader.id)));
        assert_eq!(entry.fields, Some(json!({ "role": [["REVENUE_LEADER"], "SALES_REP"] })));
        assert_eq!(entry.request_id.as_deref(), Some(answer.header("x-request-id")));
        assert_eq!(entry.actor_address.as_deref(), Some("127.0.0.1"));
    })
    .await;
}

#[tokio::test]
async fn a_program_looks_with_the_eyes_of_a_manager_and_has_no_team() {
    each_app(async |app| {
        World::make(&app.database).await;
        let token = app.token_for(Role::Admin).await;
        let query = "{ accounts { totalCount } campaigns { totalCount } users { totalCount } }";
        let answer = ask_as(app, &token, "SALES_MANAGER", query).await;
        let count = |number: u8| json!({ "totalCount": number });
        assert_eq!(
            answer.data(),
            &json!({ "accounts": count(0), "campaigns": count(0), "users": count(3) })
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_looks_with_other_eyes_who_may_not() {
    each_app(async |app| {
        let world = World::make(&app.database).await;
        let rep = app.token_of(&world.rep.email).await;
        let answer = ask_as(app, &rep, "ADMIN", "{ accounts { nodes { name } } }").await;
        assert_eq!(
            (answer.status, answer.codes()),
            (StatusCode::FORBIDDEN, vec!["FORBIDDEN_SCOPE"])
        );
        let leader = app.token_of(&world.leader.email).await;
        for role in ["BOSS", "", "SALES_REP, ADMIN"] {
            let answer = ask_as(app, &leader, role, "{ accounts { nodes { name } } }").await;
            let expected = (StatusCode::BAD_REQUEST, vec!["VALIDATION"]);
            assert_eq!((answer.status, answer.codes()), expected, "{role:?}");
            let extensions = &answer.body["errors"][0]["extensions"];
            assert_eq!(extensions["field"], "View-As");
            let allowed = extensions["allowed"].as_array().unwrap();
            assert!(allowed.contains(&json!("SALES_REP")), "{allowed:?}");
        }
        // Who may not look with other eyes does not learn whose there are.
        let refused = ask_as(app, &rep, "BOSS", "{ accounts { nodes { name } } }").await;
        assert_eq!(
            (refused.status, refused.codes()),
            (answer.status, answer.codes())
        );
        assert_eq!(refused.body, answer.body);
        assert_eq!(
            change::Entity::find()
                .filter(change::Column::Kind.eq(ChangeKind::ViewedAs))
                .all(app.database.reads())
                .await
                .unwrap(),
            []
        );
    })
    .await;
}

#[tokio::test]
async fn an_administrator_is_told_which_rule_shows_a_row_and_masks_a_field() {
    each_app(async |app| {
        let world = World::make(&app.database).await;
        let token = app.token_of(&world.admin.email).await;
        let query = "query($row: ID!, $user: ID!) { explainAccess(id: $row, viewerId: $user) { visible \
             rules { role rows holds } fields { field masked rules { role mask masks } } } }";
        let explain = async |row: String| {
            let user = id("user", world.rep.id);
            let answer = app.graphql(&token, query, json!({ "row": row, "user": user })).await;
            answer.data()["explainAccess"].clone()
        };
        let rules = |own: bool, territory: bool| {
            json!([
                { "role": "SALES_REP", "rows": "own", "holds": own },
                { "role": "SALES_REP", "rows": "territory", "holds": territory },
            ])
        };
        let far = explain(id("acc", world.far.id)).await;
        assert_eq!(far, json!({ "visible": false, "rules": rules(false, false), "fields": [] }));
        let near = explain(id("acc", world.near.id)).await;
        assert_eq!((&near["visible"], &near["rules"]), (&json!(true), &rules(false, true)));
        let own = explain(id("acc", world.own.id)).await;
        assert_eq!(own["rules"], rules(true, false));
        for (contact, masked) in [(&world.at_own, Value::Null), (&world.at_near, json!("PARTIAL"))] {
            let explained = explain(id("con", contact.id)).await;
            let fields = explained["fields"].as_array().unwrap();
            let email = fields.iter().find(|field| field["field"] == "email").unwrap();
            assert_eq!(
                email,
                &json!({
                    "field": "email",
                    "masked": masked,
                    "rules": [{
                        "role": "SALES_REP",
                        "mask": "partial outside own",
                        "masks": masked != Value::Null,
                    }],
                })
            );
        }
    })
    .await;
}

#[tokio::test]
async fn only_an_administrator_is_told_and_only_of_what_there_is() {
    each_app(async |app| {
        let world = World::make(&app.database).await;
        let query =
            "query($row: ID!, $user: ID!) { explainAccess(id: $row, viewerId: $user) { visible } }";
        let (row, user) = (id("acc", world.own.id), id("user", world.rep.id));
        let known = json!({ "row": row, "user": user });
        for email in [&world.rep.email, &world.leader.email] {
            let token = app.token_of(email).await;
            let answer = app.graphql(&token, query, known.clone()).await;
            assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
        }
        let token = app.token_of(&world.admin.email).await;
        for (row, user) in [
            (id("acc", Uuid::nil()), user.clone()),
            (row.clone(), id("user", Uuid::nil())),
            ("nothing".to_owned(), user.clone()),
            (row.clone(), row.clone()),
        ] {
            let answer = app
                .graphql(&token, query, json!({ "row": row, "user": user }))
                .await;
            assert_eq!(answer.codes(), ["NOT_FOUND"]);
        }
        // Nor is anybody one by looking with an administrator's eyes.
        let leader = app.token_of(&world.leader.email).await;
        let asked =
            format!("{{ explainAccess(id: \"{row}\", viewerId: \"{user}\") {{ visible }} }}");
        assert_eq!(
            ask_as(app, &leader, "ADMIN", &asked).await.codes(),
            ["FORBIDDEN_SCOPE"]
        );
        let admin = Bearer::User(world.admin.email.clone());
        let narrow = app.issue(admin, &["lead:read", "user:read"]).await;
        let answer = app.graphql(&narrow.unwrap().token, &asked, json!({})).await;
        assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
        // With the eyes of another role an administrator is no administrator.
        let query =
            format!("{{ explainAccess(id: \"{row}\", viewerId: \"{user}\") {{ visible }} }}");
        let answer = ask_as(app, &token, "ANALYST", &query).await;
        assert_eq!(answer.codes(), ["FORBIDDEN_SCOPE"]);
    })
    .await;
}

#[tokio::test]
async fn a_token_reads_no_more_than_its_scopes_name() {
    each_app(async |app| {
        let world = World::make(&app.database).await;
        let issue = async |scopes: &[&str]| {
            let bearer = Bearer::User(world.rep.email.clone());
            app.issue(bearer, scopes).await
        };
        let query = "{ accounts { totalCount } contacts { totalCount nodes { accountId account { name } accountRef { name } } } }";
        let token = issue(&["contact:read"]).await.unwrap().token;
        let answer = app.graphql(&token, query, json!({})).await;
        let alone = json!({ "accountId": null, "account": null, "accountRef": null });
        assert_eq!(
            answer.data(),
            &json!({
                "accounts": { "totalCount": 0 },
                "contacts": { "totalCount": 2, "nodes": [alone, alone] },
            })
        );
        let token = issue(&["*:read"]).await.unwrap().token;
        let answer = app.graphql(&token, query, json!({})).await;
        assert_eq!(answer.data()["accounts"]["totalCount"], 2);
        let error = issue(&["contacts:read"]).await.err().unwrap();
        assert_eq!(error.code(), "VALIDATION");
        let service = Bearer::Service {
            name: "a program".to_owned(),
            role: "BOSS".to_owned(),
        };
        let error = app.issue(service, &[]).await;
        assert_eq!(error.err().unwrap().code(), "VALIDATION");
    })
    .await;
}

/// Roles of an operator: one that sees no names of people, and one that sees no territories.
const MORE: &str = r#"
[NAMELESS]
inherits = "ANALYST"
[NAMELESS.Contact]
masks = { firstName = "hide all", lastName = "hide all" }

[PLACELESS]
inherits = "ANALYST"
[PLACELESS.Territory]
rows = "none"
"#;

#[tokio::test]
async fn roles_of_an_operator_hold_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("roles.toml");
    let built_in = include_str!("../../roles.default.toml");
    fs::write(&file, format!("{built_in}\n{MORE}")).unwrap();
    let settings = [("AUTH__ROLES_FILE", file.to_str().unwrap())];
    for database in each_database() {
        let app = TestApp::start_with(database, &settings).await;
        let world = World::make(&app.database).await;
        let role = async |name: &str| {
            let service = Bearer::Service {
                name: name.to_owned(),
                role: name.to_owned(),
            };
            app.issue(service, &[]).await.unwrap().token
        };
        let lead = lead::ActiveModel {
            id: Set(Uuid::now_v7()),
            status: Set(lead::LeadStatus::New),
            source: Set(lead::LeadSource::Other),
            contact_id: Set(Some(world.at_own.id)),
            score: Set(0),
            fit_score: Set(0),
            engagement_score: Set(0),
            intent_band: Set(lead::IntentBand::Warm),
            created_at: Set(TestApp::now()),
            updated_at: Set(TestApp::now()),
            ..Default::default()
        };
        let insert = lead::Entity::insert(lead);
        insert
            .exec_without_returning(app.database.writes())
            .await
            .unwrap();
        let query = "{ leads { nodes { contact { lastName maskedFields } contactRef { name } } } }";
        let answer = app.graphql(&role("NAMELESS").await, query, json!({})).await;
        let masked = json!(["firstName", "lastName", "email", "phone", "customFields"]);
        assert_eq!(
            answer.data()["leads"]["nodes"][0],
            json!({
                "contact": { "lastName": null, "maskedFields": masked },
                "contactRef": { "name": null },
            })
        );
        let query = "{ territories { totalCount } accounts { nodes { name territoryId territory { name } } } }";
        let answer = app
            .graphql(&role("PLACELESS").await, query, json!({}))
            .await;
        let data = answer.data();
        assert_eq!(data["territories"]["totalCount"], 0);
        for account in data["accounts"]["nodes"].as_array().unwrap() {
            assert_eq!(
                (&account["territoryId"], &account["territory"]),
                (&Value::Null, &Value::Null)
            );
        }
        let near = world.near.territory_id.unwrap();
        let query = format!(
            "{{ there: accounts(filter: {{territoryId: {{eq: \"{}\"}}}}) {{ totalCount }} \
             nowhere: accounts(filter: {{territoryId: {{isNull: true}}}}) {{ totalCount }} }}",
            id("terr", near)
        );
        let answer = app
            .graphql(&role("PLACELESS").await, &query, json!({}))
            .await;
        let count = |number: u8| json!({ "totalCount": number });
        assert_eq!(
            answer.data(),
            &json!({ "there": count(0), "nowhere": count(3) })
        );
        let blind = fixtures::user(&app.database, "Bo Blind", &[]).await;
        let mut roles: user::ActiveModel = blind.clone().into();
        roles.roles = Set(json!(["PLACELESS"]));
        roles.update(app.database.writes()).await.unwrap();
        let token = app.token_of(&world.admin.email).await;
        let query = format!(
            "{{ explainAccess(id: \"{}\", viewerId: \"{}\") {{ visible rules {{ holds }} }} }}",
            id("terr", near),
            id("user", blind.id)
        );
        let answer = app.graphql(&token, &query, json!({})).await;
        let hidden = json!({ "visible": false, "rules": [] });
        assert_eq!(answer.data()["explainAccess"], hidden, "{}", answer.text);
        app.stop().await;
    }
}
