//! Names of companies.

/// What a company calls its legal form, in the languages that we meet most.
const FORMS: [&str; 24] = [
    "ab",
    "ag",
    "as",
    "asa",
    "bv",
    "co",
    "company",
    "corp",
    "corporation",
    "gmbh",
    "inc",
    "incorporated",
    "kg",
    "limited",
    "llc",
    "llp",
    "ltd",
    "nv",
    "oy",
    "plc",
    "sa",
    "sarl",
    "spa",
    "srl",
];

/// The name without case, punctuation and legal form, by which the same company is found again.
#[must_use]
pub fn normalized_name(name: &str) -> String {
    let plain: String = name
        .to_lowercase()
        .chars()
        .filter(|character| !matches!(character, '.' | '\'' | '’'))
        .map(|character| {
            if character.is_alphanumeric() {
                character
            } else {
                ' '
            }
        })
        .collect();
    let mut words: Vec<&str> = plain.split_whitespace().collect();
    while words.len() > 1 && words.last().is_some_and(|word| FORMS.contains(word)) {
        words.pop();
    }
    if words.is_empty() {
        return name.trim().to_lowercase();
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::normalized_name;

    #[test]
    fn the_same_company_has_the_same_name() {
        assert_eq!(normalized_name("ACME, Inc."), "acme");
        assert_eq!(normalized_name("Acme GmbH & Co. KG"), "acme");
        assert_eq!(normalized_name("Café Müller"), "café müller");
        assert_eq!(normalized_name("Co"), "co");
        assert_eq!(normalized_name("!!!"), "!!!");
    }
}
