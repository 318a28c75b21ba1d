//! Identity providers: whose tokens the hub takes beside its own, and whom they stand for.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

use super::{list, provider_check::is_loopback};

/// `[[auth.providers]]` as it was written; [`Provider`] is what it means.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSettings {
    pub(super) issuer: Option<String>,
    pub(super) discovery: Option<bool>,
    pub(super) jwks_url: Option<String>,
    #[serde(default, deserialize_with = "list::deserialize")]
    pub(super) audiences: Vec<String>,
    #[serde(default, deserialize_with = "list::deserialize")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) algorithms: Vec<String>,
    pub(super) user: Option<UserSettings>,
    pub(super) roles: Option<RoleSettings>,
}

/// `user` of a provider, as it was written.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UserSettings {
    pub(super) claim: Option<String>,
    pub(super) is: Option<UserIs>,
    pub(super) system: Option<String>,
    pub(super) verified_email: Option<VerifiedEmail>,
}

/// What a claim that names a user is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum UserIs {
    /// The user's e-mail address.
    Email,
    /// What another system calls the user.
    ExternalId,
}

/// Whether the provider has to say that an e-mail address is the user's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum VerifiedEmail {
    /// `email_verified` has to be true.
    Required,
    /// Nobody gets an address there that is not theirs.
    Assumed,
}

/// `roles` of a provider, as it was written.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleSettings {
    pub(super) claim: Option<String>,
    #[serde(default)]
    pub(super) map: BTreeMap<String, String>,
}

/// An identity provider, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Where its settings stand: `auth.providers.0`.
    pub setting: String,
    /// The `iss` of its tokens, to the letter.
    pub issuer: String,
    /// The URL of its keys; `None` is the one that it publishes beside its issuer.
    pub jwks_url: Option<String>,
    /// One of these has to be in `aud`.
    pub audiences: Vec<String>,
    /// What its tokens may be signed with.
    pub algorithms: Vec<SignatureAlgorithm>,
    /// How a token names a user of the hub.
    pub user: UserClaim,
    /// How it says their roles; `None` is that the hub says them.
    pub roles: Option<RoleClaim>,
}

impl Provider {
    /// Whether what it publishes is on this machine.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let url = self.jwks_url.as_ref().unwrap_or(&self.issuer);
        Url::parse(url).is_ok_and(|url| is_loopback(&url))
    }
}

/// How a token names a user of the hub. A claim is a name, or names with dots between them for one
/// within another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserClaim {
    /// By the user's e-mail address.
    Email {
        /// The claim that holds it.
        claim: String,
        /// Whether `email_verified` has to be true.
        verified: bool,
    },
    /// By what another system calls the user.
    ExternalId {
        /// The claim that holds it.
        claim: String,
        /// The system, as in the mappings of imports.
        system: String,
    },
}

/// How a token says the roles of its user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleClaim {
    /// The claim that holds what the provider calls them: a text, or a list of texts.
    pub claim: String,
    /// The role of the hub for each; others count for nothing.
    pub map: BTreeMap<String, String>,
}

/// What a token of a provider may be signed with: never a secret that two have to share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "they are the names of RFC 7518 and RFC 8037")]
pub enum SignatureAlgorithm {
    RS256,
    PS256,
    ES256,
    ES384,
    EdDSA,
}

impl SignatureAlgorithm {
    /// All there are.
    pub const ALL: [Self; 5] = [
        Self::RS256,
        Self::PS256,
        Self::ES256,
        Self::ES384,
        Self::EdDSA,
    ];

    /// Its name in the header of a token.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RS256 => "RS256",
            Self::PS256 => "PS256",
            Self::ES256 => "ES256",
            Self::ES384 => "ES384",
            Self::EdDSA => "EdDSA",
        }
    }
}
