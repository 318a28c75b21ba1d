//! Each caller hears of the rows that they see, and of those that they do not see any more.

use api::{change::Actor, views::Role};
use entity::{account, change::ChangeKind, territory, user_territory};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde_json::{Value, json};
use tests::{
    app::{Bearer, TestApp, each_app},
    fixtures,
};
use uuid::Uuid;

use super::log::Deed;

const CHANGES: &str =
    "query ($after: String, $entities: [EntityKind!], $filter: ChangeFilter, $first: Int) {
    changes(after: $after, entities: $entities, filter: $filter, first: $first) {
        nodes {
            at kind entity id reason alsoAffects
            node { id ... on Account { name owner { name } } }
            fields { field before after }
            actor { kind id name }
        }
        edges { cursor node { id } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}";

/// Somebody who follows the feed.
pub(super) struct Listener {
    token: String,
    cursor: Option<String>,
}

impl Listener {
    /// Follows from now on.
    pub(super) async fn new(app: &TestApp, token: String) -> Self {
        let answer = app.graphql(&token, "{ changeCursor }", Value::Null).await;
        let cursor = answer.data()["changeCursor"].as_str().unwrap().to_owned();
        Self {
            token,
            cursor: Some(cursor),
        }
    }

    /// What there is to hear since the last time.
    pub(super) async fn hear(&mut self, app: &TestApp, asks: Value) -> Vec<Value> {
        let mut heard = Vec::new();
        loop {
            let mut variables = asks.clone();
            variables["after"] = json!(self.cursor);
            let answer = app.graphql(&self.token, CHANGES, variables).await;
            let page = &answer.data()["changes"];
            heard.extend(page["nodes"].as_array().unwrap().iter().cloned());
            self.cursor = Some(page["pageInfo"]["endCursor"].as_str().unwrap().to_owned());
            if page["pageInfo"]["hasNextPage"] == false {
                return heard;
            }
        }
    }

    /// As [`Self::hear`], of each change its kind alone.
    pub(super) async fn kinds(&mut self, app: &TestApp) -> Vec<String> {
        let heard = self.hear(app, json!({})).await;
        let kinds = heard
            .iter()
            .map(|change| change["kind"].as_str().unwrap().to_owned());
        kinds.collect()
    }
}

fn owned_by(account: &account::Model, owner: Uuid) -> account::ActiveModel {
    account::ActiveModel {
        id: Set(account.id),
        owner_id: Set(Some(owner)),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_row_that_comes_and_goes_is_told_as_it_does() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::SalesRep]).await;
        let bob = fixtures::user(db, "Bob", &[Role::SalesRep]).await;
        let account = fixtures::account(db, "Acme", None, Some(&ada)).await;
        let mut heard_by_ada = Listener::new(app, app.token_of(&ada.email).await).await;
        let mut heard_by_bob = Listener::new(app, app.token_of(&bob.email).await).await;
        let id = account.id;

        let renamed = json!({"name": ["Acme", "Acme Ltd"]});
        let row = account::ActiveModel {
            id: Set(id),
            name: Set("Acme Ltd".to_owned()),
            ..Default::default()
        };
        let deed = Deed::update("account", id, renamed).by(Actor::User(ada.id));
        deed.because("it is one").with(app, row).await;
        let heard = heard_by_ada.hear(app, json!({})).await;
        let expected = json!([{
            "at": "2026-11-22T12:00:00.000000Z",
            "kind": "UPDATED",
            "entity": "ACCOUNT",
            "id": format!("acc_{}", id.simple()),
            "reason": "it is one",
            "alsoAffects": [],
            "node": {
                "id": format!("acc_{}", id.simple()),
                "name": "Acme Ltd",
                "owner": {"name": "Ada"},
            },
            "fields": [{"field": "name", "before": "Acme", "after": "Acme Ltd"}],
            "actor": {"kind": "USER", "id": format!("user_{}", ada.id.simple()), "name": "Ada"},
        }]);
        assert_eq!(json!(heard), expected);
        assert!(heard_by_bob.kinds(app).await.is_empty());

        // To somebody else: it leaves the one view, and comes into the other.
        let moved = json!({"owner_id": [ada.id, bob.id]});
        let deed = Deed::update("account", id, moved);
        deed.with(app, owned_by(&account, bob.id)).await;
        let heard = heard_by_ada.hear(app, json!({})).await;
        let expected = json!([{
            "at": "2026-11-22T12:00:00.000000Z",
            "kind": "REMOVED",
            "entity": "ACCOUNT",
            "id": format!("acc_{}", id.simple()),
            "reason": null,
            "alsoAffects": heard[0]["alsoAffects"],
            "node": null,
            "fields": [],
            "actor": null,
        }]);
        assert_eq!(json!(heard), expected);
        assert_eq!(heard_by_bob.kinds(app).await, ["UPDATED"]);

        // It is deleted: a word to those who saw it, and none to the others.
        let gone = account::ActiveModel {
            id: Set(id),
            deleted_at: Set(Some(TestApp::now())),
            ..Default::default()
        };
        Deed::delete("account", id).with(app, gone).await;
        assert!(heard_by_ada.kinds(app).await.is_empty());
        assert_eq!(heard_by_bob.kinds(app).await, ["REMOVED"]);
        let back = account::ActiveModel {
            id: Set(id),
            deleted_at: Set(None),
            ..Default::default()
        };
        Deed::to("account", id, ChangeKind::Restored)
            .with(app, back)
            .await;
        assert_eq!(heard_by_bob.kinds(app).await, ["RESTORED"]);
        assert!(heard_by_ada.kinds(app).await.is_empty());
    })
    .await;
}

/// As the account of a contact moves, the contact does, and the log has no word of it.
#[tokio::test]
async fn a_change_says_what_else_it_moves() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::SalesRep]).await;
        let bob = fixtures::user(db, "Bob", &[Role::SalesRep]).await;
        let account = fixtures::account(db, "Acme", None, Some(&ada)).await;
        let mut ada_hears = Listener::new(app, app.token_of(&ada.email).await).await;
        let mut bob_hears = Listener::new(app, app.token_of(&bob.email).await).await;
        let mut all_hear = Listener::new(app, app.token_for(Role::Admin).await).await;
        let renamed = json!({"name": ["Acme", "Acme"]});
        Deed::update("account", account.id, renamed)
            .alone(app)
            .await;
        assert_eq!(
            ada_hears.hear(app, json!({})).await[0]["alsoAffects"],
            json!([])
        );

        let moved = json!({"owner_id": [ada.id, bob.id]});
        let deed = Deed::update("account", account.id, moved);
        deed.with(app, owned_by(&account, bob.id)).await;
        let also = |heard: Vec<Value>| heard.last().unwrap()["alsoAffects"].to_string();
        for also in [
            also(ada_hears.hear(app, json!({})).await),
            also(bob_hears.hear(app, json!({})).await),
        ] {
            assert!(also.contains("\"CONTACT\""), "{also}");
            assert!(also.contains("\"ACCOUNT_DOMAIN\""), "{also}");
            assert!(!also.contains("\"CAMPAIGN\""), "{also}");
        }
        // Who sees all contacts loses none of them.
        let heard = all_hear.hear(app, json!({})).await;
        assert!(!heard[1]["alsoAffects"].to_string().contains("\"CONTACT\""));
    })
    .await;
}

/// What has changed several times since somebody looked is told as it was each time, also where the row is
/// by now out of sight for other reasons.
#[tokio::test]
async fn who_comes_late_hears_that_rows_left_them() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::SalesRep]).await;
        let [bob, eve] = [
            fixtures::user(db, "Bob", &[Role::SalesRep]).await,
            fixtures::user(db, "Eve", &[Role::SalesRep]).await,
        ];
        let account = fixtures::account(db, "Acme", None, Some(&eve)).await;
        let mut listeners = Vec::new();
        for user in [&ada, &bob, &eve] {
            listeners.push(Listener::new(app, app.token_of(&user.email).await).await);
        }
        let mut all = Listener::new(app, app.token_for(Role::Admin).await).await;
        for (from, to) in [(&ada, &bob), (&bob, &eve)] {
            let moved = json!({"owner_id": [from.id, to.id], "name": ["secret", "secret"]});
            Deed::update("account", account.id, moved)
                .because("secret")
                .alone(app)
                .await;
        }
        let gone = account::ActiveModel {
            id: Set(account.id),
            deleted_at: Set(Some(TestApp::now())),
            ..Default::default()
        };
        Deed::delete("account", account.id).with(app, gone).await;
        for (listener, expected) in listeners.iter_mut().zip([1, 1, 1]) {
            let heard = listener.hear(app, json!({})).await;
            assert_eq!(heard.len(), expected);
            assert_eq!(heard[0]["kind"], "REMOVED");
            assert!(!json!(heard).to_string().contains("secret"));
        }
        assert_eq!(all.kinds(app).await, ["REMOVED"; 3]);

        // A row that is gone for good: only who sees all rows hears of it.
        Deed::to("account", Uuid::now_v7(), ChangeKind::Deleted)
            .alone(app)
            .await;
        assert_eq!(all.kinds(app).await, ["REMOVED"]);
        for listener in &mut listeners {
            assert!(listener.kinds(app).await.is_empty());
        }
    })
    .await;
}

#[tokio::test]
async fn a_cursor_expires_with_time_and_with_what_one_sees() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::SalesRep]).await;
        let account = fixtures::account(db, "Acme", None, Some(&ada)).await;
        let token = app.token_of(&ada.email).await;
        let ask = "query ($after: String) { changes(after: $after, entities: [ACCOUNT]) { nodes { id } } }";
        let cursor = app.graphql(&token, "{ changeCursor }", Value::Null).await;
        let after = json!({"after": cursor.data()["changeCursor"]});
        let renamed = json!({"name": ["Acme", "Acme"]});
        Deed::update("account", account.id, renamed)
            .alone(app)
            .await;

        for garbage in [
            "",
            "x",
            "0123456789abcdef",
            "0123456789abcdefAAAA",
            "ä€ŧ",
            "0123456789abcdeé",
        ] {
            let answer = app.graphql(&token, ask, json!({"after": garbage})).await;
            assert_eq!(answer.codes(), ["VALIDATION"], "{garbage}");
        }
        let other = app.token_for(Role::Admin).await;
        let answer = app.graphql(&other, ask, after.clone()).await;
        assert_eq!(answer.codes(), ["CURSOR_EXPIRED"]);
        assert_eq!(answer.body["errors"][0]["extensions"]["field"], "after");

        // A territory more, and as it was.
        let answer = app.graphql(&token, ask, after.clone()).await;
        assert_eq!(
            answer.data()["changes"]["nodes"].as_array().unwrap().len(),
            1
        );
        let place = fixtures::territory(db, "/at/", None, &[&ada]).await;
        app.forget_callers();
        let answer = app.graphql(&token, ask, after.clone()).await;
        assert_eq!(answer.codes(), ["CURSOR_EXPIRED"]);
        let tx = db.begin().await.unwrap();
        user_territory::Entity::delete_many()
            .exec(&tx)
            .await
            .unwrap();
        territory::Entity::delete_by_id(place.id)
            .exec(&tx)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        app.forget_callers();
        let answer = app.graphql(&token, ask, after.clone()).await;
        assert_eq!(answer.codes(), [""; 0]);

        // Thirty days on, and one more. What is older is not told to those who begin anew either.
        app.clock.set(TestApp::now() + chrono::Duration::days(30));
        let token = app.token_of(&ada.email).await;
        let answer = app.graphql(&token, ask, after.clone()).await;
        assert_eq!(
            answer.data()["changes"]["nodes"].as_array().unwrap().len(),
            1
        );
        app.clock
            .set(TestApp::now() + chrono::Duration::days(30) + chrono::Duration::hours(1));
        let answer = app.graphql(&token, ask, after).await;
        assert_eq!(answer.codes(), ["CURSOR_EXPIRED"]);
        let answer = app.graphql(&token, ask, json!({"after": null})).await;
        assert_eq!(answer.data()["changes"]["nodes"], json!([]));
    })
    .await;
}

/// Whatever its length, a page takes a fixed number of statements, and no more points than it announces.
#[tokio::test]
async fn a_page_takes_a_fixed_number_of_statements() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::SalesRep]).await;
        let bob = fixtures::user(db, "Bob", &[Role::SalesRep]).await;
        for number in 0..60 {
            let owner = if number % 2 == 0 { &ada } else { &bob };
            let account = fixtures::account(db, &format!("Acme {number}"), None, Some(owner)).await;
            let contact = fixtures::contact(db, ("A", &format!("N{number}")), &account).await;
            let moved = json!({"owner_id": [ada.id, owner.id]});
            Deed::update("account", account.id, moved).alone(app).await;
            Deed::update("contact", contact.id, json!({"first_name": ["B", "A"]}))
                .alone(app)
                .await;
        }
        let token = app.token_of(&ada.email).await;
        let mut counts = Vec::new();
        for first in [4, 120] {
            let asks = json!({"after": null, "first": first, "filter": {"scope": "TERRITORY"}});
            let _before = app.take_statements();
            let answer = app.graphql(&token, CHANGES, asks).await;
            let kinds: Vec<_> = answer.data()["changes"]["nodes"]
                .as_array()
                .unwrap()
                .iter()
                .map(|change| change["kind"].clone())
                .collect();
            assert!(kinds.contains(&json!("REMOVED")));
            let statements = app.take_statements();
            let statements = statements
                .iter()
                .filter(|sql| sql.starts_with("SELECT") || sql.starts_with("WITH"));
            counts.push(statements.count());
        }
        // Whose territories, the position, the log, what is visible, the log of what is not, and as it was.
        assert_eq!(counts, [6, 6]);
    })
    .await;
}

#[tokio::test]
async fn a_filter_says_which_changes_are_told() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::SalesRep]).await;
        let place = fixtures::territory(db, "/at/", None, &[&ada]).await;
        let mine = fixtures::account(db, "Mine", None, Some(&ada)).await;
        let near = fixtures::account(db, "Near", Some(&place), None).await;
        let far = fixtures::account(db, "Far", None, None).await;
        let contact = fixtures::contact(db, ("Eve", "Moor"), &near).await;
        let ada_did = || Actor::User(ada.id);
        let named = || json!({"name": ["a", "b"]});
        Deed::update("account", mine.id, named())
            .by(ada_did())
            .alone(app)
            .await;
        Deed::update("account", near.id, json!({"industry": [null, "b"]}))
            .alone(app)
            .await;
        Deed::update("account", far.id, named())
            .by(ada_did())
            .alone(app)
            .await;
        let email = json!({"email": ["a@example.com", "b@example.com"]});
        Deed::update("contact", contact.id, email)
            .by(ada_did())
            .alone(app)
            .await;
        Deed::to("contact", contact.id, ChangeKind::Restored)
            .alone(app)
            .await;
        let token = app.token_of(&ada.email).await;
        let id = |prefix: &str, id: Uuid| format!("{prefix}_{}", id.simple());
        let heard = async |asks: Value| {
            let mut listener = Listener {
                token: token.clone(),
                cursor: None,
            };
            let mut asks = asks;
            if asks.get("entities").is_none() {
                // The token of this test is a row as well.
                asks["entities"] = json!(["ACCOUNT", "CONTACT"]);
            }
            let heard = listener.hear(app, asks).await;
            let places = heard.iter().map(|change| {
                let what = change["id"].as_str().unwrap().to_owned();
                let name = [
                    (mine.id, "mine"),
                    (near.id, "near"),
                    (far.id, "far"),
                    (contact.id, "contact"),
                ];
                let name = name
                    .into_iter()
                    .find(|(id, _)| what.ends_with(&id.simple().to_string()));
                format!(
                    "{} {}",
                    name.unwrap().1,
                    change["kind"].as_str().unwrap().to_lowercase()
                )
            });
            places.collect::<Vec<_>>().join(", ")
        };
        let everything = "mine updated, near updated, contact updated, contact restored";
        assert_eq!(heard(json!({})).await, everything);
        assert_eq!(heard(json!({"first": 1})).await, everything);
        for (filter, expected) in [
            (
                json!({"ids": [id("acc", mine.id), id("acc", far.id), id("con", far.id), "x"]}),
                "mine updated",
            ),
            (json!({"kinds": ["RESTORED"]}), "contact restored"),
            (
                json!({"actorIds": [id("user", ada.id)]}),
                "mine updated, contact updated",
            ),
            (
                json!({"fields": ["name"]}),
                "mine updated, contact restored",
            ),
            // Not theirs to see in that contact, so that nothing is found by it.
            (json!({"fields": ["email"]}), "contact restored"),
            (json!({"scope": "MINE"}), "mine updated"),
            (json!({"scope": "TERRITORY"}), everything),
            (json!({"scope": "ALL"}), everything),
            (json!({"ids": []}), ""),
        ] {
            for first in [1, 100] {
                let asks = json!({"filter": filter, "first": first});
                assert_eq!(heard(asks).await, expected, "{filter}");
            }
        }
        assert_eq!(heard(json!({"entities": ["LEAD"]})).await, "");
        assert_eq!(
            heard(json!({"entities": ["CONTACT"]})).await,
            "contact updated, contact restored"
        );
        for wrong in [
            json!({"filter": {"kinds": ["NO"]}}),
            json!({"filter": {"fields": ["no"]}}),
            json!({"entities": ["NO"]}),
            json!({"first": 0}),
            json!({"first": 501}),
        ] {
            let answer = app.graphql(&token, CHANGES, wrong.clone()).await;
            assert!(!answer.codes().is_empty(), "{wrong}");
        }
    })
    .await;
}

/// A token for one kind of row hears of no other, and does not know who did it.
#[tokio::test]
async fn a_token_hears_of_what_it_is_for() {
    each_app(async |app| {
        let db = &app.database;
        let ada = fixtures::user(db, "Ada", &[Role::Admin]).await;
        let account = fixtures::account(db, "Acme", None, Some(&ada)).await;
        let contact = fixtures::contact(db, ("Eve", "Moor"), &account).await;
        for (table, id) in [
            ("account", account.id),
            ("contact", contact.id),
            ("user", ada.id),
        ] {
            let named = json!({"name": ["a", "b"], "owner_id": [null, ada.id]});
            Deed::update(table, id, named)
                .by(Actor::User(ada.id))
                .alone(app)
                .await;
            // Somebody looked with other eyes, and somebody was refused: nobody is told.
            for kind in [ChangeKind::ViewedAs, ChangeKind::Refused] {
                Deed::to(table, id, kind).alone(app).await;
            }
        }
        let bearer = Bearer::User(ada.email.clone());
        let token = app.issue(bearer, &["account:read"]).await.unwrap().token;
        let mut listener = Listener {
            token,
            cursor: None,
        };
        let heard = listener.hear(app, json!({})).await;
        assert_eq!(heard.len(), 1);
        assert_eq!(heard[0]["entity"], "ACCOUNT");
        assert_eq!(
            heard[0]["actor"],
            json!({"kind": "USER", "id": null, "name": null})
        );
        let expected = json!([
            {"field": "name", "before": "a", "after": "b"},
            {"field": "ownerId", "before": null, "after": null},
        ]);
        assert_eq!(heard[0]["fields"], expected);
        assert_eq!(heard[0]["node"]["owner"], Value::Null);

        let all = app.token_of(&ada.email).await;
        let ask = "query ($id: ID!) { user(id: $id) { history { nodes { kind } } } }";
        let id = json!({"id": format!("user_{}", ada.id.simple())});
        let answer = app.graphql(&all, ask, id).await;
        assert_eq!(
            answer.data()["user"]["history"]["nodes"],
            json!([{"kind": "UPDATED"}])
        );
    })
    .await;
}
