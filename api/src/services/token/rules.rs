//! What makes sense of a token that somebody asks for, and what is theirs to give.

use std::net::IpAddr;

use entity::api_token;
use ipnet::IpNet;
use serde_json::{Value, json};

use crate::{
    auth::{MOST_ALLOWED, Viewer},
    error::ApiError,
    views::{Policy, READ_ALL, Scope, allows},
};

/// What a token may be used for: `asked`, or reading everything where nothing was. All of it is known to
/// `policy`.
pub(super) fn scopes(policy: &Policy, asked: Vec<String>) -> Result<Vec<String>, ApiError> {
    if asked.is_empty() {
        return Ok(vec![READ_ALL.to_owned()]);
    }
    check_scopes(policy, &asked)?;
    Ok(asked)
}

/// Whether there are such scopes.
pub(super) fn check_scopes(policy: &Policy, scopes: &[String]) -> Result<(), ApiError> {
    let known = policy.vocabulary.scopes();
    match scopes.iter().find(|scope| !known.contains(scope)) {
        Some(unknown) => {
            let problem = format!(
                "there is no scope {unknown:?}; there is {}",
                known.join(", ")
            );
            Err(ApiError::validation("scopes", problem).allowing(known))
        }
        None => Ok(()),
    }
}

/// Whether `viewer` may give a system a token in that role. Where they may not do so with all, only the
/// roles that they have are theirs to give.
pub(super) fn may_give(viewer: &Viewer, role: &str) -> Result<(), ApiError> {
    let on = viewer.view.noun("ApiToken").can.get("createService");
    let on = on.filter(|_| viewer.may_write());
    let on = on.ok_or_else(|| forbidden("make tokens for systems"))?;
    makes_tokens(viewer)?;
    if !on.covers(&Scope::all()) && !viewer.roles.iter().any(|own| own == role) {
        return Err(forbidden("give a role that you do not have"));
    }
    Ok(())
}

/// Whether tokens may be made with that of `viewer`, which would not be bound as it is.
pub(super) fn makes_tokens(viewer: &Viewer) -> Result<(), ApiError> {
    if viewer.makes_tokens {
        return Ok(());
    }
    let action = "make tokens with one that is bound to networks or to numbers of its own, or whose roles an \
                  identity provider says";
    Err(forbidden(action))
}

/// Whether `viewer` may have what takes the place of `old`: of their own, or of a system whose role is theirs
/// to give.
pub(super) fn may_replace(viewer: &Viewer, old: &api_token::Model) -> Result<(), ApiError> {
    makes_tokens(viewer)?;
    if let Some(user) = old.user_id {
        if viewer.user_id == Some(user) {
            return Ok(());
        }
        let action = "put another in the place of somebody else's token: take it back, and have them make one";
        return Err(forbidden(action));
    }
    let roles: Vec<String> =
        serde_json::from_value(old.roles.clone()).map_err(ApiError::internal)?;
    roles.iter().try_for_each(|role| may_give(viewer, role))
}

/// Whether all that `scopes` allow is allowed to `viewer` by the token that they come with.
pub(super) fn covered(viewer: &Viewer, scopes: &[String]) -> Result<(), ApiError> {
    let own = &viewer.scopes;
    let all = scopes.iter().all(|scope| allows(own, scope));
    if all && (own.is_empty() || !scopes.is_empty()) {
        return Ok(());
    }
    Err(forbidden("give a token more than your own may be used for"))
}

pub(super) fn forbidden(action: &str) -> ApiError {
    ApiError::Forbidden {
        action: action.to_owned(),
    }
}

pub(super) fn missing() -> ApiError {
    ApiError::NotFound {
        what: "token that is still valid".to_owned(),
    }
}

pub(super) fn named(name: &str) -> Result<String, ApiError> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        let problem = "must have 1 to 200 characters on one line";
        return Err(ApiError::validation("name", problem));
    }
    Ok(name.to_owned())
}

/// Networks as they are kept: `192.0.2.7` is `192.0.2.7/32`.
pub(super) fn networks(allow: &[String]) -> Result<Option<Value>, ApiError> {
    if allow.is_empty() {
        return Ok(None);
    }
    let parse = |text: &String| {
        let network: Option<IpNet> = text.parse().ok();
        let network = network.or_else(|| Some(IpNet::from(text.parse::<IpAddr>().ok()?)));
        let problem = || format!("{text:?} is no network; one is 192.0.2.0/24, or 2001:db8::/32");
        let network = network.ok_or_else(|| ApiError::validation("ipAllow", problem()))?;
        Ok(network.trunc().to_string())
    };
    let networks: Result<Vec<_>, ApiError> = allow.iter().map(parse).collect();
    Ok(Some(json!(networks?)))
}

/// A number of requests or points as it is kept.
pub(super) fn positive<N: TryInto<u32>>(
    field: &str,
    number: Option<N>,
) -> Result<Option<i32>, ApiError> {
    let Some(number) = number else {
        return Ok(None);
    };
    let number = number.try_into().ok();
    let number = number.filter(|number| (1..=MOST_ALLOWED).contains(number));
    let number = number.and_then(|number| i32::try_from(number).ok());
    let problem = format!("must be from 1 to {MOST_ALLOWED}");
    number
        .map(Some)
        .ok_or_else(|| ApiError::validation(field, problem))
}
