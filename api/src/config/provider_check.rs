//! What can be wrong with the settings of identity providers, and how to mend it.

use std::collections::BTreeMap;

use url::{Host, Url};

use super::provider::{
    Provider, ProviderSettings, RoleClaim, RoleSettings, SignatureAlgorithm, UserClaim, UserIs,
    UserSettings, VerifiedEmail,
};

/// The most characters that the name of a system may have, as in the table `external_id`.
const LONGEST_SYSTEM: usize = 64;

/// What is wrong, and with which setting.
pub(super) type Wrong = (String, String);

/// The providers that `settings` mean, without those that are wrong, and all that is wrong. The hub itself
/// is `own_issuer`.
pub(super) fn check(
    settings: &BTreeMap<usize, ProviderSettings>,
    own_issuer: &str,
) -> (Vec<Provider>, Vec<Wrong>) {
    let (mut providers, mut wrong) = (Vec::<Provider>::new(), Vec::new());
    for (index, settings) in settings {
        let mut check = Check {
            path: format!("auth.providers.{index}"),
            wrong: Vec::new(),
        };
        let provider = check.provider(settings);
        let issuer = settings.issuer.as_deref();
        if issuer == Some(own_issuer) {
            check.say("issuer", "is `auth.issuer`, the hub's own name");
        }
        if providers
            .iter()
            .any(|known| Some(known.issuer.as_str()) == issuer)
        {
            check.say("issuer", "has an entry above; one issuer is one provider");
        }
        providers.extend(provider);
        wrong.append(&mut check.wrong);
    }
    (providers, wrong)
}

/// Whether what is said to `url` stays between the two: TLS, or a connection within this machine.
#[must_use]
pub fn is_private(url: &Url) -> bool {
    url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url))
}

/// Whether `url` is of this machine.
#[must_use]
pub fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// The check of one provider.
struct Check {
    path: String,
    wrong: Vec<Wrong>,
}

impl Check {
    fn say(&mut self, name: &str, problem: impl Into<String>) {
        self.wrong
            .push((format!("{}.{name}", self.path), problem.into()));
    }

    /// The text of a setting that has to be there.
    fn text(&mut self, name: &str, text: Option<&String>, example: &str) -> Option<String> {
        let text = text.filter(|text| !text.is_empty());
        if text.is_none() {
            self.say(name, format!("is required: {example}"));
        }
        text.cloned()
    }

    fn provider(&mut self, settings: &ProviderSettings) -> Option<Provider> {
        let ProviderSettings {
            issuer,
            discovery,
            jwks_url,
            audiences,
            algorithms,
            user,
            roles,
        } = settings;
        let issuer = self.text(
            "issuer",
            issuer.as_ref(),
            "the `iss` of its tokens, such as \"https://login.example.com\"",
        );
        if let Some(issuer) = &issuer {
            self.url("issuer", issuer);
        }
        self.keys(*discovery, jwks_url.as_deref());
        if audiences.is_empty() || audiences.iter().any(String::is_empty) {
            self.say(
                "audiences",
                "is required: what stands in `aud` of the tokens that are for this hub",
            );
        }
        let algorithms = self.algorithms(algorithms);
        let user = self.user(user.as_ref());
        let roles = roles.as_ref().map(|roles| self.roles(roles));
        Some(Provider {
            setting: self.path.clone(),
            issuer: issuer?,
            jwks_url: jwks_url.clone(),
            audiences: audiences.clone(),
            algorithms,
            user: user?,
            roles: match roles {
                Some(roles) => Some(roles?),
                None => None,
            },
        })
    }

    /// Where its keys are: where it says itself, or at a URL.
    fn keys(&mut self, discovery: Option<bool>, jwks_url: Option<&str>) {
        match (discovery, jwks_url) {
            (Some(true), Some(_)) => {
                self.say("discovery", "is not for a provider with `jwks_url`");
            }
            (Some(false), None) => self.say(
                "jwks_url",
                "is required where `discovery` is false: the URL of the provider's keys",
            ),
            _ => {}
        }
        if let Some(url) = jwks_url {
            self.url("jwks_url", url);
        }
    }

    fn url(&mut self, name: &str, text: &str) {
        let Ok(url) = Url::parse(text) else {
            self.say(name, "is no URL, such as \"https://login.example.com\"");
            return;
        };
        if !is_private(&url) {
            self.say(
                name,
                "must begin with https://; http:// is for this machine alone, such as \
                 http://127.0.0.1:8090",
            );
        }
        if !url.username().is_empty() || url.password().is_some() {
            self.say(name, "must have no user and no password in it");
        }
        if url.fragment().is_some() || (name == "issuer" && url.query().is_some()) {
            self.say(name, "must end before any ? and #");
        }
    }

    fn algorithms(&mut self, names: &[String]) -> Vec<SignatureAlgorithm> {
        let all = SignatureAlgorithm::ALL;
        if names.is_empty() {
            return all.to_vec();
        }
        let unknown = |name: &&String| all.iter().all(|known| known.name() != **name);
        if let Some(unknown) = names.iter().find(unknown) {
            let known = all.map(SignatureAlgorithm::name).join(", ");
            self.say(
                "algorithms",
                format!("{unknown:?} is none that is taken; {known} are"),
            );
        }
        let known = all.into_iter();
        known
            .filter(|known| names.iter().any(|name| name == known.name()))
            .collect()
    }

    fn user(&mut self, settings: Option<&UserSettings>) -> Option<UserClaim> {
        let Some(UserSettings {
            claim,
            is,
            system,
            verified_email,
        }) = settings
        else {
            self.say(
                "user",
                "is required: { claim = \"email\", is = \"email\" }, or \
                 { claim = \"sub\", is = \"external_id\", system = \"okta\" }",
            );
            return None;
        };
        let claim = self.text(
            "user.claim",
            claim.as_ref(),
            "the claim that says who it is, such as \"sub\"",
        );
        match is {
            None => {
                self.say("user.is", "is required: \"email\" or \"external_id\"");
                None
            }
            Some(UserIs::Email) => self.email(claim?, system.as_ref(), *verified_email),
            Some(UserIs::ExternalId) => {
                if verified_email.is_some() {
                    self.say(
                        "user.verified_email",
                        "is only for users who are known by their e-mail address",
                    );
                }
                let system = self.text(
                    "user.system",
                    system.as_ref(),
                    "the name under which an import keeps the ids of this provider's users",
                )?;
                if system.chars().count() > LONGEST_SYSTEM {
                    self.say("user.system", "must have at most 64 characters");
                }
                Some(UserClaim::ExternalId {
                    claim: claim?,
                    system,
                })
            }
        }
    }

    fn email(
        &mut self,
        claim: String,
        system: Option<&String>,
        verified: Option<VerifiedEmail>,
    ) -> Option<UserClaim> {
        if system.is_some() {
            self.say("user.system", "is only for `is = \"external_id\"`");
        }
        let verified = verified != Some(VerifiedEmail::Assumed);
        if verified && claim != "email" {
            self.say(
                "user.claim",
                "`email_verified` says nothing of another claim than `email`: take \"email\", or add \
                 verified_email = \"assumed\" where nobody can choose their own address there",
            );
            return None;
        }
        Some(UserClaim::Email { claim, verified })
    }

    fn roles(&mut self, settings: &RoleSettings) -> Option<RoleClaim> {
        let RoleSettings { claim, map } = settings;
        let claim = self.text(
            "roles.claim",
            claim.as_ref(),
            "the claim that lists them, such as \"groups\"",
        );
        if map.is_empty() {
            self.say(
                "roles.map",
                "is required: { \"revhub-sales\" = \"SALES_REP\" } says which role each is",
            );
        }
        Some(RoleClaim {
            claim: claim?,
            map: map.clone(),
        })
    }
}
