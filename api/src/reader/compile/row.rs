//! A row as an object: its fields, and the rows that it refers to.

use std::sync::LazyLock;

use iso_currency::{Currency, IntoEnumIterator};

use crate::{
    dataset::{Entity, Field, Kind, dataset},
    error::ApiError,
};

use super::{
    super::selection::{MoneyPart, NodeField, NodeSelection},
    Compiler, Parent,
    condition::{all, table},
};

/// PostgreSQL cuts a longer column alias, and an alias is a response key here.
const MAX_KEY_BYTES: usize = 63;
/// A row has so many keys at most: SQLite's functions take 1,000 arguments, a key and a value each,
/// and PostgreSQL's rows have 1,664 columns.
const MAX_KEYS: usize = 400;

/// The currencies that do not have two digits behind the point: how many, and a list of their codes.
pub(super) static UNUSUAL_CURRENCIES: LazyLock<Vec<(u16, String)>> = LazyLock::new(|| {
    let lists = [0, 3, 4].map(|digits| {
        let codes: Vec<_> = Currency::iter()
            .filter(|currency| currency.exponent().unwrap_or(0) == digits)
            .map(|currency| format!("'{}'", currency.code()))
            .collect();
        (digits, codes.join(", "))
    });
    lists
        .into_iter()
        .filter(|(_, codes)| !codes.is_empty())
        .collect()
});

impl Compiler<'_> {
    pub(super) fn row_by_id(&mut self, node: &NodeSelection, id: &str) -> Result<String, ApiError> {
        let alias = self.alias();
        let mut conditions = vec![format!("{alias}.\"id\" = {id}")];
        conditions.extend(self.visible(node.entity, &alias)?);
        let from = format!(" FROM {}{}", table(node.entity, &alias), all(&conditions));
        self.row(node, &alias, &from)
    }

    /// A statement that gives the row at `alias` as an object.
    pub(super) fn row(
        &mut self,
        node: &NodeSelection,
        alias: &str,
        from: &str,
    ) -> Result<String, ApiError> {
        let mut pairs = Vec::with_capacity(node.fields.len());
        for (key, field) in &node.fields {
            let value = self.field(field, node.entity, alias)?;
            pairs.push((key.as_str(), value));
        }
        self.object(&pairs, from)
    }

    /// A statement that gives an object of those keys and values; `from` is where the values come from.
    pub(super) fn object(&self, pairs: &[(&str, String)], from: &str) -> Result<String, ApiError> {
        if pairs.len() > MAX_KEYS {
            return Err(ApiError::validation(
                "query",
                format!("at most {MAX_KEYS} selections of one row"),
            ));
        }
        let mut written = Vec::with_capacity(pairs.len());
        for (key, value) in pairs {
            if key.len() > MAX_KEY_BYTES {
                return Err(ApiError::validation(
                    *key,
                    format!("an alias has at most {MAX_KEY_BYTES} characters"),
                ));
            }
            written.push(self.dialect.pair(key, value));
        }
        let dialect = self.dialect;
        Ok(format!(
            "{}{}{}{from}{}",
            dialect.open_row(),
            written.join(", "),
            dialect.close_pairs(),
            dialect.close_row()
        ))
    }

    fn field(
        &mut self,
        field: &NodeField,
        entity: &'static Entity,
        alias: &str,
    ) -> Result<String, ApiError> {
        let value = match field {
            NodeField::TypeName => return Ok(format!("'{}'", entity.name)),
            NodeField::Scalar(field) => self.scalar(field, entity, alias)?,
            NodeField::Money(field, parts) => self.money(field, parts, alias)?,
            NodeField::Band(field, parts) => self.band(field, parts, alias)?,
            NodeField::Reference(field, parts) => self.reference(field, parts, alias)?,
            NodeField::ExternalIds(_, parts) => self.external_ids(parts, entity, alias)?,
            NodeField::ToOne(field, node) => {
                let Kind::ToOne { column, .. } = field.kind else {
                    return Err(misuse(field));
                };
                let row = self.row_by_id(node, &format!("{alias}.\"{column}\""))?;
                format!("({row})")
            }
            NodeField::ToMany(field, connection) => {
                self.connection(connection, Parent::Row(field, alias))?
            }
            NodeField::Facet(_, node) => format!("({})", self.row(node, alias, "")?),
            NodeField::History(_, history) => return self.history(history, entity, alias),
            NodeField::AllowedTransitions(_, parts) => {
                return self.allowed_transitions(parts, entity, alias);
            }
        };
        match field.declared() {
            Some(declared) => self.veiled(declared, entity, alias, value),
            None => Ok(value),
        }
    }

    fn scalar(&mut self, field: &Field, entity: &Entity, alias: &str) -> Result<String, ApiError> {
        let at = |column: &str| format!("{alias}.\"{column}\"");
        Ok(match &field.kind {
            Kind::Id => self.dialect.global_id(entity.prefix, &at("id")),
            Kind::Text(column)
            | Kind::Int(column)
            | Kind::Day(column)
            | Kind::Choice(column, _) => at(column),
            Kind::Boolean(column) => self.dialect.boolean(&at(column)),
            Kind::Instant(column) => self.dialect.instant(&at(column)),
            Kind::Json(column) | Kind::Texts(column) => self.dialect.json(&at(column)),
            Kind::ForeignId { column, target } => {
                let prefix = dataset().target(target)?.prefix;
                let id = self.dialect.global_id(prefix, &at(column));
                match self.knows(entity, column, target, alias)? {
                    Some(known) => format!("CASE WHEN {known} THEN {id} END"),
                    None => id,
                }
            }
            Kind::MaskedFields => self.masked_fields(entity, alias)?,
            Kind::Money { .. }
            | Kind::Band { .. }
            | Kind::Reference { .. }
            | Kind::ExternalIds
            | Kind::ToOne { .. }
            | Kind::ToMany { .. }
            | Kind::ToManyThrough { .. }
            | Kind::History
            | Kind::AllowedTransitions
            | Kind::Facet(_) => return Err(misuse(field)),
        })
    }

    fn money(
        &self,
        field: &Field,
        parts: &[(String, MoneyPart)],
        alias: &str,
    ) -> Result<String, ApiError> {
        let Kind::Money { minor, currency } = field.kind else {
            return Err(misuse(field));
        };
        let (minor, currency) = (
            format!("{alias}.\"{minor}\""),
            format!("{alias}.\"{currency}\""),
        );
        let pairs = parts.iter().map(|(key, part)| {
            let value = match part {
                MoneyPart::TypeName => "'Money'".to_owned(),
                MoneyPart::Amount => self.decimal(&minor, &currency),
                MoneyPart::Currency => currency.clone(),
                MoneyPart::MinorUnits => self.dialect.integer_text(&minor),
            };
            (key, value)
        });
        let object = self.small_object(pairs)?;
        Ok(format!("CASE WHEN {minor} IS NOT NULL THEN {object} END"))
    }

    /// Minor units as a decimal: with two digits behind the point, or as many as ISO 4217 says.
    pub(super) fn decimal(&self, minor: &str, currency: &str) -> String {
        Self::by_digits(currency, |digits| self.dialect.decimal(minor, digits))
    }

    /// What `decimal` makes of the number of digits that the currency has behind the point.
    pub(super) fn by_digits(currency: &str, decimal: impl Fn(u16) -> String) -> String {
        let arms = UNUSUAL_CURRENCIES.iter().map(|(digits, codes)| {
            let decimal = decimal(*digits);
            format!(" WHEN {currency} IN ({codes}) THEN {decimal}")
        });
        format!("CASE{} ELSE {} END", arms.collect::<String>(), decimal(2))
    }
}

pub(super) fn misuse(field: &Field) -> ApiError {
    ApiError::internal(format!("`{}` was selected as what it is not", field.name))
}
