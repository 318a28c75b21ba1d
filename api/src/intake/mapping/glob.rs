//! File names with `*` and `?`.

/// A file name in which `*` stands for any characters and `?` for one. Upper and lower case are the
/// same.
#[derive(Clone, Debug)]
pub struct Pattern(String);

impl Pattern {
    /// A pattern, as written.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.to_lowercase())
    }

    /// Whether a file of this name is meant.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        let name: Vec<char> = name.to_lowercase().chars().collect();
        let pattern: Vec<char> = self.0.chars().collect();
        matches(&pattern, &name)
    }
}

fn matches(pattern: &[char], name: &[char]) -> bool {
    match pattern.split_first() {
        None => name.is_empty(),
        Some((&'*', rest)) => {
            (0..=name.len()).any(|skip| matches(rest, name.get(skip..).unwrap_or_default()))
        }
        Some((&wanted, rest)) => name
            .split_first()
            .is_some_and(|(&is, left)| (wanted == '?' || wanted == is) && matches(rest, left)),
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn stars_and_question_marks_stand_for_anything() {
        assert!(Pattern::new("sf_*.csv").matches("SF_lead.csv"));
        assert!(Pattern::new("lead?.csv").matches("leads.csv"));
        assert!(!Pattern::new("lead.csv").matches("leads.csv"));
        assert!(!Pattern::new("*_data.csv").matches("company_data_postgres.csv"));
    }
}
