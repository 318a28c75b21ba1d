//! Tokens of identity providers: whose they are, as the provider says it. Nothing here knows the users of the
//! hub; whoever asks looks them up.

mod cache;
mod claims;
mod fetch;
mod jwks;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use chrono::{DateTime, Utc};
use jsonwebtoken::{Header, Validation, dangerous::insecure_decode_claims, decode, decode_header};
use serde_json::{Map, Value};
use uuid::Uuid;

use self::{cache::Cache, claims::Rules, fetch::Source, jwks::Key};
use super::token::Refusal;
use crate::{clock::Clock, config};

/// The longest token of a provider that is looked at, in bytes: they put all groups of a user in.
const LONGEST: usize = 16 * 1024;
/// What the `typ` of a token may be, in small letters and without `application/`.
const TYPES: [&str; 2] = ["jwt", "at+jwt"];

/// The identity providers whose tokens are taken.
#[derive(Clone, Debug, Default)]
pub struct Providers {
    each: Arc<[Provider]>,
    revision: Revision,
}

/// How often the keys of any provider have changed. All clones are one.
type Revision = Arc<AtomicU64>;

#[derive(Debug)]
struct Provider {
    issuer: String,
    keys: Arc<Cache>,
    rules: Rules,
    clock: Clock,
}

/// Whom a provider's token stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// How to find the user of the hub.
    pub user: UserKey,
    /// Their roles, where the provider says them: each once, and at least one. `None` is that the hub says
    /// them.
    pub roles: Option<Vec<String>>,
    /// One number for the same person at the same provider, whatever their token.
    pub subject: Uuid,
    /// The token is valid from then on.
    pub valid_from: DateTime<Utc>,
    /// The token is not valid any more from then on, but for the leeway of a few seconds.
    pub valid_until: DateTime<Utc>,
}

/// By what a user of the hub is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserKey {
    /// Their e-mail address, as the provider writes it.
    Email(String),
    /// What another system calls them.
    ExternalId {
        /// The system.
        system: String,
        /// Their id there.
        key: String,
    },
}

impl Providers {
    /// Takes tokens of these `providers`. None of them is asked for anything yet, so that a hub starts while
    /// they are down.
    ///
    /// # Errors
    ///
    /// Says what is wrong when this machine cannot speak TLS, because it trusts nobody's certificates.
    pub fn new(providers: &[config::Provider], clock: &Clock) -> Result<Self, String> {
        let revision = Revision::default();
        let each = providers.iter().map(|provider| {
            let source = Source::new(provider)?;
            Ok(Provider {
                issuer: provider.issuer.clone(),
                keys: Arc::new(Cache::new(
                    source,
                    provider,
                    clock.clone(),
                    Arc::clone(&revision),
                )),
                rules: Rules::new(provider),
                clock: clock.clone(),
            })
        });
        let each: Result<Vec<_>, String> = each.collect();
        Ok(Self {
            each: each?.into(),
            revision,
        })
    }

    /// Which keys there are: as long as it is the same, what was signed with one of them still is.
    #[must_use]
    pub fn revision(&self) -> u64 {
        self.revision.load(Ordering::Acquire)
    }

    /// Who signed `token`, if a provider of this name did, as it says itself: nothing of it is checked.
    #[must_use]
    pub fn issuer_of(&self, token: &str) -> Option<&str> {
        if self.each.is_empty() || token.len() > LONGEST {
            return None;
        }
        let claims: Map<String, Value> = insecure_decode_claims(token).ok()?;
        let issuer = claims.get("iss")?.as_str()?;
        Some(&self.find(issuer)?.issuer)
    }

    /// Whom `token` stands for; `None` where there is no provider called `issuer`.
    ///
    /// Waits for the provider's keys where they are not known yet, or none of them is the one that signed.
    pub async fn verify(&self, issuer: &str, token: &str) -> Option<Result<Identity, Refusal>> {
        Some(self.find(issuer)?.verify(token).await)
    }

    /// Asks each provider for its keys anew, and says for each how many of them can be used, or what is wrong.
    pub async fn probe(&self) -> Vec<(String, Result<usize, String>)> {
        let mut probed = Vec::new();
        for provider in self.each.iter() {
            probed.push((provider.issuer.clone(), provider.keys.probe().await));
        }
        probed
    }

    fn find(&self, issuer: &str) -> Option<&Provider> {
        let mut each = self.each.iter();
        each.find(|provider| provider.issuer == issuer)
    }
}

impl Provider {
    async fn verify(&self, token: &str) -> Result<Identity, Refusal> {
        if token.len() > LONGEST {
            return Err(Refusal::Invalid(format!(
                "it is longer than {LONGEST} bytes"
            )));
        }
        let header =
            decode_header(token).map_err(|_why| Refusal::Header("its header is none of a JWT"))?;
        check_header(&header)?;
        let key = self.keys.find(header.kid.as_deref(), header.alg).await?;
        let claims = signed_claims(token, &key, &header)?;
        self.rules.identity(&claims, self.clock.now())
    }
}

fn check_header(header: &Header) -> Result<(), Refusal> {
    if header.crit.is_some() {
        return Err(Refusal::Header("it has `crit`"));
    }
    let Some(typ) = &header.typ else {
        return Ok(());
    };
    let typ = typ.to_ascii_lowercase();
    let typ = typ.strip_prefix("application/").unwrap_or(&typ);
    if TYPES.contains(&typ) {
        Ok(())
    } else {
        Err(Refusal::Header("its `typ` is neither JWT nor at+jwt"))
    }
}

/// What `token` says, if `key` signed it.
fn signed_claims(token: &str, key: &Key, header: &Header) -> Result<Map<String, Value>, Refusal> {
    // All but the signature is checked by the rules of the provider, with our clock.
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    let decoded = decode(token, &key.decoding, &validation);
    // The library's words may quote the claims, which are about a person.
    let decoded = decoded.map_err(|_why| Refusal::Invalid("its signature is not right".to_owned()));
    Ok(decoded?.claims)
}
