//! The identity providers whose tokens are taken.

use crate::{auth::Providers, clock::Clock, config::Config, views::Views};

use super::StartError;

/// The identity providers of `config`. None of them is asked for anything.
///
/// # Errors
///
/// Returns [`StartError`] when one of them gives a role that there is not, or this machine cannot speak TLS.
pub fn providers(config: &Config, views: &Views, clock: &Clock) -> Result<Providers, StartError> {
    let wrong = |setting: &str, problem| StartError::Config(config.problem(setting, problem));
    for provider in config.providers() {
        let roles = provider.roles.iter().flat_map(|roles| &roles.map);
        for (theirs, ours) in roles {
            if views.policy().role(ours).is_none() {
                let known = views.policy().names();
                let problem =
                    format!("{theirs:?} is {ours:?}, and there is no such role; there is {known}");
                return Err(wrong(&format!("{}.roles.map", provider.setting), problem));
            }
        }
    }
    Providers::new(config.providers(), clock).map_err(|problem| {
        let problem = format!(
            "no TLS on this machine: {problem}; install its package of certificates (ca-certificates), or \
             name a file of them with SSL_CERT_FILE"
        );
        wrong("auth.providers", problem)
    })
}
