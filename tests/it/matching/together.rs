//! Merging at the same time as others write: one of them wins, and nothing is lost.

use api::views::Role;
use entity::{
    change::{self, ChangeKind},
    contact,
};
use futures::future::join;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use tests::{
    app::{TestApp, each_app},
    client::Response,
    fixtures,
};
use uuid::Uuid;

use super::{contact_named, lead_of};

/// How often each race is run.
const ROUNDS: usize = 20;
const MERGE: &str = "mutation($input: MergeInput!) { mergeContacts(input: $input) { mergeId contact { jobTitle } } }";
const UPDATE: &str = "mutation($input: UpdateContactInput!) { updateContact(input: $input) { contact { jobTitle } } }";

fn con(id: Uuid) -> String {
    format!("con_{}", id.simple())
}

async fn merge(app: &TestApp, token: &str, winner: Uuid, loser: Uuid) -> Response {
    let input = json!({"winnerId": con(winner), "loserIds": [con(loser)]});
    app.graphql(token, MERGE, json!({"input": input})).await
}

async fn stored(app: &TestApp, id: Uuid) -> contact::Model {
    let row = contact::Entity::find_by_id(id);
    row.one(app.database.reads()).await.unwrap().unwrap()
}

async fn people<const N: usize>(app: &TestApp) -> [contact::Model; N] {
    let acme = fixtures::account(&app.database, "Acme", None, None).await;
    let mut people = Vec::new();
    for number in 0..N {
        let email = format!("{}@acme.example", Uuid::now_v7().simple());
        let last = format!("Lemgor {number}");
        people.push(contact_named(app, ("Eva", &last), &email, &acme).await);
    }
    people.try_into().unwrap()
}

#[tokio::test]
async fn a_change_of_a_row_that_is_merged_is_in_the_winner_or_refused() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        for round in 0..ROUNDS {
            let [winner, loser] = people(app).await;
            let title = format!("Buyer {round}");
            let input = json!({"id": con(loser.id), "jobTitle": title});
            let update = app.graphql(&token, UPDATE, json!({"input": input}));
            let (merged, updated) = join(merge(app, &token, winner.id, loser.id), update).await;
            let _merged = merged.data();
            let (winner, loser) = (stored(app, winner.id).await, stored(app, loser.id).await);
            assert!(loser.deleted_at.is_some());
            if updated.codes().is_empty() {
                // It came first: what it says has been taken over.
                assert_eq!(winner.job_title, Some(title.clone()));
                assert_eq!(loser.job_title, Some(title));
            } else {
                assert_eq!(updated.codes(), ["NOT_FOUND"]);
                assert_eq!((winner.job_title, loser.job_title), (None, None));
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_row_goes_into_one_other() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        for _ in 0..ROUNDS {
            let [one, two, loser] = people(app).await;
            let lead = lead_of(app, "eva@acme.example", None).await;
            let tx = app.database.begin().await.unwrap();
            let of_lead = entity::lead::ActiveModel {
                id: Set(lead.id),
                contact_id: Set(Some(loser.id)),
                ..Default::default()
            };
            of_lead.update(&tx).await.unwrap();
            tx.commit().await.unwrap();
            let into = |winner: &contact::Model| merge(app, &token, winner.id, loser.id);
            let answers = join(into(&one), into(&two)).await;
            let (won, lost) = match answers {
                (first, second) if second.codes().is_empty() => ((second, two.id), first),
                (first, second) => ((first, one.id), second),
            };
            let _merged = won.0.data();
            assert_eq!(lost.codes(), ["NOT_FOUND"]);
            let lead = entity::lead::Entity::find_by_id(lead.id);
            let lead = lead.one(app.database.reads()).await.unwrap().unwrap();
            assert_eq!(lead.contact_id, Some(won.1));
        }
    })
    .await;
}

#[tokio::test]
async fn of_two_rows_that_go_into_each_other_one_stays() {
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        for _ in 0..ROUNDS {
            let [one, two] = people(app).await;
            let (first, second) = join(
                merge(app, &token, one.id, two.id),
                merge(app, &token, two.id, one.id),
            )
            .await;
            let mut codes = [first.codes(), second.codes()];
            codes.sort();
            assert_eq!(codes, [vec![], vec!["NOT_FOUND"]]);
        }
    })
    .await;
}

#[tokio::test]
async fn the_same_merge_twice_at_once_is_done_once_and_undone_whole() {
    const UNDO: &str = "mutation($id: ID!) { undoMerge(mergeId: $id) { restored } }";
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        for _ in 0..ROUNDS {
            let [winner, loser] = people(app).await;
            let again = || merge(app, &token, winner.id, loser.id);
            let (first, second) = join(again(), again()).await;
            let (done, refused) = if first.codes().is_empty() {
                (first, second)
            } else {
                (second, first)
            };
            assert_eq!(refused.codes(), ["NOT_FOUND"]);
            let id = &done.data()["mergeContacts"]["mergeId"];
            let undone = app.graphql(&token, UNDO, json!({"id": id})).await;
            assert_eq!(undone.data()["undoMerge"]["restored"], 1);
            assert!(stored(app, loser.id).await.deleted_at.is_none());
        }
    })
    .await;
}

#[tokio::test]
async fn nothing_goes_into_a_row_that_was_deleted() {
    const DELETE: &str =
        "mutation($input: DeleteInput!) { deleteContact(input: $input) { outcome } }";
    each_app(async |app| {
        let token = app.token_for(Role::Admin).await;
        for _ in 0..ROUNDS {
            let [winner, loser] = people(app).await;
            let input = json!({"input": {"id": con(winner.id)}});
            let delete = app.graphql(&token, DELETE, input);
            let (merged, deleted) = join(merge(app, &token, winner.id, loser.id), delete).await;
            // Whoever comes first, the winner can be deleted.
            let _deleted = deleted.data();
            let (winner, loser) = (stored(app, winner.id).await, stored(app, loser.id).await);
            assert!(winner.deleted_at.is_some());
            if merged.codes().is_empty() {
                // It was deleted afterwards, with what is in it.
                let seq = async |row: &contact::Model, kind: ChangeKind| {
                    let log = change::Entity::find()
                        .filter(change::Column::EntityId.eq(row.id))
                        .filter(change::Column::Kind.eq(kind));
                    log.one(app.database.reads()).await.unwrap().unwrap().seq
                };
                let merged = seq(&loser, ChangeKind::Merged).await;
                assert!(merged < seq(&winner, ChangeKind::Deleted).await);
            } else {
                assert_eq!(merged.codes(), ["NOT_FOUND"]);
                assert!(loser.deleted_at.is_none());
            }
        }
    })
    .await;
}
