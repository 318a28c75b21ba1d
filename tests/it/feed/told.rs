//! Each caller hears of the rows that they see, and of those that they do not see any more.

use api::{change::Actor, views::Role};
use entity::{account, change::ChangeKind};
use sea_orm::ActiveValue::Set;
use serde_json::{Value, json};
use tests::{
    app::{TestApp, each_app},
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
