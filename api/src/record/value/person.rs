//! How people and companies are reached: addresses, numbers, domains.

use phonenumber::{Mode, country};

/// Reads an e-mail address; also `Name <address>` and `mailto:address`.
pub(super) fn email(text: &str) -> Result<String, String> {
    let inner = text
        .rsplit_once('<')
        .and_then(|(_, rest)| rest.strip_suffix('>'))
        .unwrap_or(text);
    let address = inner.strip_prefix("mailto:").unwrap_or(inner).trim();
    let address = address.to_lowercase();
    let valid = address.len() <= 254
        && address.split_once('@').is_some_and(|(name, host)| {
            !name.is_empty()
                && name.len() <= 64
                && !name.starts_with('.')
                && !name.ends_with('.')
                && !name.contains("..")
                && name.chars().all(|character| {
                    character.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(character)
                })
                && is_domain(host)
        });
    if valid {
        Ok(address)
    } else {
        Err("is not an e-mail address".to_owned())
    }
}

/// Reads a telephone number.
pub(super) fn phone(text: &str, region: Option<country::Id>) -> Result<String, String> {
    let international = text.trim_start().starts_with('+') || text.trim_start().starts_with("00");
    if region.is_none() && !international {
        return Err("has no country prefix, and the mapping no `region`".to_owned());
    }
    let text = match (region, text.trim_start().strip_prefix("00")) {
        (None, Some(rest)) => format!("+{rest}"),
        _ => text.to_owned(),
    };
    let number =
        phonenumber::parse(region, text).map_err(|_not| "is not a telephone number".to_owned())?;
    if !number.is_valid() {
        return Err("is not a telephone number that exists".to_owned());
    }
    Ok(number.format().mode(Mode::E164).to_string())
}

/// Reads a domain out of itself, an address of the web or an e-mail address.
///
/// # Errors
///
/// Returns what is wrong with it.
pub fn domain(text: &str) -> Result<String, String> {
    let text = text.trim().to_lowercase();
    let host = text
        .split_once("://")
        .map_or(text.as_str(), |(_, rest)| rest);
    let host = host.split(['/', '?', '#']).next().unwrap_or(host);
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split_once(':').map_or(host, |(host, _)| host);
    let host = host.strip_prefix("www.").unwrap_or(host);
    let host = host.trim_end_matches('.');
    if is_domain(host) {
        Ok(host.to_owned())
    } else {
        Err("is not an internet domain".to_owned())
    }
}

fn is_domain(host: &str) -> bool {
    host.len() <= 253
        && host.contains('.')
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .chars()
                    .all(|character| character.is_alphanumeric() || character == '-')
        })
        && host
            .rsplit('.')
            .next()
            .is_some_and(|top| !top.chars().all(|digit| digit.is_ascii_digit()))
}

/// Hosts of mailboxes that anybody can have: they do not tell a company.
#[must_use]
pub fn is_free_mail(domain: &str) -> bool {
    const HOSTS: [&str; 24] = [
        "aol.com",
        "fastmail.com",
        "free.fr",
        "gmail.com",
        "gmx.at",
        "gmx.ch",
        "gmx.de",
        "gmx.net",
        "googlemail.com",
        "hotmail.com",
        "icloud.com",
        "laposte.net",
        "live.com",
        "mail.com",
        "mail.ru",
        "me.com",
        "msn.com",
        "orange.fr",
        "outlook.com",
        "proton.me",
        "protonmail.com",
        "web.de",
        "yahoo.com",
        "yandex.ru",
    ];
    HOSTS.contains(&domain)
}

/// Mailboxes of several people: the same address does not mean the same person.
#[must_use]
pub fn is_shared_mailbox(email: &str) -> bool {
    const NAMES: [&str; 14] = [
        "accounts", "admin", "billing", "contact", "hello", "help", "hr", "info", "mail",
        "noreply", "office", "sales", "support", "team",
    ];
    email
        .split_once('@')
        .is_some_and(|(name, _)| NAMES.contains(&name))
}
