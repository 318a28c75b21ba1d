//! People: what is compared of them, and by which keys those are found who are worth comparing.

mod name;
mod weight;

use std::collections::BTreeSet;

use strsim::osa_distance;

use crate::record::value::{is_free_mail, is_shared_mailbox};

use super::{
    company::CompanyName,
    fold::{fold, skeleton},
    likeness::{Level, Likeness, Reason},
};

use name::{Name, compare as compare_names};

/// What is known of somebody, as it is stored.
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'f> {
    /// Given names.
    pub first_name: Option<&'f str>,
    /// Family name.
    pub last_name: Option<&'f str>,
    /// In lower case.
    pub email: Option<&'f str>,
    /// In E.164.
    pub phone: Option<&'f str>,
    /// The company that they work for.
    pub company: Option<&'f str>,
}

/// Somebody, made ready to be compared.
#[derive(Clone, Debug)]
pub struct Person {
    name: Name,
    email: Option<String>,
    phone: Option<String>,
    company: Option<CompanyName>,
}

/// So long must a mailbox be to be a key by itself: shorter ones are initials and words.
const MAILBOX: usize = 6;

impl Person {
    /// Makes `facts` ready to be compared.
    #[must_use]
    pub fn new(facts: Facts<'_>) -> Self {
        let own = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
        Self {
            name: Name::new(
                facts.first_name.unwrap_or_default(),
                facts.last_name.unwrap_or_default(),
            ),
            email: own(facts.email).filter(|email| !is_shared_mailbox(email)),
            phone: own(facts.phone),
            company: facts
                .company
                .map(CompanyName::new)
                .filter(|company| !company.is_empty()),
        }
    }

    /// The keys of the blocks that they are in: whoever shares none with them is not compared.
    ///
    /// Each needs something else to be right, so that one slip of the pen leaves others.
    #[must_use]
    pub fn keys(&self) -> BTreeSet<String> {
        let mut keys = BTreeSet::new();
        if let Some(email) = &self.email {
            keys.insert(format!("e:{email}"));
        }
        if let Some(mailbox) = self.mailbox() {
            keys.insert(format!("m:{mailbox}"));
        }
        if let Some(phone) = &self.phone {
            keys.insert(format!("p:{phone}"));
        }
        let bones = self.name.bones();
        if let [one, other] = bones.as_slice() {
            keys.insert(format!("n:{one} {other}"));
        }
        let places = [self.host().map(str::to_owned), self.firm()];
        for place in places.into_iter().flatten() {
            keys.extend(bones.iter().map(|bone| format!("c:{bone} {place}")));
        }
        keys
    }

    /// How probable it is that `other` is the same person.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Likeness {
        let email = self.compare_emails(other);
        let company = self.compare_companies(other);
        let colleagues = company.is_some_and(|company| *company != weight::COMPANY_OTHER);
        // An address says already where somebody works.
        let told = email == Some(&weight::EMAIL_SAME);
        let compared = [
            ("name", compare_names(&self.name, &other.name)),
            ("email", email),
            ("phone", self.compare_phones(other, colleagues && !told)),
            ("company", company.filter(|_| !told)),
        ];
        let reasons = compared
            .into_iter()
            .filter_map(|(field, level)| level.map(|level| Reason { field, level }));
        Likeness::of(reasons.collect(), weight::PRIOR)
    }

    fn compare_emails(&self, other: &Self) -> Option<&'static Level> {
        let (one, two) = (self.email.as_deref()?, other.email.as_deref()?);
        if one == two {
            return Some(&weight::EMAIL_SAME);
        }
        if osa_distance(one, two) == 1 && !other_number(one, two) {
            return Some(&weight::EMAIL_SLIP);
        }
        let (mailbox, other_mailbox) = (one.split_once('@')?.0, two.split_once('@')?.0);
        if mailbox != other_mailbox {
            return Some(&weight::EMAIL_OTHER);
        }
        // Many have the mailbox that is made of their name, each at their own company: it says nothing
        // that the name has not said.
        let made = self.name.makes(mailbox) || other.name.makes(mailbox);
        (!made && mailbox.len() >= MAILBOX).then_some(&weight::EMAIL_MOVED)
    }

    fn compare_phones(&self, other: &Self, colleagues: bool) -> Option<&'static Level> {
        let (one, two) = (self.phone.as_deref()?, other.phone.as_deref()?);
        let slip = || osa_distance(one, two) == 1;
        Some(if colleagues && (one == two || slip()) {
            &weight::PHONE_OF_COMPANY
        } else if one == two {
            &weight::PHONE_SAME
        } else if slip() {
            &weight::PHONE_SLIP
        } else {
            &weight::PHONE_OTHER
        })
    }

    fn compare_companies(&self, other: &Self) -> Option<&'static Level> {
        let hosts = self.host().zip(other.host());
        let names = self.company.as_ref().zip(other.company.as_ref());
        let alike = names.map(|(one, two)| one.alike(two));
        if alike.is_some_and(|alike| alike >= 0.99) {
            return Some(&weight::COMPANY_SAME);
        }
        if hosts.is_some_and(|(one, two)| one == two) {
            return Some(&weight::COMPANY_HOST);
        }
        alike.map(|alike| {
            if alike >= 0.9 {
                &weight::COMPANY_LIKE
            } else {
                &weight::COMPANY_OTHER
            }
        })
    }

    /// What stands before the `@`, where that is more than their name.
    fn mailbox(&self) -> Option<&str> {
        let (mailbox, _) = self.email.as_deref()?.split_once('@')?;
        (mailbox.len() >= MAILBOX && !self.name.makes(mailbox)).then_some(mailbox)
    }

    /// The host of their address, where it is their company's.
    fn host(&self) -> Option<&str> {
        let (_, host) = self.email.as_deref()?.split_once('@')?;
        (!is_free_mail(host)).then_some(host)
    }

    /// The first word of their company, as it is heard.
    fn firm(&self) -> Option<String> {
        let company = self.company.as_ref()?;
        company.words().first().map(|word| skeleton(word))
    }
}

/// Whether both have a number in them, and another one: they are counted and not heard, so that it is no slip of the
/// pen. A digit in one of them alone may be a letter that a scanner has read so.
fn other_number(one: &str, other: &str) -> bool {
    let digits = |text: &str| -> String { text.chars().filter(char::is_ascii_digit).collect() };
    let (one, other) = (digits(one), digits(other));
    !one.is_empty() && !other.is_empty() && one != other
}

/// The words of a name, folded.
fn words(text: &str) -> Vec<String> {
    fold(text).split_whitespace().map(str::to_owned).collect()
}
