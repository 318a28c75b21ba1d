//! Where somebody works.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use uuid::Uuid;

use crate::{
    dataset::GlobalId,
    error::{ApiError, Problem},
    services::user::{self, Places},
};

use super::{
    super::row::{Row, User},
    conflict::{Shown, answered},
    writing,
};

/// The root fields that change what belongs to a user.
#[derive(Debug, Default)]
pub(crate) struct UserMutation;

#[Object]
impl UserMutation {
    /// Says in which territories somebody works: in these, in all below them, and in no others. What they see by
    /// territory follows at once. For those who may update the user.
    async fn set_user_territories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Who, and where.")] input: SetUserTerritoriesInput,
    ) -> Option<Result<ChangedUserTerritories>> {
        let set = writing(ctx).run(async |write| {
            let (id, places) = places(input)?;
            user::set_territories(write, id, places).await?;
            Ok(ChangedUserTerritories { user: Row::new(id) })
        });
        let shown = Shown {
            answer: "ChangedUserTerritories",
            field: "user",
            noun: "User",
        };
        answered(ctx, shown, set.await).await
    }
}

/// Who, and where they work from now on.
#[derive(Debug, InputObject)]
struct SetUserTerritoriesInput {
    /// The global id of the user.
    user_id: ID,
    /// The global ids of all their territories, 1,000 at most; none takes all of them away.
    territory_ids: Vec<ID>,
    /// The `version` of the user that you have read: where somebody has changed them since, nothing is written.
    expected_version: Option<i32>,
}

/// A user whose territories were set.
#[derive(Debug, SimpleObject)]
struct ChangedUserTerritories {
    /// The user; null where your token may not read users (`user:read`).
    user: Row<User>,
}

/// Whose territories are set, and which they are.
fn places(input: SetUserTerritoriesInput) -> Result<(Uuid, Places), ApiError> {
    let SetUserTerritoriesInput {
        user_id,
        territory_ids,
        expected_version,
    } = input;
    let id = |noun: &str, id: &ID| {
        let id = GlobalId::parse(id).filter(|id| id.entity.name == noun);
        id.map(|id| id.id)
    };
    let user = id("User", &user_id).ok_or_else(|| {
        let problem = Problem::new("NOT_FOUND", "input.userId", "there is no such User");
        ApiError::Input(vec![problem])
    })?;
    // What is no id of a territory is the id of none that there is.
    let territories = territory_ids.iter().map(|it| id("Territory", it));
    Ok((
        user,
        Places {
            territories: territories.map(Option::unwrap_or_default).collect(),
            expected_version,
        },
    ))
}
