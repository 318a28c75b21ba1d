//! Numbers over rows: as columns of the statement that groups them, and as JSON.

use crate::{
    dataset::{Entity, Field, Kind},
    error::ApiError,
};

use super::{
    super::{
        aggregate::{AggregatePart, Function, Measure, MeasurePart},
        filter::{Amount, Test},
        selection::MoneyPart,
    },
    Compiler,
    row::misuse,
    scope::any,
};

/// The numbers that a statement works out for each group, each once.
#[derive(Default)]
pub(super) struct Numbers {
    known: Vec<(Function, &'static str)>,
    /// The columns, with their names.
    pub(super) columns: Vec<String>,
}

/// A number that is worked out.
#[derive(Clone)]
pub(super) struct Measured {
    /// The column with it, where groups are at `g`.
    column: String,
    function: Function,
    field: &'static Field,
}

impl Measured {
    /// The column with the currency of an amount.
    fn currency(&self) -> String {
        format!("{}c", self.column)
    }

    /// Whether it is a sum of amounts, which may be more than 64 bits hold.
    fn is_total(&self) -> bool {
        self.function == Function::Sum && matches!(self.field.kind, Kind::Money { .. })
    }

    fn is_money(&self) -> bool {
        matches!(self.field.kind, Kind::Money { .. }) && self.function != Function::CountDistinct
    }
}

impl Compiler<'_> {
    /// Works out `measure` of the rows at `alias`.
    pub(super) fn measure(
        &mut self,
        numbers: &mut Numbers,
        measure: &Measure,
        entity: &'static Entity,
        alias: &str,
    ) -> Result<Measured, ApiError> {
        let Measure {
            function,
            field,
            path,
        } = measure;
        self.refuse_masked(field, entity, path)?;
        let same = |known: &(Function, &str)| *known == (*function, field.name);
        let place = numbers.known.iter().position(same);
        let name = format!("m{}", place.unwrap_or(numbers.known.len()));
        let measured = Measured {
            column: format!("g.{name}"),
            function: *function,
            field,
        };
        if place.is_some() {
            return Ok(measured);
        }
        numbers.known.push((*function, field.name));
        let columns = if measured.is_money() {
            self.amounts(*function, field, &name, alias)?
        } else {
            let value = self.countable(field, entity, alias)?;
            let number = match function {
                Function::CountDistinct => format!("count(DISTINCT {value})"),
                Function::Sum => format!("sum({value})"),
                Function::Average => self.dialect.average(&value),
                Function::Minimum => format!("min({value})"),
                Function::Maximum => format!("max({value})"),
            };
            vec![format!("{number} AS {name}")]
        };
        numbers.columns.extend(columns);
        Ok(measured)
    }

    /// The value of `field` for those who count: as the viewer sees it.
    pub(super) fn countable(
        &mut self,
        field: &Field,
        entity: &Entity,
        alias: &str,
    ) -> Result<String, ApiError> {
        let column = field.kind.columns().next().ok_or_else(|| misuse(field))?;
        let value = format!("{alias}.\"{column}\"");
        let known = match field.kind {
            Kind::ForeignId { column, target } => self.knows(entity, column, target, alias)?,
            _ => None,
        };
        Ok(match known {
            Some(known) => format!("CASE WHEN {known} THEN {value} END"),
            None => value,
        })
    }

    /// The columns of an amount: nothing where there are amounts of several currencies.
    fn amounts(
        &self,
        function: Function,
        field: &Field,
        name: &str,
        alias: &str,
    ) -> Result<Vec<String>, ApiError> {
        let Kind::Money { minor, currency } = field.kind else {
            return Err(misuse(field));
        };
        let minor = format!("{alias}.\"{minor}\"");
        let currency = |function: &str| {
            format!("{function}({alias}.\"{currency}\") FILTER (WHERE {minor} IS NOT NULL)")
        };
        let (first, last) = (currency("min"), currency("max"));
        let of_one = |value: &str| format!("CASE WHEN {first} = {last} THEN {value} END");
        let mut columns = vec![format!("{} AS {name}c", of_one(&first))];
        let values = match function {
            Function::Sum => self.dialect.total(&minor, name),
            Function::Average => vec![(self.dialect.average_units(&minor), name.to_owned())],
            Function::Minimum => vec![(format!("min({minor})"), name.to_owned())],
            _ => vec![(format!("max({minor})"), name.to_owned())],
        };
        let values = values.into_iter();
        columns.extend(values.map(|(value, name)| format!("{} AS {name}", of_one(&value))));
        Ok(columns)
    }

    /// A number as JSON, for groups at `g`.
    fn measured(&self, measured: &Measured) -> String {
        let column = &measured.column;
        match (measured.function, &measured.field.kind) {
            (Function::Average, Kind::Int(_)) => self.dialect.double(column),
            (Function::Minimum | Function::Maximum, Kind::Instant(_)) => {
                self.dialect.instant(column)
            }
            _ => column.clone(),
        }
    }

    /// An amount as JSON, for groups at `g`.
    fn measured_money(
        &self,
        measured: &Measured,
        parts: &[(String, MoneyPart)],
    ) -> Result<String, ApiError> {
        let (minor, currency) = (&measured.column, measured.currency());
        let pairs = parts.iter().map(|(key, part)| {
            let value = match part {
                MoneyPart::TypeName => "'Money'".to_owned(),
                MoneyPart::Currency => currency.clone(),
                MoneyPart::Amount if measured.is_total() => Self::by_digits(&currency, |digits| {
                    self.dialect.total_decimal(minor, digits)
                }),
                MoneyPart::Amount => {
                    Self::by_digits(&currency, |digits| self.dialect.decimal(minor, digits))
                }
                MoneyPart::MinorUnits if measured.is_total() => {
                    self.dialect.total_decimal(minor, 0)
                }
                MoneyPart::MinorUnits => self.dialect.integer_text(minor),
            };
            (key, value)
        });
        let object = self.small_object(pairs)?;
        Ok(format!(
            "CASE WHEN {currency} IS NOT NULL THEN {object} END"
        ))
    }

    /// What stands under a key of an aggregate, for groups at `g` of rows at `alias`.
    pub(super) fn aggregate_part(
        &mut self,
        numbers: &mut Numbers,
        part: &AggregatePart,
        entity: &'static Entity,
        alias: &str,
    ) -> Result<String, ApiError> {
        let parts = match part {
            AggregatePart::TypeName(name) => return Ok(format!("'{name}'")),
            AggregatePart::Count => return Ok("g.n".to_owned()),
            AggregatePart::Measures(parts) => parts,
        };
        let mut pairs = Vec::with_capacity(parts.len());
        for (key, part) in parts {
            let value = match part {
                MeasurePart::TypeName(name) => format!("'{name}'"),
                MeasurePart::Value(measure) => {
                    let measured = self.measure(numbers, measure, entity, alias)?;
                    self.measured(&measured)
                }
                MeasurePart::Money(measure, parts) => {
                    let measured = self.measure(numbers, measure, entity, alias)?;
                    self.measured_money(&measured, parts)?
                }
            };
            pairs.push((key.as_str(), value));
        }
        Ok(format!("({})", self.object(&pairs, "")?))
    }

    /// That a number of the groups at `g` passes `test`.
    pub(super) fn measure_passes(&mut self, measured: &Measured, test: &Test) -> String {
        if !measured.is_total() {
            let currency = measured.is_money().then(|| measured.currency());
            return self.passes(&measured.column, currency.as_deref(), test);
        }
        let (column, currency) = (measured.column.as_str(), measured.currency());
        match test {
            Test::IsNull(true) => format!("{currency} IS NULL"),
            Test::IsNull(false) => format!("{currency} IS NOT NULL"),
            Test::Amount(amounts) => self.is_total(column, &currency, amounts),
            Test::NotAmount(amounts) => format!(
                "{currency} IS NOT NULL AND NOT ({})",
                self.is_total(column, &currency, amounts)
            ),
            Test::Amounts(code, from, to) => {
                let mut conditions = vec![format!("{currency} = '{}'", code.code())];
                let ends = [(">=", from), ("<=", to)];
                for (operator, end) in ends {
                    if let Some(end) = end {
                        conditions.push(self.dialect.total_compares(column, operator, *end));
                    }
                }
                conditions.join(" AND ")
            }
            other => self.passes(column, Some(&currency), other),
        }
    }

    fn is_total(&self, column: &str, currency: &str, amounts: &[Amount]) -> String {
        let each = amounts.iter().map(|amount| {
            let code = amount.currency.code();
            let is = self.dialect.total_compares(column, "=", amount.minor);
            format!("{currency} = '{code}' AND {is}")
        });
        any(&each.collect::<Vec<_>>())
    }

    /// What groups at `g` are ordered by to be in the order of that number.
    pub(super) fn measure_keys(&self, measured: &Measured) -> Vec<String> {
        let column = &measured.column;
        if measured.is_total() {
            let mut keys = vec![measured.currency()];
            keys.extend(self.dialect.total_keys(column));
            return keys;
        }
        if measured.is_money() {
            return vec![measured.currency(), column.clone()];
        }
        vec![column.clone()]
    }
}
