//! The tests of a value, such as `{gte: 5, isNull: false}`.

use async_graphql::Value;

use crate::{
    calendar::{Duration, Moment, Reach, Relative},
    error::ApiError,
    reader::{MAX_PATTERN, Operand, Side, Span, Test, ignoring_case},
};

use super::super::domain::Domain;
use super::{
    MAX_PAGE,
    operand::{ExactAmount, items, money, object, operand, text},
    period,
};

/// How long a duration may be, in its unit.
const MAX_DURATION: u32 = 10_000;

/// One test of a value of `domain`: an operator and its operand.
pub(super) fn test(
    domain: Domain,
    path: &str,
    operator: &str,
    value: &Value,
    moment: &Moment,
) -> Result<Test, ApiError> {
    if let ("isNull", Value::Boolean(is_null)) = (operator, value) {
        return Ok(Test::IsNull(*is_null));
    }
    if operator == "isNull" {
        return Err(ApiError::validation(path, "true or false is required"));
    }
    if let Some(said) = relative(path, operator, value)? {
        return within(domain, path, said, moment).map(Test::Within);
    }
    if matches!(domain, Domain::Money) {
        return amount(path, operator, value);
    }
    let one = || operand(domain, path, value);
    let ignoring = |side| {
        let text = text(path, value)?;
        if text.chars().count() > MAX_PATTERN {
            let problem = format!("at most {MAX_PATTERN} characters");
            return Err(ApiError::validation(path, problem));
        }
        Ok(Test::Matches(ignoring_case(text, side)))
    };
    Ok(match operator {
        "eq" => Test::Equals(one()?),
        "ne" => Test::Differs(one()?),
        "lt" => Test::Less(one()?),
        "lte" => Test::LessOrEqual(one()?),
        "gt" => Test::Greater(one()?),
        "gte" => Test::GreaterOrEqual(one()?),
        "in" => Test::In(each(path, value, |value| operand(domain, path, value))?),
        "nin" => Test::NotIn(each(path, value, |value| operand(domain, path, value))?),
        "between" => {
            let (from, to) = ends(path, value)?;
            Test::Between(
                operand(domain, &format!("{path}.from"), from)?,
                operand(domain, &format!("{path}.to"), to)?,
            )
        }
        "contains" => Test::Contains(text(path, value)?.to_owned()),
        "startsWith" => Test::StartsWith(text(path, value)?.to_owned()),
        "endsWith" => Test::EndsWith(text(path, value)?.to_owned()),
        "eqIgnoreCase" => ignoring(Side::Whole)?,
        "containsIgnoreCase" => ignoring(Side::Anywhere)?,
        "startsWithIgnoreCase" => ignoring(Side::Start)?,
        "endsWithIgnoreCase" => ignoring(Side::End)?,
        _ => return Err(ApiError::validation(path, "there is no such operator")),
    })
}

/// A test of an amount. No amount is larger than one of another currency.
fn amount(path: &str, operator: &str, value: &Value) -> Result<Test, ApiError> {
    let one = || money(path, value);
    let several = || each(path, value, |value| money(path, value));
    Ok(match operator {
        "eq" => Test::Amount(one()?.whole().into_iter().collect()),
        "ne" => Test::NotAmount(one()?.whole().into_iter().collect()),
        "in" => Test::Amount(
            several()?
                .into_iter()
                .filter_map(ExactAmount::whole)
                .collect(),
        ),
        "nin" => Test::NotAmount(
            several()?
                .into_iter()
                .filter_map(ExactAmount::whole)
                .collect(),
        ),
        "lt" => one().map(|one| Test::Amounts(one.currency, None, Some(one.ceiling - 1)))?,
        "lte" => one().map(|one| Test::Amounts(one.currency, None, Some(one.floor)))?,
        "gt" => one().map(|one| Test::Amounts(one.currency, Some(one.floor + 1), None))?,
        "gte" => one().map(|one| Test::Amounts(one.currency, Some(one.ceiling), None))?,
        "between" => {
            let (from, to) = ends(path, value)?;
            let from = money(&format!("{path}.from"), from)?;
            let to = money(&format!("{path}.to"), to)?;
            if from.currency != to.currency {
                let problem = "both ends must be of one currency";
                return Err(ApiError::validation(path, problem));
            }
            Test::Amounts(from.currency, Some(from.ceiling), Some(to.floor))
        }
        _ => return Err(ApiError::validation(path, "there is no such operator")),
    })
}

fn each<T>(
    path: &str,
    value: &Value,
    read: impl Fn(&Value) -> Result<T, ApiError>,
) -> Result<Vec<T>, ApiError> {
    let items = items(value);
    if items.len() > usize::try_from(MAX_PAGE).unwrap_or(usize::MAX) {
        let problem = format!("at most {MAX_PAGE} values");
        return Err(ApiError::validation(path, problem));
    }
    items.iter().map(read).collect()
}

/// The two ends of a range.
fn ends<'v>(path: &str, value: &'v Value) -> Result<(&'v Value, &'v Value), ApiError> {
    let range = object(path, value, "a range such as {from: …, to: …}")?;
    match (range.get("from"), range.get("to")) {
        (Some(from), Some(to)) => Ok((from, to)),
        _ => Err(ApiError::validation(path, "`from` and `to` are required")),
    }
}

/// A span in relation to now, where the operator names one.
fn relative(path: &str, operator: &str, value: &Value) -> Result<Option<Relative>, ApiError> {
    let this = || period(path, value);
    Ok(Some(match operator {
        "last" => Relative::Last(duration(path, value)?),
        "next" => Relative::Next(duration(path, value)?),
        "this" => Relative::This(this()?),
        "previous" => Relative::Previous(this()?),
        "following" => Relative::Following(this()?),
        _ => return Ok(None),
    }))
}

fn duration(path: &str, value: &Value) -> Result<Duration, ApiError> {
    let fields = object(path, value, "a duration such as {days: 30}")?;
    let mut fields = fields.iter();
    let (Some((unit, number)), None) = (fields.next(), fields.next()) else {
        let problem = "exactly one of minutes, hours, days, weeks, months and years is required";
        return Err(ApiError::validation(path, problem));
    };
    let number = match number {
        Value::Number(number) => number
            .as_u64()
            .and_then(|number| u32::try_from(number).ok()),
        _ => None,
    };
    let number = number.filter(|number| (1..=MAX_DURATION).contains(number));
    let number = number.ok_or_else(|| {
        let problem = format!("a number from 1 to {MAX_DURATION} is required");
        ApiError::validation(format!("{path}.{unit}"), problem)
    })?;
    Ok(match unit.as_str() {
        "minutes" => Duration::Minutes(number),
        "hours" => Duration::Hours(number),
        "days" => Duration::Days(number),
        "weeks" => Duration::Weeks(number),
        "months" => Duration::Months(number),
        "years" => Duration::Years(number),
        _ => return Err(ApiError::validation(path, "there is no such unit")),
    })
}

fn within(domain: Domain, path: &str, said: Relative, moment: &Moment) -> Result<Span, ApiError> {
    let exact = match said {
        Relative::Last(so_much) | Relative::Next(so_much) => so_much.exact().is_some(),
        _ => false,
    };
    if matches!(domain, Domain::Instant) {
        return Ok(span(said, moment.instants(said), Operand::Instant));
    }
    if exact {
        let problem = "a day has no hours and minutes: give days or more";
        return Err(ApiError::validation(path, problem));
    }
    Ok(span(said, moment.days(said), Operand::Day))
}

fn span<T>(said: Relative, reach: Reach<T>, operand: fn(T) -> Operand) -> Span {
    Span {
        said,
        from: operand(reach.from),
        until: operand(reach.until),
        open: reach.open,
    }
}
