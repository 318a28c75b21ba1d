//! Companies: what is compared of them, and by which keys those are found that are worth comparing.

mod weight;

use std::collections::BTreeSet;

use strsim::{jaro_winkler, osa_distance};

use crate::record::value::{is_free_mail, normalized_name};

use super::{
    fold::{fold, skeleton},
    likeness::{Level, Likeness, Reason},
};

/// A name of a company, folded and without its legal form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CompanyName {
    words: Vec<String>,
    sorted: Vec<String>,
}

/// Words that tell companies apart as little as their legal form does.
const COMMON: [&str; 12] = [
    "and",
    "der",
    "die",
    "et",
    "group",
    "groupe",
    "gruppe",
    "holding",
    "international",
    "sohne",
    "the",
    "und",
];

impl CompanyName {
    pub(super) fn new(name: &str) -> Self {
        let folded = fold(&normalized_name(name));
        let all = || folded.split_whitespace().map(str::to_owned);
        let telling = all().filter(|word| !COMMON.contains(&word.as_str()));
        let mut words: Vec<String> = telling.collect();
        if words.is_empty() {
            words = all().collect();
        }
        let mut sorted = words.clone();
        sorted.sort();
        Self { words, sorted }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty()
    }

    pub(super) fn words(&self) -> &[String] {
        &self.words
    }

    /// 0 to 1: 1 for the same words in any order.
    pub(super) fn alike(&self, other: &Self) -> f64 {
        if self.sorted == other.sorted || self.words.concat() == other.words.concat() {
            return 1.0;
        }
        // By words, so that their order does not count, and as a whole, so that spaces do not.
        let by_words = jaro_winkler(&self.sorted.concat(), &other.sorted.concat());
        let whole = jaro_winkler(&self.words.concat(), &other.words.concat());
        by_words.max(whole).min(0.98)
    }

    /// Whether one of the names is the other with more words after it.
    fn is_part_of(&self, other: &Self) -> bool {
        let (short, long) = if self.words.len() < other.words.len() {
            (&self.words, &other.words)
        } else {
            (&other.words, &self.words)
        };
        long.starts_with(short) && short.iter().any(|word| word.len() > 3)
    }
}

/// What is known of a company, as it is stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'f> {
    /// As it writes it.
    pub name: &'f str,
    /// Its internet domains, in lower case.
    pub domains: &'f [&'f str],
    /// ISO 3166-1 alpha-2.
    pub country: Option<&'f str>,
}

/// A company, made ready to be compared.
#[derive(Clone, Debug)]
pub struct Company {
    name: CompanyName,
    domains: Vec<String>,
    country: Option<String>,
}

impl Company {
    /// Makes `facts` ready to be compared.
    #[must_use]
    pub fn new(facts: Facts<'_>) -> Self {
        let own = |domain: &&&str| !is_free_mail(domain);
        Self {
            name: CompanyName::new(facts.name),
            domains: facts
                .domains
                .iter()
                .filter(own)
                .map(|domain| (*domain).to_owned())
                .collect(),
            country: facts.country.map(str::to_owned),
        }
    }

    /// The keys of the blocks that it is in: what shares none with it is not compared.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        for domain in &self.domains {
            keys.insert(format!("d:{domain}"));
            keys.insert(format!("h:{}", skeleton(&host_name(domain))));
        }
        let bones: Vec<String> = self.name.sorted.iter().map(|word| skeleton(word)).collect();
        keys.extend(
            bones
                .iter()
                .filter(|bone| bone.len() > 2)
                .map(|bone| format!("w:{bone}")),
        );
        keys.extend(bones.windows(2).map(|pair| format!("w:{}", pair.join(" "))));
        if !self.name.is_empty() {
            keys.insert(format!("a:{}", skeleton(&self.name.words.concat())));
        }
        keys
    }

    /// How probable it is that `other` is the same company, and there twice.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Likeness {
        self.weigh(other, weight::PRIOR)
    }

    /// How probable it is that it is the company that somebody says they work for.
    #[must_use]
    pub fn employs(&self, said: &Self) -> Likeness {
        self.weigh(said, weight::EMPLOYER_PRIOR)
    }

    fn weigh(&self, other: &Self, prior: f64) -> Likeness {
        let mut reasons = Vec::with_capacity(3);
        let mut add = |field, level: Option<&'static Level>| {
            reasons.extend(level.map(|level| Reason { field, level }));
        };
        add("name", self.compare_names(other));
        add("domain", self.compare_domains(other));
        add("country", self.compare_countries(other));
        Likeness::of(reasons, prior)
    }

    fn compare_names(&self, other: &Self) -> Option<&'static Level> {
        if self.name.is_empty() || other.name.is_empty() {
            return None;
        }
        let alike = self.name.alike(&other.name);
        Some(if alike >= 0.99 {
            &weight::NAME_SAME
        } else if alike >= 0.93 {
            &weight::NAME_ALIKE
        } else if self.name.is_part_of(&other.name) {
            &weight::NAME_PART
        } else if alike >= 0.85 {
            &weight::NAME_REMOTE
        } else {
            &weight::NAME_OTHER
        })
    }

    fn compare_domains(&self, other: &Self) -> Option<&'static Level> {
        let pairs = || {
            let others = |one| other.domains.iter().map(move |two| (one, two));
            self.domains.iter().flat_map(others)
        };
        pairs().next()?;
        let any = |test: fn(&str, &str) -> bool| pairs().any(|(one, two)| test(one, two));
        Some(if any(|one, two| one == two) {
            &weight::DOMAIN_SAME
        } else if any(|one, two| host_name(one) == host_name(two)) {
            &weight::DOMAIN_ELSEWHERE
        } else if any(|one, two| osa_distance(one, two) == 1) {
            &weight::DOMAIN_SLIP
        } else {
            &weight::DOMAIN_OTHER
        })
    }

    fn compare_countries(&self, other: &Self) -> Option<&'static Level> {
        let (one, two) = (self.country.as_ref()?, other.country.as_ref()?);
        Some(if one == two {
            &weight::COUNTRY_SAME
        } else {
            &weight::COUNTRY_OTHER
        })
    }
}

/// The part of a domain that a company chooses: `acme` of `mail.acme.co.uk`. Without the public list of
/// suffixes: the longest label is it mostly, and a wrong one costs a comparison.
fn host_name(domain: &str) -> String {
    let labels: Vec<&str> = domain.split('.').collect();
    let (_top, rest) = labels.split_last().unwrap_or((&"", &[]));
    let longest = rest.iter().rev().max_by_key(|label| label.len());
    longest.map_or_else(String::new, |label| fold(label).replace(' ', ""))
}
