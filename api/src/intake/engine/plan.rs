//! The rules for one file, with their columns found in its header.

use super::super::mapping::{Bound, BoundCondition, FieldRule, FileRules, Header, Rule, Source};

/// The rules for one file.
pub(super) struct Plan<'m> {
    /// How many cells a row has.
    pub(super) width: usize,
    pub(super) rules: Vec<BoundRule<'m>>,
}

/// A rule whose columns have been found.
pub(super) struct BoundRule<'m> {
    pub(super) rule: &'m Rule,
    pub(super) key: Option<Bound>,
    pub(super) when: Vec<BoundCondition>,
    pub(super) skip: Vec<Vec<BoundCondition>>,
    pub(super) fields: Vec<BoundField<'m>>,
}

/// A field whose columns have been found.
pub(super) struct BoundField<'m> {
    pub(super) rule: &'m FieldRule,
    pub(super) when: Vec<BoundCondition>,
    pub(super) source: Bound,
    pub(super) currency: Option<Bound>,
    /// What people call its source.
    pub(super) label: String,
}

impl<'m> Plan<'m> {
    /// Finds the columns of `file`, or says which is missing.
    pub(super) fn new(file: &str, rules: &'m FileRules, names: &[String]) -> Result<Self, String> {
        let header = Header {
            names,
            lenient: rules.lenient,
            file,
        };
        let rules = rules
            .rules
            .iter()
            .map(|rule| BoundRule::new(rule, &header))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            width: names.len(),
            rules,
        })
    }
}

impl<'m> BoundRule<'m> {
    fn new(rule: &'m Rule, header: &Header<'_>) -> Result<Self, String> {
        let bind = |source: &Source, whole| source.bind(header, whole);
        let fields = rule.fields.iter().map(|field| {
            // A reference is a key, or nothing.
            let whole = field.lookup.is_some();
            let currency = field.currency.as_ref().map(|source| bind(source, false));
            Ok(BoundField {
                rule: field,
                when: field
                    .when
                    .iter()
                    .map(|condition| condition.bind(header))
                    .collect::<Result<_, _>>()?,
                source: bind(&field.source, whole)?,
                currency: currency.transpose()?,
                label: field.source.label(),
            })
        });
        Ok(Self {
            rule,
            key: rule
                .key
                .as_ref()
                .map(|source| bind(source, true))
                .transpose()?,
            when: rule
                .when
                .iter()
                .map(|condition| condition.bind(header))
                .collect::<Result<_, _>>()?,
            skip: rule
                .skip
                .iter()
                .map(|all| all.iter().map(|condition| condition.bind(header)).collect())
                .collect::<Result<_, _>>()?,
            fields: fields.collect::<Result<_, String>>()?,
        })
    }
}
