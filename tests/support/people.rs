//! Invented people with known duplicates, as FEBRL makes them: originals, and copies with what goes wrong
//! where people type, scan, hear, marry, move and leave fields empty. The same for the same seed.

mod noise;
mod words;

use crate::choices::Choices;

use noise::spoil;
use words::{COMMON_FAMILIES, ENDINGS, FORMS, GIVEN, HOSTS, STARTS, TRADES};

/// One row, and who it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Rows with the same number are about the same person.
    pub truth: usize,
    /// Given name.
    pub first: Option<String>,
    /// Family name.
    pub last: Option<String>,
    /// In lower case.
    pub email: Option<String>,
    /// In E.164.
    pub phone: Option<String>,
    /// The company that they work for.
    pub company: Option<String>,
}

/// A company with a domain and a switchboard.
#[derive(Clone, Debug)]
struct Company {
    name: String,
    domain: String,
    switchboard: String,
}

/// Of so many people one has copies: as many as lists of leads have, about.
const COPIED: usize = 4;

/// `count` rows in any order, about a quarter of them copies of others.
#[must_use]
pub fn population(seed: u64, count: usize) -> Vec<Person> {
    let mut choices = Choices::seeded(seed);
    let companies: Vec<Company> = (0..count / 12 + 4).map(|_| company(&mut choices)).collect();
    let mut rows = Vec::with_capacity(count + 4);
    let mut truth = 0;
    while rows.len() < count {
        let original = original(&mut choices, &companies, truth);
        if choices.one_in(COPIED) {
            // Six in ten have one copy, a few have four.
            let copies = [1, 1, 1, 1, 1, 1, 2, 2, 3, 4];
            for _ in 0..copies
                .get(choices.below(copies.len()))
                .copied()
                .unwrap_or(1)
            {
                rows.push(copy(&mut choices, &companies, &original));
            }
        }
        rows.push(original);
        truth += 1;
    }
    rows.truncate(count);
    for at in (1..rows.len()).rev() {
        rows.swap(at, choices.below(at + 1));
    }
    rows
}

fn some(choices: &mut Choices, from: &[&str]) -> String {
    choices.pick(from).copied().unwrap_or_default().to_owned()
}

/// The first are drawn most: names are not equally frequent.
fn frequent(choices: &mut Choices, from: &[&str]) -> String {
    let within = choices.below(from.len()) + 1;
    from.get(choices.below(within))
        .copied()
        .unwrap_or_default()
        .to_owned()
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    let first = letters
        .next()
        .map(|letter| letter.to_uppercase().to_string());
    first.unwrap_or_default() + letters.as_str()
}

fn invented(choices: &mut Choices) -> String {
    let middle = if choices.one_in(2) {
        some(choices, &STARTS)
    } else {
        String::new()
    };
    capital(&format!(
        "{}{middle}{}",
        some(choices, &STARTS),
        some(choices, &ENDINGS)
    ))
}

fn company(choices: &mut Choices) -> Company {
    let word = invented(choices);
    let trade = frequent(choices, &TRADES);
    let form = some(choices, &FORMS);
    let top = some(choices, &["com", "de", "at", "io", "co.uk", "fr"]);
    let host = if choices.one_in(3) {
        format!("{word}-{trade}")
    } else {
        format!("{word}{}", choices.below(900) + 100)
    };
    Company {
        name: format!("{word} {trade} {form}").trim().to_owned(),
        domain: format!("{}.{top}", plain(&host)),
        switchboard: phone(choices),
    }
}

fn phone(choices: &mut Choices) -> String {
    let country = some(choices, &["+43", "+49", "+44", "+1", "+33"]);
    let digits: String = (0..9).map(|_| choices.below(10).to_string()).collect();
    format!("{country}{digits}")
}

/// Letters as they stand in an address.
fn plain(text: &str) -> String {
    let letters = text.to_lowercase();
    let letters = letters.chars().flat_map(|letter| match letter {
        'ä' => vec!['a', 'e'],
        'ö' => vec!['o', 'e'],
        'ü' => vec!['u', 'e'],
        'ß' => vec!['s', 's'],
        'é' | 'è' | 'ê' | 'ë' => vec!['e'],
        'ç' | 'č' => vec!['c'],
        'š' => vec!['s'],
        'ž' => vec!['z'],
        other if other.is_ascii_alphanumeric() || other == '-' => vec![other],
        _ => vec![],
    });
    letters.collect()
}

fn original(choices: &mut Choices, companies: &[Company], truth: usize) -> Person {
    let first = frequent(choices, &GIVEN);
    let last = if choices.one_in(3) {
        frequent(choices, &COMMON_FAMILIES)
    } else {
        invented(choices)
    };
    let at = choices.pick(companies).cloned();
    let host = if choices.one_in(7) { None } else { at.as_ref() };
    let email = mailbox(
        choices,
        &first,
        &last,
        host.map(|company| company.domain.as_str()),
    );
    let number = match choices.below(10) {
        0 | 1 => at.as_ref().map(|company| company.switchboard.clone()),
        2 | 3 => None,
        _ => Some(phone(choices)),
    };
    Person {
        truth,
        first: Some(first),
        last: Some(last),
        email: (!choices.one_in(12)).then_some(email),
        phone: number,
        company: at.map(|company| company.name),
    }
}

/// An address at a company's domain, or at a host of anybody's mail, where most names are taken.
fn mailbox(choices: &mut Choices, first: &str, last: &str, domain: Option<&str>) -> String {
    let (first, last) = (plain(first), plain(last));
    let initial = first.get(..1).unwrap_or_default();
    let name = match choices.below(6) {
        0 => format!("{initial}.{last}"),
        1 => format!("{initial}{last}"),
        2 => format!("{last}.{first}"),
        _ => format!("{first}.{last}"),
    };
    match domain {
        Some(domain) => format!("{name}@{domain}"),
        None => format!("{name}{}@{}", choices.below(100), some(choices, &HOSTS)),
    }
}

/// A copy of `original` in which one to four things went wrong.
fn copy(choices: &mut Choices, companies: &[Company], original: &Person) -> Person {
    let mut row = original.clone();
    for _ in 0..=choices.below(4) {
        match choices.below(16) {
            0..=7 => spoil(choices, &mut row),
            8 => std::mem::swap(&mut row.first, &mut row.last),
            9 => drop_one(choices, &mut row),
            10 => row.phone = Some(phone(choices)),
            11 => row.first = row.first.as_deref().map(|name| noise::short(choices, name)),
            12 => private(choices, &mut row),
            13 => married(choices, &mut row),
            14 => move_on(choices, companies, &mut row),
            _ => {
                let name = row.company.as_deref();
                row.company = name.map(|name| noise::reworded(choices, name));
            }
        }
    }
    row
}

fn drop_one(choices: &mut Choices, row: &mut Person) {
    match choices.below(5) {
        0 => row.first = None,
        1 => row.email = None,
        2 => row.company = None,
        _ => row.phone = None,
    }
}

/// They give an address of their own.
fn private(choices: &mut Choices, row: &mut Person) {
    if let (Some(first), Some(last)) = (&row.first, &row.last) {
        row.email = Some(mailbox(choices, first, last, None));
    }
}

/// They have another family name, in one of five cases.
fn married(choices: &mut Choices, row: &mut Person) {
    if choices.one_in(5) {
        row.last = Some(invented(choices));
    } else {
        spoil(choices, row);
    }
}

/// They work somewhere else.
fn move_on(choices: &mut Choices, companies: &[Company], row: &mut Person) {
    let Some(company) = choices.pick(companies) else {
        return;
    };
    if let Some((name, _)) = row.email.as_deref().and_then(|email| email.split_once('@')) {
        row.email = Some(format!("{name}@{}", company.domain));
    }
    row.company = Some(company.name.clone());
    if choices.one_in(2) {
        row.phone = Some(company.switchboard.clone());
    }
}
