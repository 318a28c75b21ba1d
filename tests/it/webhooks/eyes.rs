//! What an endpoint sees: as much as its role, and no more.

use entity::{
    account,
    campaign::{self, CampaignKind, CampaignStatus},
    change::ChangeKind,
    channel::Channel,
    contact,
};
use sea_orm::{
    ActiveEnum, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter, sea_query::Expr,
};
use serde_json::json;
use tests::fixtures;
use uuid::Uuid;

use super::{ask, each_sending, endpoint, receiver::Receiver, record, updated};

#[tokio::test]
async fn what_is_masked_for_its_role_is_masked_in_its_messages() {
    each_sending(async |app| {
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let ada = fixtures::contact(&app.database, ("Ada", "Byron"), &acme).await;
        let document = "query($id: ID!) { contact(id: $id) { email firstName maskedFields } }";
        let mut receivers = Vec::new();
        for role in ["ADMIN", "ANALYST"] {
            let receiver = Receiver::start();
            let of = json!({ "role": role, "entities": ["CONTACT"], "document": document });
            endpoint(app, &receiver, of).await;
            receivers.push(receiver);
        }
        record(app, "contact", ada.id, ChangeKind::Created, json!(null)).await;
        let whole = receivers[0].next().await;
        let masked = receivers[1].next().await;
        let email = ada.email.unwrap();
        assert_eq!(whole.body["data"]["contact"]["email"], email);
        assert_ne!(masked.body["data"]["contact"]["email"], email);
        assert!(!masked.text.contains(&email));
        let fields = masked.body["data"]["contact"]["maskedFields"]
            .as_array()
            .unwrap();
        assert!(fields.contains(&json!("email")));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_told_of_rows_that_its_role_does_not_see() {
    each_sending(async |app| {
        // What is a sales rep's is not a system's: it has no rows of its own.
        let mut blind = Receiver::start();
        let of = json!({ "role": "SALES_REP", "document": null, "entities": ["ACCOUNT"] });
        endpoint(app, &blind, of).await;
        let mut narrow = Receiver::start();
        let of = json!({ "scopes": ["lead:read"], "document": null, "entities": [] });
        endpoint(app, &narrow, of).await;
        let mut all = Receiver::start();
        endpoint(app, &all, json!({})).await;
        let ada = fixtures::user(&app.database, "Ada Byron", &[]).await;
        let acme = fixtures::account(&app.database, "Acme", None, Some(&ada)).await;
        for _ in 0..3 {
            updated(app, acme.id).await;
        }
        all.take(3).await;
        assert!(blind.pending().is_none() && narrow.pending().is_none());
        let planned = super::deliveries(app).await;
        assert_eq!(planned.len(), 3);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_is_not_there_any_more_is_told_as_removed_and_nothing_else_of_it() {
    each_sending(async |app| {
        let mut receiver = Receiver::start();
        endpoint(app, &receiver, json!({})).await;
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        updated(app, acme.id).await;
        assert_eq!(receiver.next().await.event(), "account.updated");
        let deleted = account::Entity::update_many()
            .col_expr(account::Column::DeletedAt, Expr::value(app.clock.now()))
            .filter(account::Column::Id.eq(acme.id));
        deleted.exec(app.database.writes()).await.unwrap();
        let fields = json!({ "deleted_at": [null, app.clock.now()] });
        record(app, "account", acme.id, ChangeKind::Deleted, fields).await;
        let message = receiver.next().await;
        assert_eq!(message.event(), "account.removed");
        assert_eq!(message.body["data"], json!(null));
        assert!(!message.text.contains("Acme"));
    })
    .await;
}

#[tokio::test]
async fn what_its_role_sees_is_found_out_when_a_message_is_sent() {
    each_sending(async |app| {
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let ada = fixtures::contact(&app.database, ("Ada", "Byron"), &acme).await;
        let mut receiver = Receiver::start();
        let document = "query($id: ID!) { contact(id: $id) { email } }";
        let of = json!({ "entities": ["CONTACT"], "document": document });
        let (id, _) = endpoint(app, &receiver, of).await;
        ask(
            app,
            "pauseWebhookEndpoint",
            json!({ "id": id }),
            "webhookEndpoint { id }",
        )
        .await;
        record(app, "contact", ada.id, ChangeKind::Created, json!(null)).await;
        let less = json!({ "id": id, "role": "ANALYST" });
        ask(app, "updateWebhookEndpoint", less, "webhookEndpoint { id }").await;
        let renamed = contact::Entity::update_many()
            .col_expr(contact::Column::Email, Expr::value("zoe@example.com"))
            .filter(contact::Column::Id.eq(ada.id));
        renamed.exec(app.database.writes()).await.unwrap();
        ask(
            app,
            "resumeWebhookEndpoint",
            json!({ "id": id }),
            "webhookEndpoint { id }",
        )
        .await;
        let message = receiver.next().await;
        assert_eq!(message.body["data"]["contact"]["email"], "z…@example.com");
    })
    .await;
}

#[tokio::test]
async fn what_is_masked_is_not_among_the_fields_that_changed() {
    each_sending(async |app| {
        let acme = fixtures::account(&app.database, "Acme", None, None).await;
        let ada = fixtures::contact(&app.database, ("Ada", "Byron"), &acme).await;
        let mut fields = Vec::new();
        for role in ["ADMIN", "ANALYST"] {
            let mut receiver = Receiver::start();
            let of = json!({ "role": role, "entities": ["CONTACT"], "document": null });
            endpoint(app, &receiver, of).await;
            let changed =
                json!({ "email": ["a@example.com", "b@example.com"], "job_title": [null, "CEO"] });
            record(app, "contact", ada.id, ChangeKind::Updated, changed).await;
            let message = receiver.next().await;
            assert!(!message.text.contains("example.com"));
            fields.push(message.body["changedFields"].clone());
        }
        assert_eq!(fields, [json!(["email", "jobTitle"]), json!(["jobTitle"])]);
    })
    .await;
}

#[tokio::test]
async fn a_row_that_leaves_the_view_is_told_as_removed_and_is_told_of_again_when_it_comes_back() {
    each_sending(async |app| {
        // Sales does not see drafts.
        let mut sales = Receiver::start();
        let of = json!({ "role": "SALES_REP", "entities": ["CAMPAIGN"], "document": null });
        endpoint(app, &sales, of).await;
        let id = Uuid::now_v7();
        let row = campaign::ActiveModel {
            id: Set(id),
            name: Set("Spring".to_owned()),
            kind: Set(CampaignKind::Webinar),
            status: Set(CampaignStatus::Running),
            channel: Set(Channel::Email),
            version: Set(1),
            created_at: Set(app.clock.now()),
            updated_at: Set(app.clock.now()),
            ..campaign::ActiveModel::default()
        };
        let made = campaign::Entity::insert(row).exec_without_returning(app.database.writes());
        made.await.unwrap();
        record(app, "campaign", id, ChangeKind::Created, json!(null)).await;
        assert_eq!(sales.next().await.event(), "campaign.created");
        for (from, to, event) in [
            (
                CampaignStatus::Running,
                CampaignStatus::Draft,
                "campaign.removed",
            ),
            (
                CampaignStatus::Draft,
                CampaignStatus::Paused,
                "campaign.updated",
            ),
        ] {
            let update = campaign::Entity::update_many()
                .col_expr(campaign::Column::Status, Expr::value(to.to_value()))
                .filter(campaign::Column::Id.eq(id));
            update.exec(app.database.writes()).await.unwrap();
            let fields = json!({ "status": [from.to_value(), to.to_value()] });
            record(app, "campaign", id, ChangeKind::Updated, fields).await;
            assert_eq!(sales.next().await.event(), event);
        }
        assert!(sales.pending().is_none());
    })
    .await;
}
