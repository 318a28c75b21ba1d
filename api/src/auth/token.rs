//! Signing and checking tokens: JWTs signed with Ed25519. The one user of `jsonwebtoken`.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keys::{KeyError, SigningKey};
use crate::{clock::Clock, error::ApiError};

/// How much the clocks of those who sign and those who check may differ.
pub(super) const LEEWAY: TimeDelta = TimeDelta::seconds(5);
/// The longest token that is looked at, in bytes; ours have about 400.
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
    /// Not a token, signed with another key or algorithm, or with claims missing or wrong.
    Invalid(String),
    /// Its header asks for what we do not do.
    Header(&'static str),
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
    /// What its identity provider says is not enough.
    Identity(&'static str),
}

/// Signs tokens and checks them.
#[derive(Clone)]
pub struct Tokens {
    sign: EncodingKey,
    check: DecodingKey,
    validation: Validation,
    issuer: String,
    audience: String,
    clock: Clock,
}

impl Tokens {
    /// Signs and checks with `key`, as `issuer` for `audience`.
    ///
    /// # Errors
    ///
    /// Returns [`KeyError`] when the key cannot be encoded.
    pub fn new(
        key: &SigningKey,
        issuer: &str,
        audience: &str,
        clock: Clock,
    ) -> Result<Self, KeyError> {
        let mut validation = Validation::new(Algorithm::EdDSA);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[audience]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        // The times are checked here, with our clock.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        Ok(Self {
            sign: EncodingKey::from_ed_der(&key.to_pkcs8()?),
            check: DecodingKey::from_ed_der(&key.public()),
            validation,
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            clock,
        })
    }

    /// Signs a token with the id `jti` for `sub`, valid from `from` until `until`.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::Internal`] when it cannot be signed.
    pub fn sign(
        &self,
        jti: Uuid,
        sub: Uuid,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<String, ApiError> {
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: self.audience.clone(),
            sub,
            jti,
            iat: from.timestamp(),
            nbf: from.timestamp(),
            exp: until.timestamp(),
        };
        let token = encode(&Header::new(Algorithm::EdDSA), &claims, &self.sign);
        token.map_err(ApiError::internal)
    }

    /// Checks a token's signature, its claims and its time.
    ///
    /// # Errors
    ///
    /// Returns the [`Refusal`] when any of them is not right.
    pub fn verify(&self, token: &str) -> Result<Claims, Refusal> {
        if token.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        let invalid = |error: jsonwebtoken::errors::Error| Refusal::Invalid(error.to_string());
        let header = decode_header(token).map_err(invalid)?;
        if header.crit.is_some() {
            return Err(Refusal::Header("it has `crit`"));
        }
        if !header
            .typ
            .is_some_and(|typ| typ.eq_ignore_ascii_case("JWT"))
        {
            return Err(Refusal::Header("its `typ` is not JWT"));
        }
        let claims = decode::<Claims>(token, &self.check, &self.validation);
        let claims = claims.map_err(invalid)?.claims;
        let now = self.clock.now();
        if claims.exp <= (now - LEEWAY).timestamp() {
            return Err(Refusal::Expired);
        }
        let latest = (now + LEEWAY).timestamp();
        if claims.nbf > latest || claims.iat > latest {
            return Err(Refusal::NotYet);
        }
        Ok(claims)
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLong => write!(f, "it is longer than {LONGEST} bytes"),
            Self::Invalid(why) => f.write_str(why),
            Self::Header(why) | Self::Identity(why) => f.write_str(why),
            Self::Expired => f.write_str("it has expired"),
            Self::NotYet => f.write_str("it is not valid yet"),
            Self::Unknown => f.write_str("no such token was issued"),
            Self::Revoked => f.write_str("it was revoked"),
            Self::Inactive => f.write_str("its user is not active"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(issuer: &str, audience: &str, clock: &Clock) -> Tokens {
        let dir = tempfile::tempdir().unwrap();
        let key = SigningKey::load_or_create(&dir.path().join("key.pem")).unwrap();
        Tokens::new(&key, issuer, audience, clock.clone()).unwrap()
    }

    fn noon() -> DateTime<Utc> {
        "2026-11-22T12:00:00Z".parse().unwrap()
    }

    fn day() -> TimeDelta {
        TimeDelta::days(1)
    }

    /// The same key under other names.
    fn renamed(tokens: &Tokens, issuer: &str, audience: &str) -> Tokens {
        Tokens {
            issuer: issuer.to_owned(),
            audience: audience.to_owned(),
            ..tokens.clone()
        }
    }

    #[test]
    fn a_token_is_valid_from_its_start_to_its_end() {
        let clock = Clock::fixed(noon());
        let tokens = tokens("hub", "hub", &clock);
        let (jti, sub) = (Uuid::now_v7(), Uuid::now_v7());
        let token = tokens.sign(jti, sub, noon(), noon() + day()).unwrap();
        let claims = tokens.verify(&token).unwrap();
        assert_eq!((claims.jti, claims.sub), (jti, sub));
        for (seconds, expected) in [
            (-6, Some(Refusal::NotYet)),
            (-5, None),
            (86_404, None),
            (86_405, Some(Refusal::Expired)),
        ] {
            clock.set(noon() + TimeDelta::seconds(seconds));
            assert_eq!(tokens.verify(&token).err(), expected, "{seconds}");
        }
    }

    #[test]
    fn a_token_for_others_or_by_others_is_refused() {
        let clock = Clock::fixed(noon());
        let ours = tokens("hub", "hub", &clock);
        for theirs in [
            tokens("hub", "hub", &clock),
            renamed(&ours, "other", "hub"),
            renamed(&ours, "hub", "other"),
        ] {
            let id = Uuid::now_v7();
            let token = theirs.sign(id, id, noon(), noon() + day()).unwrap();
            assert!(matches!(ours.verify(&token), Err(Refusal::Invalid(_))));
        }
    }

    #[test]
    fn what_is_critical_or_not_a_jwt_is_refused() {
        let clock = Clock::fixed(noon());
        let tokens = tokens("hub", "hub", &clock);
        let id = Uuid::now_v7();
        let good = tokens.sign(id, id, noon(), noon() + day()).unwrap();
        let claims = tokens.verify(&good).unwrap();
        let critical = Header {
            crit: Some(vec!["exp".to_owned()]),
            ..Header::new(Algorithm::EdDSA)
        };
        let untyped = Header {
            typ: None,
            ..Header::new(Algorithm::EdDSA)
        };
        for header in [critical, untyped] {
            let token = encode(&header, &claims, &tokens.sign).unwrap();
            assert!(matches!(tokens.verify(&token), Err(Refusal::Header(_))));
        }
    }

    #[test]
    fn every_claim_is_required() {
        let clock = Clock::fixed(noon());
        let tokens = tokens("hub", "hub", &clock);
        let id = Uuid::now_v7();
        let good = tokens.sign(id, id, noon(), noon() + day()).unwrap();
        let claims = serde_json::to_value(tokens.verify(&good).unwrap()).unwrap();
        for claim in ["iss", "aud", "sub", "jti", "iat", "nbf", "exp"] {
            let mut claims = claims.clone();
            claims.as_object_mut().unwrap().remove(claim);
            let token = encode(&Header::new(Algorithm::EdDSA), &claims, &tokens.sign).unwrap();
            assert!(
                matches!(tokens.verify(&token), Err(Refusal::Invalid(_))),
                "{claim}"
            );
        }
    }

    #[test]
    fn an_endless_token_is_not_looked_at() {
        let tokens = tokens("hub", "hub", &Clock::system());
        assert_eq!(tokens.verify(&"a".repeat(5000)), Err(Refusal::TooLong));
    }
}
