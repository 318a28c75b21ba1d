//! Deciding on what may be there twice: merging it, undoing that, and saying that it is not.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use uuid::Uuid;

use entity::merge::MergeEntity;

use crate::{
    dataset::{GlobalId, dataset, global_id},
    error::ApiError,
    services::merge::{self, Merged, Order, Undone},
};

use super::{
    super::{
        error::resolver_error,
        row::{Account, Contact, DuplicateCandidate, Row},
    },
    conflict::{Shown, answered},
    writing,
};

/// What the id of a merge begins with.
const PREFIX: &str = "merge_";

/// The root fields that decide on duplicates.
#[derive(Debug, Default)]
pub(crate) struct DuplicateMutation;

#[Object]
impl DuplicateMutation {
    /// Makes contacts one. What refers to the others refers to the winner, its empty fields are filled from them,
    /// and they are deleted. It can be undone for 30 days.
    async fn merge_contacts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which contact stays, and which go into it.")] input: MergeInput,
    ) -> Option<Result<MergedContacts>> {
        let done = run(ctx, MergeEntity::Contact, "Contact", input).await;
        let done = done.map(|(id, merged)| MergedContacts {
            merge_id: merge_id(merged.id),
            contact: Row::new(id),
            relinked: count(merged.relinked),
        });
        let shown = Shown {
            answer: "MergedContacts",
            field: "contact",
            noun: "Contact",
        };
        answered(ctx, shown, done).await
    }

    /// Makes accounts one, with their domains. What refers to the others refers to the winner, its empty fields
    /// are filled from them, and they are deleted. It can be undone for 30 days.
    async fn merge_accounts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which account stays, and which go into it.")] input: MergeInput,
    ) -> Option<Result<MergedAccounts>> {
        let done = run(ctx, MergeEntity::Account, "Account", input).await;
        let done = done.map(|(id, merged)| MergedAccounts {
            merge_id: merge_id(merged.id),
            account: Row::new(id),
            relinked: count(merged.relinked),
        });
        let shown = Shown {
            answer: "MergedAccounts",
            field: "account",
            noun: "Account",
        };
        answered(ctx, shown, done).await
    }

    /// Puts back what a merge has changed, for 30 days after it. What somebody has changed since stays as it is, and
    /// is named.
    async fn undo_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the merge answered.")] merge_id: ID,
    ) -> Option<Result<UndoneMerge>> {
        let undone = writing(ctx).run(async |write| {
            let digits = merge_id.strip_prefix(PREFIX);
            let id = digits.and_then(|digits| Uuid::try_parse(digits).ok());
            let id = id.ok_or_else(|| ApiError::NotFound {
                what: "merge".to_owned(),
            })?;
            merge::undo(write, id).await
        });
        let undone = undone.await.map_err(|error| resolver_error(&error));
        Some(undone.map(|undone| told(&undone)))
    }

    /// Says that two rows that may be the same are not. They are not found again.
    async fn dismiss_duplicate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The global id of the pair.")] id: ID,
    ) -> Option<Result<DismissedDuplicate>> {
        let dismissed = writing(ctx).run(async |write| {
            let id = row_id("DuplicateCandidate", &id)?;
            merge::dismiss(write, id).await?;
            Ok(id)
        });
        let dismissed = dismissed.await.map_err(|error| resolver_error(&error));
        Some(dismissed.map(|id| DismissedDuplicate {
            duplicate_candidate: Row::new(id),
        }))
    }
}

/// Which row stays, and which go into it.
#[derive(Debug, InputObject)]
struct MergeInput {
    /// The global id of the row that stays.
    winner_id: ID,
    /// The global ids of the rows that go into it; 20 at most.
    loser_ids: Vec<ID>,
    /// The versions that you have seen: where one of them is another by now, nothing is merged.
    expected_versions: Option<Vec<ExpectedVersion>>,
    /// Fields of the first loser that the winner takes although it has its own, such as `phone`.
    take: Option<Vec<String>>,
}

/// The version of a row that somebody has seen.
#[derive(Debug, InputObject)]
struct ExpectedVersion {
    /// The global id of the row.
    id: ID,
    /// Its `version`.
    version: i32,
}

/// Contacts that were made one.
#[derive(Debug, SimpleObject)]
struct MergedContacts {
    /// To undo it by.
    merge_id: ID,
    /// The one that stayed.
    contact: Row<Contact>,
    /// How many values refer to it now that referred to another.
    relinked: i32,
}

/// Accounts that were made one.
#[derive(Debug, SimpleObject)]
struct MergedAccounts {
    /// To undo it by.
    merge_id: ID,
    /// The one that stayed.
    account: Row<Account>,
    /// How many values refer to it now that referred to another.
    relinked: i32,
}

/// A merge that was undone.
#[derive(Debug, SimpleObject)]
struct UndoneMerge {
    /// How many rows are there again.
    restored: i32,
    /// What was changed after the merge, and stays as it is.
    changed_since: Vec<ChangedSince>,
}

/// A value that was changed after a merge.
#[derive(Debug, SimpleObject)]
struct ChangedSince {
    /// The row; null where it is none that can be read.
    id: Option<ID>,
    /// What of it, such as `account_id`.
    what: String,
}

/// Two rows that are not the same.
#[derive(Debug, SimpleObject)]
struct DismissedDuplicate {
    /// The pair; null where your token may not read pairs (`duplicate:read`).
    duplicate_candidate: Row<DuplicateCandidate>,
}

async fn run(
    ctx: &Context<'_>,
    entity: MergeEntity,
    noun: &'static str,
    input: MergeInput,
) -> Result<(Uuid, Merged), ApiError> {
    let merged = writing(ctx).run(async |write| {
        let order = order(entity, noun, input)?;
        Ok((order.winner, merge::merge(write, &order).await?))
    });
    merged.await
}

/// What undoing came to, in the names of the schema.
fn told(undone: &Undone) -> UndoneMerge {
    let named = |(what, id): &(String, Uuid)| {
        let (table, column) = what.split_once('.').unwrap_or((what, "entity_id"));
        let mut entities = dataset().entities().iter();
        let entity = entities.find(|entity| entity.table == table);
        ChangedSince {
            id: entity.map(|entity| ID(global_id(entity, *id))),
            what: column.to_owned(),
        }
    };
    UndoneMerge {
        restored: count(undone.restored.len()),
        changed_since: undone.changed_since.iter().map(named).collect(),
    }
}

fn order(entity: MergeEntity, noun: &'static str, input: MergeInput) -> Result<Order, ApiError> {
    let MergeInput {
        winner_id,
        loser_ids,
        expected_versions,
        take,
    } = input;
    let losers = loser_ids.iter().map(|id| row_id(noun, id));
    let versions = expected_versions.unwrap_or_default().into_iter();
    let versions = versions.map(|seen| Ok((row_id(noun, &seen.id)?, seen.version)));
    Ok(Order {
        entity,
        winner: row_id(noun, &winner_id)?,
        losers: losers.collect::<Result<_, ApiError>>()?,
        versions: versions.collect::<Result<_, ApiError>>()?,
        take: take.unwrap_or_default(),
    })
}

fn row_id(noun: &'static str, id: &str) -> Result<Uuid, ApiError> {
    let id = GlobalId::parse(id).filter(|id| id.entity.name == noun);
    id.map(|id| id.id).ok_or_else(|| ApiError::NotFound {
        what: noun.to_owned(),
    })
}

fn merge_id(id: Uuid) -> ID {
    ID(format!("{PREFIX}{}", id.simple()))
}

fn count(number: usize) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
