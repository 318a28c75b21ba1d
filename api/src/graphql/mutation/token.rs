//! Issuing tokens, putting new ones in their place, and taking them back.

use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use uuid::Uuid;

use crate::{
    auth::Allowance,
    dataset::GlobalId,
    error::ApiError,
    services::token::{Issued, Issuer, ServiceToken, Terms},
};

use super::super::{
    error::resolver_error,
    row::{ApiToken, Row},
};
use super::{of_input, writing};

/// The root fields that change tokens.
#[derive(Debug)]
pub(crate) struct TokenMutation;

#[Object]
impl TokenMutation {
    /// Makes a token for a system: a script, a BI tool, a front end. For administrators.
    async fn create_service_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For which system, and what it may be used for.")]
        input: CreateServiceTokenInput,
    ) -> Option<Result<IssuedToken>> {
        let CreateServiceTokenInput {
            name,
            role,
            scopes,
            ip_allow,
            days,
            requests_per_minute,
            points_per_minute,
        } = input;
        let service = ServiceToken {
            name,
            role,
            ip_allow: ip_allow.unwrap_or_default(),
            allowance: Allowance {
                requests_per_minute: requests_per_minute.map(natural),
                points_per_minute: points_per_minute.map(|points| natural(points).into()),
            },
            terms: terms(days, scopes),
        };
        let issuer = issuer(ctx);
        let made = writing(ctx).run(async |write| issuer.issue_to_service(write, service).await);
        Some(answer(made.await))
    }

    /// Makes a token of your own, to read with: for a script or a spreadsheet of yours. It sees what you
    /// see when it is used, of what its scopes name, and changes nothing.
    async fn create_personal_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What it is for, and what it may be used for.")]
        input: CreatePersonalTokenInput,
    ) -> Option<Result<IssuedToken>> {
        let CreatePersonalTokenInput { name, scopes, days } = input;
        let (issuer, terms) = (issuer(ctx), terms(days, scopes));
        let made =
            writing(ctx).run(async |write| issuer.issue_to_oneself(write, &name, terms).await);
        Some(answer(made.await))
    }

    /// Makes another token like that one, and ends that one after a while: time to put the new one in its
    /// place, without a request that fails.
    async fn rotate_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which token, and for how long both are valid.")] input: RotateTokenInput,
    ) -> Option<Result<IssuedToken>> {
        let RotateTokenInput {
            id,
            overlap_hours,
            days,
        } = input;
        let (issuer, id) = (issuer(ctx), token_id(&id));
        let (overlap, days) = (natural(overlap_hours), days.map(natural));
        let made = writing(ctx).run(async |write| issuer.rotate(write, id?, overlap, days).await);
        Some(answer(made.await))
    }

    /// Takes a token back: the next request with it is refused.
    async fn revoke_token(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which token.")] input: RevokeTokenInput,
    ) -> Option<Result<RevokedToken>> {
        let issuer = issuer(ctx);
        let revoked = writing(ctx).run(async |write| {
            let id = token_id(&input.id)?;
            let count = issuer.revoke(write, id, input.and_made_with_it).await?;
            Ok((id, count))
        });
        let revoked = revoked
            .await
            .map_err(|error| resolver_error(&of_input(error)));
        Some(revoked.map(|(id, count)| RevokedToken {
            api_token: Row::new(id),
            count: i32::try_from(count).unwrap_or(i32::MAX),
        }))
    }
}

/// For which system a token is, and what it may be used for.
#[derive(Debug, InputObject)]
struct CreateServiceTokenInput {
    /// What the system is called in lists and logs, such as `nightly export`.
    name: String,
    /// The name of its role: it sees and does what the role does, and nothing is its own.
    role: String,
    /// What it may be used for, such as `lead:read` or `feedback:write`; without, reading everything that
    /// the role sees: `*:read`.
    scopes: Option<Vec<String>>,
    /// The networks that it may be used from, such as `192.0.2.0/24`; without, from anywhere.
    ip_allow: Option<Vec<String>>,
    /// How many days it is valid, 365 at most unless the hub's settings say otherwise; without, as long as they say.
    days: Option<i32>,
    /// How many requests may be made with it in a minute; without, as many as the hub's settings say.
    requests_per_minute: Option<i32>,
    /// How many cost points may be spent with it in a minute; without, as many as the hub's settings say.
    points_per_minute: Option<i32>,
}

/// What a token of your own is for, and what it may be used for.
#[derive(Debug, InputObject)]
struct CreatePersonalTokenInput {
    /// What you call it, such as `my spreadsheet`.
    name: String,
    /// What it may be used for, such as `lead:read`; without, reading everything that you see: `*:read`.
    scopes: Option<Vec<String>>,
    /// How many days it is valid, 365 at most unless the hub's settings say otherwise; without, as long as they say.
    days: Option<i32>,
}

/// Which token gets another in its place, and for how long both are valid.
#[derive(Debug, InputObject)]
struct RotateTokenInput {
    /// The global id of the token.
    id: ID,
    /// How many hours it stays valid beside the new one, 744 at most; 0 ends it at once.
    #[graphql(default = 24)]
    overlap_hours: i32,
    /// How many days the new one is valid, 365 at most unless the hub's settings say otherwise; without, as long as they say.
    days: Option<i32>,
}

/// Which token is taken back.
#[derive(Debug, InputObject)]
struct RevokeTokenInput {
    /// The global id of the token.
    id: ID,
    /// Whether those are taken back as well that were made with it, or with one of these: when it has leaked.
    #[graphql(default = false)]
    and_made_with_it: bool,
}

/// A token that was just issued.
#[derive(SimpleObject)]
struct IssuedToken {
    /// The token itself, for the header `Authorization: Bearer …`. It is shown this once: the hub does not
    /// keep it.
    token: String,
    /// What the hub knows of it; null where your own token may not read tokens (`token:read`).
    api_token: Row<ApiToken>,
}

/// A token that was taken back.
#[derive(Debug, SimpleObject)]
struct RevokedToken {
    /// What the hub knows of it; null where your own token may not read tokens (`token:read`).
    api_token: Row<ApiToken>,
    /// How many were taken back: this one, and those that were made with it where you said so.
    count: i32,
}

fn answer(issued: Result<Issued, ApiError>) -> Result<IssuedToken> {
    let Issued { id, token, .. } = issued.map_err(|error| resolver_error(&of_input(error)))?;
    Ok(IssuedToken {
        token,
        api_token: Row::new(id),
    })
}

fn issuer<'ctx>(ctx: &Context<'ctx>) -> &'ctx Issuer {
    ctx.data_unchecked()
}

fn terms(days: Option<i32>, scopes: Option<Vec<String>>) -> Terms {
    Terms {
        days: days.map(natural),
        scopes: scopes.unwrap_or_default(),
    }
}

/// The number, or 0 for one below it, which is as much out of range.
fn natural(number: i32) -> u32 {
    u32::try_from(number).unwrap_or_default()
}

fn token_id(id: &str) -> Result<Uuid, ApiError> {
    let id = GlobalId::parse(id).filter(|id| id.entity.name == "ApiToken");
    id.map(|id| id.id).ok_or_else(|| ApiError::NotFound {
        what: "ApiToken".to_owned(),
    })
}
