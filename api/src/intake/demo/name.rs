//! Invented people and companies, in the languages of the territories.
//!
//! Every address lies under `.example` and every telephone number in a range that its country keeps
//! for fiction, so that nothing sent by mistake reaches anybody.

use std::collections::HashSet;

use fake::{
    Fake,
    faker::{
        company::raw::CompanyName,
        job::raw::{Field, Position, Seniority},
        name::raw::{FirstName, LastName},
    },
    locales::{DE_DE, EN, FR_FR},
};

use super::dice::Dice;

/// Companies that sign with the surname of a founder need a trade beside it.
const TRADES: [&str; 16] = [
    "Antriebstechnik",
    "Bau",
    "Chemie",
    "Datentechnik",
    "Energie",
    "Feinmechanik",
    "Handel",
    "Logistik",
    "Maschinenbau",
    "Medizintechnik",
    "Pharma",
    "Sensorik",
    "Software",
    "Systeme",
    "Verlag",
    "Werkzeuge",
];

/// Somebody's name.
#[derive(Clone, Debug)]
pub(super) struct Name {
    /// Given name.
    pub(super) first: String,
    /// Family name.
    pub(super) last: String,
}

impl Name {
    /// A name as it is usual in `country` (ISO 3166-1 alpha-2).
    pub(super) fn invent(dice: &mut Dice, country: &str) -> Self {
        let source = dice.source();
        let (first, last): (&str, &str) = match country {
            "DE" | "AT" | "CH" => (
                FirstName(DE_DE).fake_with_rng(source),
                LastName(DE_DE).fake_with_rng(source),
            ),
            "FR" => (
                FirstName(FR_FR).fake_with_rng(source),
                LastName(FR_FR).fake_with_rng(source),
            ),
            _ => (
                FirstName(EN).fake_with_rng(source),
                LastName(EN).fake_with_rng(source),
            ),
        };
        Self {
            first: first.to_owned(),
            last: last.to_owned(),
        }
    }

    /// First and last name.
    pub(super) fn full(&self) -> String {
        format!("{} {}", self.first, self.last)
    }

    /// The part of an address before the `@`.
    pub(super) fn mailbox(&self) -> String {
        format!("{}.{}", slug(&self.first), slug(&self.last))
    }
}

/// What somebody is called at work, and how high they stand.
pub(super) struct Job {
    /// For example `Senior Marketing Manager`.
    pub(super) title: String,
    /// The field: `Marketing`.
    pub(super) function: String,
    /// For example `C_LEVEL`.
    pub(super) seniority: &'static str,
}

impl Job {
    /// A job that somebody who buys software may have.
    pub(super) fn invent(dice: &mut Dice) -> Self {
        let function: &str = Field(EN).fake_with_rng(dice.source());
        let rank = dice.weighted(&[
            (8, ("Chief", "Officer", "C_LEVEL")),
            (12, ("Vice President", "", "VP")),
            (20, ("Director of", "", "DIRECTOR")),
            (25, ("Head of", "", "HEAD")),
            (35, ("", "", "STAFF")),
        ]);
        let title = match rank.0 {
            "" => {
                let level: &str = Seniority(EN).fake_with_rng(dice.source());
                let position: &str = Position(EN).fake_with_rng(dice.source());
                format!("{level} {function} {position}")
            }
            "Chief" => format!("Chief {function} Officer"),
            before => format!("{before} {function}"),
        };
        Self {
            title,
            function: function.to_owned(),
            seniority: rank.2,
        }
    }
}

/// The domains that are given away already: domains are unique.
#[derive(Default)]
pub(super) struct Domains(HashSet<String>);

impl Domains {
    /// A company of `country`, and a domain that no other has.
    pub(super) fn invent(&mut self, dice: &mut Dice, country: &str) -> (String, String) {
        let name = company(dice, country);
        let base = slug(&name);
        let mut domain = format!("{base}.example");
        let mut number = 2;
        while !self.0.insert(domain.clone()) {
            domain = format!("{base}-{number}.example");
            number += 1;
        }
        (name, domain)
    }
}

fn company(dice: &mut Dice, country: &str) -> String {
    let source = dice.source();
    match country {
        "DE" | "AT" | "CH" => {
            let founder: &str = LastName(DE_DE).fake_with_rng(source);
            let form = match country {
                "CH" => "AG",
                _ => *dice.pick(&["GmbH", "AG", "KG", "SE"]),
            };
            format!("{founder} {} {form}", dice.pick(&TRADES))
        }
        "FR" => {
            let founder: &str = LastName(FR_FR).fake_with_rng(source);
            format!(
                "{founder} {}",
                dice.pick(&["SAS", "SA", "et Fils", "Industries"])
            )
        }
        "GB" | "IE" => {
            let founder: &str = LastName(EN).fake_with_rng(source);
            let partner: &str = LastName(EN).fake_with_rng(source);
            format!(
                "{founder} {partner} {}",
                dice.pick(&["Ltd", "plc", "Partners"])
            )
        }
        _ => CompanyName(EN).fake_with_rng(source),
    }
}

/// A number in E.164 that no telephone has, or none where `country` keeps no range for fiction.
pub(super) fn phone(dice: &mut Dice, country: &str) -> Option<String> {
    let mut digits = |low, high| dice.between(low, high);
    Some(match country {
        // 555-0100 to 555-0199 in every area.
        "US" | "CA" => {
            let area = [202, 212, 312, 415, 617, 702].get(usize::try_from(digits(0, 5)).ok()?)?;
            format!("+1{area}55501{:02}", digits(0, 99))
        }
        // Ofcom's numbers for drama: London, and mobiles.
        "GB" if digits(0, 1) == 0 => format!("+44207946{:04}", digits(0, 999)),
        "GB" => format!("+447700900{:03}", digits(0, 999)),
        // The Bundesnetzagentur's: Berlin.
        "DE" => format!("+493023125{:03}", digits(0, 999)),
        // Arcep's: Île-de-France.
        "FR" => format!("+3319900{:04}", digits(0, 9_999)),
        // PTS's: Stockholm.
        "SE" => format!("+468465004{:02}", digits(0, 99)),
        _ => return None,
    })
}

/// `text` in lower case, with the letters, digits and single hyphens that a domain may have.
pub(super) fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match letter {
            'a'..='z' | '0'..='9' => slug.push(letter),
            'ä' | 'æ' => slug.push_str("ae"),
            'ö' | 'œ' => slug.push_str("oe"),
            'ü' => slug.push_str("ue"),
            'ß' => slug.push_str("ss"),
            'à'..='å' => slug.push('a'),
            'ç' | 'ć' | 'č' => slug.push('c'),
            'è'..='ë' => slug.push('e'),
            'ì'..='ï' | 'ı' => slug.push('i'),
            'ğ' => slug.push('g'),
            'ñ' => slug.push('n'),
            'ò'..='õ' | 'ø' => slug.push('o'),
            'ş' | 'š' => slug.push('s'),
            'ù'..='û' => slug.push('u'),
            'ž' => slug.push('z'),
            ' ' | '-' if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    slug.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slug_is_ascii_and_reads_like_the_name() {
        assert_eq!(
            slug("Müller-Schwarzenberg Söhne & Co. KG"),
            "mueller-schwarzenberg-soehne-co-kg"
        );
        assert_eq!(slug("Ağça Étoile"), "agca-etoile");
    }

    #[test]
    fn no_two_companies_share_a_domain() {
        let mut dice = Dice::new(1, 0);
        let mut domains = Domains::default();
        let invented: HashSet<String> = (0..3_000)
            .map(|_| domains.invent(&mut dice, "FR").1)
            .collect();

        assert_eq!(invented.len(), 3_000);
    }

    #[test]
    fn telephone_numbers_are_e164_and_fictional() {
        let mut dice = Dice::new(1, 0);
        for country in ["US", "GB", "DE", "FR", "SE"] {
            let number = phone(&mut dice, country).unwrap();
            assert!(
                number.starts_with('+') && (11..=14).contains(&number.len()),
                "{number}"
            );
            assert!(
                number.chars().skip(1).all(|digit| digit.is_ascii_digit()),
                "{number}"
            );
        }
        assert_eq!(phone(&mut dice, "AT"), None);
    }
}
