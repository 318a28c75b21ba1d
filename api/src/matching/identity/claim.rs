//! What a row says that may tell which one it is.

use uuid::Uuid;

use crate::{
    record::{Entity, Match, value},
    store::table::Value,
};

/// What a row was recognised by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum By {
    /// What another system calls it.
    ExternalId,
    /// This column, which holds one row's alone.
    Column(&'static str),
    /// A domain of the account.
    Domain,
    /// These two references together.
    Pair(&'static str, &'static str),
}

/// One thing that tells which row it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Claim<'k> {
    ExternalId(&'k str, &'k str),
    Text(By, &'k str),
    Pair((&'static str, &'static str), (Uuid, Uuid)),
}

impl<'k> Claim<'k> {
    pub(super) fn by(&self) -> By {
        match *self {
            Self::ExternalId(..) => By::ExternalId,
            Self::Text(by, _) => by,
            Self::Pair((first, second), _) => By::Pair(first, second),
        }
    }

    /// The system and its key.
    pub(super) fn external_id(&self) -> Option<(&'k str, &'k str)> {
        match *self {
            Self::ExternalId(system, key) => Some((system, key)),
            _ => None,
        }
    }

    /// What it is called among all claims of all entities.
    pub(super) fn name(&self, entity: &Entity) -> String {
        let entity = entity.name;
        match *self {
            Self::ExternalId(system, key) => format!("{entity} {system} {key}"),
            // A domain is one account's, whether it is said of the account or of the domain.
            Self::Text(By::Domain, domain) => format!("account_domain domain {domain}"),
            Self::Text(By::Column(column), text) => format!("{entity} {column} {text}"),
            Self::Text(_, text) => format!("{entity} {text}"),
            Self::Pair(_, (first, second)) => format!("{entity} {first} {second}"),
        }
    }

    pub(super) fn text(&self) -> Option<&'k str> {
        match *self {
            Self::Text(_, text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn pair(&self) -> Option<(Uuid, Uuid)> {
        match *self {
            Self::Pair(_, ids) => Some(ids),
            _ => None,
        }
    }
}

/// What one row says that may tell which one it is; what comes first counts.
#[derive(Clone, Debug, Default)]
pub struct Keys<'k> {
    claims: Vec<Claim<'k>>,
}

impl<'k> Keys<'k> {
    /// What `value`, by the position of a column, and the domains of an account say, in the `ways` in
    /// which rows of `entity` are recognised: `entity.matching`, or what somebody would have instead.
    #[must_use]
    pub fn of(
        entity: &Entity,
        ways: &[Match],
        value: impl Fn(usize) -> Option<&'k Value>,
        domains: &[&'k str],
    ) -> Self {
        let mut claims = Vec::new();
        for way in ways {
            match *way {
                Match::Column(name) => {
                    if let Some(Value::String(Some(text))) = entity.position(name).and_then(&value)
                        && tells(entity, name, text)
                    {
                        claims.push(Claim::Text(By::Column(name), text));
                    }
                }
                Match::Domain => claims.extend(
                    domains
                        .iter()
                        .filter(|domain| !value::is_free_mail(domain))
                        .map(|domain| Claim::Text(By::Domain, domain)),
                ),
                Match::Pair(first, seconds) => {
                    let id = |name| match entity.position(name).and_then(&value) {
                        Some(Value::Uuid(id)) => *id,
                        _ => None,
                    };
                    let pairs = seconds.iter().filter_map(|second| {
                        Some(Claim::Pair((first, second), (id(first)?, id(second)?)))
                    });
                    claims.extend(pairs);
                }
            }
        }
        Self { claims }
    }

    /// With what another system calls the row, which counts before all else.
    #[must_use]
    pub fn known_as(mut self, system: &'k str, key: &'k str) -> Self {
        self.claims.insert(0, Claim::ExternalId(system, key));
        self
    }

    pub(super) fn claims(&self) -> &[Claim<'k>] {
        &self.claims
    }
}

/// Whether `text` in the column `name` is one row's alone: a mailbox of several people tells nobody of
/// them, while a user signs in with whatever address they have.
fn tells(entity: &Entity, name: &str, text: &str) -> bool {
    name != "email" || entity.name == "user" || !value::is_shared_mailbox(text)
}
