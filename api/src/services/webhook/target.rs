//! Where messages may be sent to. The addresses of names are looked at when they are connected to
//! (`outbound`); this is what can be said of a URL before.

use url::{Host, Url};

use crate::{error::ApiError, outbound::is_public};

/// The longest URL, in bytes.
const LONGEST: usize = 2_000;
/// What names end in that are not of the Internet.
const PRIVATE: [&str; 5] = ["localhost", "local", "internal", "home.arpa", "lan"];
/// The first port at which something else than the services of the Internet is.
const FIRST_FREE: u16 = 1024;

/// Where messages may be sent to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Targets {
    /// Also in the clear.
    pub http: bool,
    /// Also to addresses that are not of the public Internet.
    pub private_addresses: bool,
}

impl Targets {
    /// The URL in `text`, if messages may be sent there.
    ///
    /// # Errors
    ///
    /// Returns [`ApiError::Validation`] that says why not, without the text: it may hold a secret.
    pub fn check(self, text: &str) -> Result<Url, ApiError> {
        let refuse = |problem: &str| Err(ApiError::validation("url", problem));
        if text.len() > LONGEST {
            return refuse("must have at most 2000 bytes");
        }
        let Ok(url) = Url::parse(text) else {
            return refuse("is no URL; one is https://example.com/webhooks");
        };
        match url.scheme() {
            "https" => {}
            "http" if self.http => {}
            _ => return refuse("must begin with https://"),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return refuse("must not have a name or a password in it: receivers check signatures");
        }
        if url.fragment().is_some() {
            return refuse("must not have a fragment (#…), which is not sent");
        }
        let port = url.port_or_known_default().unwrap_or_default();
        if !(port >= FIRST_FREE || port == 443 || port == 80) {
            return refuse("must have the port 443, 80, or one from 1024 on");
        }
        if !self.private_addresses && !may_be_public(&url) {
            return refuse("must be on the public Internet");
        }
        Ok(url)
    }
}

/// Whether the host of `url` may be of the public Internet, as far as one sees without asking for it.
fn may_be_public(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => is_public(address.into()),
        Some(Host::Ipv6(address)) => is_public(address.into()),
        Some(Host::Domain(name)) => {
            let name = name.trim_end_matches('.');
            let private = |end: &str| {
                name.strip_suffix(end)
                    .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            };
            // A name without a dot is of the hub's own network.
            name.contains('.') && !PRIVATE.iter().any(|end| private(end))
        }
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(targets: Targets, url: &str) -> Option<String> {
        match targets.check(url) {
            Ok(_) => None,
            Err(ApiError::Validation { field, problem, .. }) => {
                assert_eq!(field, "url");
                Some(problem)
            }
            Err(other) => panic!("{other:?}"),
        }
    }

    #[test]
    fn messages_go_to_the_public_internet() {
        for url in [
            "https://example.com/hooks?token=x",
            "https://example.com:8443/",
            "https://8.8.8.8/",
            "https://[2606:4700:4700::1111]/",
            "https://localhost.example.com/",
        ] {
            assert_eq!(problem(Targets::default(), url), None, "{url}");
        }
    }

    #[test]
    fn and_nowhere_else_however_it_is_written() {
        for url in [
            "https://localhost/",
            "https://LOCALHOST./",
            "https://a.localhost/",
            "https://db/",
            "https://metadata.google.internal/",
            "https://printer.local/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0x7f.1/",
            "https://0177.0.0.1/",
            "https://2130706433/",
            "https://0/",
            "https://%31%32%37.0.0.1/",
            "https://①②⑦.0.0.1/",
            "https://10.0.0.1/",
            "https://100.64.0.1/",
            "https://169.254.169.254/latest/meta-data/",
            "https://192.168.1.1/",
            "https://[::]/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[::ffff:7f00:1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[fe80::1]/",
            "https://[fd00:ec2::254]/",
        ] {
            let problem = problem(Targets::default(), url);
            assert_eq!(
                problem.as_deref(),
                Some("must be on the public Internet"),
                "{url}"
            );
        }
    }

    #[test]
    fn what_is_not_https_has_a_name_in_it_or_another_service_is_refused() {
        let private = Targets {
            http: true,
            private_addresses: true,
        };
        assert_eq!(problem(private, "http://127.0.0.1:8080/"), None);
        for (url, expected) in [
            ("http://example.com/", "must begin with https://"),
            ("ftp://example.com/", "must begin with https://"),
            ("file:///etc/passwd", "must begin with https://"),
            ("javascript:alert(1)", "must begin with https://"),
            ("example.com", "is no URL"),
            ("https://", "is no URL"),
            ("https://1.2.3.4.5.6/", "is no URL"),
            ("https://me:pass@example.com/", "must not have a name"),
            ("https://me@example.com/", "must not have a name"),
            ("https://example.com/#x", "must not have a fragment"),
            ("https://example.com:22/", "must have the port"),
            ("https://example.com:25/", "must have the port"),
        ] {
            let problem = problem(Targets::default(), url).unwrap_or_default();
            assert!(problem.starts_with(expected), "{url}: {problem}");
            assert!(!problem.contains("pass@"));
        }
        let long = format!("https://example.com/{}", "x".repeat(LONGEST));
        assert!(problem(Targets::default(), &long).is_some());
    }
}
