//! Rows as they are compared.

use std::collections::HashMap;

use sea_orm::{DatabaseTransaction, DbErr};
use uuid::Uuid;

use entity::duplicate_candidate::DuplicateEntity;

use crate::{
    matching::{
        company::{self, Company},
        likeness::Likeness,
        person::{self, Person},
    },
    record::{self, Entity},
    store::{
        lookup,
        matching::domains_of,
        table::{Record, Value},
    },
};

/// What is matched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Noun {
    Account,
    Contact,
    Lead,
}

impl Noun {
    /// Accounts first: leads are matched with them.
    pub(super) const ALL: [Self; 3] = [Self::Account, Self::Contact, Self::Lead];

    pub(super) fn table(self) -> &'static str {
        match self {
            Self::Account => "account",
            Self::Contact => "contact",
            Self::Lead => "lead",
        }
    }

    pub(super) fn entity(self) -> DuplicateEntity {
        match self {
            Self::Account => DuplicateEntity::Account,
            Self::Contact => DuplicateEntity::Contact,
            Self::Lead => DuplicateEntity::Lead,
        }
    }
}

/// A row, ready to be compared.
pub(super) struct Row {
    pub(super) version: i32,
    pub(super) deleted: bool,
    pub(super) subject: Subject,
    /// What a lead says of its company.
    pub(super) employer: Option<Company>,
    /// The host of its address.
    pub(super) host: Option<String>,
}

/// Who or what a row is about.
pub(super) enum Subject {
    Person(Person),
    Company(Company),
}

impl Subject {
    /// The keys, hashed with `noun`: rows of one noun find each other.
    pub(super) fn keys(&self, noun: Noun) -> Vec<i64> {
        let keys = match self {
            Self::Person(person) => person.keys(),
            Self::Company(company) => company.keys(),
        };
        hashed(noun, keys.iter())
    }

    pub(super) fn compare(&self, other: &Self) -> Option<Likeness> {
        match (self, other) {
            (Self::Person(one), Self::Person(two)) => Some(one.compare(two)),
            (Self::Company(one), Self::Company(two)) => Some(one.compare(two)),
            _ => None,
        }
    }
}

/// FNV-1a in 64 bits: the same in every release, because it is stored. Two keys with one hash cost a
/// comparison, and nothing else.
pub(super) fn hashed<'k>(noun: Noun, keys: impl Iterator<Item = &'k String>) -> Vec<i64> {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let mut hashes: Vec<i64> = keys
        .map(|key| {
            let bytes = noun.table().bytes().chain([0x1f]).chain(key.bytes());
            let hash = bytes.fold(OFFSET, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(PRIME)
            });
            i64::from_ne_bytes(hash.to_ne_bytes())
        })
        .collect();
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}

/// Loads rows by their ids; those that are gone are left out.
pub(super) async fn load(
    tx: &DatabaseTransaction,
    noun: Noun,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, Row>, DbErr> {
    let Some(entity) = record::entity(noun.table()) else {
        return Ok(HashMap::new());
    };
    let records = lookup::records(tx, &entity.table, ids).await?;
    let fields: Vec<Fields<'_>> = records
        .iter()
        .map(|record| Fields { entity, record })
        .collect();
    let names = match noun {
        Noun::Contact => names_of_accounts(tx, &fields).await?,
        Noun::Account | Noun::Lead => HashMap::new(),
    };
    let domains = match noun {
        Noun::Account => domains(tx, ids).await?,
        Noun::Contact | Noun::Lead => HashMap::new(),
    };
    let rows = fields.iter().filter_map(|fields| {
        let id = fields.id("id")?;
        let subject = match noun {
            Noun::Account => Subject::Company(fields.company(domains.get(&id))),
            Noun::Contact => {
                let account = fields.id("account_id");
                Subject::Person(fields.person(account.and_then(|id| names.get(&id))))
            }
            Noun::Lead => Subject::Person(fields.person(fields.text("company_name"))),
        };
        let host = fields.text("email").and_then(|email| email.split_once('@'));
        let host = host.map(|(_, host)| host.to_owned());
        let employer = (noun == Noun::Lead).then(|| fields.employer(host.as_deref()));
        let row = Row {
            version: fields.version(),
            deleted: fields.deleted(),
            subject,
            employer,
            host,
        };
        Some((id, row))
    });
    Ok(rows.collect())
}

async fn names_of_accounts(
    tx: &DatabaseTransaction,
    contacts: &[Fields<'_>],
) -> Result<HashMap<Uuid, String>, DbErr> {
    let (Some(account), mut ids) = (
        record::entity("account"),
        contacts
            .iter()
            .filter_map(|contact| contact.id("account_id"))
            .collect::<Vec<_>>(),
    ) else {
        return Ok(HashMap::new());
    };
    ids.sort_unstable();
    ids.dedup();
    let positions: Vec<usize> = account.position("name").into_iter().collect();
    let rows = lookup::columns(tx, &account.table, &positions, &ids).await?;
    let names = rows
        .into_iter()
        .filter_map(|(id, row)| match row.into_iter().next() {
            Some(Value::String(Some(name))) => Some((id, name)),
            _ => None,
        });
    Ok(names.collect())
}

async fn domains(
    tx: &DatabaseTransaction,
    accounts: &[Uuid],
) -> Result<HashMap<Uuid, Vec<String>>, DbErr> {
    let mut domains: HashMap<Uuid, Vec<String>> = HashMap::new();
    for (account, domain) in domains_of(tx, accounts).await? {
        domains.entry(account).or_default().push(domain);
    }
    Ok(domains)
}

/// A stored row.
struct Fields<'r> {
    entity: &'static Entity,
    record: &'r Record,
}

impl<'r> Fields<'r> {
    fn get(&self, column: &str) -> Option<&'r Value> {
        self.record.get(self.entity.position(column)?)
    }

    fn text(&self, column: &str) -> Option<&'r String> {
        match self.get(column)? {
            Value::String(text) => text.as_ref(),
            _ => None,
        }
    }

    fn id(&self, column: &str) -> Option<Uuid> {
        match self.get(column)? {
            Value::Uuid(id) => *id,
            _ => None,
        }
    }

    fn version(&self) -> i32 {
        match self.get("version") {
            Some(Value::Int(Some(version))) => *version,
            _ => 0,
        }
    }

    fn deleted(&self) -> bool {
        self.get("deleted_at")
            .is_some_and(|at| !record::is_empty(at))
    }

    fn person(&self, company: Option<&String>) -> Person {
        let text = |column| self.text(column).map(String::as_str);
        Person::new(person::Facts {
            first_name: text("first_name"),
            last_name: text("last_name"),
            email: text("email"),
            phone: text("phone"),
            company: company.map(String::as_str),
        })
    }

    fn company(&self, domains: Option<&Vec<String>>) -> Company {
        let domains: Vec<&str> = domains.into_iter().flatten().map(String::as_str).collect();
        Company::new(company::Facts {
            name: self.text("name").map_or("", String::as_str),
            domains: &domains,
            country: self.text("country").map(String::as_str),
        })
    }

    /// The company that a lead says it works for.
    fn employer(&self, host: Option<&str>) -> Company {
        let domains: Vec<&str> = host.into_iter().collect();
        Company::new(company::Facts {
            name: self.text("company_name").map_or("", String::as_str),
            domains: &domains,
            country: None,
        })
    }
}
