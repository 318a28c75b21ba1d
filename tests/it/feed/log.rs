//! Changing rows as the hub does: the row and its entry in the log, in one transaction.

use api::change::{self, Actor, Author, Change};
use entity::change::ChangeKind;
use sea_orm::{ActiveModelBehavior, ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::{Value, json};
use tests::app::TestApp;
use uuid::Uuid;

/// A change of a row, and who makes it.
pub(super) struct Deed {
    row: (&'static str, Uuid),
    kind: ChangeKind,
    fields: Option<Value>,
    reason: Option<String>,
    actor: Actor,
}

impl Deed {
    /// What is done to the row with that id.
    pub(super) fn to(table: &'static str, id: Uuid, kind: ChangeKind) -> Self {
        Self {
            row: (table, id),
            kind,
            fields: None,
            reason: None,
            actor: Actor::System,
        }
    }

    /// An update of these columns, each with what it was and what it becomes.
    pub(super) fn update(table: &'static str, id: Uuid, fields: Value) -> Self {
        Self {
            fields: Some(fields),
            ..Self::to(table, id, ChangeKind::Updated)
        }
    }

    /// A deletion.
    pub(super) fn delete(table: &'static str, id: Uuid) -> Self {
        let gone = json!({"deleted_at": [null, TestApp::NOW]});
        Self {
            fields: Some(gone),
            ..Self::to(table, id, ChangeKind::Deleted)
        }
    }

    pub(super) fn by(self, actor: Actor) -> Self {
        Self { actor, ..self }
    }

    pub(super) fn because(self, reason: &str) -> Self {
        Self {
            reason: Some(reason.to_owned()),
            ..self
        }
    }

    /// Writes the entry, and `row` as it is then.
    pub(super) async fn with<A>(self, app: &TestApp, row: A)
    where
        A: ActiveModelTrait + ActiveModelBehavior + Send,
        <A::Entity as EntityTrait>::Model: IntoActiveModel<A>,
    {
        let tx = app.database.begin().await.unwrap();
        row.update(&tx).await.unwrap();
        change::record(&tx, vec![self.entry(app)]).await.unwrap();
        tx.commit().await.unwrap();
    }

    /// Writes the entry alone: the row is as it has to be.
    pub(super) async fn alone(self, app: &TestApp) {
        let tx = app.database.begin().await.unwrap();
        change::record(&tx, vec![self.entry(app)]).await.unwrap();
        tx.commit().await.unwrap();
    }

    fn entry(self, app: &TestApp) -> Change {
        let now = app.clock.now();
        Change {
            actor: self.actor,
            fields: self.fields,
            reason: self.reason,
            ..Change::by(&Author::SYSTEM, now, self.row, self.kind)
        }
    }
}
