//! Settings that must not be printed.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// The database's URL. It prints, and serialises, with `***` for its password.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    /// Wraps a URL.
    pub fn new(url: impl Into<String>) -> Self {
        Self(url.into())
    }

    /// The URL with its password, to connect with.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// The path of an SQLite file; `None` for a database in memory or on a server.
    #[must_use]
    pub fn sqlite_file(&self) -> Option<&str> {
        let path = self.0.strip_prefix("sqlite:")?;
        let path = path.strip_prefix("//").unwrap_or(path);
        let path = path.split('?').next().unwrap_or(path);
        (!path.is_empty() && path != ":memory:").then_some(path)
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.starts_with("sqlite:") {
            return f.write_str(&self.0);
        }
        // Everything before the last `@` may belong to a password that was not escaped; so may a
        // query, where a password can stand too.
        let Some((scheme, rest)) = self.0.split_once("://") else {
            return f.write_str("***");
        };
        let (user, place) = match rest.rsplit_once('@') {
            Some((credentials, place)) => (credentials.split(':').next(), place),
            None => (None, rest),
        };
        write!(f, "{scheme}://")?;
        if let Some(user) = user {
            write!(f, "{user}:***@")?;
        }
        match place.split_once('?') {
            Some((place, query)) if query.contains("password") => write!(f, "{place}?***"),
            _ => f.write_str(place),
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
