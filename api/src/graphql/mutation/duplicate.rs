//! Deciding on what may be there twice: merging it, undoing that, and saying that it is not.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use uuid::Uuid;

use entity::merge::MergeEntity;

use crate::{
    dataset::{Entity, GlobalId, dataset, global_id},
    error::{ApiError, Problem},
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
    /// Fields of the first loser that the winner takes although it has its own, such as `phone` or `accountId`.
    take: Option<Vec<String>>,
    /// Why; it is kept with the change.
    reason: Option<String>,
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
    /// How many rows refer to it now that referred to another.
    relinked: i32,
}

/// Accounts that were made one.
#[derive(Debug, SimpleObject)]
struct MergedAccounts {
    /// To undo it by.
    merge_id: ID,
    /// The one that stayed.
    account: Row<Account>,
    /// How many rows refer to it now that referred to another.
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
#[derive(Debug, PartialEq, Eq, SimpleObject)]
struct ChangedSince {
    /// The row.
    id: ID,
    /// Which field of it, such as `accountId`.
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
    let mut changed_since: Vec<ChangedSince> = Vec::new();
    for kept in &undone.changed_since {
        let mut entities = dataset().entities().iter();
        let Some(entity) = entities.find(|entity| entity.table == kept.table) else {
            continue;
        };
        let told = ChangedSince {
            id: ID(global_id(entity, kept.id)),
            what: field_of(entity, &kept.column),
        };
        // An amount is two columns and one field.
        if !changed_since.contains(&told) {
            changed_since.push(told);
        }
    }
    UndoneMerge {
        restored: count(undone.restored.len()),
        changed_since,
    }
}

/// The field of `entity` that a column stands in; a column that there is no field for in the same spelling.
fn field_of(entity: &Entity, column: &str) -> String {
    let mut fields = entity.fields.iter();
    let field = fields.find(|field| field.kind.columns().any(|it| it == column));
    if let Some(field) = field {
        return field.name.to_owned();
    }
    let mut words = column.split('_');
    let mut name = words.next().unwrap_or_default().to_owned();
    for word in words {
        let mut letters = word.chars();
        name.extend(letters.next().map(|letter| letter.to_ascii_uppercase()));
        name.push_str(letters.as_str());
    }
    name
}

fn order(entity: MergeEntity, noun: &'static str, input: MergeInput) -> Result<Order, ApiError> {
    let MergeInput {
        winner_id,
        loser_ids,
        expected_versions,
        take,
        reason,
    } = input;
    let mut problems = Vec::new();
    let mut read = |id: &str, path: String| {
        let parsed = GlobalId::parse(id).filter(|id| id.entity.name == noun);
        if parsed.is_none() {
            let mut problem = Problem::new("NOT_FOUND", path, "");
            problem.message = format!("no such {noun}");
            problems.push(problem);
        }
        // One that is none is refused below, whatever is here.
        parsed.map_or_else(Uuid::nil, |id| id.id)
    };
    let winner = read(&winner_id, "input.winnerId".to_owned());
    let losers = loser_ids.iter().enumerate();
    let losers = losers.map(|(index, id)| read(id, format!("input.loserIds.{index}")));
    let losers = losers.collect();
    let versions = expected_versions.unwrap_or_default();
    let versions = versions.iter().enumerate().map(|(index, seen)| {
        let path = format!("input.expectedVersions.{index}.id");
        (read(&seen.id, path), seen.version)
    });
    let versions = versions.collect();
    if !problems.is_empty() {
        return Err(ApiError::Input(problems));
    }
    let reason = reason.map(|reason| reason.trim().to_owned());
    Ok(Order {
        entity,
        winner,
        losers,
        versions,
        take: take.unwrap_or_default(),
        reason: reason.filter(|reason| !reason.is_empty()),
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
