//! What a provider's token says, and whom it stands for by that.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::{Identity, UserKey};
use crate::{
    auth::token::{LEEWAY, Refusal},
    config::{self, RoleClaim, UserClaim},
};

/// The longest text that can be the key of a user, in characters: as in the table `external_id`, and longer
/// than any e-mail address.
const LONGEST_KEY: usize = 255;

type Claims = Map<String, Value>;

/// How the tokens of a provider are read.
#[derive(Debug)]
pub(super) struct Rules {
    issuer: String,
    audiences: Vec<String>,
    user: UserClaim,
    roles: Option<RoleClaim>,
}

impl Rules {
    /// Those of `provider`.
    pub(super) fn new(provider: &config::Provider) -> Self {
        Self {
            issuer: provider.issuer.clone(),
            audiences: provider.audiences.clone(),
            user: provider.user.clone(),
            roles: provider.roles.clone(),
        }
    }

    /// Whom the token with these `claims` stands for at `now`.
    ///
    /// # Errors
    ///
    /// Returns the [`Refusal`] when it stands for nobody.
    pub(super) fn identity(
        &self,
        claims: &Claims,
        now: DateTime<Utc>,
    ) -> Result<Identity, Refusal> {
        let missing = |claim: &str| Refusal::Invalid(format!("its `{claim}` is missing or wrong"));
        if text(claims, "iss") != Some(self.issuer.as_str()) {
            return Err(missing("iss"));
        }
        if !self.is_for_us(claims.get("aud")) {
            return Err(missing("aud"));
        }
        let subject = text(claims, "sub").ok_or_else(|| missing("sub"))?;
        let issued = instant(claims, "iat").ok_or_else(|| missing("iat"))?;
        let valid_until = instant(claims, "exp").ok_or_else(|| missing("exp"))?;
        let not_before = match claims.get("nbf") {
            Some(_) => instant(claims, "nbf").ok_or_else(|| missing("nbf"))?,
            None => issued,
        };
        if valid_until <= now - LEEWAY {
            return Err(Refusal::Expired);
        }
        if issued.max(not_before) > now + LEEWAY {
            return Err(Refusal::NotYet);
        }
        if claims.contains_key("cnf") {
            // RFC 7800: only who proves to have that key may use it, and that is not looked at here.
            return Err(Refusal::Identity("it is bound to a key of its caller"));
        }
        Ok(Identity {
            user: self.user(claims)?,
            roles: self
                .roles
                .as_ref()
                .map(|rule| roles(claims, rule))
                .transpose()?,
            subject: self.number_of(subject),
            valid_from: not_before,
            valid_until,
        })
    }

    /// Whether `aud`, a text or a list of texts, has one of ours.
    fn is_for_us(&self, aud: Option<&Value>) -> bool {
        let ours = |aud: &str| self.audiences.iter().any(|audience| audience == aud);
        texts(aud).any(ours)
    }

    fn user(&self, claims: &Claims) -> Result<UserKey, Refusal> {
        let key = |claim: &str| {
            let key = find(claims, claim).and_then(Value::as_str);
            let fits = |key: &&str| !key.is_empty() && key.chars().count() <= LONGEST_KEY;
            let key = key.filter(fits).map(str::to_owned);
            key.ok_or(Refusal::Identity("it does not say whose it is"))
        };
        match &self.user {
            UserClaim::Email { claim, verified } => {
                if *verified && !is_true(claims.get("email_verified")) {
                    let refusal = "its provider does not say that the e-mail address is verified";
                    return Err(Refusal::Identity(refusal));
                }
                Ok(UserKey::Email(key(claim)?))
            }
            UserClaim::ExternalId { claim, system } => Ok(UserKey::ExternalId {
                system: system.clone(),
                key: key(claim)?,
            }),
        }
    }

    /// The first 16 bytes of the SHA-256 of issuer and subject, with a zero between them, which neither has.
    fn number_of(&self, subject: &str) -> Uuid {
        let mut hash = Sha256::new();
        hash.update(self.issuer.as_bytes());
        hash.update([0]);
        hash.update(subject.as_bytes());
        let hash: [u8; 32] = hash.finalize().into();
        let mut number = [0; 16];
        for (to, from) in number.iter_mut().zip(hash) {
            *to = from;
        }
        Uuid::from_bytes(number)
    }
}

/// The roles of the hub that the claims say, each once.
fn roles(claims: &Claims, rule: &RoleClaim) -> Result<Vec<String>, Refusal> {
    let mut known = HashSet::new();
    let theirs = texts(find(claims, &rule.claim));
    let roles = theirs.filter_map(|theirs| rule.map.get(theirs));
    let roles: Vec<_> = roles.filter(|role| known.insert(*role)).cloned().collect();
    if roles.is_empty() {
        return Err(Refusal::Identity("its provider says no role of this hub"));
    }
    Ok(roles)
}

/// The claim of this name; else, where the name has dots, the one within others: `realm_access.roles`. Names
/// that are URLs have dots as well.
fn find<'a>(claims: &'a Claims, name: &str) -> Option<&'a Value> {
    if let Some(claim) = claims.get(name) {
        return Some(claim);
    }
    let (outer, inner) = name.split_once('.')?;
    let claims = claims.get(outer)?.as_object()?;
    find(claims, inner)
}

/// A text that is there and not empty.
fn text<'a>(claims: &'a Claims, name: &str) -> Option<&'a str> {
    let text = claims.get(name)?.as_str()?;
    (!text.is_empty()).then_some(text)
}

/// A text, or the texts of a list.
fn texts(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let one = value.and_then(Value::as_str);
    let many = value.and_then(Value::as_array).into_iter().flatten();
    one.into_iter().chain(many.filter_map(Value::as_str))
}

/// Seconds since 1970, UTC, perhaps with a fraction, which is cut off.
fn instant(claims: &Claims, name: &str) -> Option<DateTime<Utc>> {
    let number = claims.get(name)?.as_number()?;
    let whole = || {
        let text = number.to_string();
        let (whole, _fraction) = text.split_once('.')?;
        whole.parse().ok()
    };
    let seconds = number.as_i64().or_else(whole)?;
    DateTime::from_timestamp(seconds, 0)
}

/// True; or a text that says so, as some providers write it.
fn is_true(value: Option<&Value>) -> bool {
    match value {
        Some(Value::Bool(value)) => *value,
        Some(Value::String(text)) => text == "true",
        _ => false,
    }
}
