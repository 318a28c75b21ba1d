//! Signing and checking tokens: JWTs of the hub. `jwk.rs` has the keys for it.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use entity::signing_key::SigningAlgorithm;
use jsonwebtoken::{Header, Validation, decode, decode_header, encode, errors::ErrorKind};
use sea_orm::DbErr;
use serde::{Deserialize, Serialize};
use serde_json::Value as Json;
use uuid::Uuid;

use super::{
    jwk::{self, PublicKey},
    key_file::{KeyError, KeyFile},
    keyring::{Key, Keyring},
};
use crate::{clock::Clock, error::ApiError};

/// How much the clocks of those who sign and those who check may differ.
pub const LEEWAY: TimeDelta = TimeDelta::seconds(5);
/// The longest token that is looked at, in bytes; ours have about 450, or 750 when they are signed with RSA.
const LONGEST: usize = 4096;

/// What a token says. Times are in whole seconds since 1970, UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claims {
    /// Who signed it.
    pub iss: String,
    /// Whom it is for.
    pub aud: String,
    /// The user whose it is; for a service, the token itself.
    pub sub: Uuid,
    /// Its own id, as in the `api_token` table.
    pub jti: Uuid,
    /// When it was signed.
    pub iat: i64,
    /// Valid from then on.
    pub nbf: i64,
    /// Not valid any more from then on.
    pub exp: i64,
}

/// Why a token was refused; for the log, never for the caller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Longer than any token of ours.
    TooLong,
    /// Not a token, not signed with the key and the algorithm that it names, or with claims missing or
    /// wrong.
    Invalid(String),
    /// Its header asks for what we do not do.
    Header(&'static str),
    /// It names a key that is none of the hub's.
    UnknownKey,
    /// It names a key that has retired.
    RetiredKey,
    /// It names a key that is not known here, and the database did not say whether there is one.
    KeysUnavailable,
    /// Its time is over.
    Expired,
    /// Its time has not come.
    NotYet,
    /// It was never issued, or not to whom it says.
    Unknown,
    /// It was taken back.
    Revoked,
    /// Its user has left.
    Inactive,
    /// It may not be used from there.
    Address,
    /// What its identity provider says is not enough.
    Identity(&'static str),
}

impl Claims {
    /// UTC; valid from then on.
    pub(super) fn valid_from(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.nbf, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// UTC; not valid from then on.
    pub(super) fn valid_until(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.exp, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }
}

/// A token that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signed {
    /// The token.
    pub token: String,
    /// The key that signed it.
    pub kid: String,
}

/// Signs tokens with the key in this hub's file, and checks them with the keys of all hubs.
#[derive(Clone)]
pub struct Tokens {
    file: KeyFile,
    keyring: Keyring,
    issuer: String,
    audience: String,
    clock: Clock,
}

impl Tokens {
    /// Signs with the key in `file` and checks with those of `keyring`, as `issuer` for `audience`.
    #[must_use]
    pub fn new(
        file: KeyFile,
        keyring: Keyring,
        issuer: &str,
        audience: &str,
        clock: Clock,
    ) -> Self {
        Self {
            file,
            keyring,
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            clock,
        }
    }

    /// The file of the key that signs.
    #[must_use]
    pub fn file(&self) -> &KeyFile {
        &self.file
    }

    /// The keys that tokens can be checked with now, as JWKs.
    pub async fn published(&self) -> Vec<Json> {
        self.keyring.published().await
    }

    /// Learns at once what has changed about the keys.
    ///
    /// # Errors
    ///
    /// Returns [`DbErr`] when the database fails; what was known stays.
    pub async fn reload(&self) -> Result<(), DbErr> {
        self.keyring.reload().await
    }

    /// Signs a token with the id `jti` for `sub`, valid from `from` until `until`. The file is read each
    /// time, so that another key in it needs no start.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::Internal`] when the key is no good, not registered or has retired, and when
    /// the database fails.
    pub async fn sign(
        &self,
        jti: Uuid,
        sub: Uuid,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Signed, ApiError> {
        let key = self.file.load().map_err(ApiError::internal)?;
        let unusable = |unusable| ApiError::internal(self.file.unusable(unusable));
        let public = PublicKey::of(&key).map_err(unusable)?;
        let own = self.keyring.own(&public.kid).await?;
        self.check_own(own.as_deref(), until)
            .map_err(ApiError::internal)?;
        let header = Header {
            kid: Some(public.kid.clone()),
            ..Header::new(jwk::name(key.algorithm()))
        };
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub,
            jti,
            iat: from.timestamp(),
            nbf: from.timestamp(),
            exp: until.timestamp(),
        };
        let token = encode(
            &header,
            &claims,
            &jwk::encoding_key(&key).map_err(unusable)?,
        );
        Ok(Signed {
            token: token.map_err(ApiError::internal)?,
            kid: public.kid,
        })
    }

    /// Whether what the key of the file signs is let in.
    fn check_own(&self, own: Option<&Key>, until: DateTime<Utc>) -> Result<(), KeyError> {
        let Some(key) = own else {
            return Err(self.file.unfit(
                "has a key that is not registered",
                "start the hub again, which registers it",
            ));
        };
        if key.is_retired(self.clock.now()) {
            return Err(self.file.unfit(
                "has a key that has retired",
                "put the new one there, or make one with `revhub key rotate`",
            ));
        }
        if let Some(retires_at) = key.retires_at.filter(|retires_at| *retires_at < until) {
            tracing::warn!(
                %retires_at,
                "the key in this hub's file was replaced, and its tokens end when it retires: put the new \
                 one there"
            );
        }
        Ok(())
    }

    /// Checks a token's signature, with the key that it names, its claims and its time.
    ///
    /// # Errors
    ///
    /// Returns the [`Refusal`] when any of them is not right.
    pub async fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        if token.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        let header = decode_header(token).map_err(invalid)?;
        let kid = key_named_by(&header)?;
        let key = self.keyring.find(kid).await?;
        self.check(token, &key)
    }

    /// Checks all but who the key belongs to.
    fn check(&self, token: &str, key: &Key) -> Result<Claims, Refusal> {
        let now = self.clock.now();
        if key.is_retired(now) {
            return Err(Refusal::RetiredKey);
        }
        let claims = decode::<Claims>(token, &key.check, &self.rules(key.algorithm));
        let mut claims = claims.map_err(invalid)?.claims;
        // It is good for no longer than its key.
        if let Some(retires_at) = key.retires_at {
            claims.exp = claims.exp.min(retires_at.timestamp());
        }
        if claims.exp <= (now - LEEWAY).timestamp() {
            return Err(Refusal::Expired);
        }
        let latest = (now + LEEWAY).timestamp();
        if claims.nbf > latest || claims.iat > latest {
            return Err(Refusal::NotYet);
        }
        Ok(claims)
    }

    /// What must hold for what a key signed with `algorithm`, and no other.
    fn rules(&self, algorithm: SigningAlgorithm) -> Validation {
        let mut rules = Validation::new(jwk::name(algorithm));
        rules.set_issuer(&[&self.issuer]);
        rules.set_audience(&[&self.audience]);
        rules.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        // The times are checked here, with our clock.
        rules.validate_exp = false;
        rules.validate_nbf = false;
        rules
    }
}

/// The key that a token of ours names in its header.
fn key_named_by(header: &Header) -> Result<&str, Refusal> {
    if header.crit.is_some() {
        return Err(Refusal::Header("it has `crit`"));
    }
    let typ = header.typ.as_deref();
    if !typ.is_some_and(|typ| typ.eq_ignore_ascii_case("JWT")) {
        return Err(Refusal::Header("its `typ` is not JWT"));
    }
    let kid = header.kid.as_deref();
    kid.ok_or(Refusal::Header("it has no `kid`"))
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that `map_err` calls"
)]
fn invalid(error: jsonwebtoken::errors::Error) -> Refusal {
    // The library quotes what it could not read, which strangers wrote, into the log.
    let unreadable = matches!(
        error.kind(),
        ErrorKind::Json(_) | ErrorKind::Base64(_) | ErrorKind::Utf8(_)
    );
    Refusal::Invalid(if unreadable {
        "it is no JWT".to_owned()
    } else {
        error.to_string()
    })
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TooLong => "it is longer than any token of the hub",
            Self::Invalid(why) => why,
            Self::Header(why) | Self::Identity(why) => why,
            Self::UnknownKey => "it names a key that the hub does not have",
            Self::RetiredKey => "the key that signed it has retired",
            Self::KeysUnavailable => "the keys that would check it could not be read",
            Self::Expired => "it has expired",
            Self::NotYet => "it is not valid yet",
            Self::Unknown => "no such token was issued",
            Self::Revoked => "it was revoked",
            Self::Inactive => "its user is not active",
            Self::Address => "it may not be used from this address",
        })
    }
}

#[cfg(test)]
mod tests;
